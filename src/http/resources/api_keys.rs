//! API keys, with which scheduled jobs read. For staff: each their own; admins see and revoke all.

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use crate::app::api_keys::{self, NewApiKey};
use crate::domain::ids::ApiKeyId;
use crate::domain::staff::api_key::{self, DEFAULT_LIFETIME_DAYS, Scope};
use crate::domain::staff::role::Role;
use crate::http::auth::{AnyRole, Staff};
use crate::http::extract::page::{Cursor, Page, PageQuery};
use crate::http::extract::{Body, Query};
use crate::http::middleware::compression::compress;
use crate::http::problem::{Problem, challenge};
use crate::http::reply::list;
use crate::http::state::State;
use crate::store::api_keys::ApiKeyRow;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(create_api_key)
        .service(list_api_keys)
        .service(revoke_api_key);
}

/// A key to make.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "label": "Nightly export", "role": "analyst", "form": "daily-life-after-treatment", "lifetime_days": 90,
}))]
pub struct CreateApiKeyBody {
    /// What the key is for. Its owner and admins see it.
    #[validate(length(min = 1, max = 100), custom(function = not_blank))]
    #[schema(min_length = 1, max_length = 100)]
    label: String,
    /// The one role of yours that the key has: `analyst`, `coordinator` or `admin`.
    role: Role,
    /// The key of the only form that it reads. If missing, it reads all forms, and what belongs to no form.
    #[validate(length(max = 40))]
    #[schema(max_length = 40)]
    form: Option<String>,
    /// In how many days it expires. If missing: 90.
    #[serde(default = "default_lifetime_days")]
    #[validate(range(min = 1, max = 365))]
    #[schema(minimum = 1, maximum = 365)]
    lifetime_days: i64,
}

fn default_lifetime_days() -> i64 {
    DEFAULT_LIFETIME_DAYS
}

fn not_blank(label: &str) -> Result<(), ValidationError> {
    // The rule on the length reports an empty label.
    if !label.is_empty() && label.trim().is_empty() {
        return Err(ValidationError::new("blank").with_message("The label is blank.".into()));
    }
    Ok(())
}

impl CreateApiKeyBody {
    fn into_new(self) -> Result<NewApiKey, Problem> {
        // A malformed key cannot exist.
        let form = self.form.map(|form| form.parse()).transpose();
        let form = form.map_err(|_| api_keys::ApiKeyError::FormUnknown)?;
        Ok(NewApiKey {
            label: self.label,
            scope: Scope {
                role: self.role,
                form,
            },
            lifetime_days: self.lifetime_days,
        })
    }
}

/// A new key. Its text is shown only in this reply: the server stores nothing from which it could be restored.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "5f0c7b1e-3d5a-4f0e-9b6a-2d1f6c1e7a90", "key": "aftercare_0000000000000000000000000000000000000000000000000",
    "created_at": "2027-01-04T09:00:00Z", "expires_at": "2027-04-04T09:00:00Z",
}))]
pub struct CreatedApiKeyView {
    /// The id of the key, by which the list, the audit and revoking name it.
    pub id: Uuid,
    /// The key. Send it as `Authorization: Bearer …`, and keep it like a password.
    pub key: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
}

/// The state of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyState {
    /// It can be used.
    Active,
    /// Its time is over.
    Expired,
    /// It was revoked, or its owner no longer has the role.
    Revoked,
}

impl From<api_key::ApiKeyState> for ApiKeyState {
    fn from(state: api_key::ApiKeyState) -> Self {
        match state {
            api_key::ApiKeyState::Active => Self::Active,
            api_key::ApiKeyState::Expired => Self::Expired,
            api_key::ApiKeyState::Revoked => Self::Revoked,
        }
    }
}

/// A key, without its text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "5f0c7b1e-3d5a-4f0e-9b6a-2d1f6c1e7a90", "label": "Nightly export",
    "owner": {"id": "4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a", "name": "Ann Analyst"},
    "role": "analyst", "form": "daily-life-after-treatment", "state": "active",
    "created_at": "2027-01-04T09:00:00Z", "expires_at": "2027-04-04T09:00:00Z",
    "last_used_on": "2027-01-31", "revoked_at": null,
}))]
pub struct ApiKeyView {
    /// The id of the key.
    pub id: Uuid,
    /// What it is for.
    pub label: String,
    /// The account that it belongs to.
    pub owner: ApiKeyOwnerView,
    /// The role that it has.
    pub role: Role,
    /// The key of the only form that it reads; null when it reads all.
    #[schema(required)]
    pub form: Option<String>,
    /// Whether it can be used.
    pub state: ApiKeyState,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
    /// The last day (UTC) on which it was used. The time of day is not kept.
    #[schema(required)]
    pub last_used_on: Option<NaiveDate>,
    /// When it was revoked.
    #[schema(required)]
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The owner of a key.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeyOwnerView {
    /// The id of the account.
    pub id: Uuid,
    /// The person's present name.
    pub name: String,
}

impl ApiKeyView {
    fn of(row: ApiKeyRow, now: DateTime<Utc>) -> Self {
        Self {
            id: row.id.0,
            label: row.label,
            owner: ApiKeyOwnerView {
                id: row.key.owner.0,
                name: row.owner_name,
            },
            role: row.key.scope.role,
            state: row.key.state(now).into(),
            form: row.key.scope.form.map(|form| form.to_string()),
            created_at: row.created_at,
            expires_at: row.key.expires_at,
            last_used_on: row.last_used_on,
            revoked_at: row.key.revoked_at,
        }
    }
}

/// Which keys to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApiKeysQuery {
    /// Only your own keys; `all` for the keys of every account, which needs the role admin. If missing: `me`.
    #[serde(default)]
    #[param(value_type = Option<ApiKeyFilter>)]
    owner: ApiKeyFilter,
    /// The number of items of a page.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    /// Where to continue: the `next_cursor` of the previous page.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<(DateTime<Utc>, ApiKeyId)>>,
}

/// The filter of keys by owner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyFilter {
    /// Your own.
    #[default]
    Me,
    /// Those of every account.
    All,
}

/// Make an API key
///
/// A key is for a job that runs by itself, such as a nightly export. It has one of your roles, only reads, and can be
/// limited to one form. Send it like an access token, to the operations that list `api_key`. It works until it expires
/// or is revoked. It is revoked for good when your account is disabled, loses the role or gets a new password.
///
/// The reply is the only time that the key is shown, since only its hash is stored. If the reply is lost, revoke the key
/// and make another one. The making is recorded in the audit.
#[utoipa::path(
    tag = "api-keys",
    security(("staff" = [])),
    request_body = CreateApiKeyBody,
    responses((status = 201, description = "The key.", body = CreatedApiKeyView, headers(
        ("Location" = String, description = "The key's place; deleting it revokes the key."),
    ))),
)]
#[post("/v1/api-keys")]
async fn create_api_key(
    staff: Staff<AnyRole>,
    state: State,
    body: Body<CreateApiKeyBody>,
) -> Result<HttpResponse, Problem> {
    let new = body.read().await?.into_new()?;
    let (actor, session) = (staff.actor(), Some(staff.session_id));
    let issued = api_keys::create(&state.app, actor, staff.id, session, new).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/v1/api-keys/{}", issued.id)))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(CreatedApiKeyView {
            id: issued.id.0,
            key: issued.secret.expose().to_owned(),
            created_at: issued.created_at,
            expires_at: issued.expires_at,
        }))
}

/// List API keys
///
/// Lists your own keys, unless `owner` asks for those of every account, which is for admins. Keys that have expired or
/// were revoked are included, since the audit names them by id. No key's text is shown.
#[utoipa::path(
    tag = "api-keys",
    security(("staff" = [])),
    params(ApiKeysQuery),
    responses((status = 200, description = "A page of keys, the newest first.", body = Page<ApiKeyView>, example = json!({
        "items": [{
            "id": "5f0c7b1e-3d5a-4f0e-9b6a-2d1f6c1e7a90", "label": "Nightly export",
            "owner": {"id": "4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a", "name": "Ann Analyst"},
            "role": "analyst", "form": "daily-life-after-treatment", "state": "active",
            "created_at": "2027-01-04T09:00:00Z", "expires_at": "2027-04-04T09:00:00Z",
            "last_used_on": "2027-01-31", "revoked_at": null,
        }],
        "next_cursor": null,
    }))),
    extensions(("x-problems" = json!(["forbidden"]))),
)]
#[get("/v1/api-keys", wrap = "from_fn(compress)")]
async fn list_api_keys(
    staff: Staff<AnyRole>,
    state: State,
    query: Query<ApiKeysQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query.read()?;
    let owner = match query.owner {
        ApiKeyFilter::Me => Some(staff.id),
        ApiKeyFilter::All if staff.roles.contains(&Role::Admin) => None,
        ApiKeyFilter::All => {
            let detail = "The keys of every account are for the role admin.";
            return Err(challenge::role_missing(&[Role::Admin.as_str()]).detail(detail));
        }
    };
    let page = PageQuery::new(query.limit, query.cursor);
    let (after, rows) = (page.after().copied(), page.rows());
    let now = state.app.now();
    let rows = api_keys::list(&state.app, owner, after, rows).await?;
    let key = |row: &ApiKeyRow| (row.created_at, row.id);
    let page = page.page(rows, key, |row| ApiKeyView::of(row, now));
    let next = page.next_cursor.as_deref();
    list::reply(&request, HttpResponse::Ok(), &page, next)
}

/// Revoke an API key
///
/// The next request with the key is refused. Admins can revoke every key, everybody else their own. Revoking a key again
/// changes nothing.
#[utoipa::path(
    tag = "api-keys",
    security(("staff" = [])),
    params(("api_key" = Uuid, Path, description = "The id of the key, from the list of keys.")),
    responses((status = 204, description = "The key is revoked.")),
    extensions(("x-problems" = json!(["api_key_unknown"]))),
)]
#[delete("/v1/api-keys/{api_key}")]
async fn revoke_api_key(
    staff: Staff<AnyRole>,
    state: State,
    api_key: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let only_of = (!staff.roles.contains(&Role::Admin)).then_some(staff.id);
    let (actor, id) = (staff.actor(), ApiKeyId(*api_key));
    api_keys::revoke(&state.app, actor, id, only_of).await?;
    Ok(HttpResponse::NoContent().finish())
}
