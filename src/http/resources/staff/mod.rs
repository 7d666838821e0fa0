//! Accounts of staff. For admins.

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get, patch, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use crate::app::staff::{self, NewAccount};
use crate::domain::ids::StaffId;
use crate::domain::staff::account::AccountChange;
use crate::domain::staff::role::Role;
use crate::http::auth::{Admin, Staff};
use crate::http::extract::page::{Page, PageParams, PageQuery};
use crate::http::extract::{Body, Query, optional_object};
use crate::http::middleware::compression::compress;
use crate::http::problem::Problem;
use crate::http::reply::list;
use crate::http::state::State;
use crate::store::staff::StaffRow;

mod scopes;

pub use scopes::{FormsScopeView, ScopeView, ScopesView};

/// Which page of the accounts. They go by the time when they were made.
type AccountsQuery = PageQuery<(DateTime<Utc>, StaffId)>;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_staff)
        .service(create_staff)
        .service(get_staff)
        .service(update_staff);
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a", "email": "ann@clinic.example", "name": "Ann Author",
    "log_in": "password", "roles": ["author"], "scopes": {"author": {"forms": ["daily-life-after-treatment"]}},
    "disabled": false, "created_at": "2027-01-04T09:00:00Z",
}))]
pub struct StaffView {
    /// The account's id.
    pub id: Uuid,
    /// The e-mail address, which is the name for logging in by password. An account of the OpenID Connect provider without an
    /// address of its own has one that ends in `account.invalid`.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// How the person logs in.
    pub log_in: LogInBy,
    /// The roles.
    pub roles: Vec<Role>,
    /// What these are limited to.
    pub scopes: ScopesView,
    /// A disabled account cannot log in.
    pub disabled: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
}

/// How the person of an account logs in.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogInBy {
    /// By password.
    Password,
    /// By the OpenID Connect provider, which also gives the roles anew at each log-in.
    Provider,
}

impl From<StaffRow> for StaffView {
    fn from(row: StaffRow) -> Self {
        Self {
            roles: row.roles(),
            scopes: row.scopes.into(),
            log_in: match row.issuer {
                Some(_) => LogInBy::Provider,
                None => LogInBy::Password,
            },
            id: row.id.0,
            email: row.email,
            name: row.name,
            disabled: row.disabled,
            created_at: row.created_at,
        }
    }
}

/// A new account.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "email": "ann@clinic.example", "name": "Ann Author", "roles": ["author"],
    "password": "correct horse battery staple",
}))]
pub struct CreateStaffBody {
    /// The e-mail address, which is the name for logging in; stored in lower case.
    #[validate(email, length(max = 254))]
    #[schema(format = Email, max_length = 254)]
    email: String,
    /// The person's name.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The roles, at least one. No role includes another.
    #[validate(custom(function = one_or_more))]
    #[schema(min_items = 1)]
    roles: Vec<Role>,
    /// What these are limited to. If missing: every role reaches everything.
    #[serde(default, deserialize_with = "optional_object")]
    scopes: Option<ScopesView>,
    /// The first password, of at least 12 characters.
    #[validate(length(min = 12, max = 200))]
    #[schema(min_length = 12, max_length = 200, format = Password)]
    password: String,
}

/// A change of an account. A field that is missing stays unchanged.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"disabled": true}))]
pub struct UpdateStaffBody {
    /// The person's name.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// The complete list of roles after the change. A role that is taken takes its limit along.
    #[validate(custom(function = one_or_more))]
    #[schema(min_items = 1)]
    roles: Option<Vec<Role>>,
    /// What the roles are limited to after the change, all of it: a role that is missing here reaches everything. It
    /// counts from the next request of the account on, and for its API keys too.
    #[serde(default, deserialize_with = "optional_object")]
    scopes: Option<ScopesView>,
    /// Disabling ends all sessions of the account at once.
    disabled: Option<bool>,
    /// A new password; it ends all sessions of the account.
    #[validate(length(min = 12, max = 200))]
    #[schema(min_length = 12, max_length = 200, format = Password)]
    password: Option<String>,
}

fn one_or_more(roles: &[Role]) -> Result<(), ValidationError> {
    if roles.is_empty() {
        return Err(ValidationError::new("length").with_message("Give one role or more.".into()));
    }
    Ok(())
}

/// List accounts
#[utoipa::path(
    tag = "staff",
    security(("staff" = ["admin"])),
    params(PageParams),
    responses((status = 200, description = "Accounts, the oldest first.", body = Page<StaffView>, example = json!({
        "items": [{
            "id": "4f9c1c1e-7a0e-4c3b-9a64-0d6f1c1f2b3a", "email": "ann@clinic.example", "name": "Ann Author",
            "log_in": "password", "roles": ["author"], "scopes": {"author": {"forms": ["daily-life-after-treatment"]}},
    "disabled": false, "created_at": "2027-01-04T09:00:00Z",
        }],
        "next_cursor": null,
    }))),
)]
#[get("/v1/staff", wrap = "from_fn(compress)")]
async fn list_staff(
    _admin: Staff<Admin>,
    state: State,
    page: Query<AccountsQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let page = page.read()?;
    let rows = staff::list(&state.app, page.after().copied(), page.rows()).await?;
    let page = page.page(rows, |row| (row.created_at, row.id), StaffView::from);
    list::reply(
        &request,
        HttpResponse::Ok(),
        &page,
        page.next_cursor.as_deref(),
    )
}

/// Make an account
#[utoipa::path(
    tag = "staff",
    security(("staff" = ["admin"])),
    request_body = CreateStaffBody,
    responses((status = 201, description = "The account.", body = StaffView, headers(
        ("Location" = String, description = "Where the account is."),
    ))),
    extensions(("x-problems" = json!(["staff_exists", "too_many_requests"]))),
)]
#[post("/v1/staff")]
async fn create_staff(
    admin: Staff<Admin>,
    state: State,
    body: Body<CreateStaffBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let scopes = body.scopes.map(ScopesView::read).transpose()?;
    let new = NewAccount {
        email: body.email,
        name: body.name,
        roles: body.roles,
        scopes: scopes.unwrap_or_default(),
        password: body.password,
    };
    let row = staff::create(&state.app, admin.actor(), new).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/v1/staff/{}", row.id)))
        .json(StaffView::from(row)))
}

/// Get an account
#[utoipa::path(
    tag = "staff",
    security(("staff" = ["admin"])),
    params(("id" = Uuid, Path, description = "The account's id, from the list of accounts.")),
    responses((status = 200, description = "The account.", body = StaffView)),
    extensions(("x-problems" = json!(["staff_unknown"]))),
)]
#[get("/v1/staff/{id}")]
async fn get_staff(
    _admin: Staff<Admin>,
    state: State,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let row = staff::find(&state.app, StaffId(*id)).await?;
    Ok(HttpResponse::Ok().json(StaffView::from(row)))
}

/// Change an account
///
/// The last admin that is not disabled cannot be disabled or lose the role.
#[utoipa::path(
    tag = "staff",
    security(("staff" = ["admin"])),
    params(("id" = Uuid, Path, description = "The account's id, from the list of accounts.")),
    request_body = UpdateStaffBody,
    responses((status = 200, description = "The account as it is now.", body = StaffView)),
    extensions(("x-problems" = json!(["staff_unknown", "last_admin", "no_password", "too_many_requests"]))),
)]
#[patch("/v1/staff/{id}")]
async fn update_staff(
    admin: Staff<Admin>,
    state: State,
    id: Path<Uuid>,
    body: Body<UpdateStaffBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let scopes = body.scopes.map(ScopesView::read).transpose()?;
    let change = AccountChange {
        name: body.name,
        roles: body.roles,
        scopes,
        disabled: body.disabled,
    };
    let (actor, id) = (admin.actor(), StaffId(*id));
    let row = staff::change(&state.app, actor, id, change, body.password).await?;
    Ok(HttpResponse::Ok().json(StaffView::from(row)))
}
