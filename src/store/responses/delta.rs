//! The change that a move makes to the table of released responses. Each move returns it, so that counts can be updated
//! in the same transaction.

use std::fmt;

use diesel::prelude::*;
use diesel::sql_types::{Binary, Uuid as SqlUuid};

use crate::domain::ids::{CampaignId, FormVersionId, ResponseId};

/// A change of the released responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// A batch was released.
    Released {
        /// The campaign.
        campaign_id: CampaignId,
        /// The responses that were added.
        records: Vec<ReleasedRecord>,
    },
    /// A released response was withdrawn. What it said is gone.
    Withdrawn {
        /// The campaign.
        campaign_id: CampaignId,
    },
    /// All responses of a campaign were deleted.
    Erased {
        /// The campaign.
        campaign_id: CampaignId,
    },
}

impl Delta {
    /// The campaign.
    pub fn campaign_id(&self) -> CampaignId {
        match self {
            Self::Released { campaign_id, .. }
            | Self::Withdrawn { campaign_id }
            | Self::Erased { campaign_id } => *campaign_id,
        }
    }

    /// The number of responses that the change lists.
    pub fn count(&self) -> usize {
        match self {
            Self::Released { records, .. } => records.len(),
            Self::Withdrawn { .. } => 1,
            Self::Erased { .. } => 0,
        }
    }
}

/// What of a response can be counted.
#[derive(Clone, PartialEq, Eq, Queryable, QueryableByName)]
pub struct ReleasedRecord {
    /// The id of the response.
    #[diesel(sql_type = SqlUuid)]
    pub id: ResponseId,
    /// The version of the form.
    #[diesel(sql_type = SqlUuid)]
    pub form_version_id: FormVersionId,
    /// The answers, encoded by the version's layout.
    #[diesel(sql_type = Binary)]
    pub record: Vec<u8>,
}

impl fmt::Debug for ReleasedRecord {
    /// Without the answers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReleasedRecord({}, …)", self.form_version_id)
    }
}
