//! The request for a blind signature: `TokenRequest` (RFC 9578, 6.1).

use super::{NK, TOKEN_TYPE};

/// A request for a pass. It reveals nothing about the pass that the client makes from the reply.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// The last byte of the id of the signing key.
    pub truncated_key_id: u8,
    /// The blinded message.
    pub blinded: [u8; NK],
}

/// The bytes are not such a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a TokenRequest of type 0x0002 has {LENGTH} bytes: 0x0002, the last byte of the key's id, the blinded message"
)]
pub struct RequestMalformed;

const LENGTH: usize = 2 + 1 + NK;

impl TokenRequest {
    /// Parses a request.
    ///
    /// # Errors
    ///
    /// When the request has another type, or the wrong length.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestMalformed> {
        let (kind, rest) = bytes.split_first_chunk().ok_or(RequestMalformed)?;
        let (truncated_key_id, rest) = rest.split_first().ok_or(RequestMalformed)?;
        let blinded = rest.try_into().map_err(|_| RequestMalformed)?;
        if u16::from_be_bytes(*kind) != TOKEN_TYPE {
            return Err(RequestMalformed);
        }
        Ok(Self {
            truncated_key_id: *truncated_key_id,
            blinded,
        })
    }
}

impl std::fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenRequest(…)")
    }
}
