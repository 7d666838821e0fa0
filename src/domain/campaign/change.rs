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
    /// The purpose; `Some(None)` takes it away.
    pub description: Option<Option<Text>>,
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
    /// For how many days after its end it takes responses that were filled in before.
    pub grace_days: Option<i32>,
    /// The only version of the form that it takes; `Some(None)` to follow the newest.
    pub form_version: Option<Option<i32>>,
    /// Whether it takes responses as tests until it opens.
    pub testing: Option<bool>,
    /// The work that is asked for with each response; `Some(None)` for none.
    pub proof_of_work: Option<Option<Work>>,
}

/// Why a campaign was not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeRefused {
    /// The campaign is closed for good, or its responses are deleted.
    Closed,
    /// The campaign is over, and its waiting responses were released.
    Ended,
    /// The campaign has opened and has responses, so it cannot open later.
    Opened,
    /// The campaign has responses, so it cannot be pinned to a version.
    PinnedLate,
    /// The campaign is not to open any more, so it cannot be tested.
    TestingOver,
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
            grace_days,
            form_version,
            testing,
            proof_of_work,
        } = self;
        title.is_some()
            || description.is_some()
            || opens_at.or(*closes_at).is_some()
            || access.is_some()
            || release_size.or(*k).or(*grace_days).is_some()
            || freezes_at.is_some()
            || form_version.is_some()
            || testing.is_some()
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
        let accepts_until = kept.accepts_until();
        kept.schedule
            .check(freezes_at, retained_until, accepts_until)?;
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
        let mut changed = self
            .apply(change)
            .with_sound_times()
            .map_err(ChangeRefused::Schedule)?;
        if changed.testing && !changed.is_testing(now) {
            if change.testing.is_some() {
                return Err(ChangeRefused::TestingOver);
            }
            changed.testing = false;
        }
        if has_responses {
            self.keep_promises(&changed, now)?;
        }
        self.stay_ended(&changed, has_responses, now)?;
        if has_responses {
            if self.schedule.opens_at <= now && now < changed.schedule.opens_at {
                return Err(ChangeRefused::Opened);
            }
            // Responses to other versions may be in already.
            if changed.form_version.is_some() && changed.form_version != self.form_version {
                return Err(ChangeRefused::PinnedLate);
            }
        }
        Ok(changed)
    }

    /// The campaign closed for good at this time, with this grace if one is given; none when it is closed already.
    ///
    /// # Errors
    ///
    /// When the grace is refused.
    pub fn close(
        &self,
        grace_days: Option<i32>,
        has_responses: bool,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, ChangeRefused> {
        if self.closed_at.is_some() {
            return Ok(None);
        }
        let change = CampaignChange {
            grace_days,
            ..CampaignChange::default()
        };
        let closed = Self {
            closed_at: Some(now),
            testing: false,
            ..self.apply(&change)
        };
        let closed = closed.with_sound_times().map_err(ChangeRefused::Schedule)?;
        if has_responses {
            self.keep_promises(&closed, now)?;
        }
        self.stay_ended(&closed, has_responses, now)?;
        Ok(Some(closed))
    }

    /// Refuses a change by which a campaign that is over would take responses again.
    ///
    /// When the grace ends, all waiting responses are released, however few. Reopening repeatedly would make many small
    /// batches. The key of its passes is destroyed when the window ends, or about to be.
    fn stay_ended(
        &self,
        changed: &Self,
        has_responses: bool,
        now: DateTime<Utc>,
    ) -> Result<(), ChangeRefused> {
        let accepts_again = self.accepts_until() <= now && now < changed.accepts_until();
        let opens_again =
            self.state(now) == CampaignState::Closed && changed.state(now) != CampaignState::Closed;
        if (accepts_again && has_responses) || (opens_again && self.settings.access == Access::Pass)
        {
            return Err(ChangeRefused::Ended);
        }
        Ok(())
    }

    fn apply(&self, change: &CampaignChange) -> Self {
        let old = &self.settings;
        Self {
            title: change.title.clone().unwrap_or_else(|| self.title.clone()),
            description: change
                .description
                .clone()
                .unwrap_or_else(|| self.description.clone()),
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
                grace_days: change.grace_days.unwrap_or(old.grace_days),
            },
            form_version: change.form_version.unwrap_or(self.form_version),
            testing: change.testing.unwrap_or(self.testing),
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
    use crate::domain::campaign::NotOpen;
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
                grace_days: 0,
            },
            proof_of_work: None,
            created_at: day(0),
            erased_at: None,
            form_version: None,
            testing: false,
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
        let closed = campaign(Access::Open)
            .close(None, true, now)
            .unwrap()
            .unwrap();
        assert_eq!(closed.close(None, true, now), Ok(None));
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

    fn day(days: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(days)
    }

    fn with_grace(access: Access, grace_days: i32) -> Campaign {
        let mut campaign = campaign(access);
        campaign.settings.grace_days = grace_days;
        campaign
    }

    #[test]
    fn late_responses_are_taken_from_the_end_to_the_end_of_the_grace() {
        let moment = TimeDelta::microseconds(1);
        let campaign = with_grace(Access::Open, 14);
        assert_eq!(campaign.accepts_until(), day(34));
        for (now, accepts) in [
            (day(10) - moment, Err(NotOpen::Upcoming)),
            (day(10), Ok(())),
            (day(20), Ok(())),
            (day(34) - moment, Ok(())),
            (day(34), Err(NotOpen::Closed)),
        ] {
            assert_eq!(campaign.check_accepts(now), accepts, "{now}");
        }
        assert_eq!(campaign.check_open(day(20)), Err(NotOpen::Closed));
        let closed = campaign.close(Some(2), false, day(12)).unwrap().unwrap();
        assert_eq!(closed.accepts_until(), day(14));
        let closed_late = campaign.close(None, true, day(25)).unwrap().unwrap();
        assert_eq!(closed_late.accepts_until(), day(34), "it had ended before");
        let never_opened = campaign.close(None, false, day(5)).unwrap().unwrap();
        assert_eq!(
            never_opened.check_accepts(day(6)),
            Err(NotOpen::Closed),
            "nobody can have filled it in"
        );
    }

    #[test]
    fn the_grace_is_a_promise_that_may_only_grow_and_not_after_its_end() {
        let grace = |days| CampaignChange {
            grace_days: Some(days),
            ..CampaignChange::default()
        };
        let campaign = with_grace(Access::Code, 14);
        assert!(campaign.change(&grace(3), false, day(12)).is_ok());
        assert!(campaign.change(&grace(20), true, day(25)).is_ok());
        let shorter = Err(ChangeRefused::Promised(vec![Promise::GraceDays]));
        assert_eq!(campaign.change(&grace(3), true, day(12)), shorter);
        assert_eq!(
            campaign.close(Some(13), true, day(12)),
            Err(ChangeRefused::Promised(vec![Promise::GraceDays]))
        );
        assert_eq!(
            campaign.change(&grace(20), true, day(34)),
            Err(ChangeRefused::Ended)
        );
        assert_eq!(
            campaign.close(Some(20), true, day(34)),
            Err(ChangeRefused::Ended)
        );
        assert_eq!(
            campaign.change(&grace(81), false, day(12)),
            Err(ChangeRefused::Schedule(ScheduleFault::GraceTooLong))
        );
    }

    #[test]
    fn within_the_grace_nothing_was_released_yet_so_only_passes_keep_it_from_opening_again() {
        let now = day(25);
        assert!(
            with_grace(Access::Code, 14)
                .change(&closes_at(30), true, now)
                .is_ok()
        );
        assert_eq!(
            with_grace(Access::Pass, 14).change(&closes_at(30), true, now),
            Err(ChangeRefused::Ended)
        );
    }

    #[test]
    fn a_campaign_that_has_opened_and_has_responses_cannot_open_later() {
        let later = CampaignChange {
            opens_at: Some(day(15)),
            ..CampaignChange::default()
        };
        let open = campaign(Access::Open);
        assert_eq!(
            open.change(&later, true, day(12)),
            Err(ChangeRefused::Opened)
        );
        assert!(open.change(&later, false, day(12)).is_ok());
        let earlier = CampaignChange {
            opens_at: Some(day(11)),
            ..CampaignChange::default()
        };
        assert!(open.change(&earlier, true, day(12)).is_ok());
    }

    #[test]
    fn a_campaign_is_pinned_before_the_first_response_and_unpinned_at_any_time() {
        let pin = |version| CampaignChange {
            form_version: Some(version),
            ..CampaignChange::default()
        };
        let now = day(12);
        let follows = campaign(Access::Open);
        assert!(follows.takes_version(1) && follows.takes_version(2));
        assert!(follows.needs_version(1, false, now) && !follows.needs_version(1, true, now));
        assert!(!follows.needs_version(1, false, day(20)), "it is over");
        let pinned = follows.change(&pin(Some(2)), false, now).unwrap();
        assert!(!pinned.takes_version(1) && pinned.takes_version(2));
        assert!(pinned.needs_version(2, true, now) && !pinned.needs_version(1, false, now));
        assert!(follows.is_reached_by_new_version(now) && !pinned.is_reached_by_new_version(now));
        for (campaign, version) in [(&follows, Some(2)), (&pinned, Some(3))] {
            assert_eq!(
                campaign.change(&pin(version), true, now),
                Err(ChangeRefused::PinnedLate)
            );
        }
        assert!(pinned.change(&pin(Some(2)), true, now).is_ok(), "no change");
        assert!(pinned.change(&pin(None), true, now).is_ok());
    }

    #[test]
    fn a_campaign_is_tested_until_it_opens_and_never_again() {
        let testing = |on| CampaignChange {
            testing: Some(on),
            ..CampaignChange::default()
        };
        let upcoming = campaign(Access::Code);
        let tested = upcoming.change(&testing(true), false, day(5)).unwrap();
        assert!(tested.is_testing(day(9)) && !tested.is_testing(day(10)));
        assert_eq!(
            upcoming.change(&testing(true), false, day(10)),
            Err(ChangeRefused::TestingOver)
        );
        let opened = CampaignChange {
            opens_at: Some(day(4)),
            ..CampaignChange::default()
        };
        assert!(!tested.change(&opened, false, day(5)).unwrap().testing);
        assert!(!tested.close(None, false, day(5)).unwrap().unwrap().testing);
        assert!(
            !tested
                .change(&testing(false), false, day(5))
                .unwrap()
                .testing
        );
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
