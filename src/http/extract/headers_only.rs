//! Whether the client asked for the headers of a reply alone, by `HEAD`.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

/// Whether the client asked for the headers of a reply alone, by `HEAD`.
///
/// `HEAD` is answered by the handler of `GET`, and the connection leaves the body out. A handler whose `GET` leaves a
/// trace, such as an entry in the audit, takes this and leaves none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadersOnly(pub bool);

impl HeadersOnly {
    /// Leads a `HEAD` to the handler of `GET`. Where there is only another method, the reply is 405 as for `GET`.
    pub fn route_to_get(req: &mut ServiceRequest) {
        if req.method() == Method::HEAD {
            req.head_mut().method = Method::GET;
            req.extensions_mut().insert(Self(true));
        }
    }
}

impl FromRequest for HeadersOnly {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let asked = req.extensions().get::<Self>().copied();
        ready(Ok(asked.unwrap_or(Self(false))))
    }
}
