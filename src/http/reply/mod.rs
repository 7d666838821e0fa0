//! What many replies have in common: the content coding, the entity tag, the pages of a list.

pub mod coding;
pub mod encoded_body;
pub mod entity_tag;
pub mod list;
pub mod portions;

use std::convert::Infallible;

use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::stream;

/// The reply to a `HEAD` whose body is not made. It has no `Content-Length`, since nobody knows the length.
pub fn without_body(response: &mut HttpResponseBuilder) -> HttpResponse {
    response.streaming(stream::empty::<Result<Bytes, Infallible>>())
}
