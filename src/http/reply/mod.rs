//! What many replies have in common: the content coding, the entity tag, the pages of a list.

pub mod coding;
pub mod encoded_body;
pub mod entity_tag;
pub mod list;
pub mod portions;

use std::convert::Infallible;

use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use sha2::{Digest, Sha256};

/// The reply to a `HEAD` whose body is not made. It has no `Content-Length`, since nobody knows the length.
pub fn without_body(response: &mut HttpResponseBuilder) -> HttpResponse {
    response.streaming(stream::empty::<Result<Bytes, Infallible>>())
}

/// The policy of a page that has this style, and nothing else: no script, nothing that is loaded.
pub fn page_policy(style: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(style));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}
