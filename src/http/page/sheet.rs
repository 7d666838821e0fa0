//! The whole form on one page, for the script: every section, hidden until it is shown, and the page's own words. Nothing on it
//! is anybody's answer, so it may be kept for a device without a network.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use serde::Serialize;

use super::fault_words::{of_problem, patterns};
use super::fields::{Field, Fields, QuestionView};
use super::posted::{DECLINE, Posted};
use super::reply::{page, told};
use super::request::{Asked, asked};
use super::visit::{Frame, Visit};
use super::words::Words;
use crate::domain::form::Answer;
use crate::http::extract::path::CampaignPath;
use crate::http::middleware::compression::compress;
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// The problems that the script tells people about.
const TOLD: [Code; 25] = [
    Code::CampaignClosed,
    Code::CampaignNotOpenYet,
    Code::VersionRetired,
    Code::VersionNotTaken,
    Code::InvitationMissing,
    Code::InvitationMalformed,
    Code::InvitationUnknown,
    Code::InvitationUsed,
    Code::PassMissing,
    Code::PassInvalid,
    Code::PassSpent,
    Code::AccessChanged,
    Code::ReceiptUsed,
    Code::ResponseWithdrawn,
    Code::ResponseReleased,
    Code::ReplacesUnknown,
    Code::ReplacesUsed,
    Code::CampaignUnknown,
    Code::FormUnknown,
    Code::VersionUnknown,
    Code::BodyTooLarge,
    Code::TooManyRequests,
    Code::DatabaseUnavailable,
    Code::Internal,
    // Stands for whatever is not named here.
    Code::BadRequest,
];

#[derive(Template)]
#[template(path = "page/sheet.html")]
struct SheetPage<'a> {
    frame: Frame<'a>,
    title: &'a str,
    sections: Vec<SheetSection>,
    notices: Vec<(&'a str, &'a str)>,
    told: String,
}

struct SheetSection {
    key: String,
    title: String,
    description: String,
    questions: Vec<QuestionView>,
}

#[derive(Serialize)]
struct Told<'a> {
    words: &'a Words,
    faults: BTreeMap<&'a str, &'a str>,
    problems: BTreeMap<&'a str, &'a str>,
    languages: BTreeMap<&'a str, String>,
}

/// The form of a campaign.
#[get("/c/{campaign}/form", wrap = "from_fn(compress)")]
pub(super) async fn sheet(
    req: HttpRequest,
    state: State,
    path: CampaignPath,
    query: Asked,
) -> Result<HttpResponse, Problem> {
    let reply = async {
        let (key, language) = (path.key()?, asked(&query, "language"));
        let version = asked(&query, "version").and_then(|it| it.parse().ok());
        let visit = Visit::find(&state, &req, &key, language, version).await?;
        page(StatusCode::OK, &SheetPage::of(&visit)?)
    };
    told(&req, "/", reply.await)
}

impl<'a> SheetPage<'a> {
    fn of(visit: &'a Visit) -> Result<Self, Problem> {
        let (form, posted) = (visit.form(), Posted::default());
        // Every question is written, whatever routing says.
        let answers = vec![Answer::Blank; form.questions().len()];
        let fields = Fields {
            visit,
            posted: &posted,
            receipt: "",
            faults: &BTreeMap::new(),
        };
        let definition = form.definition();
        let sections = definition.sections.iter().enumerate();
        let sections = sections.map(|(place, section)| SheetSection {
            key: section.key.clone(),
            title: visit.said(&section.title).to_owned(),
            description: visit.optional(section.description.as_ref()).to_owned(),
            questions: fields.of_section(place, &answers),
        });
        let notices = definition.notices.iter();
        Ok(Self {
            frame: visit.frame(""),
            title: visit.said(&visit.campaign.title),
            sections: sections.collect(),
            notices: notices
                .map(|it| (it.key.as_str(), visit.said(&it.text)))
                .collect(),
            told: told_in(visit)?,
        })
    }
}

/// The page's own words, as JSON that can stand in HTML.
fn told_in(visit: &Visit) -> Result<String, Problem> {
    let words = visit.words;
    let problems = TOLD
        .iter()
        .map(|code| (code.as_str(), of_problem(*code, words)));
    let languages = visit.form().definition().languages.iter();
    let told = Told {
        words,
        faults: patterns(words),
        problems: problems.chain([("network", words.network)]).collect(),
        languages: languages
            .map(|tag| (tag.as_str(), words.endonym(tag)))
            .collect(),
    };
    let json = serde_json::to_string(&told);
    let json = json.map_err(|_| Problem::internal("the words cannot be written"))?;
    Ok(json.replace('<', "\\u003c"))
}
