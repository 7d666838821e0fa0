//! A campaign: a collection of responses to one form in a window of time.

pub mod access;
mod change;
pub mod privacy_settings;
mod schedule;
pub mod statement;

use chrono::{DateTime, Utc};

use super::form::Text;
use super::ids::{CampaignId, CampaignKey, FormId, FormKey};
use access::Access;
use privacy_settings::PrivacySettings;

pub use change::{CampaignChange, ChangeRefused};
pub use schedule::{Schedule, ScheduleFault, default_retention};

/// A campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// Its key.
    pub key: CampaignKey,
    /// The form that it collects responses to.
    pub form_id: FormId,
    /// The key of that form.
    pub form: FormKey,
    /// What it is called, by language.
    pub title: Text,
    /// What it is for, by language.
    pub description: Option<Text>,
    /// When it opens and closes.
    pub schedule: Schedule,
    /// When it was closed for good, before the end of its window.
    pub closed_at: Option<DateTime<Utc>>,
    /// What it promises to those who answer.
    pub settings: PrivacySettings,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When its responses were deleted.
    pub erased_at: Option<DateTime<Utc>>,
}

/// Whether a campaign takes responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignState {
    /// Not yet.
    Upcoming,
    /// Now.
    Open,
    /// No more.
    Closed,
}

/// Why a campaign takes nothing now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOpen {
    /// It has not opened yet.
    Upcoming,
    /// It is closed.
    Closed,
}

/// Why a campaign gives no passes now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPasses {
    /// Its access rule does not ask for passes.
    Access,
    /// It is not open.
    NotOpen(NotOpen),
}

/// Why invitations to a campaign make no sense now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoInvitations {
    /// Anybody may answer.
    Access,
    /// It is closed.
    Closed,
}

impl Campaign {
    /// Its state at this time: open from `opens_at` on, up to `closes_at`, unless it was closed before.
    pub fn state(&self, now: DateTime<Utc>) -> CampaignState {
        if self.closed_at.is_some() || now >= self.schedule.closes_at {
            CampaignState::Closed
        } else if now < self.schedule.opens_at {
            CampaignState::Upcoming
        } else {
            CampaignState::Open
        }
    }

    /// Whether it is open at this time.
    ///
    /// # Errors
    ///
    /// Why it is not.
    pub fn check_open(&self, now: DateTime<Utc>) -> Result<(), NotOpen> {
        match self.state(now) {
            CampaignState::Open => Ok(()),
            CampaignState::Upcoming => Err(NotOpen::Upcoming),
            CampaignState::Closed => Err(NotOpen::Closed),
        }
    }

    /// Whether it gives passes at this time.
    ///
    /// # Errors
    ///
    /// Why it does not.
    pub fn check_gives_passes(&self, now: DateTime<Utc>) -> Result<(), NoPasses> {
        if self.settings.access != Access::Pass {
            return Err(NoPasses::Access);
        }
        self.check_open(now).map_err(NoPasses::NotOpen)
    }

    /// Whether invitations to it can be made at this time: also before it opens.
    ///
    /// # Errors
    ///
    /// Why they cannot.
    pub fn check_takes_invitations(&self, now: DateTime<Utc>) -> Result<(), NoInvitations> {
        if self.state(now) == CampaignState::Closed {
            return Err(NoInvitations::Closed);
        }
        if self.settings.access == Access::Open {
            return Err(NoInvitations::Access);
        }
        Ok(())
    }

    /// Whether its passes need a private key at this time.
    pub fn needs_pass_key(&self, now: DateTime<Utc>) -> bool {
        self.settings.access == Access::Pass && self.state(now) != CampaignState::Closed
    }

    /// The same campaign closed for good at this time; none when it is already.
    pub fn close(&self, now: DateTime<Utc>) -> Option<Self> {
        self.closed_at.is_none().then(|| Self {
            closed_at: Some(now),
            ..self.clone()
        })
    }
}
