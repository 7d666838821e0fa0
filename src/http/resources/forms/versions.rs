//! Retiring a published version, and comparing two versions. For authors.

use actix_web::{HttpResponse, get, post};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::FormVersionSummary;
use crate::app::forms;
use crate::domain::form::Changes;
use crate::http::auth::{Author, AuthorOrAnalyst, Staff};
use crate::http::extract::path::{FormPath, FormVersionPath};
use crate::http::extract::{Body, Query};
use crate::http::problem::Problem;
use crate::http::state::State;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(retire_form_version)
        .service(list_form_changes);
}

/// How to retire a version.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"grace_days": 14}))]
pub struct RetireVersionBody {
    /// The grace period in days, in which the version still takes responses that were filled in offline. If
    /// missing: 14.
    #[serde(default = "fortnight")]
    #[validate(range(min = 0, max = 365))]
    #[schema(minimum = 0, maximum = 365)]
    grace_days: i64,
}

fn fortnight() -> i64 {
    14
}

/// The two versions to compare.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The number of the older version.
    #[param(example = 1)]
    from: i32,
    /// The number of the newer version.
    #[param(example = 1)]
    to: i32,
}

/// Retire a version of a form
///
/// The version takes no new responses, except from offline clients until the grace period ends. Retiring a retired
/// version again keeps its dates.
///
/// A version that an open or upcoming campaign needs is not retired: the only one in use, or the one that the campaign
/// is pinned to.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "sleep-after-treatment"),
        ("version" = i32, Path, description = "The number of the version.", example = 1),
    ),
    request_body = RetireVersionBody,
    responses((status = 200, description = "The version as it is now.", body = FormVersionSummary)),
    extensions(("x-problems" = json!(["out_of_scope", "version_unknown", "version_needed"]))),
)]
#[post("/v1/forms/{form}/versions/{version}/retire")]
async fn retire_form_version(
    author: Staff<Author>,
    state: State,
    path: FormVersionPath,
    body: Body<RetireVersionBody>,
) -> Result<HttpResponse, Problem> {
    let grace_days = body.read().await?.grace_days;
    let (caller, form) = (author.caller(), path.key()?);
    let retired = forms::retire(&state.app, &caller, &form, path.version, grace_days).await?;
    Ok(HttpResponse::Ok().json(FormVersionSummary::from(retired)))
}

/// Compare two versions of a form
///
/// Tells for every question, score, section and notice whether it is identical, reworded, extended by options, recoded,
/// removed or added, what changed of the form as a whole, and whether the answers and scores of both versions can share
/// columns. For authors and analysts.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author", "analyst"])),
    params(
        FormPath,
        ChangesQuery,
    ),
    responses((status = 200, description = "The changes.", body = Changes, example = json!({
        "compatible": true,
        "questions": [{"key": "eating_meals", "change": "options_added", "details": ["option \"complete\" is new"]}],
        "scores": [{"key": "eating", "change": "reworded", "details": ["the title reads differently"]}],
        "sections": [{"key": "eating", "change": "identical", "details": []}],
        "notices": [], "advice": [],
        "form": [],
    }))),
    extensions(("x-problems" = json!(["form_unknown", "version_unknown"]))),
)]
#[get("/v1/forms/{form}/changes")]
async fn list_form_changes(
    _reader: Staff<AuthorOrAnalyst>,
    state: State,
    form: FormPath,
    query: Query<ChangesQuery>,
) -> Result<HttpResponse, Problem> {
    let ChangesQuery { from, to } = query.read()?;
    // The versions are for everybody, so no scope bounds what is said of them.
    let changes = forms::changes(&state.app, &form.key()?, from, to).await?;
    Ok(HttpResponse::Ok().json(changes))
}
