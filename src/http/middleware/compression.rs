//! Compresses replies that are made at each request: lists and exports. An operation opts in with `wrap`.
//!
//! Bodies with secrets of several parties can leak by their compressed length where a browser sends credentials by
//! itself. Here no browser does: tokens and receipts are headers that a client sets.

use actix_http::encoding::Encoder;
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::ContentEncoding;
use actix_web::middleware::Next;

use crate::http::reply::coding::{self, STREAMED, choose};

/// Compresses a reply that is no failure, and says that it depends on `Accept-Encoding`.
pub async fn compress<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<Encoder<B>>, Error> {
    let wanted = choose(&req, STREAMED);
    let response = next.call(req).await?;
    Ok(response.map_body(|head, body| {
        // A problem stays as it is, since the middleware around this one may complete it.
        let coding = match head.status.is_success() {
            true => wanted,
            false => ContentEncoding::Identity,
        };
        let encoded = Encoder::response(coding, head, body);
        coding::vary(head.headers_mut());
        encoded
    }))
}
