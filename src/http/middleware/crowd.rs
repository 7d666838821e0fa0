//! Refuses requests of a connection that sends very many at once.

use std::sync::Arc;

use actix_web::Error;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::http::patient_socket::Requests;
use crate::http::problem::{Code, Problem};

/// Wraps everything that answers.
pub async fn refuse<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let requests = req.conn_data::<Arc<Requests>>();
    if requests.is_some_and(|requests| requests.are_too_many()) {
        let detail =
            "One connection has very many requests at once. Wait until some of them are answered.";
        let problem = Problem::new(Code::TooManyRequests).detail(detail);
        let refused = req.error_response(problem.retry_after(1));
        return Ok(refused.map_into_right_body());
    }
    Ok(next.call(req).await?.map_into_left_body())
}
