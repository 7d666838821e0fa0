//! What a response is let in by: from the headers of a request to an [`Admission`], by the campaign's access rule.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap};

use crate::domain::admission::invitation::Invitation;
use crate::domain::admission::pass::header::{Unusable, read_authorization};
use crate::domain::admission::pass::token::Token;
use crate::domain::campaign::access::{Access, Admission};
use crate::http::app::AppState;
use crate::http::problem::{Code, Problem};
use crate::store::campaigns::CampaignRow;

/// What this request brings of what the campaign asks for. Whether it was used before is found out when the response
/// is stored.
pub(crate) async fn admission(
    req: &HttpRequest,
    state: &AppState,
    campaign: &CampaignRow,
) -> Result<Admission, Problem> {
    match campaign.access() {
        // An invitation that is not asked for is not looked at.
        Access::Open => Ok(Admission::Open),
        Access::Code => {
            let invitation = invitation(req)?;
            let hash = state.keys.server.invitation_hash(campaign.id, &invitation);
            Ok(Admission::Invitation(hash))
        }
        Access::Pass => pass(req, state, campaign).await,
    }
}

/// The one `Invitation` header.
pub(crate) fn invitation(req: &HttpRequest) -> Result<Invitation, Problem> {
    let mut values = req.headers().get_all("invitation");
    let value = values.next().ok_or(Code::InvitationMissing)?;
    let text = std::str::from_utf8(value.as_bytes()).ok();
    let invitation = text.and_then(|text| Invitation::parse(text).ok());
    invitation
        .filter(|_| values.next().is_none())
        .ok_or_else(|| {
            let detail = "It is 16 letters and digits; case, spaces and dashes do not matter. Look it up and type it again.";
            Problem::new(Code::InvitationMalformed).detail(detail)
        })
}

/// A pass whose signature is good.
async fn pass(
    req: &HttpRequest,
    state: &AppState,
    campaign: &CampaignRow,
) -> Result<Admission, Problem> {
    if req.headers().contains_key("invitation") {
        let detail = "A pass takes its place. Sent along, it would tell whose response this is.";
        return Err(Problem::new(Code::InvitationMisplaced).detail(detail));
    }
    let key = match state.pass_keys.known(campaign.id) {
        Some(key) => key,
        None => {
            let mut conn = state.connection().await?;
            state.pass_keys.get(&mut conn, campaign.id).await?
        }
    };
    match token(req.headers()) {
        Ok(token) if key.public.accepts(&token, &key.challenge) => {
            let hash = state.keys.server.pass_hash(campaign.id, &token);
            Ok(Admission::Pass(hash))
        }
        Ok(_) | Err(Unusable::Malformed) => Err(key.ask(Code::PassInvalid)),
        Err(Unusable::Missing) => Err(key.ask(Code::PassMissing)),
    }
}

/// The pass of the one `Authorization` header.
fn token(headers: &HeaderMap) -> Result<Token, Unusable> {
    let mut values = headers.get_all(header::AUTHORIZATION);
    match (values.next(), values.next()) {
        (None, _) => Err(Unusable::Missing),
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| Unusable::Malformed)?;
            read_authorization(text)
        }
        (Some(_), Some(_)) => Err(Unusable::Malformed),
    }
}
