//! Logging in and out in the console: the operations of `/v1/sessions`, with the refresh token in a cookie.

use actix_web::http::header::SET_COOKIE;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, delete, post};
use serde::Serialize;

use super::cookie::{self, refuse_foreign};
use crate::app::sessions::{self, OpenSession, SessionError};
use crate::http::extract::Body;
use crate::http::problem::Problem;
use crate::http::resources::sessions::{CreateSessionBody, TokensView, log_in, tokens};
use crate::http::state::State;

/// What the script gets to know.
#[derive(Serialize)]
struct AccessView {
    access_token: String,
    expires_in: i64,
}

#[post("/console/session")]
pub(super) async fn open_session(
    req: HttpRequest,
    state: State,
    body: Body<CreateSessionBody>,
) -> Result<HttpResponse, Problem> {
    refuse_foreign(&req)?;
    let (session, response) = log_in(&state, &req, body).await?;
    reply(&req, &state, session, response)
}

/// Without a cookie there is nothing to refresh, which is no fault: the console asks when it starts.
#[post("/console/session/refresh")]
pub(super) async fn refresh_session(
    req: HttpRequest,
    state: State,
) -> Result<HttpResponse, Problem> {
    refuse_foreign(&req)?;
    let Some(token) = cookie::token(&req) else {
        return Ok(HttpResponse::NoContent().finish());
    };
    // A refusal leaves the cookie alone: another tab may have got the next one a moment ago.
    let session = sessions::refresh(&state.app, &token).await?;
    reply(&req, &state, session, HttpResponse::Ok())
}

#[delete("/console/session")]
pub(super) async fn close_session(req: HttpRequest, state: State) -> Result<HttpResponse, Problem> {
    refuse_foreign(&req)?;
    if let Some(token) = cookie::token(&req) {
        match sessions::refresh(&state.app, &token).await {
            Ok(session) => sessions::log_out(&state.app, session.session_id).await?,
            // It had ended already.
            Err(SessionError::RefreshFailed) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut response = HttpResponse::NoContent();
    response.insert_header((SET_COOKIE, cookie::kept(&req, "", 0)));
    Ok(response.finish())
}

/// The access token for the script, and the refresh token for the browser.
fn reply(
    req: &HttpRequest,
    state: &State,
    session: OpenSession,
    mut response: HttpResponseBuilder,
) -> Result<HttpResponse, Problem> {
    let TokensView {
        access_token,
        expires_in,
        refresh_token,
        refresh_expires_in,
        ..
    } = tokens(state, session)?;
    let kept = cookie::kept(req, &refresh_token, refresh_expires_in);
    response.insert_header((SET_COOKIE, kept));
    Ok(response.json(AccessView {
        access_token,
        expires_in,
    }))
}
