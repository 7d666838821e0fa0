//! Changing a campaign within its privacy promises.

use chrono::{DateTime, Utc};

use super::access::Access;
use super::masking::{LeftOut, MaskingWeights};
use super::privacy_settings::{PrivacySettings, Promise};
use super::schedule::{MAX_GRACE_DAYS, Schedule, ScheduleFault, whole_microseconds};
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
    /// From how many responses on its figures are for everybody while it is open; `Some(None)` for after its end only.
    pub insights_from: Option<Option<i32>>,
    /// The background questions whose answers are in no file of single responses.
    pub left_out: Option<LeftOut>,
    /// How much a masked cell costs, where it is not as usual.
    pub masking_weights: Option<MaskingWeights>,
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
            insights_from,
            left_out,
            masking_weights,
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
            || insights_from.is_some()
            || left_out.is_some()
            || masking_weights.is_some()
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
        if !(0..=MAX_GRACE_DAYS).contains(&kept.settings.grace_days) {
            return Err(ScheduleFault::GraceOutOfRange);
        }
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
                insights_from: change.insights_from.unwrap_or(old.insights_from),
                left_out: match &change.left_out {
                    // The words of the promise stay those that people read.
                    Some(new) if !new.is_same(&old.left_out) => new.clone(),
                    _ => old.left_out.clone(),
                },
                masking_weights: change
                    .masking_weights
                    .clone()
                    .unwrap_or_else(|| old.masking_weights.clone()),
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
mod tests;
