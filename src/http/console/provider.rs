//! Logging in by the OpenID Connect provider: the way there and back. Both are pages that the browser goes to, so what goes
//! wrong is told in words, in English and Korean.
//!
//! Nothing of an address decides where somebody is sent: there it is the provider that is configured, and back the console.

use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE,
};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use serde::Serialize;

use super::refusal::Refusal;
use super::{cookie, files};
use crate::app::provider_log_in::{self, ProviderLogInError, Returned};
use crate::app::sessions::OpenSession;
use crate::domain::staff::log_in_attempt::LIFETIME;
use crate::http::auth::client_address::client_address;
use crate::http::middleware::security_headers::HTML;
use crate::http::problem::Problem;
use crate::http::resources::sessions::{TokensView, tokens};
use crate::http::state::State;

/// The ways to log in.
#[derive(Serialize)]
struct WaysView {
    /// Whether by password.
    password: bool,
    /// The provider, if there is one.
    provider: Option<ProviderView>,
}

#[derive(Serialize)]
struct ProviderView {
    /// What people call it.
    name: String,
    /// Where to begin.
    start: &'static str,
}

#[get("/console/log-in")]
pub(super) async fn ways_to_log_in(state: State) -> HttpResponse {
    let log_in = &state.app.log_in;
    let provider = log_in.provider.as_ref().map(|provider| ProviderView {
        name: provider.name().to_owned(),
        start: "/console/oidc/start",
    });
    HttpResponse::Ok().json(WaysView {
        password: log_in.by_password,
        provider,
    })
}

#[get("/console/oidc/start")]
pub(super) async fn start(req: HttpRequest, state: State) -> Result<HttpResponse, Problem> {
    match provider_log_in::begin(&state.app).await {
        Ok(begun) => {
            let kept = cookie::attempt_kept(&req, &begun.sealed, LIFETIME.num_seconds());
            Ok(HttpResponse::SeeOther()
                .insert_header((LOCATION, begun.address))
                .insert_header((SET_COOKIE, kept))
                .finish())
        }
        Err(error) => refusal(&req, error),
    }
}

#[get("/console/oidc/callback")]
pub(super) async fn callback(req: HttpRequest, state: State) -> Result<HttpResponse, Problem> {
    let client = client_address(&state, &req);
    match provider_log_in::end(&state.app, returned(&req), client).await {
        Ok(session) => opened(&req, &state, session),
        Err(error) => refusal(&req, error),
    }
}

fn opened(req: &HttpRequest, state: &State, session: OpenSession) -> Result<HttpResponse, Problem> {
    let TokensView {
        refresh_token,
        refresh_expires_in,
        ..
    } = tokens(state, session)?;
    let kept = cookie::kept(req, &refresh_token, refresh_expires_in);
    // The console gets its access token by the cookie, as after a reload.
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, "/console"))
        .append_header((SET_COOKIE, kept))
        .append_header((SET_COOKIE, cookie::attempt_kept(req, "", 0)))
        .finish())
}

/// What the browser brings. A parameter that comes twice is none: nobody could say which of them counts.
fn returned(req: &HttpRequest) -> Returned {
    let query = req.query_string().as_bytes();
    let one = |wanted: &str| {
        let pairs = form_urlencoded::parse(query).filter(|(name, _)| name == wanted);
        let mut values = pairs.map(|(_, value)| value.into_owned());
        values.next().filter(|_| values.next().is_none())
    };
    Returned {
        sealed: cookie::attempt(req),
        state: one("state"),
        code: one("code"),
        issuer: one("iss"),
    }
}

/// The page that says why, with the attempt forgotten.
fn refusal(req: &HttpRequest, error: ProviderLogInError) -> Result<HttpResponse, Problem> {
    let wait = match &error {
        ProviderLogInError::TooManyLogins(refused) => Some(refused.retry_after),
        _ => None,
    };
    let page = Refusal::of(error)?;
    let html = page.render();
    let html =
        html.map_err(|_| Problem::internal("the page of a refused log-in cannot be written"))?;
    let mut response = HttpResponse::build(page.words.status);
    if let Some(seconds) = wait {
        response.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    Ok(response
        .insert_header((CONTENT_TYPE, HTML))
        .insert_header((CONTENT_SECURITY_POLICY, files::POLICY))
        .insert_header((SET_COOKIE, cookie::attempt_kept(req, "", 0)))
        .body(html))
}
