//! From one page to the next.

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::carried::Carried;
use super::fault_words::of_problem;
use super::front::CampaignPage;
use super::posted::Posted;
use super::reply::{page, told};
use super::request::posted;
use super::sections::{Look, Progress, check, section};
use super::sending::send;
use super::visit::Visit;
use crate::app::responses::{Sent, check_invitation};
use crate::domain::admission::invitation::Invitation;
use crate::domain::campaign::access::Access;
use crate::domain::response::receipt::Receipt;
use crate::http::auth::client_address::client_address;
use crate::http::extract::Document;
use crate::http::extract::path::CampaignPath;
use crate::http::middleware::compression::compress;
use crate::http::problem::{Code, Problem};
use crate::http::state::State;
use crate::random;

/// The bytes of a receipt.
const RECEIPT_BYTES: usize = 16;

#[post("/c/{campaign}", wrap = "from_fn(compress)")]
pub(super) async fn fill_in(
    req: HttpRequest,
    state: State,
    path: CampaignPath,
    document: Document,
) -> Result<HttpResponse, Problem> {
    let back = path.key().map(|key| format!("/c/{key}"));
    let back = back.unwrap_or_else(|_| "/".to_owned());
    told(&req, &back, step(&req, &state, &path, document).await)
}

async fn step(
    req: &HttpRequest,
    state: &State,
    path: &CampaignPath,
    document: Document,
) -> Result<HttpResponse, Problem> {
    let key = path.key()?;
    let posted = posted(req, document).await?;
    let go = posted.last("go").unwrap_or("next");
    let switched = go.strip_prefix("language.");
    let asked = switched.or_else(|| posted.last("language"));
    let version = posted.last("version").and_then(|it| it.parse().ok());
    let visit = Visit::find(state, req, &key, asked, version).await?;
    let carried = Carried::of(&posted);
    if go == "begin" || Receipt::parse(&carried.receipt).is_err() {
        return begin(req, state, &visit, &posted, carried).await;
    }
    let progress = Progress::of(&visit, &posted, carried);
    match go {
        "send" => send(req, state, &progress).await,
        go => turn(&progress, go),
    }
}

/// The page that a button leads to.
fn turn(progress: &Progress<'_>, go: &str) -> Result<HttpResponse, Problem> {
    let at = progress.posted.last("at");
    let at = at.and_then(|key| progress.section(key));
    let at = match go.strip_prefix("section.") {
        Some(wanted) => progress.section(wanted),
        None => at,
    };
    let shown = progress.sections();
    match (go, at) {
        ("back", at) => {
            let mut before = shown.iter().rev();
            let before = before.find(|place| at.is_none_or(|at| **place < at));
            let first = before.or(shown.first()).copied();
            section(progress, first.unwrap_or_default(), Look::Plain)
        }
        (go, Some(place)) if go != "next" => section(progress, place, Look::Plain),
        (_, Some(place)) if !progress.faults_in(place).is_empty() => {
            section(progress, place, Look::Faults)
        }
        // Answers of a section can show more of its questions, which nobody has seen yet.
        (_, Some(place)) if progress.has_more(place) => section(progress, place, Look::More),
        (_, Some(at)) => match shown.iter().find(|place| **place > at) {
            Some(next) => section(progress, *next, Look::Plain),
            None => check(progress, None),
        },
        (_, None) => check(progress, None),
    }
}

/// The first section, with a receipt; or the first page again, with the reason why not.
async fn begin(
    req: &HttpRequest,
    state: &State,
    visit: &Visit,
    posted: &Posted,
    carried: Carried,
) -> Result<HttpResponse, Problem> {
    let is_replacement = !carried.replaces.is_empty();
    let again = |status: StatusCode, fault: &str| {
        let parameters = &visit.form().definition().parameters;
        let parameters = parameters.iter().filter_map(|it| {
            let value = posted.last(&format!("q.{}", it.key))?;
            Some((it.key.as_str(), value))
        });
        let code = &carried.invitation;
        let front = CampaignPage::new(visit, code, fault, parameters.collect());
        page(status, &front)
    };
    let needs_script = visit.needs_script().is_some() && !is_replacement;
    if !visit.takes_responses() || needs_script {
        return again(StatusCode::OK, "");
    }
    if visit.campaign.settings.access == Access::Code && !is_replacement {
        let checked = check_code(req, state, visit, &carried.invitation).await;
        match checked.map_err(|refused| refused.code()) {
            Ok(()) => {}
            Err(code @ (Code::Internal | Code::DatabaseUnavailable)) => return Err(code.into()),
            Err(code) => return again(code.status(), of_problem(code, visit.words)),
        }
    }
    let carried = Carried {
        receipt: draw_receipt()?,
        invitation: carried.invitation,
        replaces: carried.replaces,
        ..Carried::default()
    };
    let progress = Progress::of(visit, posted, carried);
    let first = progress.sections().first().copied();
    section(&progress, first.unwrap_or(usize::MAX), Look::Plain)
}

/// Checks what was typed as the invitation.
async fn check_code(
    req: &HttpRequest,
    state: &State,
    visit: &Visit,
    typed: &str,
) -> Result<(), Problem> {
    let sent = match Invitation::parse(typed) {
        Ok(invitation) => Sent::Given(invitation),
        Err(_) if typed.is_empty() => Sent::Missing,
        Err(_) => Sent::Malformed,
    };
    let client = client_address(state, req);
    let key = &visit.campaign.key;
    Ok(check_invitation(&state.app, key, sent, client).await?)
}

fn draw_receipt() -> Result<String, Problem> {
    let bytes: Result<[u8; RECEIPT_BYTES], _> = random::bytes();
    let bytes = bytes.map_err(|_| Problem::internal("there are no random bytes"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
