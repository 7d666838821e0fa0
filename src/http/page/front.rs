//! The pages before the first question.

use actix_web::http::{StatusCode, header};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;

use super::reply::{STYLE, STYLE_PATH, page, told};
use super::request::{Asked, asked};
use super::visit::{Frame, OWN_LANGUAGES, Visit, own_language};
use crate::app::campaigns;
use crate::domain::campaign::access::Access;
use crate::domain::campaign::{Campaign, CampaignState};
use crate::domain::form::Text;
use crate::http::extract::path::CampaignPath;
use crate::http::middleware::compression::compress;
use crate::http::problem::Problem;
use crate::http::resources::welcome::{places, prefers_html};
use crate::http::state::State;

/// The campaigns that are shown at most.
const SHOWN: i64 = 50;

#[derive(Template)]
#[template(path = "page/front.html")]
struct FrontPage<'a> {
    frame: Frame<'a>,
    style: &'a str,
    languages: [&'static str; 2],
    campaigns: Vec<(String, String)>,
}

/// A page for a person, JSON for a program.
#[get("/", wrap = "from_fn(compress)")]
pub(super) async fn front(
    req: HttpRequest,
    state: State,
    query: Asked,
) -> Result<HttpResponse, Problem> {
    if !prefers_html(&req) {
        return Ok(places());
    }
    let open = Some(CampaignState::Open);
    // The page says where one is, also when the database is away.
    let open = campaigns::list(&state.app, open, None, SHOWN).await;
    let open = open.unwrap_or_default();
    let language = own_language(&req, asked(&query, "language"));
    let title = |text: &Text| {
        let own = text.get(&language).map(str::to_owned);
        own.or_else(|| text.0.values().next().cloned())
            .unwrap_or_default()
    };
    let line = |it: &Campaign| (it.key.to_string(), title(&it.title));
    let frame = Frame::of(&language, "Aftercare");
    let front = FrontPage {
        campaigns: open.iter().map(line).collect(),
        languages: OWN_LANGUAGES,
        frame,
        style: &STYLE_PATH,
    };
    let mut response = page(StatusCode::OK, &front)?;
    let headers = response.headers_mut();
    let vary = header::HeaderValue::from_static("accept, accept-language");
    headers.insert(header::VARY, vary);
    Ok(response)
}

#[derive(Template)]
#[template(path = "page/campaign.html")]
pub(super) struct CampaignPage<'a> {
    frame: Frame<'a>,
    style: &'a str,
    visit: &'a Visit,
    languages: Vec<&'a str>,
    title: &'a str,
    description: &'a str,
    about: &'a str,
    /// What is said instead of questions.
    closed: Option<String>,
    closes: String,
    needs_script: Option<&'static str>,
    sentences: Vec<String>,
    asks_for_code: bool,
    /// Of the key that signs passes, as it is printed on the cards.
    fingerprint: Option<&'a str>,
    code: &'a str,
    fault: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> CampaignPage<'a> {
    /// The page, with what was typed and what is wrong with it.
    pub(super) fn new(
        visit: &'a Visit,
        code: &'a str,
        fault: &'a str,
        parameters: Vec<(&'a str, &'a str)>,
    ) -> Self {
        let (campaign, words) = (&visit.campaign, visit.words);
        let definition = visit.form().definition();
        let title = visit.said(&campaign.title);
        let sentences = campaign.settings.sentences();
        let sentences = sentences.iter().map(|it| {
            let own = it.text.get(words.tag);
            own.unwrap_or_default().to_owned()
        });
        let is_fault = !fault.is_empty();
        Self {
            frame: visit.frame(if is_fault {
                words.fault
            } else {
                words.front_title
            }),
            style: &STYLE_PATH,
            languages: visit.other_languages(),
            title,
            description: visit.optional(campaign.description.as_ref()),
            about: visit.optional(definition.description.as_ref()),
            closed: closed(visit),
            closes: campaign.ends_at().date_naive().to_string(),
            needs_script: visit.needs_script(),
            sentences: sentences.collect(),
            asks_for_code: campaign.settings.access != Access::Open,
            fingerprint: visit.fingerprint.as_deref(),
            code,
            fault,
            parameters,
            visit,
        }
    }
}

/// What is said where a campaign takes no responses now.
fn closed(visit: &Visit) -> Option<String> {
    let (campaign, words) = (&visit.campaign, visit.words);
    match visit.state() {
        _ if visit.takes_responses() => None,
        CampaignState::Upcoming => {
            let opens = campaign.schedule.opens_at.date_naive();
            Some(format!("{} {opens}.", words.upcoming))
        }
        _ => Some(words.ended.to_owned()),
    }
}

/// What a campaign is about, and what happens with the answers.
#[get("/c/{campaign}", wrap = "from_fn(compress)")]
pub(super) async fn show_campaign(
    req: HttpRequest,
    state: State,
    path: CampaignPath,
    query: Asked,
) -> Result<HttpResponse, Problem> {
    let reply = async {
        let (key, language) = (path.key()?, asked(&query, "language"));
        let visit = Visit::find(&state, &req, &key, language, None).await?;
        // Only values that the form lists are taken from the address.
        let parameters = &visit.form().definition().parameters;
        let parameters = parameters.iter().filter_map(|it| {
            let value = asked(&query, &it.key)?;
            let is_listed = it.values.iter().any(|option| option.code == value);
            is_listed.then_some((it.key.as_str(), value))
        });
        page(
            StatusCode::OK,
            &CampaignPage::new(&visit, "", "", parameters.collect()),
        )
    };
    told(&req, "/", reply.await)
}

#[get("/page/page.css", wrap = "from_fn(compress)")]
pub(super) async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(STYLE)
}
