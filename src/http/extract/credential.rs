//! The credentials of a response: an `Invitation` header, a pass in `Authorization`, the receipt of a withdrawn response
//! in `Replaces`, a `Proof-Of-Work`, or none.

use super::receipt::replaces;
use actix_web::HttpRequest;
use actix_web::http::header;

use crate::app::responses::{Sent, SentCredentials};
use crate::domain::admission::invitation::Invitation;
use crate::domain::admission::pass::header::{Unusable, read_authorization};
use crate::domain::admission::pass::token::Token;
use crate::domain::admission::proof_of_work::Proof;

/// All credentials of a request. The campaign's access rule decides which of them count.
pub fn credentials(req: &HttpRequest) -> SentCredentials {
    SentCredentials {
        invitation: invitation(req),
        pass: pass(req),
        replaces: replaces(req),
        proof: proof(req),
    }
}

/// The one `Invitation` header.
pub fn invitation(req: &HttpRequest) -> Sent<Invitation> {
    let mut values = req.headers().get_all("invitation");
    let Some(value) = values.next() else {
        return Sent::Missing;
    };
    let text = std::str::from_utf8(value.as_bytes()).ok();
    match text.map(Invitation::parse) {
        Some(Ok(invitation)) if values.next().is_none() => Sent::Given(invitation),
        _ => Sent::Malformed,
    }
}

/// The one `Proof-Of-Work` header.
fn proof(req: &HttpRequest) -> Sent<Proof> {
    let mut values = req.headers().get_all("proof-of-work");
    let Some(value) = values.next() else {
        return Sent::Missing;
    };
    match value.to_str().ok().and_then(Proof::parse) {
        Some(proof) if values.next().is_none() => Sent::Given(proof),
        _ => Sent::Malformed,
    }
}

/// The pass of the one `Authorization` header.
fn pass(req: &HttpRequest) -> Sent<Token> {
    let mut values = req.headers().get_all(header::AUTHORIZATION);
    let (Some(value), next) = (values.next(), values.next()) else {
        return Sent::Missing;
    };
    match value.to_str().map(read_authorization) {
        Ok(Ok(token)) if next.is_none() => Sent::Given(token),
        Ok(Err(Unusable::Missing)) if next.is_none() => Sent::Missing,
        _ => Sent::Malformed,
    }
}
