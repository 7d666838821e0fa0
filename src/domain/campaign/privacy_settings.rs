//! The privacy settings of a campaign: a promise to the people who respond under them.

use chrono::{DateTime, TimeDelta, Utc};

use super::access::Access;
use super::masking::{LeftOut, MaskingWeights};

/// The settings that decide how anonymous a response to a campaign is, and how long it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivacySettings {
    /// The access rule.
    pub access: Access,
    /// The minimum number of responses that are released together.
    pub release_size: i32,
    /// The minimum number of records of an export that share their background answers; [`UNMASKED`] where they are not masked.
    pub k: i32,
    /// From when responses can no longer be withdrawn; if none is given, they always can.
    pub freezes_at: Option<DateTime<Utc>>,
    /// When responses are deleted.
    pub retained_until: DateTime<Utc>,
    /// For how many days after its end the campaign takes responses that were filled in before.
    pub grace_days: i32,
    /// From how many responses on its figures are for everybody while it is open; if none is given, only after its end.
    pub insights_from: Option<i32>,
    /// Background questions whose answers are in no file of single responses.
    pub left_out: LeftOut,
    /// How much a masked cell costs, where it is not as usual.
    pub masking_weights: MaskingWeights,
}

/// A setting that a change would make worse for people who have already responded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Promise {
    /// The access rule would change.
    #[error("The access rule is fixed once the first response is in.")]
    Access,
    /// The release size would become smaller.
    #[error("It may only grow once the first response is in.")]
    ReleaseSize,
    /// The groups of an export (`k`) would become smaller.
    #[error("It may only grow once the first response is in.")]
    K,
    /// The time to withdraw would become shorter.
    #[error("It may only become later, or null, once the first response is in.")]
    FreezesAt,
    /// Responses would be kept longer.
    #[error("It may only become earlier once the first response is in.")]
    RetainedUntil,
    /// The time to send what was filled in before the end would become shorter.
    #[error("It may only grow once the first response is in.")]
    GraceDays,
    /// Figures would be published earlier.
    #[error("It may only grow, or become null, once the first response is in.")]
    InsightsFrom,
    /// Other questions would be left out of files of single responses.
    #[error(
        "It is fixed once the first response is in: the same rows are never masked in two ways."
    )]
    LeftOut,
    /// Other cells would be masked.
    #[error(
        "It is fixed once the first response is in: the same rows are never masked in two ways."
    )]
    MaskingWeights,
}

/// The minimum `k` of a campaign whose responses are masked, and of an export that asks for one.
pub const MIN_K: u32 = 5;
/// The `k` of a campaign whose responses are not masked, as its privacy statement says.
pub const UNMASKED: u32 = 1;
/// The maximum `k`, of a campaign and of an export.
pub const MAX_K: u32 = 1_000;

/// Whether a campaign can have this `k`.
pub fn is_k(k: i32) -> bool {
    u32::try_from(k).is_ok_and(|k| k == UNMASKED || (MIN_K..=MAX_K).contains(&k))
}

/// The minimum `k` of each file of the responses of a campaign with this one.
pub fn k_of(campaign: i32) -> u32 {
    match u32::try_from(campaign) {
        Ok(UNMASKED) => UNMASKED,
        _ => least_k([campaign]),
    }
}

/// The minimum `k` that an export of these campaigns can ask for: the maximum of theirs.
pub fn least_k(campaigns: impl IntoIterator<Item = i32>) -> u32 {
    let set = campaigns.into_iter().filter_map(|k| u32::try_from(k).ok());
    set.fold(MIN_K, u32::max)
}

/// The least number of responses from which figures may be for everybody: a lesser count is not published.
pub const MIN_INSIGHTS_FROM: i32 = 10;
/// The greatest.
pub const MAX_INSIGHTS_FROM: i32 = 1_000_000;

/// How many times `release_size` remarks to a question wait, at least, until they are released together.
pub const REMARK_BATCHES: i32 = 3;

/// The minimum notice for an earlier deletion.
const GRACE: TimeDelta = TimeDelta::days(7);

impl Promise {
    /// The name of the setting's field.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::ReleaseSize => "release_size",
            Self::K => "k",
            Self::FreezesAt => "freezes_at",
            Self::RetainedUntil => "retained_until",
            Self::GraceDays => "grace_days",
            Self::InsightsFrom => "insights_from",
            Self::LeftOut => "left_out",
            Self::MaskingWeights => "masking_weights",
        }
    }
}

impl PrivacySettings {
    /// The promises that a change to `new` would break.
    pub fn broken_by(&self, new: &Self) -> Vec<Promise> {
        // None sorts as later than any date.
        let freezes_earlier = match (self.freezes_at, new.freezes_at) {
            (Some(old), Some(new)) => new < old,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        let publishes_earlier = match (self.insights_from, new.insights_from) {
            (Some(old), Some(new)) => new < old,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        [
            (Promise::Access, self.access != new.access),
            (Promise::ReleaseSize, new.release_size < self.release_size),
            (Promise::K, new.k < self.k),
            (Promise::FreezesAt, freezes_earlier),
            (
                Promise::RetainedUntil,
                new.retained_until > self.retained_until,
            ),
            (Promise::GraceDays, new.grace_days < self.grace_days),
            (Promise::InsightsFrom, publishes_earlier),
            (Promise::LeftOut, !self.left_out.is_same(&new.left_out)),
            (
                Promise::MaskingWeights,
                self.masking_weights != new.masking_weights,
            ),
        ]
        .into_iter()
        .filter_map(|(promise, broken)| broken.then_some(promise))
        .collect()
    }

    /// Whether a change to `new` would delete responses so soon that nobody could notice and correct a mistake.
    pub fn deletes_hastily(&self, new: &Self, now: DateTime<Utc>) -> bool {
        new.retained_until < self.retained_until.min(now + GRACE)
    }

    /// The minimum number of remarks to one question that are released together. Each came with another response.
    pub const fn remarks_together(&self) -> i32 {
        match self.release_size {
            ..=1 => 1,
            size => size * REMARK_BATCHES,
        }
    }

    /// Whether files of single responses are masked.
    pub fn is_masked(&self) -> bool {
        k_of(self.k) != UNMASKED
    }

    /// Whether a response may be withdrawn at this time.
    pub fn allows_withdrawal(&self, now: DateTime<Utc>) -> bool {
        self.freezes_at.is_none_or(|freezes_at| now < freezes_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> PrivacySettings {
        PrivacySettings {
            access: Access::Code,
            release_size: 10,
            k: 5,
            freezes_at: Some(DateTime::UNIX_EPOCH),
            retained_until: DateTime::UNIX_EPOCH,
            grace_days: 14,
            insights_from: Some(100),
            left_out: LeftOut::of_keys(["sex".to_owned()]),
            masking_weights: MaskingWeights([("week".to_owned(), 4)].into()),
        }
    }

    #[test]
    fn what_protects_better_is_no_broken_promise() {
        let old = settings();
        let day = TimeDelta::days(1);
        let better = PrivacySettings {
            access: Access::Code,
            release_size: 20,
            k: 6,
            freezes_at: Some(DateTime::UNIX_EPOCH + day),
            retained_until: DateTime::UNIX_EPOCH - day,
            grace_days: 15,
            insights_from: Some(200),
            ..old.clone()
        };
        assert_eq!(old.broken_by(&old), []);
        assert_eq!(old.broken_by(&better), []);
        let never = PrivacySettings {
            freezes_at: None,
            ..old.clone()
        };
        assert_eq!(old.broken_by(&never), []);
        assert_eq!(never.broken_by(&old), [Promise::FreezesAt]);
        let after_the_end = PrivacySettings {
            insights_from: None,
            ..old.clone()
        };
        for keys in [&["sex", "age_band"][..], &[]] {
            let others = PrivacySettings {
                left_out: LeftOut::of_keys(keys.iter().map(|key| (*key).to_owned())),
                ..old.clone()
            };
            let fixed = [Promise::LeftOut];
            assert_eq!(
                old.broken_by(&others),
                fixed,
                "more are no better than fewer"
            );
        }
        assert_eq!(old.broken_by(&after_the_end), []);
        assert_eq!(after_the_end.broken_by(&old), [Promise::InsightsFrom]);
        assert_eq!(
            better.broken_by(&PrivacySettings {
                access: Access::Pass,
                left_out: LeftOut::default(),
                masking_weights: MaskingWeights([("week".to_owned(), 5)].into()),
                ..old
            }),
            [
                Promise::Access,
                Promise::ReleaseSize,
                Promise::K,
                Promise::FreezesAt,
                Promise::RetainedUntil,
                Promise::GraceDays,
                Promise::InsightsFrom,
                Promise::LeftOut,
                Promise::MaskingWeights
            ],
            "another rule is another promise, even one that protects better"
        );
    }

    #[test]
    fn only_a_campaign_that_says_so_has_unmasked_files() {
        let allowed: Vec<i32> = (-1..1_003).filter(|k| is_k(*k)).collect();
        assert_eq!(allowed.len(), 997);
        assert_eq!(allowed[..3], [1, 5, 6]);
        assert_eq!([1, 2, 4, 5, 9, 0, -1].map(k_of), [1, 5, 5, 5, 9, 5, 5]);
        assert_eq!(least_k([1]), 5, "nobody asks for less");
        assert_eq!(least_k([1, 9]), 9);
        let (masked, unmasked) = (settings(), PrivacySettings { k: 1, ..settings() });
        assert_eq!(masked.broken_by(&unmasked), [Promise::K]);
        assert_eq!(unmasked.broken_by(&masked), []);
    }

    #[test]
    fn a_response_can_be_withdrawn_up_to_the_freeze() {
        let settings = settings();
        let moment = TimeDelta::microseconds(1);
        assert!(settings.allows_withdrawal(DateTime::UNIX_EPOCH - moment));
        assert!(!settings.allows_withdrawal(DateTime::UNIX_EPOCH));
        assert!(
            PrivacySettings {
                freezes_at: None,
                ..settings
            }
            .allows_withdrawal(DateTime::UNIX_EPOCH + TimeDelta::days(10_000))
        );
    }
}
