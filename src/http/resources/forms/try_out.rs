//! Trying out a draft. For authors.

use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::forms::try_out::try_out;
use crate::domain::response::{RawAnswers, Summary};
use crate::http::auth::{Author, Staff};
use crate::http::extract::Body;
use crate::http::extract::path::FormPath;
use crate::http::problem::Problem;
use crate::http::state::State;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(try_form_draft);
}

/// A draft, filled in to try it out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"language": "en", "answers": {"falling_asleep": "severe", "sleep_hours": 5}}))]
pub struct TryFormDraftBody {
    /// The language in which the draft is read; one of the form's languages.
    #[schema(example = "en")]
    language: String,
    /// The answers.
    answers: RawAnswers,
}

/// What the draft makes of the answers. Nothing is stored.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "form": "sleep-after-treatment", "language": "en", "summary": {"scores": [], "notices": []},
    "answers": {"falling_asleep": "severe", "sleep_hours": 5},
}))]
pub struct TriedFormDraftView {
    /// The form's key.
    pub form: String,
    /// The language in which the draft is read.
    pub language: String,
    /// Scores by area, and the notices that the answers call for.
    pub summary: Summary,
    /// The answers as they would be stored; free text as cleaned.
    pub answers: RawAnswers,
}

/// Try out the draft of a form
///
/// Validates, scores and summarises a response by the draft as last saved, and stores nothing. A draft with faults that
/// prevent publishing cannot be tried out: `errors` names the faults.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "sleep-after-treatment"),
    ),
    request_body = TryFormDraftBody,
    responses((status = 200, description = "What the draft makes of it.", body = TriedFormDraftView)),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "draft_unknown", "draft_invalid", "answers_invalid"]))),
)]
#[post("/v1/forms/{form}/draft/responses")]
async fn try_form_draft(
    author: Staff<Author>,
    state: State,
    form: FormPath,
    body: Body<TryFormDraftBody>,
) -> Result<HttpResponse, Problem> {
    let TryFormDraftBody { language, answers } = body.parse().await?;
    let form = form.key()?;
    let tried = try_out(&state.app, &author.caller(), &form, &language, &answers).await?;
    Ok(HttpResponse::Ok().json(TriedFormDraftView {
        form: form.to_string(),
        language: tried.language,
        summary: tried.summary,
        answers: tried.answers,
    }))
}
