//! Security headers for every reply, and problem documents for every failure. A panic becomes a 500 for one request
//! instead of a broken connection.

use std::panic::AssertUnwindSafe;

use actix_web::Error;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use futures_util::FutureExt;

use crate::http::extract::headers_only::HeadersOnly;
use crate::http::middleware::cors;
use crate::http::problem::{self, Code, Problem};
use crate::http::state::State;

/// The headers of every reply.
pub const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// The media type of pages.
pub const HTML: &str = "text/html; charset=utf-8";

/// The content security policy of API replies: they load nothing.
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// For a year, as is usual. Not for the names below the host, which may be others'.
const STRICT: &str = "max-age=31536000";

/// Wraps everything else.
pub async fn add<B: MessageBody + 'static>(
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    HeadersOnly::route_to_get(&mut req);
    if let Some(problem) = unusable(&req) {
        let response = req.error_response(problem).map_into_right_body();
        return Ok(add_security_headers(with_absolute_type(response)));
    }
    let response = match AssertUnwindSafe(next.call(req)).catch_unwind().await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(error_reply(&error)),
        Err(_) => return Err(error_reply(&Problem::internal("a handler panicked").into())),
    };
    let status = response.status();
    if status.as_u16() < 400 {
        return Ok(add_security_headers(response.map_into_left_body()));
    }
    let headers = response.headers();
    // The respondent's page tells people in words that they understand.
    if header_is(headers, header::CONTENT_TYPE, HTML) {
        return Ok(add_security_headers(response.map_into_left_body()));
    }
    if header_is(headers, header::CONTENT_TYPE, problem::MEDIA_TYPE) {
        let response = with_absolute_type(response.map_into_left_body());
        return Ok(add_security_headers(response));
    }
    let kept = [header::VARY, header::ALLOW]
        .map(|name| headers.get(&name).cloned().map(|value| (name, value)));
    let refusal = response.response().error().and_then(cors::refusal);
    let problem = refusal.unwrap_or_else(|| Code::for_status(status).into());
    let mut response = response.error_response(problem).map_into_right_body();
    for (name, value) in kept.into_iter().flatten() {
        response.headers_mut().insert(name, value);
    }
    Ok(add_security_headers(with_absolute_type(response)))
}

/// Makes the `type` of a problem absolute, as RFC 9457 recommends, if the server knows its public address.
fn with_absolute_type<B: MessageBody>(
    response: ServiceResponse<EitherBody<B, BoxBody>>,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let state = response.request().app_data::<State>();
    let server = state.map_or("", |state| &*state.public_url);
    let error = response.response().error();
    let problem = error.and_then(|error| error.as_error::<Problem>());
    let json = problem
        .filter(|_| !server.is_empty())
        .map(|problem| problem.json(server));
    match json {
        Some(json) => response.map_body(|_, _| EitherBody::right(BoxBody::new(json))),
        None => response,
    }
}

/// Refuses U+0000 in a path: no client needs it, and Postgres cannot store or compare it.
fn unusable(req: &ServiceRequest) -> Option<Problem> {
    let has_nul = req.path().contains('\0') || req.uri().path().contains("%00");
    has_nul.then(|| Code::NotFound.into())
}

/// An error with a problem document and the security headers. actix turns it into the reply without passing through this
/// middleware again.
fn error_reply(error: &Error) -> Error {
    let status = error.as_response_error().status_code();
    let status = if status == StatusCode::OK {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        status
    };
    let problem = Problem::new(Code::for_status(status));
    let problem = ALWAYS
        .into_iter()
        .fold(problem, |p, (name, value)| p.header(name, value));
    problem
        .header(header::CONTENT_SECURITY_POLICY, API_POLICY)
        .into()
}

fn add_security_headers<B>(mut response: ServiceResponse<B>) -> ServiceResponse<B> {
    // The server takes no offer to upgrade, as the JDK's client makes with each request. The framework closes the
    // connection after it without a word, so a client that sends its next request on it would be let down.
    if response.request().head().upgrade() {
        let head = response.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    let state = response.request().app_data::<State>();
    let is_strict = state.is_some_and(|state| state.is_strict);
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_strict {
        let strict = HeaderValue::from_static(STRICT);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, strict);
    }
    let defaults = [
        (header::CONTENT_SECURITY_POLICY, API_POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in defaults {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

fn header_is(headers: &HeaderMap, name: HeaderName, expected: &str) -> bool {
    headers
        .get(name)
        .is_some_and(|value| value.as_bytes() == expected.as_bytes())
}
