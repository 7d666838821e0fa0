//! The audit log: who looked at what. For admins.

use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::{DateTime, Datelike, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use crate::app::audit;
use crate::domain::audit::Action;
use crate::http::auth::{Admin, StaffOrKey};
use crate::http::extract::Query;
use crate::http::extract::page::{Cursor, Page, PageQuery};
use crate::http::middleware::compression::compress;
use crate::http::problem::{FieldCode, Problem, faults};
use crate::http::reply::list;
use crate::http::state::State;
use crate::store::audit::{AuditFilter, AuditRow};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_audit_entries);
}

/// Which entries to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = in_order, skip_on_field_errors = false))]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only entries of this action.
    #[serde(default, deserialize_with = "action")]
    #[param(value_type = Option<String>, example = "responses_exported")]
    action: Option<Action>,
    /// Only entries of this time and later.
    #[validate(custom(function = year))]
    from: Option<DateTime<Utc>>,
    /// Only entries before this time.
    #[validate(custom(function = year))]
    to: Option<DateTime<Utc>>,
    /// The number of items of a page.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    /// Where to continue: the `next_cursor` of the previous page.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<i64>>,
}

/// An entry of the audit.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntryView {
    /// Sequence number in the chain, from 1 on, without a gap.
    #[schema(minimum = 1)]
    pub number: i64,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// The account that did it, with an access token or an API key; null for the server itself and for its operator.
    #[schema(required)]
    pub staff: Option<AuditStaffView>,
    /// The action: `responses_exported`, `remarks_listed`, `remark_reviewed`, `remarks_exported`, `invitations_issued`,
    /// `invitations_revoked`, `remarks_redacted`, `campaign_created`, `campaign_changed`, `campaign_erased`, `form_version_published`,
    /// `form_version_retired`, `staff_created`, `staff_changed`, `login_failed`, `logins_refused`, `api_key_created`,
    /// `api_key_revoked`, `server_key_switched`, `server_key_removed`, `statistics_read`, `report_read`. Later versions may
    /// add more.
    #[schema(example = "remarks_listed")]
    pub action: String,
    /// Details of the action, such as the filter and the number of rows, and `api_key` with the id of the key that was
    /// used. Never an answer.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    pub details: Value,
    /// The hash that links this entry to the previous one, in hexadecimal.
    pub hash: String,
}

/// A member of staff in the audit.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditStaffView {
    /// The id of the account.
    pub id: Uuid,
    /// The person's present name.
    pub name: String,
}

impl From<(AuditRow, Option<String>)> for AuditEntryView {
    fn from((row, name): (AuditRow, Option<String>)) -> Self {
        Self {
            number: row.number,
            at: row.at,
            staff: row.staff_id.map(|id| AuditStaffView {
                id: id.0,
                name: name.unwrap_or_default(),
            }),
            // Details that are not JSON were not written by this program; they are shown all the same.
            details: serde_json::from_str(&row.details)
                .unwrap_or_else(|_| json!({"text": row.details})),
            action: row.action,
            hash: hex::encode(&row.hash),
        }
    }
}

/// List the audit
///
/// The audit records every export, every page of remarks shown, every change of a privacy setting, every published or
/// retired version and every change of an account, before the reply is sent. No entry can be removed unnoticed:
/// `aftercare audit verify` checks the chain.
#[utoipa::path(
    tag = "audit",
    security(("staff" = ["admin"]), ("api_key" = ["admin"])),
    params(AuditQuery),
    responses((status = 200, description = "A page of entries, the newest first.", body = Page<AuditEntryView>, example = json!({
        "items": [{
            "number": 412, "at": "2027-03-01T09:30:00.123456Z", "action": "remarks_listed",
            "staff": {"id": "4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a", "name": "Ann Analyst"},
            "details": {"campaign": "world-cancer-day-2027", "state": "pending", "remarks": 50},
            "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        }],
        "next_cursor": null,
    }))),
)]
#[get("/v1/audit", wrap = "from_fn(compress)")]
async fn list_audit_entries(
    _admin: StaffOrKey<Admin>,
    state: State,
    query: Query<AuditQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query.read()?;
    let filter = AuditFilter {
        action: query.action,
        from: query.from,
        to: query.to,
    };
    let page = PageQuery::new(query.limit, query.cursor);
    let rows = audit::list(&state.app, &filter, page.after().copied(), page.rows()).await?;
    let page = page.page(rows, |(row, _)| row.number, AuditEntryView::from);
    list::reply(
        &request,
        HttpResponse::Ok(),
        &page,
        page.next_cursor.as_deref(),
    )
}

/// Reads the word of an action.
fn action<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Action>, D::Error> {
    let word = Option::<String>::deserialize(deserializer)?;
    let known = |word: String| {
        Action::parse(&word).ok_or_else(|| D::Error::unknown_variant(&word, Action::WORDS))
    };
    word.map(known).transpose()
}

/// Postgres does not support all years that a timestamp can name.
fn year(time: &DateTime<Utc>) -> Result<(), ValidationError> {
    match (0..=9999).contains(&time.year()) {
        true => Ok(()),
        false => {
            Err(ValidationError::new("range")
                .with_message("The year must be from 0 to 9999.".into()))
        }
    }
}

fn in_order(query: &AuditQuery) -> Result<(), ValidationError> {
    match query.from.zip(query.to) {
        Some((from, to)) if from > to => Err(faults::of_field(
            "to",
            FieldCode::BeforeStart,
            "It must not be before `from`.",
        )),
        _ => Ok(()),
    }
}
