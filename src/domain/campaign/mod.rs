//! A campaign: a collection of responses to one form in a window of time.

pub mod access;
mod change;
pub mod masking;
pub mod privacy_settings;
mod schedule;
pub mod statement;

use chrono::{DateTime, Utc};

use super::admission::proof_of_work::Work;
use super::form::Text;
use super::ids::{CampaignId, CampaignKey, FormId, FormKey};
use super::server_key::{KeyNumber, ServerKey, ServerKeys};
use access::Access;
use privacy_settings::PrivacySettings;

pub use change::{CampaignChange, ChangeRefused};
pub use schedule::{MAX_GRACE_DAYS, Schedule, ScheduleFault, default_retention};

use schedule::days_after;

/// A campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// The campaign's id.
    pub id: CampaignId,
    /// The campaign's key.
    pub key: CampaignKey,
    /// The form of its responses.
    pub form_id: FormId,
    /// The key of the form.
    pub form: FormKey,
    /// The title, by language.
    pub title: Text,
    /// The purpose, by language.
    pub description: Option<Text>,
    /// When it opens and closes.
    pub schedule: Schedule,
    /// When it was closed for good, before the end of its window.
    pub closed_at: Option<DateTime<Utc>>,
    /// The privacy settings, a promise to respondents.
    pub settings: PrivacySettings,
    /// The work that is asked for with each response where anybody may answer. It is no promise and can change at any
    /// time.
    pub proof_of_work: Option<Work>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When its responses were deleted.
    pub erased_at: Option<DateTime<Utc>>,
    /// The number of the only version of the form that it takes; none when it follows the newest.
    pub form_version: Option<i32>,
    /// Whether it takes responses as tests until it opens.
    pub testing: bool,
    /// The server key that it is under: all that is derived from its receipts, invitations and passes.
    pub server_key: KeyNumber,
    /// How often it was changed since it was created.
    pub revision: i32,
}

/// Whether a campaign takes responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignState {
    /// The campaign has not opened yet.
    Upcoming,
    /// The campaign takes responses.
    Open,
    /// The campaign takes no more responses.
    Closed,
}

/// Which figures of a campaign are for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InsightsRule {
    /// None: it goes on, or nothing of it is left.
    None,
    /// All, once the published number of responses is not below this.
    From(i32),
    /// All: it is over.
    All,
}

/// Why a campaign takes no responses now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOpen {
    /// The campaign has not opened yet.
    Upcoming,
    /// The campaign is closed.
    Closed,
}

/// Why a campaign issues no passes now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPasses {
    /// The access rule does not ask for passes.
    Access,
    /// The campaign is not open.
    NotOpen(NotOpen),
}

/// Why a campaign takes no invitations now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoInvitations {
    /// The campaign is open to anybody without an invitation.
    Access,
    /// The campaign is closed.
    Closed,
}

impl Campaign {
    /// The key of these that the campaign is under; none when it is not among them. Nothing of an erased campaign is left,
    /// so that any key finds as much.
    pub fn key_among<'k>(&self, keys: &'k ServerKeys) -> Option<&'k ServerKey> {
        let any = || self.erased_at.map(|_| keys.oldest());
        keys.get(self.server_key).or_else(any)
    }

    /// The state at this time: open from `opens_at` until before `closes_at`, unless the campaign was closed earlier.
    pub fn state(&self, now: DateTime<Utc>) -> CampaignState {
        if self.closed_at.is_some() || now >= self.schedule.closes_at {
            CampaignState::Closed
        } else if now < self.schedule.opens_at {
            CampaignState::Upcoming
        } else {
            CampaignState::Open
        }
    }

    /// The end of the campaign: it takes no responses that are filled in later.
    pub fn ends_at(&self) -> DateTime<Utc> {
        let closes_at = self.schedule.closes_at;
        self.closed_at
            .map_or(closes_at, |closed_at| closed_at.min(closes_at))
    }

    /// Until when it takes responses that were filled in before its end. What waits to be released then is released,
    /// however little. A campaign that was closed before it opened has no grace.
    pub fn accepts_until(&self) -> DateTime<Utc> {
        let ends_at = self.ends_at();
        if ends_at <= self.schedule.opens_at {
            return ends_at;
        }
        days_after(ends_at, self.settings.grace_days)
    }

    /// Checks that the campaign takes responses at this time: while it is open, and within the grace after its end.
    /// Nobody can tell when a response was filled in, so this is the same for all that come.
    ///
    /// # Errors
    ///
    /// When it takes none: the reason.
    pub fn check_accepts(&self, now: DateTime<Utc>) -> Result<(), NotOpen> {
        match self.check_open(now) {
            Err(NotOpen::Closed) if now < self.accepts_until() => Ok(()),
            checked => checked,
        }
    }

    /// Whether the campaign takes responses to this version of its form.
    pub fn takes_version(&self, version: i32) -> bool {
        self.form_version.is_none_or(|pinned| pinned == version)
    }

    /// Whether people would be turned away if this version of its form were retired now and taken until `until`. `others`
    /// tells whether other versions of the form are in use. A campaign that has ended needs it as long as it accepts what
    /// was filled in before.
    pub fn needs_version(
        &self,
        version: i32,
        others: bool,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> bool {
        let ended = self.state(now) == CampaignState::Closed;
        let waits_for_it = !ended || until.max(now) < self.accepts_until();
        waits_for_it
            && match self.form_version {
                Some(pinned) => pinned == version,
                None => !others,
            }
    }

    /// Whether a version of its form that is published now would be filled in by its respondents.
    pub fn is_reached_by_new_version(&self, now: DateTime<Utc>) -> bool {
        self.form_version.is_none() && self.state(now) != CampaignState::Closed
    }

    /// Which of its figures are for everybody at this time.
    pub fn insights(&self, now: DateTime<Utc>) -> InsightsRule {
        match (self.erased_at, self.settings.insights_from) {
            (Some(_), _) => InsightsRule::None,
            (None, _) if self.accepts_until() <= now => InsightsRule::All,
            (None, Some(size)) if self.schedule.opens_at <= now => InsightsRule::From(size),
            _ => InsightsRule::None,
        }
    }

    /// Whether the campaign takes responses as tests at this time.
    pub fn is_testing(&self, now: DateTime<Utc>) -> bool {
        self.testing && self.state(now) == CampaignState::Upcoming
    }

    /// Checks that the campaign is open at this time.
    ///
    /// # Errors
    ///
    /// When the campaign is not open: the reason.
    pub fn check_open(&self, now: DateTime<Utc>) -> Result<(), NotOpen> {
        match self.state(now) {
            CampaignState::Open => Ok(()),
            CampaignState::Upcoming => Err(NotOpen::Upcoming),
            CampaignState::Closed => Err(NotOpen::Closed),
        }
    }

    /// Checks that the campaign issues passes at this time.
    ///
    /// # Errors
    ///
    /// When it issues none: the reason.
    pub fn check_gives_passes(&self, now: DateTime<Utc>) -> Result<(), NoPasses> {
        if self.settings.access != Access::Pass {
            return Err(NoPasses::Access);
        }
        self.check_open(now).map_err(NoPasses::NotOpen)
    }

    /// Checks that invitations can be made at this time. They can be made before the campaign opens.
    ///
    /// # Errors
    ///
    /// When they cannot: the reason.
    pub fn check_takes_invitations(&self, now: DateTime<Utc>) -> Result<(), NoInvitations> {
        if self.state(now) == CampaignState::Closed {
            return Err(NoInvitations::Closed);
        }
        if self.settings.access == Access::Open {
            return Err(NoInvitations::Access);
        }
        Ok(())
    }

    /// The work that a response needs. Where an invitation or a pass is needed, that is enough.
    pub fn needed_work(&self) -> Option<Work> {
        let is_open = self.settings.access == Access::Open;
        self.proof_of_work.filter(|_| is_open)
    }

    /// Whether the campaign needs a private key for passes at this time.
    pub fn needs_pass_key(&self, now: DateTime<Utc>) -> bool {
        self.settings.access == Access::Pass && self.state(now) != CampaignState::Closed
    }
}
