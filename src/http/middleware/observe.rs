//! One log line and one measurement for each request: method, route, status, duration.
//!
//! The route is the pattern, such as `/v1/forms/{form}`, never the path. No query, address, user agent or header is
//! logged. The id is random and only joins the log lines of one request.

use std::time::Instant;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use tracing::Instrument;

use crate::random;

/// Wraps everything.
pub async fn observe<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let started = Instant::now();
    let method = known(req.method());
    let id = random::bytes::<8>().map_or(0, u64::from_be_bytes);
    let span = tracing::info_span!("request", id = format_args!("{id:016x}"));
    let result = next.call(req).instrument(span.clone()).await;
    let (route, status) = match &result {
        Ok(response) => {
            let route = response.request().match_pattern();
            (route, response.status().as_u16())
        }
        Err(error) => (None, error.as_response_error().status_code().as_u16()),
    };
    let route = route.unwrap_or_else(|| "unmatched".to_owned());
    let taken = started.elapsed();
    span.in_scope(|| {
        tracing::info!(
            method,
            route,
            status,
            ms = taken.as_millis() as u64,
            "answered"
        );
    });
    let labels = [
        ("method", method.to_owned()),
        ("route", route),
        ("status", status.to_string()),
    ];
    metrics::histogram!("aftercare_http_request_seconds", &labels).record(taken);
    result
}

/// Clients can invent methods, so unknown ones share one label. Otherwise metrics would grow without bound.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
