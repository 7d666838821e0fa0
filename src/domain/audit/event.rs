//! What the audit records. Every event is typed, and its fields are the details of its entry. None holds an answer,
//! a remark, an invitation, an address or a name.

use super::Action;
use crate::domain::campaign::Campaign;
use crate::domain::ids::{InvitationBatchId, RemarkId, StaffId};
use crate::domain::staff::role::Role;
use crate::domain::week::IsoWeek;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A member of staff: the id of the account.
    Staff(StaffId),
    /// Whoever runs commands on the server's machine.
    Operator,
    /// The server itself.
    Server,
}

impl Actor {
    /// The account, if it is a member of staff.
    pub const fn staff_id(self) -> Option<StaffId> {
        match self {
            Self::Staff(id) => Some(id),
            Self::Operator | Self::Server => None,
        }
    }
}

/// Something that is recorded.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum AuditEvent {
    /// A version of a form was published.
    FormVersionPublished {
        /// The key of the form.
        form: String,
        /// The number of the version.
        version: i32,
        /// Questions that were recoded under their old keys, with consent.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        recoded: Vec<String>,
    },
    /// A version of a form was retired.
    FormVersionRetired {
        /// The key of the form.
        form: String,
        /// The number of the version.
        version: i32,
        /// Until when it takes responses that were filled in before.
        accepts_until: DateTime<Utc>,
    },
    /// A campaign was created.
    CampaignCreated {
        /// The key of the campaign.
        campaign: String,
        /// The key of its form.
        form: String,
        /// The settings that touch privacy.
        settings: AuditedSettings,
    },
    /// Settings of a campaign that touch privacy were changed.
    CampaignChanged {
        /// The key of the campaign.
        campaign: String,
        /// The settings before.
        before: AuditedSettings,
        /// The settings after.
        after: AuditedSettings,
    },
    /// The responses of a campaign were deleted because their time was up.
    CampaignErased {
        /// The key of the campaign.
        campaign: String,
        /// When their time was up.
        retained_until: DateTime<Utc>,
        /// How many responses were deleted, released or not. How many were withdrawn or invited is not recorded.
        responses: usize,
        /// How many remarks were deleted.
        remarks: usize,
    },
    /// Invitations were made.
    InvitationsIssued {
        /// The key of the campaign.
        campaign: String,
        /// The id of the batch.
        batch: InvitationBatchId,
        /// How many.
        count: i32,
        /// The format in which they were handed out.
        format: &'static str,
    },
    /// What was left of a batch of invitations was taken back.
    InvitationsRevoked {
        /// The key of the campaign.
        campaign: String,
        /// The id of the batch.
        batch: InvitationBatchId,
    },
    /// A page of remarks was shown.
    RemarksListed {
        /// The filter.
        #[serde(flatten)]
        filter: AuditedRemarksFilter,
        /// How many remarks were shown.
        remarks: i64,
    },
    /// A remark was cleared, withheld or edited down.
    RemarkReviewed {
        /// The id of the remark.
        remark: RemarkId,
        /// The key of the campaign.
        campaign: String,
        /// Its state since.
        state: &'static str,
        /// Whether words were taken out.
        edited: bool,
    },
    /// Cleared remarks were exported.
    RemarksExported {
        /// The key of the form.
        form: String,
        /// The filter.
        filter: AuditedCampaigns,
        /// How many remarks.
        rows: u64,
    },
    /// Responses were exported, or the export was refused.
    ResponsesExported {
        /// The key of the form.
        form: String,
        /// The filter.
        filter: AuditedExportFilter,
        /// The least number of responses that share what is shown of their background.
        k: u32,
        /// The questions whose diversity was reported.
        sensitive: Vec<String>,
        /// What came of it.
        #[serde(flatten)]
        outcome: AuditedExport,
    },
    /// An account was made.
    StaffCreated {
        /// The id of the account.
        account: StaffId,
        /// The roles granted.
        roles: Vec<Role>,
    },
    /// An account was changed: its roles, whether it is disabled, or its password.
    StaffChanged {
        /// The id of the account.
        account: StaffId,
        /// Roles that it has since.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        granted: Vec<Role>,
        /// Roles that it had before.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        taken: Vec<Role>,
        /// Whether it is disabled since; none where that did not change.
        #[serde(skip_serializing_if = "Option::is_none")]
        disabled: Option<bool>,
        /// Whether it has a new password.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        password: bool,
    },
    /// Log-ins were refused because there were too many. It is recorded at most once an hour for an account.
    LoginsRefused {
        /// The id of the account; none where there is no such account.
        account: Option<StaffId>,
    },
}

/// The settings of a campaign that touch privacy, with its end: an end releases what waits, however little that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedSettings {
    access: &'static str,
    release_size: i32,
    k: i32,
    freezes_at: Option<DateTime<Utc>>,
    retained_until: DateTime<Utc>,
    closes_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

impl From<&Campaign> for AuditedSettings {
    fn from(campaign: &Campaign) -> Self {
        let settings = &campaign.settings;
        Self {
            access: settings.access.as_str(),
            release_size: settings.release_size,
            k: settings.k,
            freezes_at: settings.freezes_at,
            retained_until: settings.retained_until,
            closes_at: campaign.schedule.closes_at,
            closed_at: campaign.closed_at,
        }
    }
}

/// Which remarks were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedRemarksFilter {
    /// The state, or `all`.
    pub state: &'static str,
    /// The key of the campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// The key of the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Campaigns by their keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedCampaigns {
    /// The keys.
    pub campaigns: Vec<String>,
}

/// Which responses were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedExportFilter {
    /// The keys of the campaigns, sorted.
    pub campaigns: Vec<String>,
    /// The first week.
    #[serde(serialize_with = "week")]
    pub from_week: Option<IsoWeek>,
    /// The last week.
    #[serde(serialize_with = "week")]
    pub to_week: Option<IsoWeek>,
}

fn week<S: serde::Serializer>(week: &Option<IsoWeek>, serializer: S) -> Result<S::Ok, S::Error> {
    week.map(|week| week.to_string()).serialize(serializer)
}

/// What came of an export.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum AuditedExport {
    /// It was refused. Recorded too, since whoever tries again and again learns when there are enough.
    Refused {
        /// The code of the problem.
        refused: &'static str,
    },
    /// A file was written.
    Written {
        /// How many rows it has.
        rows: u64,
        /// How many cells of quasi-identifiers were suppressed.
        masked_cells: u64,
        /// In how many rows that is.
        masked_records: u64,
        /// How many other cells were suppressed with them.
        dependent_cells: u64,
        /// The smallest equivalence class.
        smallest_class: u64,
        /// How many responses are no rows, since what they were chosen by was suppressed.
        withheld_records: u64,
        /// The diversity of sensitive questions.
        diversity: Vec<AuditedDiversity>,
    },
}

/// How different the answers to a question are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedDiversity {
    /// The key of the question.
    pub question: String,
    /// The least number of different answers in an equivalence class.
    pub least: usize,
    /// In how many classes all say the same.
    pub uniform_classes: usize,
}

impl AuditEvent {
    /// The action that its entry is listed under.
    pub const fn action(&self) -> Action {
        match self {
            Self::FormVersionPublished { .. } => Action::FormVersionPublished,
            Self::FormVersionRetired { .. } => Action::FormVersionRetired,
            Self::CampaignCreated { .. } => Action::CampaignCreated,
            Self::CampaignChanged { .. } => Action::CampaignChanged,
            Self::CampaignErased { .. } => Action::CampaignErased,
            Self::InvitationsIssued { .. } => Action::InvitationsIssued,
            Self::InvitationsRevoked { .. } => Action::InvitationsRevoked,
            Self::RemarksListed { .. } => Action::RemarksListed,
            Self::RemarkReviewed { .. } => Action::RemarkReviewed,
            Self::RemarksExported { .. } => Action::RemarksExported,
            Self::ResponsesExported { .. } => Action::ResponsesExported,
            Self::StaffCreated { .. } => Action::StaffCreated,
            Self::StaffChanged { .. } => Action::StaffChanged,
            Self::LoginsRefused { .. } => Action::LoginsRefused,
        }
    }

    /// The details of its entry, when this actor did it: the fields as a JSON object. An entry names accounts only, so
    /// those of the operator say so in their details.
    pub fn details(&self, actor: Actor) -> Value {
        let mut details = serde_json::to_value(self).unwrap_or_default();
        if let (Actor::Operator, Value::Object(details)) = (actor, &mut details) {
            details.insert("by".to_owned(), Value::from("operator"));
        }
        details
    }
}
