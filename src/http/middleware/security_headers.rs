//! Security headers for every reply, and problem documents for every failure. A panic becomes a 500 for one request
//! instead of a broken connection.

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError};
use futures_util::FutureExt;

use crate::http::extract::headers_only::HeadersOnly;
use crate::http::problem::{self, Code, Problem};

const ALWAYS: [(HeaderName, &str); 5] = [
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

/// The content security policy of API replies: they load nothing.
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Wraps everything else.
pub async fn add<B: MessageBody + 'static>(
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    HeadersOnly::route_to_get(&mut req);
    if let Some(problem) = unusable(&req) {
        let response = req.error_response(problem).map_into_right_body();
        return Ok(add_security_headers(response));
    }
    let response = match AssertUnwindSafe(next.call(req)).catch_unwind().await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return Err(error_reply(&error)),
        Err(_) => return Err(error_reply(&Problem::internal("a handler panicked").into())),
    };
    let status = response.status();
    let is_problem = header_is(
        response.headers(),
        header::CONTENT_TYPE,
        problem::MEDIA_TYPE,
    );
    if status.as_u16() < 400 || is_problem {
        return Ok(add_security_headers(response.map_into_left_body()));
    }
    let problem = Problem::new(Code::for_status(status)).error_response();
    let (request, original) = response.into_parts();
    let mut response = ServiceResponse::new(request, problem).map_into_right_body();
    for name in [header::VARY, header::ALLOW] {
        if let Some(value) = original.headers().get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    Ok(add_security_headers(response))
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
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
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
