//! Responses: sending, reading, correcting and withdrawing one. For every holder of a receipt.

use actix_web::{HttpRequest, HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::responses::{self, FilledForm, NewResponse, Receipted};
use crate::domain::free_text::redact::Kind;
use crate::domain::ids::CampaignKey;
use crate::domain::response::{RawAnswers, Summary};
use crate::http::auth::client_address::client_address;
use crate::http::extract::Document;
use crate::http::extract::credential::credentials;
use crate::http::extract::path::CampaignPath;
use crate::http::extract::receipt::receipt;
use crate::http::problem::Problem;
use crate::http::state::State;

mod by_receipt;
mod own_summary;
mod sent;

pub use by_receipt::OwnResponseView;
use sent::SentForm;

/// The operations of this resource.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(create_response)
        .service(by_receipt::get_own_response)
        .service(own_summary::get_own_summary)
        .service(by_receipt::correct_own_response)
        .service(by_receipt::withdraw_own_response);
}

/// A filled form.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "form_version": 1, "language": "ko",
    "answers": {
        "cancer_type": "stomach", "time_since_treatment": "months_6_to_12", "treatments": ["surgery"], "sex": null,
        "eating_meals": "severe", "sleep_night": "mild", "distress": 5,
    },
}))]
pub struct CreateResponseBody {
    /// The number of the version that was filled in.
    #[schema(example = 1, minimum = 1)]
    form_version: i32,
    /// The language in which the respondent read the form; one of the form's languages.
    #[schema(example = "ko")]
    language: String,
    /// The answers.
    answers: RawAnswers,
}

/// A FHIR R4 QuestionnaireResponse.
#[derive(ToSchema)]
#[schema(value_type = std::collections::HashMap<String, serde_json::Value>, example = json!({
    "resourceType": "QuestionnaireResponse", "status": "completed", "language": "ko",
    "questionnaire": "urn:aftercare:form:daily-life-after-treatment|1",
    "item": [{
        "linkId": "section__eating",
        "item": [{"linkId": "eating_meals", "answer": [{"valueCoding": {"code": "severe"}}]}],
    }],
}))]
struct QuestionnaireResponse(
    #[allow(dead_code, reason = "only its schema is used")] serde_json::Value,
);

/// The metadata and the summary of a response.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "campaign": "world-cancer-day-2027", "form_version": 1, "language": "ko", "week": "2027-W05",
    "summary": {
        "scores": [{
            "key": "eating", "title": {"ko": "식사"}, "value": 75.0, "band": "much",
            "band_label": {"ko": "많이 어려움"}, "answered": 3, "shown": 4,
        }],
        "notices": [],
    },
}))]
pub struct ResponseView {
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
    /// Whether it is a test: the campaign has not opened yet, and this is deleted when it opens. Left out otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub test: bool,
    /// The kinds of personal details that were taken out of the free text, so that a client can tell the person: `email`,
    /// `phone`, `resident_number`, `card_number`, `link`, `number` (of a record, an account, a passport), `account_name`,
    /// `address`, `number_plate`, `date_of_birth`, `password`, `ip_address`, `coordinates`. Later versions may add more.
    /// Left out when there were none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["phone"]))]
    pub removed: Vec<&'static str>,
}

/// Send a response
///
/// The `Receipt` is a secret that the client generates (16 random bytes or more, in base64url) and keeps. It makes a
/// retry safe, and is required to read or withdraw the response. A retry with the same answers gets the same body with
/// 200. All invalid answers are reported at once.
///
/// The response can be sent as a FHIR R4 QuestionnaireResponse, whose `questionnaire` names form and version, such as
/// `urn:aftercare:form:sleep|3`. Elements that can name the person, such as `subject`, are refused (`identifying`);
/// `authored` and others that tools put in are dropped. Problems point into the resource.
///
/// Before a campaign opens that is `testing`, a response is stored as a test: `test` is true in the reply, no invitation or
/// pass is needed or used up, and it is deleted when the campaign opens.
///
/// How many responses come from one network is limited, generously. A retry of one that is stored is not refused.
///
/// If the campaign's access is `code`, each `Invitation` admits one response. The invitation is used up in the
/// transaction that stores the response, and stays used if the response is withdrawn.
///
/// A response that was withdrawn lets in one other: send the new one, with a new receipt, and with the old receipt as
/// `Replaces` instead of an invitation or a pass. Nothing stored says that the two belong together.
///
/// If the campaign's access is `pass`, each pass admits one response: `Authorization: PrivateToken token="…"` (RFC
/// 9577). The pass is spent in the transaction that stores the response. If it is missing, `WWW-Authenticate` in the
/// reply says how to get one.
///
/// If the campaign's `proof_of_work` is a number of bits, `Proof-Of-Work` is a text for which
/// `SHA-256("aftercare-work\n" campaign "\n" receipt "\n" proof)` begins with that many zero bits. A client finds it by
/// trying. A retry of a response that is stored needs none.
#[utoipa::path(
    tag = "responses",
    security((), ("pass" = [])),
    params(
        CampaignPath,
        ("Receipt" = String, Header, description = "22 to 128 random characters of A-Z, a-z, 0-9, - and _.", pattern = "^[A-Za-z0-9_-]{22,128}$", example = "m3Zk0n2yTq8XwP5rVb1LcA"),
        ("Invitation" = Option<String>, Header, description = "Where access is `code`: the invitation, 16 letters and digits. Case, spaces and dashes do not matter, nor O for 0, I and L for 1.", example = "ABCD-EFGH-JKMN-PQE4"),
        ("Replaces" = Option<String>, Header, description = "Where access is `code` or `pass`: the receipt of a response that was withdrawn, instead of an invitation or a pass.", pattern = "^[A-Za-z0-9_-]{22,128}$"),
        ("Proof-Of-Work" = Option<String>, Header, description = "Where the campaign's `proof_of_work` is not null: the proof for this campaign and this receipt, 1 to 64 characters of A-Z, a-z, 0-9, - and _. Elsewhere it is not looked at.", example = "83539"),
    ),
    request_body(content(
        (CreateResponseBody = "application/json"), (QuestionnaireResponse = "application/fhir+json"),
    )),
    responses(
        (status = 201, description = "It is stored.", body = ResponseView),
        (status = 200, description = "An identical response was stored before.", body = ResponseView),
    ),
    extensions(("x-problems" = json!([
        "receipt_missing", "receipt_malformed", "receipt_used", "response_withdrawn", "answers_invalid",
        "campaign_unknown", "campaign_not_open_yet", "campaign_closed", "version_retired", "access_changed",
        "invitation_missing", "invitation_malformed", "invitation_unknown", "invitation_used", "invitation_misplaced",
        "pass_missing", "pass_invalid", "pass_spent", "replaces_malformed", "replaces_unknown", "replaces_used",
        "version_not_taken", "proof_of_work_needed", "too_many_requests",
    ]))),
)]
#[post("/v1/campaigns/{campaign}/responses")]
async fn create_response(
    req: HttpRequest,
    state: State,
    campaign: CampaignPath,
    document: Document,
) -> Result<HttpResponse, Problem> {
    let (receipt, client) = (receipt(&req)?, client_address(&state, &req));
    let key = campaign.key()?;
    let (filled, places) = SentForm::read(&state, &key, document).await?.parts();
    let sent = NewResponse {
        filled,
        receipt,
        credentials: credentials(&req),
    };
    let stored = responses::submit(&state.app, &key, sent, client).await;
    let stored = stored.map_err(|error| places.explain(error))?;
    let mut response = match stored.new {
        true => HttpResponse::Created(),
        false => HttpResponse::Ok(),
    };
    Ok(response.json(ResponseView::of(&key, stored)))
}

impl From<CreateResponseBody> for FilledForm {
    fn from(body: CreateResponseBody) -> Self {
        Self {
            form_version: body.form_version,
            language: body.language,
            answers: body.answers,
        }
    }
}

impl ResponseView {
    fn of(campaign: &CampaignKey, stored: Receipted) -> Self {
        Self {
            campaign: campaign.to_string(),
            form_version: stored.form_version,
            language: stored.language,
            week: stored.week.to_string(),
            summary: stored.summary,
            test: stored.test,
            removed: stored.removed.into_iter().map(Kind::as_str).collect(),
        }
    }
}
