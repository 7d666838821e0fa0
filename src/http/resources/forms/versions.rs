//! The life of a published version: retiring it, and what changed since another. For authors.

use actix_web::web::Path;
use actix_web::{HttpResponse, get, post};
use chrono::TimeDelta;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::FormVersionSummary;
use crate::domain::form::Changes;
use crate::http::auth::{Author, Staff};
use crate::http::extract::{Body, Query, State};
use crate::http::problem::{Code, Problem};
use crate::store::forms::{find_form, find_version, find_version_ref, retire_version};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(retire_form_version)
        .service(list_form_changes);
}

/// How a version is retired.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"grace_days": 14}))]
pub struct RetireVersionBody {
    /// For how many days it still takes responses that were filled in offline.
    #[serde(default = "fortnight")]
    #[validate(range(min = 0, max = 365))]
    #[schema(minimum = 0, maximum = 365, default = 14)]
    grace_days: i64,
}

fn fortnight() -> i64 {
    14
}

/// Which two versions to compare.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The number of the older version.
    #[param(example = 1)]
    from: i32,
    /// The number of the newer one.
    #[param(example = 2)]
    to: i32,
}

/// Retire a version of a form
///
/// It takes no new responses, except from offline clients until the grace period ends. A version that
/// is retired already keeps its dates.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "daily-life-after-treatment"),
        ("version" = i32, Path, description = "The number of the version.", example = 1),
    ),
    request_body = RetireVersionBody,
    responses((status = 200, description = "The version as it is now.", body = FormVersionSummary)),
    extensions(("x-problems" = json!(["version_unknown"]))),
)]
#[post("/v1/forms/{form}/versions/{version}/retire")]
async fn retire_form_version(
    _author: Staff<Author>,
    state: State,
    path: Path<(String, i32)>,
    body: Body<RetireVersionBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let (form, version) = path.into_inner();
    let now = state.now();
    let mut conn = state.connection().await?;
    let found = find_version_ref(&mut conn, &form, Some(version)).await?;
    let found = found.ok_or(Code::VersionUnknown)?;
    let accepts_until = now + TimeDelta::days(body.grace_days);
    let row = retire_version(&mut conn, found.id, now, accepts_until).await?;
    Ok(HttpResponse::Ok().json(FormVersionSummary::from(row)))
}

/// Compare two versions of a form
///
/// Says of every question whether it is identical, reworded, has options added, is recoded, removed or
/// added, and whether the answers of both versions can stand in the same columns.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "daily-life-after-treatment"),
        ChangesQuery,
    ),
    responses((status = 200, description = "The changes.", body = Changes, example = json!({
        "compatible": true,
        "questions": [{"key": "eating_meals", "change": "options_added", "details": ["option \"complete\" is new"]}],
    }))),
    extensions(("x-problems" = json!(["form_unknown", "version_unknown"]))),
)]
#[get("/v1/forms/{form}/changes")]
async fn list_form_changes(
    _author: Staff<Author>,
    state: State,
    form: Path<String>,
    Query(query): Query<ChangesQuery>,
) -> Result<HttpResponse, Problem> {
    let mut conn = state.connection().await?;
    let form = find_form(&mut conn, &form)
        .await?
        .ok_or(Code::FormUnknown)?;
    let from = find_version(&mut conn, form.id, query.from)
        .await?
        .ok_or(Code::VersionUnknown)?;
    let to = find_version(&mut conn, form.id, query.to)
        .await?
        .ok_or(Code::VersionUnknown)?;
    let from = state.published.get(&mut conn, from.id).await?;
    let to = state.published.get(&mut conn, to.id).await?;
    Ok(HttpResponse::Ok().json(Changes::between(&from.form, &to.form)))
}
