//! The pass itself: `Token` (RFC 9577, 2.2).

use std::fmt;

use crate::domain::ids::CampaignId;

use super::{NK, TOKEN_TYPE};
use crate::domain::server_key::ServerKey;

/// The length in bytes of the signed part: type, nonce, challenge digest and key id (RFC 9578, 6.3).
const SIGNED: usize = 2 + 32 + 32 + 32;

/// A pass. Its signature is verified by [`crate::domain::admission::pass::key::PublicKey::accepts`].
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    signed: [u8; SIGNED],
    challenge_digest: [u8; 32],
    key_id: [u8; 32],
    authenticator: [u8; NK],
}

/// The bytes are not a token of type 0x0002.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token of type 0x0002 has {} bytes", SIGNED + NK)]
pub struct TokenMalformed;

impl Token {
    /// Parses a token.
    ///
    /// # Errors
    ///
    /// When the token has another type, or the wrong length.
    pub fn parse(bytes: &[u8]) -> Result<Self, TokenMalformed> {
        let malformed = TokenMalformed;
        let (signed, authenticator) = bytes.split_first_chunk::<SIGNED>().ok_or(malformed)?;
        let (kind, rest) = signed.split_first_chunk::<2>().ok_or(malformed)?;
        let (_nonce, rest) = rest.split_first_chunk::<32>().ok_or(malformed)?;
        let (challenge_digest, key_id) = rest.split_first_chunk::<32>().ok_or(malformed)?;
        if u16::from_be_bytes(*kind) != TOKEN_TYPE {
            return Err(malformed);
        }
        Ok(Self {
            signed: *signed,
            challenge_digest: *challenge_digest,
            key_id: key_id.try_into().map_err(|_| malformed)?,
            authenticator: authenticator.try_into().map_err(|_| malformed)?,
        })
    }

    /// The signed part.
    pub fn signed(&self) -> &[u8] {
        &self.signed
    }

    /// SHA-256 of the challenge that the pass answers.
    pub fn challenge_digest(&self) -> &[u8; 32] {
        &self.challenge_digest
    }

    /// The id of the key that signed the pass.
    pub fn key_id(&self) -> &[u8; 32] {
        &self.key_id
    }

    /// The signature.
    pub fn authenticator(&self) -> &[u8; NK] {
        &self.authenticator
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl ServerKey {
    /// The hash under which a spent pass is stored. The signature is not part of it: two signatures over one nonce are
    /// one pass.
    pub fn pass_hash(&self, campaign: CampaignId, token: &Token) -> [u8; 32] {
        self.hash(&[b"pass", campaign.0.as_bytes(), token.signed()])
    }
}
