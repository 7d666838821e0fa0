//! Responses: sending one, reading it again, withdrawing it. For everybody who holds a receipt.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::intake::IntakeError;
use crate::domain::fault::Fault;
use crate::domain::response::receipt::Receipt;
use crate::domain::response::{AnswerFault, RawAnswers, Summary, validate};
use crate::domain::week::IsoWeek;
use crate::http::extract::credential::admission;
use crate::http::extract::{Body, State};
use crate::http::problem::{Code, FieldError, Problem};
use crate::store::campaigns::{CampaignRow, Window};
use crate::store::forms::FormVersionRef;
use crate::store::responses::insert::{Arrival, Stored, find_earlier};
use crate::store::responses::redeem::Refusal;

mod by_receipt;

pub use by_receipt::OwnResponseView;

/// The operations of this resource.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(create_response)
        .service(by_receipt::get_own_response)
        .service(by_receipt::withdraw_own_response);
}

/// A filled form.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateResponseBody {
    /// The number of the version that was filled in.
    #[schema(example = 1, minimum = 1)]
    form_version: i32,
    /// The language in which it was read, one of the form's.
    #[schema(example = "ko")]
    language: String,
    /// The answers.
    answers: RawAnswers,
}

/// What is kept of a response, and what it comes to.
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
    /// The language in which it was read.
    pub language: String,
    /// The ISO week in which it came; no finer time is kept.
    pub week: String,
    /// Scores by area, and the notices that the answers call for.
    pub summary: Summary,
}

/// Send a response
///
/// The `Receipt` is a secret that the client makes (16 random bytes or more, in base64url) and keeps: with
/// it a retry is safe, and it alone can read or withdraw the response. A retry of the same answers gives
/// the same body with 200. All bad answers are reported at once.
///
/// Where the campaign's access is `code`, an `Invitation` lets in one response. It is used up together with the
/// storing of the response, and stays so when that is withdrawn.
///
/// Where the campaign's access is `pass`, a pass lets in one response: `Authorization: PrivateToken token="…"`
/// (RFC 9577). It is spent together with the storing of the response. Without one, `WWW-Authenticate` says how to get
/// it.
#[utoipa::path(
    tag = "responses",
    params(
        ("campaign" = String, Path, description = "The campaign's key.", example = "world-cancer-day-2027"),
        ("Receipt" = String, Header, description = "22 to 128 random characters of A-Z, a-z, 0-9, - and _.", example = "m3Zk0n2yTq8XwP5rVb1LcA"),
        ("Invitation" = Option<String>, Header, description = "Where access is `code`: the invitation, 16 letters and digits. Case, spaces and dashes do not matter, nor O for 0, I and L for 1.", example = "ABCD-EFGH-JKMN-PQE4"),
    ),
    request_body = CreateResponseBody,
    responses(
        (status = 201, description = "It is stored.", body = ResponseView),
        (status = 200, description = "It was stored before, the very same.", body = ResponseView),
    ),
    extensions(("x-problems" = json!([
        "receipt_missing", "receipt_malformed", "receipt_used", "response_withdrawn", "answers_invalid",
        "campaign_unknown", "campaign_not_open_yet", "campaign_closed", "version_retired", "access_changed",
        "invitation_missing", "invitation_malformed", "invitation_unknown", "invitation_used", "invitation_misplaced",
        "pass_missing", "pass_invalid", "pass_spent",
    ]))),
)]
#[post("/v1/campaigns/{campaign}/responses")]
async fn create_response(
    req: HttpRequest,
    state: State,
    campaign: Path<String>,
    body: Body<CreateResponseBody>,
) -> Result<HttpResponse, Problem> {
    let receipt = receipt(&req)?;
    let body = body.parse().await?;
    let now = state.now();
    let found = state
        .campaign_and_version(&campaign, body.form_version)
        .await?;
    let (campaign, version) = found.ok_or(Code::CampaignUnknown)?;
    let version = version.ok_or_else(|| field("/form_version", VERSION_UNKNOWN))?;
    let published = state.published(version.id).await?;
    let form = &published.form;
    if !form.definition().languages.contains(&body.language) {
        return Err(field("/language", LANGUAGE_NOT_OFFERED));
    }
    let answers = validate(form, &body.answers).map_err(answers_invalid)?;
    let week = IsoWeek::of(now.date_naive());
    let (ids, key) = ((campaign.id, version.id), &state.keys.server);
    let response = answers.anonymise(form, ids, &body.language, week, &receipt, key);
    let stored = match refusal(&campaign, &version, now) {
        None => {
            let admission = admission(&req, &state, &campaign).await?;
            state
                .intake
                .store(Arrival {
                    response,
                    admission,
                })
                .await?
        }
        // Sent in time, but the answer was lost on the way: still a replay.
        Some(refusal) => {
            let mut conn = state.connection().await?;
            find_earlier(&mut conn, &response).await?.ok_or(refusal)?
        }
    };
    let (mut answer, week) = match stored {
        Stored::New => (HttpResponse::Created(), week),
        Stored::Replay(week) => (HttpResponse::Ok(), week),
        Stored::Conflict => return Err(Code::ReceiptUsed.into()),
        Stored::Withdrawn => return Err(Code::ResponseWithdrawn.into()),
        Stored::Refused(refusal) => return Err(refusal.into()),
    };
    let summary = Summary::of(form, answers.as_slice(), &body.language);
    Ok(answer.json(ResponseView {
        campaign: campaign.key,
        form_version: published.version,
        language: body.language,
        week: week.to_string(),
        summary,
    }))
}

/// The one `Receipt` header.
fn receipt(req: &HttpRequest) -> Result<Receipt, Problem> {
    let mut values = req.headers().get_all("receipt");
    let value = values.next().ok_or(Code::ReceiptMissing)?;
    let receipt = value
        .to_str()
        .ok()
        .and_then(|text| Receipt::parse(text).ok());
    receipt.filter(|_| values.next().is_none()).ok_or_else(|| {
        let detail = "Give one: 22 to 128 random characters of A-Z, a-z, 0-9, - and _, for instance 16 random bytes in base64url.";
        Problem::new(Code::ReceiptMalformed).detail(detail)
    })
}

/// Why nothing new can be taken now.
fn refusal(
    campaign: &CampaignRow,
    version: &FormVersionRef,
    now: chrono::DateTime<chrono::Utc>,
) -> Option<Problem> {
    match campaign.window(now) {
        Window::Upcoming => Some(Code::CampaignNotOpenYet.into()),
        Window::Closed => Some(Code::CampaignClosed.into()),
        Window::Open if !version.accepts(now) => Some(Code::VersionRetired.into()),
        Window::Open => None,
    }
}

const VERSION_UNKNOWN: (&str, &str) = (
    "version_unknown",
    "The campaign's form has no such version.",
);
const LANGUAGE_NOT_OFFERED: (&str, &str) = (
    "language_not_offered",
    "The form does not exist in this language.",
);

fn field(pointer: &str, (code, detail): (&str, &str)) -> Problem {
    Problem::fields(
        Code::BodyInvalid,
        vec![FieldError::new(pointer, code, detail)],
    )
}

fn answers_invalid(faults: Vec<Fault<AnswerFault>>) -> Problem {
    let error = |fault: Fault<AnswerFault>| {
        let pointer = format!("/answers{}", fault.pointer);
        FieldError::new(pointer, fault.kind.code(), fault.kind.to_string())
    };
    Problem::fields(
        Code::AnswersInvalid,
        faults.into_iter().map(error).collect(),
    )
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::InvitationUnknown => Code::InvitationUnknown.into(),
            Refusal::InvitationUsed => Code::InvitationUsed.into(),
            Refusal::PassSpent => Code::PassSpent.into(),
            Refusal::AccessChanged => Code::AccessChanged.into(),
        }
    }
}

impl From<IntakeError> for Problem {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::NoConnection | IntakeError::Stopped => Code::DatabaseUnavailable.into(),
            IntakeError::Query(error) => error.into(),
        }
    }
}
