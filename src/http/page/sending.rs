//! Sending, and the page with the receipt.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::answers::{ScoreLine, notices, scores};
use super::carried::Carried;
use super::reply::{STYLE_PATH, page};
use super::sections::{Look, Progress, check, section};
use super::visit::{Frame, Visit};
use crate::app::own_response::correct_own;
use crate::app::responses::{
    FilledForm, NewResponse, Receipted, ResponseError, Sent, SentCredentials, submit,
};
use crate::domain::admission::invitation::Invitation;
use crate::domain::form::Answer;
use crate::domain::response::RawAnswers;
use crate::domain::response::receipt::Receipt;
use crate::formats::invitation_sheet::qr;
use crate::http::auth::client_address::client_address;
use crate::http::problem::{Code, Problem};
use crate::http::state::State;

/// Sends the response or its correction. When it is refused, the check page says why, and keeps everything.
pub(super) async fn send(
    req: &HttpRequest,
    state: &State,
    progress: &Progress<'_>,
) -> Result<HttpResponse, Problem> {
    if let Some(place) = progress.first_fault() {
        return section(progress, place, Look::Faults);
    }
    let (visit, carried) = (progress.visit, &progress.carried);
    let receipt = Receipt::parse(&carried.receipt).map_err(|_| Code::ReceiptMalformed)?;
    let filled = FilledForm {
        form_version: visit.published.version,
        language: visit.language.clone(),
        answers: shown(progress),
    };
    let (key, client) = (&visit.campaign.key, client_address(state, req));
    let stored = match carried.is_correction {
        true => correct_own(&state.app, key, &receipt, filled, client).await,
        false => {
            let sent = NewResponse {
                filled,
                receipt,
                credentials: credentials(carried),
            };
            submit(&state.app, key, sent, client).await
        }
    };
    match stored {
        Ok(stored) => {
            let title = match carried.is_correction {
                true => visit.words.corrected_title,
                false => visit.words.sent_title,
            };
            sent(visit, &carried.receipt, title, &stored, Maker::Server)
        }
        Err(refused) => refuse(progress, refused),
    }
}

fn refuse(progress: &Progress<'_>, refused: ResponseError) -> Result<HttpResponse, Problem> {
    check(progress, Some(Problem::from(refused).code()))
}

/// What a client sends: nothing for what is hidden.
fn shown(progress: &Progress<'_>) -> RawAnswers {
    let form = progress.visit.form();
    let mut answers = progress.posted.answers(form);
    answers.0.retain(|key, _| {
        let answer = form.place(key).and_then(|it| progress.answers.get(it));
        answer.is_some_and(|answer| *answer != Answer::Hidden)
    });
    answers
}

fn credentials(carried: &Carried) -> SentCredentials {
    let invitation = match Invitation::parse(&carried.invitation) {
        _ if carried.invitation.is_empty() => Sent::Missing,
        Ok(invitation) => Sent::Given(invitation),
        Err(_) => Sent::Malformed,
    };
    let replaces = match Receipt::parse(&carried.replaces) {
        _ if carried.replaces.is_empty() => Sent::Missing,
        Ok(receipt) => Sent::Given(receipt),
        Err(_) => Sent::Malformed,
    };
    SentCredentials {
        invitation,
        pass: Sent::Missing,
        replaces,
        proof: Sent::Missing,
    }
}

#[derive(Template)]
#[template(path = "page/sent.html")]
struct SentPage<'a> {
    frame: Frame<'a>,
    style: &'a str,
    path: String,
    title: &'static str,
    is_test: bool,
    notices: Vec<String>,
    scores: Vec<ScoreLine>,
    receipt: &'a str,
    /// Who made the receipt.
    made: &'static str,
    /// The receipt as a QR code, in SVG.
    code: String,
    /// Where the receipt is typed in.
    address: String,
    /// The receipt as a file, in the link itself.
    file: String,
}

/// Who made a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Maker {
    Server,
    Device,
}

/// The page after sending.
pub(super) fn sent(
    visit: &Visit,
    receipt: &str,
    title: &'static str,
    stored: &Receipted,
    maker: Maker,
) -> Result<HttpResponse, Problem> {
    let words = visit.words;
    let address = format!("{}{}/receipt", visit.origin, visit.path());
    // An address with the receipt would stay in the history of whatever scans it.
    let code = qr::draw(receipt).map_err(|_| Problem::internal("a receipt cannot be drawn"))?;
    let campaign = visit.said(&visit.campaign.title);
    let text = format!(
        "{campaign}\r\n{}: {receipt}\r\n{address}\r\n",
        words.receipt
    );
    let sent = SentPage {
        frame: visit.frame(title),
        style: &STYLE_PATH,
        path: visit.path(),
        title,
        is_test: stored.test,
        notices: notices(visit, &stored.summary),
        scores: scores(visit, &stored.summary),
        receipt,
        made: match maker {
            Maker::Server => words.receipt_made,
            Maker::Device => words.receipt_own,
        },
        code,
        address,
        file: format!(
            "data:text/plain;charset=utf-8;base64,{}",
            STANDARD.encode(text)
        ),
    };
    page(StatusCode::OK, &sent)
}
