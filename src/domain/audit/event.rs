//! The events that the audit records. Every event is typed, and its fields are the details of its entry. No event holds
//! an answer, a remark, an invitation, an address or a name.

use std::collections::{BTreeMap, BTreeSet};

use super::Action;
use crate::domain::campaign::Campaign;
use crate::domain::ids::{ApiKeyId, InvitationBatchId, RemarkId, StaffId};
use crate::domain::staff::role::Role;
use crate::domain::staff::scope::{RoleScopes, ScopeList};
use crate::domain::week::IsoWeek;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// The actor of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A member of staff, by account id.
    Staff(StaffId),
    /// A scheduled job with an API key of a member of staff.
    ApiKey {
        /// The account that the key belongs to.
        owner: StaffId,
        /// The id of the key.
        key: ApiKeyId,
    },
    /// The operator: a person who runs commands on the server's machine.
    Operator,
    /// The server itself.
    Server,
}

impl Actor {
    /// The account id, if the actor is a member of staff or has a key of one.
    pub const fn staff_id(self) -> Option<StaffId> {
        match self {
            Self::Staff(id) | Self::ApiKey { owner: id, .. } => Some(id),
            Self::Operator | Self::Server => None,
        }
    }
}

/// A recorded event.
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
        /// The end of the grace period: until then the version takes responses that were filled in before.
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
    /// The responses of a campaign were deleted because its retention period ended.
    CampaignErased {
        /// The key of the campaign.
        campaign: String,
        /// When the retention period ended.
        retained_until: DateTime<Utc>,
        /// The number of responses deleted, released or not. The numbers of withdrawn responses and of invitations are
        /// not recorded.
        responses: usize,
        /// The number of remarks deleted.
        remarks: usize,
    },
    /// Invitations were made.
    InvitationsIssued {
        /// The key of the campaign.
        campaign: String,
        /// The id of the batch.
        batch: InvitationBatchId,
        /// The number of invitations.
        count: i32,
        /// The format in which they were handed out.
        format: &'static str,
    },
    /// A batch of invitations was revoked.
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
        /// The number of remarks shown.
        remarks: i64,
    },
    /// A remark was cleared, withheld or shortened.
    RemarkReviewed {
        /// The id of the remark.
        remark: RemarkId,
        /// The key of the campaign.
        campaign: String,
        /// The state after the review.
        state: &'static str,
        /// Whether words were taken out.
        edited: bool,
    },
    /// Remarks that waited were cleaned again, by better rules.
    RemarksRedacted {
        /// The version of the rules.
        version: u32,
        /// The number of remarks from which something was taken out.
        remarks: u64,
        /// How often each kind of identifier was found.
        found: BTreeMap<&'static str, u64>,
    },
    /// Cleared remarks were exported.
    RemarksExported {
        /// The key of the form.
        form: String,
        /// The filter.
        filter: AuditedCampaigns,
        /// The number of remarks.
        rows: u64,
    },
    /// Responses were exported, or the export was refused.
    ResponsesExported {
        /// The key of the form.
        form: String,
        /// The filter.
        filter: AuditedExportFilter,
        /// The file.
        file: AuditedFile,
        /// The minimum number of responses that share their visible background (`k`).
        k: u32,
        /// The questions whose diversity was reported.
        sensitive: Vec<String>,
        /// The outcome.
        #[serde(flatten)]
        outcome: AuditedExport,
    },
    /// Statistics were read. Recorded once a day for each account and query.
    StatisticsRead {
        /// The key of the form.
        form: String,
        /// The question or score.
        of: String,
        /// By what it was broken down.
        by: Vec<String>,
        /// The answers that responses had to have.
        #[serde(rename = "where", skip_serializing_if = "Vec::is_empty")]
        conditions: Vec<String>,
        /// The other filters.
        filter: AuditedExportFilter,
    },
    /// The report of a form was read. Recorded once a day for each account.
    ReportRead {
        /// The key of the form.
        form: String,
        /// The keys of the campaigns.
        campaigns: Vec<String>,
    },
    /// An account was created.
    StaffCreated {
        /// The id of the account.
        account: StaffId,
        /// The roles granted.
        roles: Vec<Role>,
        /// What these are limited to.
        #[serde(skip_serializing_if = "RoleScopes::is_empty")]
        scopes: RoleScopes,
    },
    /// An account was changed: its roles or what they reach, whether it is disabled, or its password.
    StaffChanged {
        /// The id of the account.
        account: StaffId,
        /// Roles granted.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        granted: Vec<Role>,
        /// Roles revoked.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        taken: Vec<Role>,
        /// What its roles are limited to, before and after; none where that did not change.
        #[serde(skip_serializing_if = "Option::is_none")]
        scopes: Option<AuditedScopes>,
        /// Whether it is now disabled; none where that did not change.
        #[serde(skip_serializing_if = "Option::is_none")]
        disabled: Option<bool>,
        /// Whether its password was changed.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        password: bool,
    },
    /// A log-in failed, or the present password was wrong where one was to be changed. The first ones of an hour are
    /// recorded.
    LoginFailed {
        /// The id of the account; none where there is no such account. What was typed instead is not recorded.
        account: Option<StaffId>,
    },
    /// Log-ins were refused because there were too many. Recorded at most once an hour for an account.
    LoginsRefused {
        /// The id of the account; none where there is no such account.
        account: Option<StaffId>,
    },
    /// Somebody logged in by the OpenID Connect provider.
    ProviderLogin {
        /// The id of the account.
        account: StaffId,
    },
    /// The OpenID Connect provider named somebody, and the log-in was refused. The first ones of an hour are recorded.
    ProviderLoginRefused {
        /// The id of the account; none where the person has none. Who it was is not recorded then.
        account: Option<StaffId>,
        /// Why it was refused: `no_role` or `disabled`.
        refused: &'static str,
    },
    /// An API key was made. Its label is not recorded, since people write names into labels.
    ApiKeyCreated {
        /// The id of the key.
        api_key: ApiKeyId,
        /// The account that it belongs to.
        account: StaffId,
        /// The role that it has.
        role: Role,
        /// The key of the only form that it reads.
        #[serde(skip_serializing_if = "Option::is_none")]
        form: Option<String>,
        /// When it expires.
        expires_at: DateTime<Utc>,
    },
    /// An API key was revoked: by hand, or because its account was disabled, lost the role or got a new password.
    ApiKeyRevoked {
        /// The id of the key.
        api_key: ApiKeyId,
        /// The account that it belongs to.
        account: StaffId,
    },
    /// New campaigns and the audit went over to another server key. This entry is the first one under it.
    ServerKeySwitched {
        /// The id of the key before.
        from: String,
        /// The fingerprint of the key from now on.
        to: String,
        /// The number of entries under the keys before.
        entries: u64,
        /// The [digest](super::ChainDigest) of these entries, which stay proven when their keys are removed.
        digest: String,
    },
    /// A server key was removed, since nothing is under it any more.
    ServerKeyRemoved {
        /// The id of the key.
        key: String,
    },
}

/// The privacy settings of a campaign, and its end. The end and the grace after it matter for privacy because
/// all waiting responses, however few, are released then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedSettings {
    access: &'static str,
    release_size: i32,
    k: i32,
    freezes_at: Option<DateTime<Utc>>,
    retained_until: DateTime<Utc>,
    closes_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    grace_days: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    insights_from: Option<i32>,
    /// The keys of the questions.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    left_out: BTreeSet<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    masking_weights: BTreeMap<String, u8>,
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
            grace_days: settings.grace_days,
            insights_from: settings.insights_from,
            left_out: settings.left_out.keys(),
            masking_weights: settings.masking_weights.0.clone(),
        }
    }
}

/// A change of what the roles of an account are limited to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedScopes {
    /// The limits before.
    pub before: RoleScopes,
    /// The limits after.
    pub after: RoleScopes,
}

/// The filter of a list of remarks.
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
    /// The forms and campaigns that the reader's role is limited to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeList>,
}

/// Campaigns by key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedCampaigns {
    /// The keys.
    pub campaigns: Vec<String>,
}

/// The filter of an export of responses, or of statistics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedExportFilter {
    /// The keys of the campaigns, sorted.
    pub campaigns: Vec<String>,
    /// The versions of the form; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<i32>,
    /// The languages of the responses; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
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

/// The file of an export of responses. What is not said is as usual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedFile {
    /// The format.
    pub format: &'static str,
    /// The layout, if it is not wide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<&'static str>,
    /// How choices are written, if not by their codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<&'static str>,
    /// How missing values are written, if they are not blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<&'static str>,
    /// The columns, if not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
}

/// The outcome of an export.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum AuditedExport {
    /// The export was refused. This is recorded because repeated attempts reveal when there are enough responses.
    Refused {
        /// The code of the problem.
        refused: &'static str,
    },
    /// No file was written: what would be suppressed was measured. This is recorded because the figures change with each
    /// response.
    Measured {
        /// The number of rows that there would be.
        measured: u64,
    },
    /// A file was written.
    Written {
        /// The number of rows.
        rows: u64,
        /// The number of suppressed cells of quasi-identifiers.
        masked_cells: u64,
        /// Those of them of which the campaigns leave out the question.
        #[serde(skip_serializing_if = "is_zero")]
        left_out_cells: u64,
        /// The number of rows with such cells.
        masked_records: u64,
        /// The number of other cells that were suppressed because of them.
        dependent_cells: u64,
        /// The size of the smallest equivalence class.
        smallest_class: u64,
        /// The number of responses left out because a value that the filter uses was suppressed.
        withheld_records: u64,
        /// The number of cells told as a group.
        #[serde(skip_serializing_if = "is_zero")]
        coarser_cells: u64,
        /// The diversity of sensitive questions.
        diversity: Vec<AuditedDiversity>,
    },
}

/// Where there is nothing of something new, entries stay as they were before there was it.
#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The diversity of the answers to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedDiversity {
    /// The key of the question.
    pub question: String,
    /// The minimum number of different answers in an equivalence class.
    pub least: usize,
    /// The number of classes in which all answers are equal.
    pub uniform_classes: usize,
}

impl AuditEvent {
    /// The action under which the event is listed.
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
            Self::RemarksRedacted { .. } => Action::RemarksRedacted,
            Self::RemarksExported { .. } => Action::RemarksExported,
            Self::ResponsesExported { .. } => Action::ResponsesExported,
            Self::StatisticsRead { .. } => Action::StatisticsRead,
            Self::ReportRead { .. } => Action::ReportRead,
            Self::StaffCreated { .. } => Action::StaffCreated,
            Self::StaffChanged { .. } => Action::StaffChanged,
            Self::LoginFailed { .. } => Action::LoginFailed,
            Self::LoginsRefused { .. } => Action::LoginsRefused,
            Self::ProviderLogin { .. } => Action::ProviderLogin,
            Self::ProviderLoginRefused { .. } => Action::ProviderLoginRefused,
            Self::ApiKeyCreated { .. } => Action::ApiKeyCreated,
            Self::ApiKeyRevoked { .. } => Action::ApiKeyRevoked,
            Self::ServerKeySwitched { .. } => Action::ServerKeySwitched,
            Self::ServerKeyRemoved { .. } => Action::ServerKeyRemoved,
        }
    }

    /// The details of the entry when this actor did it: the fields of the event as a JSON object. An entry can only
    /// name an account, so the details mark events of the operator, and name the API key that was used.
    pub fn details(&self, actor: Actor) -> Value {
        let mut details = serde_json::to_value(self).unwrap_or_default();
        let mark = match actor {
            Actor::Operator => Some(("by", Value::from("operator"))),
            Actor::ApiKey { key, .. } => Some(("api_key", Value::from(key.to_string()))),
            Actor::Staff(_) | Actor::Server => None,
        };
        if let (Some((name, mark)), Value::Object(details)) = (mark, &mut details) {
            details.insert(name.to_owned(), mark);
        }
        details
    }
}
