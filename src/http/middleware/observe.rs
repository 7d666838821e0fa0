//! One log line and one measurement for each request: method, route, status, duration.
//!
//! The route is the pattern, such as `/v1/forms/{form}`, never the path. No query, address, user agent or header is
//! logged. The [id](crate::http::request_id) is random, and only joins the log lines of one request with its reply.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::middleware::Next;
use metrics::Histogram;
use tracing::Instrument;

use crate::http::patient_socket::Requests;
use crate::http::reply::portions::Portions;
use crate::http::request_id::{REQUEST_ID, RequestId};

/// Wraps everything.
pub async fn observe<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<Portions<B>>, Error> {
    let started = Instant::now();
    let method = known(req.method());
    let id = RequestId::new();
    let span = tracing::info_span!("request", %id);
    let requests = req.conn_data::<Arc<Requests>>();
    let answering = requests.map(|requests| requests.begin());
    let answer = next.call(req).instrument(span.clone());
    let result = identified(id, id.scope(answer).await);
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
    record(method, route, status, taken);
    Ok(result?.map_body(|_, body| Portions::of(body, answering)))
}

/// The histograms of a route, by method and status.
type OfRoute = Vec<(&'static str, u16, Histogram)>;

thread_local! {
    /// The histograms in use, by route. Looking one up by its labels takes several allocations.
    static HISTOGRAMS: RefCell<HashMap<String, OfRoute>> = RefCell::default();
}

/// Adds the time of a request to the histogram of its method, route and status.
fn record(method: &'static str, route: String, status: u16, taken: Duration) {
    HISTOGRAMS.with_borrow_mut(|histograms| {
        let of_route = histograms.get(&route);
        let is_same = |it: &&(&str, u16, Histogram)| it.0 == method && it.1 == status;
        if let Some((_, _, known)) = of_route.and_then(|all| all.iter().find(is_same)) {
            known.record(taken);
            return;
        }
        let labels = [
            ("method", method.to_owned()),
            ("route", route.clone()),
            ("status", status.to_string()),
        ];
        let histogram = metrics::histogram!("aftercare_http_request_seconds", &labels);
        histogram.record(taken);
        let of_route = histograms.entry(route).or_default();
        of_route.push((method, status, histogram));
    });
}

/// The reply with its id. A failure becomes its reply here, since it would be made without the id later.
fn identified<B>(
    id: RequestId,
    result: Result<ServiceResponse<B>, Error>,
) -> Result<ServiceResponse<B>, Error> {
    let Some(value) = id.header() else {
        return result;
    };
    match result {
        Ok(mut response) => {
            response.headers_mut().insert(REQUEST_ID, value);
            Ok(response)
        }
        Err(error) => {
            let mut response = id.within(|| error.error_response());
            response.headers_mut().insert(REQUEST_ID, value);
            Err(InternalError::from_response(error, response).into())
        }
    }
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
