//! Entity tags (RFC 9110, section 8.8.3): a client that has a body already is told so, and gets nothing.

use actix_web::HttpMessage;
use actix_web::http::header::{self, EntityTag, Header, IfNoneMatch};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The characters of a digest in a tag: 132 bits, so that no two bodies have the same.
const LENGTH: usize = 22;

/// A strong tag, which names just these bytes.
pub fn strong(bytes: &[u8]) -> EntityTag {
    EntityTag::new_strong(digest(bytes))
}

/// A weak tag, which names this content in whatever coding it is sent.
pub fn weak(bytes: &[u8]) -> EntityTag {
    EntityTag::new_weak(digest(bytes))
}

fn digest(bytes: &[u8]) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
    text.truncate(LENGTH);
    text
}

/// Whether the client has the body with this tag already.
pub fn is_known(request: &impl HttpMessage, tag: &EntityTag) -> bool {
    if !request.headers().contains_key(header::IF_NONE_MATCH) {
        return false;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}
