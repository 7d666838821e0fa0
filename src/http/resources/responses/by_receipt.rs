//! The response of a receipt: reading, correcting and withdrawing it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, put};
use serde::Serialize;
use utoipa::ToSchema;

use super::sent::SentForm;
use super::{CreateResponseBody, QuestionnaireResponse, ResponseView};
use crate::app::own_response::{correct_own, read_own, withdraw_own};
use crate::domain::response::{RawAnswers, Summary};
use crate::formats::fhir;
use crate::http::auth::client_address::client_address;
use crate::http::extract::Document;
use crate::http::extract::media_type::preferred;
use crate::http::extract::path::CampaignPath;
use crate::http::extract::receipt::receipt;
use crate::http::problem::Problem;
use crate::http::state::State;

/// A stored response, as returned to the holder of its receipt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "campaign": "world-cancer-day-2027", "form_version": 1, "language": "ko", "week": "2027-W05",
    "summary": {"scores": [], "notices": []},
    "answers": {"cancer_type": "stomach", "eating_meals": "severe", "sex": null},
}))]
pub struct OwnResponseView {
    /// The campaign's key.
    pub campaign: String,
    /// The number of the version that was filled in.
    pub form_version: i32,
    /// The language in which the respondent read the form.
    pub language: String,
    /// The ISO week of arrival; no finer time is stored.
    pub week: String,
    /// Scores by area, and the notices that the answers call for.
    pub summary: Summary,
    /// The answers as stored; free text as cleaned.
    pub answers: RawAnswers,
    /// Whether it is a test: the campaign has not opened yet, and this is deleted when it opens. Left out otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub test: bool,
}

/// Read one's own response
///
/// Returns what is stored, to the holder of the receipt. Free text is as cleaned. With `Accept: application/fhir+json` it
/// is a FHIR R4 QuestionnaireResponse, with the answers and the scores.
#[utoipa::path(
    tag = "responses",
    params(
        CampaignPath,
        ("Receipt" = String, Header, description = "The receipt that the response was sent with.", pattern = "^[A-Za-z0-9_-]{22,128}$", example = "m3Zk0n2yTq8XwP5rVb1LcA"),
    ),
    responses((
        status = 200,
        description = "The response. Generated clients take one media type a reply, so the others stand in `x-other-media-types`.",
        body = OwnResponseView,
    )),
    extensions(("x-other-media-types" = json!(["application/fhir+json"])), ("x-problems" = json!([
        "receipt_missing", "receipt_malformed", "campaign_unknown", "response_unknown", "response_withdrawn",
        "too_many_requests",
    ]))),
)]
#[get("/v1/campaigns/{campaign}/responses/own")]
pub(super) async fn get_own_response(
    req: HttpRequest,
    state: State,
    campaign: CampaignPath,
) -> Result<HttpResponse, Problem> {
    let (receipt, client) = (receipt(&req)?, client_address(&state, &req));
    let key = campaign.key()?;
    let own = read_own(&state.app, &key, &receipt, client).await?;
    let stored = own.response;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::VARY, "accept"));
    if preferred(&req, &["application/json", fhir::MEDIA_TYPE]) == fhir::MEDIA_TYPE {
        let scores = stored.summary.scores.iter();
        let scores = scores.filter_map(|it| Some((it.key.as_str(), it.value?)));
        let resource = fhir::write_response(
            &own.published.form,
            stored.form_version,
            &stored.language,
            &own.answers,
            &scores.collect::<Vec<_>>(),
        );
        return Ok(response
            .content_type(fhir::MEDIA_TYPE)
            .body(resource.to_string()));
    }
    Ok(response.json(OwnResponseView {
        campaign: key.to_string(),
        form_version: stored.form_version,
        language: stored.language,
        week: stored.week.to_string(),
        summary: stored.summary,
        answers: own.answers,
        test: stored.test,
    }))
}

/// Correct one's own response
///
/// Replaces all answers, the language and the free text of a response that waits to be released. It takes the same
/// receipt and the whole form again, and neither an invitation nor a pass. The correction is checked like a new response,
/// and can be sent again without harm. The week stays that of the arrival.
///
/// A response that was released is not changed, since analysts may have seen it (`response_released`). Withdraw it, and
/// send the right answers with a new receipt, and with the old one as `Replaces`.
#[utoipa::path(
    tag = "responses",
    params(
        CampaignPath,
        ("Receipt" = String, Header, description = "The receipt that the response was sent with.", pattern = "^[A-Za-z0-9_-]{22,128}$", example = "m3Zk0n2yTq8XwP5rVb1LcA"),
    ),
    request_body(content(
        (CreateResponseBody = "application/json"), (QuestionnaireResponse = "application/fhir+json"),
    )),
    responses((status = 200, description = "The response as it is now.", body = ResponseView)),
    extensions(("x-problems" = json!([
        "receipt_missing", "receipt_malformed", "campaign_unknown", "answers_invalid", "response_unknown",
        "response_withdrawn", "response_released", "version_retired", "version_not_taken", "too_many_requests",
    ]))),
)]
#[put("/v1/campaigns/{campaign}/responses/own")]
pub(super) async fn correct_own_response(
    req: HttpRequest,
    state: State,
    campaign: CampaignPath,
    document: Document,
) -> Result<HttpResponse, Problem> {
    let (receipt, client) = (receipt(&req)?, client_address(&state, &req));
    let key = campaign.key()?;
    let (filled, places) = SentForm::read(&state, &key, document).await?.parts();
    let corrected = correct_own(&state.app, &key, &receipt, filled, client).await;
    let corrected = corrected.map_err(|error| places.explain(error))?;
    Ok(HttpResponse::Ok().json(ResponseView::of(&key, corrected)))
}

/// Withdraw one's own response
///
/// The response is deleted with its remarks. Only its id stays, so that a late retry does not store the response again;
/// the receipt cannot be derived from the id. From the campaign's `freezes_at` on, withdrawal is refused.
#[utoipa::path(
    tag = "responses",
    params(
        CampaignPath,
        ("Receipt" = String, Header, description = "The receipt that the response was sent with.", pattern = "^[A-Za-z0-9_-]{22,128}$", example = "m3Zk0n2yTq8XwP5rVb1LcA"),
    ),
    responses((status = 204, description = "It is gone.")),
    extensions(("x-problems" = json!([
        "receipt_missing", "receipt_malformed", "campaign_unknown", "response_unknown", "response_withdrawn",
        "withdrawal_ended", "too_many_requests",
    ]))),
)]
#[delete("/v1/campaigns/{campaign}/responses/own")]
pub(super) async fn withdraw_own_response(
    req: HttpRequest,
    state: State,
    campaign: CampaignPath,
) -> Result<HttpResponse, Problem> {
    let receipt = receipt(&req)?;
    let client = client_address(&state, &req);
    withdraw_own(&state.app, &campaign.key()?, &receipt, client).await?;
    Ok(HttpResponse::NoContent().finish())
}
