//! The privacy settings of a campaign, which are a promise to those who answered under them.

use chrono::{DateTime, TimeDelta, Utc};

use super::access::Access;

/// What decides how anonymous a response to a campaign is, and for how long it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivacySettings {
    /// Who may answer.
    pub access: Access,
    /// How many responses are released together at least.
    pub release_size: i32,
    /// How many records of an export share their background answers at least.
    pub k: i32,
    /// From when responses can no longer be withdrawn; never, if none is given.
    pub freezes_at: Option<DateTime<Utc>>,
    /// When responses are deleted.
    pub retained_until: DateTime<Utc>,
}

/// A setting that a change would make worse for those who answered already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Promise {
    /// The access rule, whatever it becomes.
    #[error("The access rule is fixed once the first response is in.")]
    Access,
    /// Smaller batches.
    #[error("It may only grow once the first response is in.")]
    ReleaseSize,
    /// Smaller groups.
    #[error("It may only grow once the first response is in.")]
    K,
    /// Less time to withdraw.
    #[error("It may only become later, or null, once the first response is in.")]
    FreezesAt,
    /// Kept for longer.
    #[error("It may only become earlier once the first response is in.")]
    RetainedUntil,
}

/// The least `k` that a campaign can have.
pub const MIN_K: u32 = 5;
/// The greatest `k` that a campaign can have, and that can be asked for.
pub const MAX_K: u32 = 1_000;

/// The least `k` of all files of a form's responses: the greatest that one of its campaigns sets.
pub fn least_k(campaigns: impl IntoIterator<Item = i32>) -> u32 {
    let set = campaigns.into_iter().filter_map(|k| u32::try_from(k).ok());
    set.fold(MIN_K, u32::max)
}

/// How far ahead an earlier deletion must be.
const GRACE: TimeDelta = TimeDelta::days(7);

impl Promise {
    /// The field of the setting.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::ReleaseSize => "release_size",
            Self::K => "k",
            Self::FreezesAt => "freezes_at",
            Self::RetainedUntil => "retained_until",
        }
    }
}

impl PrivacySettings {
    /// The promises that a change to `new` would break.
    pub fn broken_by(&self, new: &Self) -> Vec<Promise> {
        // No date is later than any.
        let freezes_earlier = match (self.freezes_at, new.freezes_at) {
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
        ]
        .into_iter()
        .filter_map(|(promise, broken)| broken.then_some(promise))
        .collect()
    }

    /// Whether a change to `new` would delete responses sooner than anybody could notice a slip of the hand.
    pub fn deletes_hastily(&self, new: &Self, now: DateTime<Utc>) -> bool {
        new.retained_until < self.retained_until.min(now + GRACE)
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
        };
        assert_eq!(old.broken_by(&old), []);
        assert_eq!(old.broken_by(&better), []);
        let never = PrivacySettings {
            freezes_at: None,
            ..old
        };
        assert_eq!(old.broken_by(&never), []);
        assert_eq!(never.broken_by(&old), [Promise::FreezesAt]);
        assert_eq!(
            better.broken_by(&PrivacySettings {
                access: Access::Pass,
                ..old
            }),
            [
                Promise::Access,
                Promise::ReleaseSize,
                Promise::K,
                Promise::FreezesAt,
                Promise::RetainedUntil
            ],
            "another rule is another promise, even one that protects better"
        );
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
