//! One's own account, its password and its sessions. For everybody who is logged in.

use actix_web::middleware::from_fn;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, delete, get, put};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::Validate;

use crate::app::own_account::{self, OwnSession, PasswordChange};
use crate::domain::ids::SessionId;
use crate::http::auth::client_address::client_address;
use crate::http::auth::{AnyRole, Staff};
use crate::http::extract::page::{Page, PageParams, PageQuery};
use crate::http::extract::{Body, Query};
use crate::http::middleware::compression::compress;
use crate::http::problem::Problem;
use crate::http::reply::list;
use crate::http::resources::staff::StaffView;
use crate::http::state::State;
use crate::store::sessions::SessionRow;

/// Which page of the sessions. They go by the time of the log-in.
type SessionsQuery = PageQuery<(DateTime<Utc>, SessionId)>;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(get_own_account)
        .service(update_own_password)
        .service(list_sessions)
        // Before the sessions by id, since the path of those fits as well.
        .service(end_other_sessions)
        .service(end_session);
}

/// Get your own account
///
/// It tells a client which operations it can offer.
#[utoipa::path(
    tag = "sessions",
    security(("staff" = [])),
    responses((status = 200, description = "The account that you are logged in to.", body = StaffView)),
)]
#[get("/v1/staff/own")]
async fn get_own_account(staff: Staff<AnyRole>, state: State) -> Result<HttpResponse, Problem> {
    let row = own_account::find(&state.app, staff.id).await?;
    Ok(HttpResponse::Ok().json(StaffView::from(row)))
}

/// A new password for one's own account.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "present_password": "correct horse battery staple", "new_password": "seven quiet rivers under snow",
}))]
pub struct UpdateOwnPasswordBody {
    /// The present password.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, format = Password)]
    present_password: String,
    /// The new password, of at least 12 characters. One that is easy to guess is refused.
    #[validate(length(min = 12, max = 200))]
    #[schema(min_length = 12, max_length = 200, format = Password)]
    new_password: String,
}

/// Change your own password
///
/// All other sessions of the account end, and its API keys are revoked; the session that the request is sent in goes on.
/// Attempts count as log-ins.
#[utoipa::path(
    tag = "sessions",
    security(("staff" = [])),
    request_body = UpdateOwnPasswordBody,
    responses((status = 204, description = "The password is changed.")),
    extensions(("x-problems" = json!(["no_password", "too_many_requests"]))),
)]
#[put("/v1/staff/own/password")]
async fn update_own_password(
    staff: Staff<AnyRole>,
    state: State,
    request: HttpRequest,
    body: Body<UpdateOwnPasswordBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let change = PasswordChange {
        present: body.present_password,
        new: body.new_password,
    };
    let client = client_address(&state, &request);
    own_account::change_password(&state.app, own(&staff), change, client).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "7d0c5b1e-2f7e-4a6b-8e0f-3a1b9c4d5e6f", "opened_at": "2027-01-04T09:00:00Z", "last_used_on": "2027-01-20",
    "expires_at": "2027-02-19T08:00:00Z", "is_this_one": true,
}))]
pub struct SessionView {
    /// The session's id.
    pub id: Uuid,
    /// When it was opened by a log-in.
    pub opened_at: DateTime<Utc>,
    /// The last day (UTC) on which tokens were got in it. No finer time is kept, and no address and no device.
    pub last_used_on: NaiveDate,
    /// When it ends, unless it is refreshed before. It is never refreshed beyond 90 days after the log-in.
    pub expires_at: DateTime<Utc>,
    /// Whether it is the session that the request was sent in.
    pub is_this_one: bool,
}

/// List your own sessions
#[utoipa::path(
    tag = "sessions",
    security(("staff" = [])),
    params(PageParams),
    responses((status = 200, description = "Sessions that have not ended, the newest first.", body = Page<SessionView>, example = json!({
        "items": [{
            "id": "7d0c5b1e-2f7e-4a6b-8e0f-3a1b9c4d5e6f", "opened_at": "2027-01-04T09:00:00Z",
            "last_used_on": "2027-01-20", "expires_at": "2027-02-19T08:00:00Z", "is_this_one": true,
        }],
        "next_cursor": null,
    }))),
)]
#[get("/v1/staff/own/sessions", wrap = "from_fn(compress)")]
async fn list_sessions(
    staff: Staff<AnyRole>,
    state: State,
    page: Query<SessionsQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let page = page.read()?;
    let (after, rows) = (page.after().copied(), page.rows());
    let rows = own_account::list_sessions(&state.app, staff.id, after, rows).await?;
    let view = |row: SessionRow| SessionView {
        is_this_one: row.id == staff.session_id,
        id: row.id.0,
        opened_at: row.opened_at,
        last_used_on: row.last_used_on,
        expires_at: row.expires_at,
    };
    let page = page.page(rows, |row| (row.opened_at, row.id), view);
    list::reply(
        &request,
        HttpResponse::Ok(),
        &page,
        page.next_cursor.as_deref(),
    )
}

/// End one of your own sessions
///
/// It ends at once, with its access token and all its refresh tokens.
#[utoipa::path(
    tag = "sessions",
    security(("staff" = [])),
    params(("session" = Uuid, Path, description = "The session's id, from the list of sessions.")),
    responses((status = 204, description = "It has ended.")),
    extensions(("x-problems" = json!(["session_unknown"]))),
)]
#[delete("/v1/staff/own/sessions/{session}")]
async fn end_session(
    staff: Staff<AnyRole>,
    state: State,
    session: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    own_account::end_session(&state.app, staff.id, SessionId(*session)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// End all your other sessions
///
/// They end at once; the session that the request is sent in goes on. API keys are not touched.
#[utoipa::path(
    tag = "sessions",
    security(("staff" = [])),
    responses((status = 204, description = "They have ended.")),
)]
#[delete("/v1/staff/own/sessions/others")]
async fn end_other_sessions(staff: Staff<AnyRole>, state: State) -> Result<HttpResponse, Problem> {
    own_account::end_other_sessions(&state.app, own(&staff)).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn own(staff: &Staff<AnyRole>) -> OwnSession {
    OwnSession {
        staff: staff.id,
        session: staff.session_id,
    }
}
