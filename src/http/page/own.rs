//! A stored response, for the holder of its receipt: reading, correcting and withdrawing it.

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::answers::{AnsweredSection, ScoreLine, answered, notices, scores};
use super::carried::Carried;
use super::fault_words::of_problem;
use super::posted::Posted;
use super::reply::{STYLE_PATH, page, told};
use super::request::{Asked, asked, posted};
use super::sections::{Look, Progress, section};
use super::sending::{Maker, sent};
use super::visit::{Frame, Visit};
use crate::app::own_response::{OwnResponse, read_own, withdraw_own};
use crate::domain::campaign::access::Access;
use crate::domain::ids::CampaignKey;
use crate::domain::response::receipt::Receipt;
use crate::domain::response::walk;
use crate::http::auth::client_address::client_address;
use crate::http::extract::Document;
use crate::http::extract::path::CampaignPath;
use crate::http::middleware::compression::compress;
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

#[derive(Template)]
#[template(path = "page/receipt.html")]
struct ReceiptPage<'a> {
    frame: Frame<'a>,
    style: &'a str,
    path: String,
    receipt: &'a str,
    fault: &'a str,
}

#[derive(Template)]
#[template(path = "page/own.html")]
struct OwnPage<'a> {
    frame: Frame<'a>,
    style: &'a str,
    path: String,
    receipt: &'a str,
    is_test: bool,
    notices: Vec<String>,
    scores: Vec<ScoreLine>,
    sections: Vec<AnsweredSection>,
    can_correct: bool,
}

#[derive(Template)]
#[template(path = "page/withdraw.html")]
struct WithdrawPage<'a> {
    frame: Frame<'a>,
    style: &'a str,
    path: String,
    receipt: &'a str,
    is_done: bool,
    /// Whether the response can be replaced by another one.
    can_replace: bool,
    needs_no_invitation: bool,
}

#[get("/c/{campaign}/receipt", wrap = "from_fn(compress)")]
pub(super) async fn ask_for_receipt(
    req: HttpRequest,
    state: State,
    path: CampaignPath,
    query: Asked,
) -> Result<HttpResponse, Problem> {
    let reply = async {
        let language = asked(&query, "language");
        let visit = Visit::find(&state, &req, &path.key()?, language, None).await?;
        ask(&visit, "", None)
    };
    told(&req, "/", reply.await)
}

fn ask(visit: &Visit, receipt: &str, refused: Option<Code>) -> Result<HttpResponse, Problem> {
    let words = visit.words;
    let title = refused.map_or(words.receipt_title, |_| words.fault);
    let asked = ReceiptPage {
        frame: visit.frame(title),
        style: &STYLE_PATH,
        path: visit.path(),
        receipt,
        fault: refused.map_or("", |code| of_problem(code, words)),
    };
    page(refused.map_or(StatusCode::OK, Code::status), &asked)
}

#[post("/c/{campaign}/receipt", wrap = "from_fn(compress)")]
pub(super) async fn own_response(
    req: HttpRequest,
    state: State,
    path: CampaignPath,
    document: Document,
) -> Result<HttpResponse, Problem> {
    let back = path.key().map(|key| format!("/c/{key}/receipt"));
    let back = back.unwrap_or_else(|_| "/".to_owned());
    told(&req, &back, answer(&req, &state, &path, document).await)
}

async fn answer(
    req: &HttpRequest,
    state: &State,
    path: &CampaignPath,
    document: Document,
) -> Result<HttpResponse, Problem> {
    let key = path.key()?;
    let posted = posted(req, document).await?;
    let language = posted.last("language");
    let visit = Visit::find(state, req, &key, language, None).await?;
    let typed = posted.last("receipt").unwrap_or_default().trim();
    let go = posted.last("go").unwrap_or("read");
    let Ok(receipt) = Receipt::parse(typed) else {
        return ask(&visit, typed, Some(Code::ReceiptMalformed));
    };
    if go == "withdraw" {
        return withdrawal(&visit, typed, false);
    }
    let own = match find_or_delete(req, state, &key, &receipt, go).await {
        Ok(Some(own)) => own,
        // Reloading the page tells the same once more.
        Ok(None) | Err(Code::ResponseWithdrawn) => return withdrawal(&visit, typed, true),
        Err(code) => return ask(&visit, typed, Some(code)),
    };
    let language = language.unwrap_or(&own.response.language);
    let version = Some(own.response.form_version);
    let visit = Visit::find(state, req, &key, Some(language), version).await?;
    let title = visit.words.sent_title;
    match go {
        "correct" if own.is_released => ask(&visit, typed, Some(Code::ResponseReleased)),
        "correct" => correct(&visit, typed, &own),
        // The script sent it by the API.
        "sent" => sent(&visit, typed, title, &own.response, Maker::Device),
        _ => show(&visit, typed, &own),
    }
}

/// The response of a receipt, or none when it is deleted now.
async fn find_or_delete(
    req: &HttpRequest,
    state: &State,
    key: &CampaignKey,
    receipt: &Receipt,
    go: &str,
) -> Result<Option<OwnResponse>, Code> {
    let client = client_address(state, req);
    let done = match go {
        "delete" => {
            let deleted = withdraw_own(&state.app, key, receipt, client).await;
            deleted.map(|()| None)
        }
        _ => read_own(&state.app, key, receipt, client).await.map(Some),
    };
    done.map_err(|refused| Problem::from(refused).code())
}

fn show(visit: &Visit, receipt: &str, own: &OwnResponse) -> Result<HttpResponse, Problem> {
    let walked = walk(visit.form(), &own.answers, visit.occasion());
    let shown = OwnPage {
        frame: visit.frame(visit.words.own_title),
        style: &STYLE_PATH,
        path: visit.path(),
        receipt,
        is_test: own.response.test,
        notices: notices(visit, &own.response.summary),
        scores: scores(visit, &own.response.summary),
        sections: answered(visit, &walked.answers),
        can_correct: !own.is_released,
    };
    page(StatusCode::OK, &shown)
}

/// The form as it was sent, to be sent once more.
fn correct(visit: &Visit, receipt: &str, own: &OwnResponse) -> Result<HttpResponse, Problem> {
    let posted = Posted::of(&own.answers, visit.form());
    let sections = visit.form().definition().sections.iter();
    let carried = Carried {
        receipt: receipt.to_owned(),
        is_correction: true,
        seen: sections.map(|section| section.key.clone()).collect(),
        ..Carried::default()
    };
    let progress = Progress::of(visit, &posted, carried);
    let first = progress.sections().first().copied();
    section(&progress, first.unwrap_or(usize::MAX), Look::Plain)
}

fn withdrawal(visit: &Visit, receipt: &str, is_done: bool) -> Result<HttpResponse, Problem> {
    let words = visit.words;
    let title = match is_done {
        true => words.withdrawn_title,
        false => words.withdraw_title,
    };
    let withdrawn = WithdrawPage {
        frame: visit.frame(title),
        style: &STYLE_PATH,
        path: visit.path(),
        receipt,
        is_done,
        can_replace: visit.takes_responses() && visit.campaign.needed_work().is_none(),
        needs_no_invitation: visit.campaign.settings.access != Access::Open,
    };
    page(StatusCode::OK, &withdrawn)
}
