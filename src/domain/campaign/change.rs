//! Changing a campaign within its privacy promises.

use chrono::{DateTime, Utc};

use super::access::Access;
use super::privacy_settings::{PrivacySettings, Promise};
use super::schedule::{Schedule, ScheduleFault, whole_microseconds};
use super::{Campaign, CampaignState};
use crate::domain::admission::proof_of_work::Work;
use crate::domain::form::Text;

/// A change of a campaign. Fields that are none stay unchanged.
#[derive(Debug, Clone, Default)]
pub struct CampaignChange {
    /// The title.
    pub title: Option<Text>,
    /// The purpose.
    pub description: Option<Text>,
    /// From when it takes responses.
    pub opens_at: Option<DateTime<Utc>>,
    /// Until when it takes responses.
    pub closes_at: Option<DateTime<Utc>>,
    /// The access rule.
    pub access: Option<Access>,
    /// The minimum number of responses that are released together.
    pub release_size: Option<i32>,
    /// The minimum number of records of an export that share their background answers.
    pub k: Option<i32>,
    /// From when responses can no longer be withdrawn; `Some(None)` for never.
    pub freezes_at: Option<Option<DateTime<Utc>>>,
    /// When its responses are deleted.
    pub retained_until: Option<DateTime<Utc>>,
    /// The work that is asked for with each response; `Some(None)` for none.
    pub proof_of_work: Option<Option<Work>>,
}

/// Why a campaign was not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeRefused {
    /// The campaign is closed for good, or its responses are deleted.
    Closed,
    /// The campaign's window has ended, and its waiting responses were released.
    Ended,
    /// The new times do not fit together.
    Schedule(ScheduleFault),
    /// Responses would be deleted within a week.
    DeletionTooSoon,
    /// The change would break promises to respondents.
    Promised(Vec<Promise>),
}

impl CampaignChange {
    /// Whether the change touches anything that a closed campaign can no longer change. A closed campaign can only be
    /// told to delete sooner.
    fn needs_open(&self) -> bool {
        let Self {
            title,
            description,
            opens_at,
            closes_at,
            access,
            release_size,
            k,
            freezes_at,
            retained_until: _,
            proof_of_work,
        } = self;
        title.is_some()
            || description.is_some()
            || opens_at.or(*closes_at).is_some()
            || access.is_some()
            || release_size.or(*k).is_some()
            || freezes_at.is_some()
            || proof_of_work.is_some()
    }
}

impl Campaign {
    /// Checks that the campaign's times fit together, and rounds them to the precision of the database.
    ///
    /// # Errors
    ///
    /// The first fault.
    pub fn with_sound_times(self) -> Result<Self, ScheduleFault> {
        let Schedule {
            opens_at,
            closes_at,
        } = self.schedule;
        let kept = Self {
            schedule: Schedule {
                opens_at: whole_microseconds(opens_at),
                closes_at: whole_microseconds(closes_at),
            },
            settings: PrivacySettings {
                freezes_at: self.settings.freezes_at.map(whole_microseconds),
                retained_until: whole_microseconds(self.settings.retained_until),
                ..self.settings
            },
            ..self
        };
        let PrivacySettings {
            freezes_at,
            retained_until,
            ..
        } = kept.settings;
        kept.schedule.check(freezes_at, retained_until)?;
        Ok(kept)
    }

    /// The campaign after a change. `has_responses` tells whether the campaign ever received a response, including
    /// responses withdrawn since. If so, the privacy settings are a promise, and a campaign that has ended stays ended.
    ///
    /// # Errors
    ///
    /// When the change is refused.
    pub fn change(
        &self,
        change: &CampaignChange,
        has_responses: bool,
        now: DateTime<Utc>,
    ) -> Result<Self, ChangeRefused> {
        if self.erased_at.is_some() || (self.closed_at.is_some() && change.needs_open()) {
            return Err(ChangeRefused::Closed);
        }
        let changed = self
            .apply(change)
            .with_sound_times()
            .map_err(ChangeRefused::Schedule)?;
        if has_responses {
            self.keep_promises(&changed, now)?;
        }
        // When a window ends, all waiting responses are released, however few. Reopening repeatedly would make many
        // small batches. The campaign's pass key is also destroyed then, or about to be.
        let opens_again =
            self.state(now) == CampaignState::Closed && changed.state(now) != CampaignState::Closed;
        if opens_again && (has_responses || self.settings.access == Access::Pass) {
            return Err(ChangeRefused::Ended);
        }
        Ok(changed)
    }

    fn apply(&self, change: &CampaignChange) -> Self {
        let old = &self.settings;
        Self {
            title: change.title.clone().unwrap_or_else(|| self.title.clone()),
            description: change.description.clone().or(self.description.clone()),
            schedule: Schedule {
                opens_at: change.opens_at.unwrap_or(self.schedule.opens_at),
                closes_at: change.closes_at.unwrap_or(self.schedule.closes_at),
            },
            settings: PrivacySettings {
                access: change.access.unwrap_or(old.access),
                release_size: change.release_size.unwrap_or(old.release_size),
                k: change.k.unwrap_or(old.k),
                freezes_at: change.freezes_at.unwrap_or(old.freezes_at),
                retained_until: change.retained_until.unwrap_or(old.retained_until),
            },
            proof_of_work: change.proof_of_work.unwrap_or(self.proof_of_work),
            ..self.clone()
        }
    }

    /// Refuses a change that would be worse for people who have already responded.
    fn keep_promises(&self, changed: &Self, now: DateTime<Utc>) -> Result<(), ChangeRefused> {
        if self.settings.deletes_hastily(&changed.settings, now) {
            return Err(ChangeRefused::DeletionTooSoon);
        }
        let broken = self.settings.broken_by(&changed.settings);
        if broken.is_empty() {
            Ok(())
        } else {
            Err(ChangeRefused::Promised(broken))
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::{CampaignId, FormId};

    fn campaign(access: Access) -> Campaign {
        let day = |days| DateTime::UNIX_EPOCH + TimeDelta::days(days);
        Campaign {
            id: CampaignId(Uuid::nil()),
            key: "spring".parse().unwrap(),
            form_id: FormId(Uuid::nil()),
            form: "daily-life".parse().unwrap(),
            title: Text::default(),
            description: None,
            schedule: Schedule {
                opens_at: day(10),
                closes_at: day(20),
            },
            closed_at: None,
            settings: PrivacySettings {
                access,
                release_size: 10,
                k: 5,
                freezes_at: None,
                retained_until: day(100),
            },
            proof_of_work: None,
            created_at: day(0),
            erased_at: None,
        }
    }

    fn closes_at(days: i64) -> CampaignChange {
        CampaignChange {
            closes_at: Some(DateTime::UNIX_EPOCH + TimeDelta::days(days)),
            ..CampaignChange::default()
        }
    }

    #[test]
    fn an_ended_campaign_opens_again_only_while_nobody_has_answered() {
        let ended = DateTime::UNIX_EPOCH + TimeDelta::days(25);
        let open = campaign(Access::Open);
        assert!(open.change(&closes_at(30), false, ended).is_ok());
        assert_eq!(
            open.change(&closes_at(30), true, ended),
            Err(ChangeRefused::Ended)
        );
        let pass = campaign(Access::Pass);
        assert_eq!(
            pass.change(&closes_at(30), false, ended),
            Err(ChangeRefused::Ended)
        );
    }

    #[test]
    fn a_closed_campaign_can_only_delete_sooner() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(12);
        let closed = campaign(Access::Open).close(now).unwrap();
        assert_eq!(closed.close(now), None);
        assert_eq!(
            closed.change(&closes_at(18), false, now),
            Err(ChangeRefused::Closed)
        );
        let sooner = CampaignChange {
            retained_until: Some(DateTime::UNIX_EPOCH + TimeDelta::days(50)),
            ..CampaignChange::default()
        };
        assert!(closed.change(&sooner, true, now).is_ok());
    }

    #[test]
    fn times_that_do_not_fit_together_are_refused() {
        let now = DateTime::UNIX_EPOCH;
        for (change, fault) in [
            (closes_at(10), ScheduleFault::Reversed),
            (closes_at(101), ScheduleFault::RetentionTooShort),
            (closes_at(3_000_000), ScheduleFault::OutOfRange("closes_at")),
            (
                CampaignChange {
                    freezes_at: Some(Some(DateTime::UNIX_EPOCH)),
                    ..CampaignChange::default()
                },
                ScheduleFault::FreezeTooEarly,
            ),
        ] {
            assert_eq!(
                campaign(Access::Open).change(&change, false, now),
                Err(ChangeRefused::Schedule(fault))
            );
        }
    }
}
