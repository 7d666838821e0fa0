//! The personal summary of a response, for the holder of its receipt: as JSON, and as a page.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::own_summary::{OwnSummary, own_summary};
use crate::domain::disclosure::cell_key::ProtectedFigure;
use crate::domain::form::HighIs;
use crate::domain::response::{Area, Likeness, Passage};
use crate::formats::own_summary::{STYLE, SummaryPage, no_diagnosis, peers_about, summary_html};
use crate::http::auth::client_address::client_address;
use crate::http::extract::media_type::preferred;
use crate::http::extract::path::CampaignPath;
use crate::http::extract::receipt::receipt;
use crate::http::problem::Problem;
use crate::http::reply::page_policy;
use crate::http::state::State;

/// Allows the style of the page, and nothing else.
static POLICY: LazyLock<String> = LazyLock::new(|| page_policy(STYLE));

/// What a response says of its writer, in the language of the response.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSummaryView {
    /// The campaign's key.
    #[schema(example = "world-cancer-day-2027")]
    pub campaign: String,
    /// The form's key.
    #[schema(example = "daily-life-after-treatment")]
    pub form: String,
    /// The form's title.
    #[schema(example = "Daily life after cancer treatment")]
    pub title: String,
    /// The number of the version that was filled in.
    #[schema(example = 1)]
    pub form_version: i32,
    /// The language in which the respondent read the form, and of all texts.
    #[schema(example = "en")]
    pub language: String,
    /// The ISO week of arrival.
    #[schema(example = "2027-W05")]
    pub week: String,
    /// One for each score of the form of which at least one question counts.
    pub areas: Vec<AreaView>,
    /// Keys of the areas that weigh most, the heaviest first; at most three.
    #[schema(example = json!(["eating"]))]
    pub heaviest: Vec<String>,
    /// What to raise with the care team, as the author of the form wrote it: what concerns the heaviest areas first.
    pub advice: Vec<PassageView>,
    /// The notices that the answers call for.
    pub notices: Vec<PassageView>,
    /// Who counts as people like the writer.
    pub people_like_you: PeopleLikeYouView,
    /// That this is no diagnosis, in words to be shown with it.
    #[schema(
        example = "This summary does not diagnose anything, and it does not take the place of your care team."
    )]
    pub note: &'static str,
    /// Whether it is a test: the campaign has not opened yet, and this is deleted when it opens. Left out otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub test: bool,
}

/// An area of daily life: a score.
#[derive(Debug, Serialize, ToSchema)]
pub struct AreaView {
    /// The score's key.
    #[schema(example = "eating")]
    pub key: String,
    /// What is scored.
    #[schema(example = "Eating (higher = more difficulty)")]
    pub title: String,
    /// The score; null when too few questions were answered.
    #[schema(required, example = 75.0)]
    pub value: Option<f64>,
    /// The least score that there can be.
    #[schema(example = 0.0)]
    pub lowest: f64,
    /// The greatest.
    #[schema(example = 100.0)]
    pub highest: f64,
    /// What a high score tells: `worse` is more difficulty, `better` is less, or a better experience.
    pub high_is: HighIs,
    /// The code of the score's band; null where the score is, or has no bands.
    #[schema(required, example = "great")]
    pub band: Option<String>,
    /// The band in words.
    #[schema(required, example = "Great difficulty")]
    pub band_label: Option<String>,
    /// The number of questions with an answer that counts.
    #[schema(example = 2)]
    pub answered: usize,
    /// The number of questions shown.
    #[schema(example = 2)]
    pub shown: usize,
    /// The mean of people like the writer; null where it is held back, since there are too few or none.
    #[schema(required)]
    pub people_like_you: Option<PeersView>,
}

/// A published mean, with an interval of 95 % that includes the noise.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeersView {
    /// The mean.
    #[schema(example = 41.7)]
    pub mean: f64,
    /// The lower end of its interval.
    #[schema(example = 38.2)]
    pub lower: f64,
    /// The upper end.
    #[schema(example = 45.1)]
    pub upper: f64,
}

/// A text of the form.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassageView {
    /// Its key.
    #[schema(example = "eating_advice")]
    pub key: String,
    /// The text.
    #[schema(example = "You could ask for a dietitian.")]
    pub text: String,
}

/// Who counts as people like the writer: those of the campaign who gave the same answer to the first background question
/// with options.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeopleLikeYouView {
    /// The key of the question; null where the writer gave no such answer.
    #[schema(required, example = "cancer_type")]
    pub question: Option<String>,
    /// The code of the answer.
    #[schema(required, example = "stomach")]
    pub code: Option<String>,
    /// The answer in words.
    #[schema(required, example = "Stomach cancer")]
    pub label: Option<String>,
    /// Whether nothing is shown of them. Whether they are too few or nobody, or nothing is published yet, it does not tell.
    pub held_back: bool,
    /// The same in words, to be shown.
    #[schema(
        example = "How people like you answered is not shown: so far there are too few of them, or nothing is published yet."
    )]
    pub text: String,
}

/// Read one's own summary
///
/// What the response says of its writer: scores with their bands in words, the areas that weigh most, how people like the
/// writer scored, and what to raise with the care team, as the author of the form wrote it. It diagnoses nothing. Figures
/// of others are those of `GET /v1/campaigns/{campaign}/insights`, which everybody sees. With
/// `Accept: text/html` it is a page to be read on a screen or printed on A4; it has no script and loads nothing.
#[utoipa::path(
    tag = "responses",
    params(
        CampaignPath,
        ("Receipt" = String, Header, description = "The receipt that the response was sent with.", pattern = "^[A-Za-z0-9_-]{22,128}$", example = "m3Zk0n2yTq8XwP5rVb1LcA"),
    ),
    responses((
        status = 200,
        description = "The summary. Generated clients take one media type a reply, so the others stand in `x-other-media-types`.",
        body = OwnSummaryView,
    )),
    extensions(("x-other-media-types" = json!(["text/html"])), ("x-problems" = json!([
        "receipt_missing", "receipt_malformed", "campaign_unknown", "response_unknown", "response_withdrawn",
        "too_many_requests",
    ]))),
)]
#[get("/v1/campaigns/{campaign}/responses/own/summary")]
pub(super) async fn get_own_summary(
    req: HttpRequest,
    state: State,
    campaign: CampaignPath,
) -> Result<HttpResponse, Problem> {
    let (receipt, client) = (receipt(&req)?, client_address(&state, &req));
    let own = own_summary(&state.app, &campaign.key()?, &receipt, client).await?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::VARY, "accept"))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if preferred(&req, &["application/json", "text/html"]) == "text/html" {
        let page = summary_html(page(&own));
        let page = page.map_err(|_| Problem::internal("a summary cannot be written"))?;
        return Ok(response
            .insert_header((header::CONTENT_SECURITY_POLICY, POLICY.as_str()))
            .content_type("text/html; charset=utf-8")
            .body(page));
    }
    Ok(response.json(OwnSummaryView::from(&own)))
}

fn page(own: &OwnSummary) -> SummaryPage<'_> {
    SummaryPage {
        title: &own.title,
        language: &own.language,
        week: own.week,
        summary: &own.summary,
        peers: &own.peers,
        test: own.test,
    }
}

impl From<&OwnSummary> for OwnSummaryView {
    fn from(own: &OwnSummary) -> Self {
        let summary = &own.summary;
        let areas = summary.areas.iter().zip(&own.peers);
        let heaviest = summary.heaviest.iter();
        let heaviest = heaviest.filter_map(|place| Some(summary.areas.get(*place)?.key.clone()));
        Self {
            campaign: own.campaign.to_string(),
            form: own.form.to_string(),
            title: own.title.clone(),
            form_version: own.form_version,
            language: own.language.clone(),
            week: own.week.to_string(),
            areas: areas
                .map(|(area, peers)| AreaView::of(area, *peers))
                .collect(),
            heaviest: heaviest.collect(),
            advice: summary.advice.iter().map(Into::into).collect(),
            notices: summary.notices.iter().map(Into::into).collect(),
            people_like_you: PeopleLikeYouView::of(summary.likeness.as_ref(), own),
            note: no_diagnosis(&own.language),
            test: own.test,
        }
    }
}

impl AreaView {
    fn of(area: &Area, peers: Option<ProtectedFigure>) -> Self {
        Self {
            key: area.key.clone(),
            title: area.title.clone(),
            value: area.value,
            lowest: area.lowest,
            highest: area.highest,
            high_is: area.high_is,
            band: area.band.clone(),
            band_label: area.band_label.clone(),
            answered: area.answered,
            shown: area.shown,
            people_like_you: peers.map(|it| PeersView {
                mean: it.value,
                lower: it.lower,
                upper: it.upper,
            }),
        }
    }
}

impl From<&Passage> for PassageView {
    fn from(passage: &Passage) -> Self {
        Self {
            key: passage.key.clone(),
            text: passage.text.clone(),
        }
    }
}

impl PeopleLikeYouView {
    fn of(likeness: Option<&Likeness>, own: &OwnSummary) -> Self {
        Self {
            question: likeness.map(|it| it.question.clone()),
            code: likeness.map(|it| it.code.clone()),
            label: likeness.map(|it| it.label.clone()),
            held_back: own.peers.iter().all(Option::is_none),
            text: peers_about(page(own)),
        }
    }
}
