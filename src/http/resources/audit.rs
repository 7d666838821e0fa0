//! The audit log: who looked at what. For admins.

use actix_web::{HttpResponse, get};
use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::app::audit;
use crate::domain::audit::Action;
use crate::http::auth::{Admin, StaffOrKey};
use crate::http::extract::Query;
use crate::http::extract::page::{Page, PageQuery};
use crate::http::problem::{Code, Problem};
use crate::http::state::State;
use crate::store::audit::{AuditFilter, AuditRow};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_audit_entries);
}

/// Which entries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only entries of this action.
    #[param(example = "responses_exported")]
    action: Option<String>,
    /// Only entries of this time and later.
    from: Option<DateTime<Utc>>,
    /// Only entries before this time.
    to: Option<DateTime<Utc>>,
    /// The number of items of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    /// Where to continue: the `next_cursor` of the previous page.
    cursor: Option<String>,
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
    /// `invitations_revoked`, `campaign_created`, `campaign_changed`, `campaign_erased`, `form_version_published`,
    /// `form_version_retired`, `staff_created`, `staff_changed`, `logins_refused`, `api_key_created`, `api_key_revoked`.
    /// Later versions may add more.
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
#[get("/v1/audit")]
async fn list_audit_entries(
    _admin: StaffOrKey<Admin>,
    state: State,
    query: Query<AuditQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.read()?;
    let filter = query.filter()?;
    let page = PageQuery::new(query.limit, query.cursor);
    let (before, rows) = (page.after::<i64>()?, page.rows()?);
    let rows = audit::list(&state.app, &filter, before, rows).await?;
    let page = page.page(rows, |(row, _)| row.number, AuditEntryView::from)?;
    Ok(HttpResponse::Ok().json(page))
}

impl AuditQuery {
    fn filter(&self) -> Result<AuditFilter, Problem> {
        let action = self.action.as_deref().map(|word| {
            let words = Action::WORDS.join(", ");
            Action::parse(word).ok_or_else(|| wrong(format!("`action` is one of {words}.")))
        });
        // Postgres does not support all years that a timestamp can name.
        let known = |time: &DateTime<Utc>| (0..=9999).contains(&time.year());
        if !self.from.iter().chain(&self.to).all(known) {
            return Err(wrong("`from` and `to` are of the years 0 to 9999."));
        }
        if self.from.zip(self.to).is_some_and(|(from, to)| from > to) {
            return Err(wrong("`from` is later than `to`."));
        }
        Ok(AuditFilter {
            action: action.transpose()?,
            from: self.from,
            to: self.to,
        })
    }
}

fn wrong(detail: impl Into<String>) -> Problem {
    Problem::new(Code::QueryInvalid).detail(detail)
}
