//! Invitations in requests and replies.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationError};

use crate::store::invitations::InvitationBatchRow;

/// The invitations to make.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "count": 200, "label": "Outpatients, first letter", "link": "https://survey.clinic.example/#invitation={invitation}",
}))]
pub struct CreateInvitationsBody {
    /// The number of invitations.
    #[validate(range(min = 1, max = 10000))]
    #[schema(minimum = 1, maximum = 10000)]
    pub(super) count: i32,
    /// A label for the batch, shown to coordinators only.
    #[validate(length(min = 1, max = 200), custom(function = not_blank))]
    #[schema(min_length = 1, max_length = 200)]
    pub(super) label: Option<String>,
    /// A link for the cards and the table, with `{invitation}` after its `#`: `https`, the scheme of an app, or
    /// `http://localhost` for a rehearsal. If missing, it leads to the campaign's page on this server, where the operator has
    /// set its public host; elsewhere the QR code of a card contains only the invitation.
    #[validate(length(min = 1, max = 300))]
    #[schema(min_length = 1, max_length = 300)]
    pub(super) link: Option<String>,
    /// Who invites, as it is printed on the cards: a name that people know.
    #[validate(length(min = 1, max = 100), custom(function = not_blank))]
    #[schema(min_length = 1, max_length = 100)]
    pub(super) sender: Option<String>,
}

fn not_blank(text: &str) -> Result<(), ValidationError> {
    // The rule on the length reports an empty one.
    if !text.is_empty() && text.trim().is_empty() {
        return Err(ValidationError::new("blank").with_message("It is blank.".into()));
    }
    Ok(())
}

/// The format of the reply.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InvitationsQuery {
    /// A list, a table with the columns `number`, `invitation` and `link`, or a page of cards for print. If missing:
    /// `json`.
    #[serde(default)]
    #[param(value_type = Option<InvitationFormat>)]
    pub(super) format: InvitationFormat,
}

/// The format of new invitations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum InvitationFormat {
    /// A list, as JSON.
    #[default]
    Json,
    /// A table, as CSV.
    Csv,
    /// Cards for print on A4, as HTML.
    Cards,
}

impl InvitationFormat {
    /// The word of the format.
    pub(super) fn as_str(self) -> &'static str {
        self.into()
    }
}

/// New invitations. They are shown only in this reply: the server stores nothing from which they could be restored.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "batch": "4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a", "campaign": "world-cancer-day-2027",
    "label": "Outpatients, first letter", "link": null, "invitations": ["ABCD-EFGH-JKMN-PQE4", "7K3M-Q9XT-VB2D-HRXZ"],
}))]
pub struct InvitationsView {
    /// The id of the batch.
    pub batch: Uuid,
    /// The campaign's key.
    pub campaign: String,
    /// The label of the batch.
    #[schema(required)]
    pub label: Option<String>,
    /// The link that carries an invitation; null where there is none.
    #[schema(required)]
    pub link: Option<String>,
    /// The invitations.
    pub invitations: Vec<String>,
}

/// A batch: invitations that were made in one call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a", "label": "Outpatients, first letter", "issued": 200,
    "created_at": "2027-01-04T09:00:00Z", "revoked_at": null,
}))]
pub struct InvitationBatchView {
    /// The id of the batch.
    pub id: Uuid,
    /// The label of the batch.
    #[schema(required)]
    pub label: Option<String>,
    /// The number of invitations made.
    pub issued: i32,
    /// When they were made.
    pub created_at: DateTime<Utc>,
    /// When the unused invitations were revoked.
    #[schema(required)]
    pub revoked_at: Option<DateTime<Utc>>,
}

impl From<InvitationBatchRow> for InvitationBatchView {
    fn from(row: InvitationBatchRow) -> Self {
        Self {
            id: row.id.0,
            label: row.label,
            issued: row.issued,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// A page of batches, and the number of used invitations of the campaign.
///
/// Used invitations are not counted for a single batch: for a batch of one, the count would reveal whether that person
/// has responded.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationBatchesView {
    /// The number of invitations made for the campaign, including revoked ones.
    #[schema(example = 200)]
    pub issued: i64,
    /// The number of these that were used, rounded down.
    #[schema(example = 130)]
    pub redeemed: i64,
    /// The unit to which the number is rounded: the smallest of 10, 20, 40, 80 and so on that is not below the
    /// campaign's release size.
    #[schema(example = 10)]
    pub redeemed_rounded_to: i32,
    /// The batches of this page, oldest first.
    pub items: Vec<InvitationBatchView>,
    /// Send it as `cursor` to get the next page; null on the last page.
    #[schema(required)]
    pub next_cursor: Option<String>,
}
