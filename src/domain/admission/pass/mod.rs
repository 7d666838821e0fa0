//! Passes. A client exchanges an invitation for a pass; the pass admits one response and cannot be linked to the
//! invitation.
//!
//! A pass is a token of Privacy Pass (RFC 9576 to 9578) of type 0x0002: an RSA signature of 2048 bits that the server
//! made without seeing the message (RFC 9474, RSABSSA-SHA384-PSS-Deterministic). The client makes a nonce, blinds it,
//! has it signed, and unblinds the signature. The server sees the blinded value at one time and the pass at another,
//! and every pass is equally likely to belong to every blinded value.
//!
//! Each campaign has a separate key pair, so a pass of one campaign is invalid in another.
//!
//! | module | holds |
//! | --- | --- |
//! | [`challenge`] | the challenge that a client gets a pass for (RFC 9577, 2.1.1) |
//! | [`header`] | `WWW-Authenticate` and `Authorization` (RFC 9577, 2.1 and 2.2) |
//! | [`key`] | the key pair: its id, its encoding, signing and verifying (RFC 9578, 6; RFC 9474) |
//! | [`request`] | the request for a blind signature (RFC 9578, 6.1) |
//! | [`seal`] | the encryption of private keys at rest |
//! | [`token`] | the pass itself (RFC 9577, 2.2) |

pub mod challenge;
pub mod header;
pub mod key;
pub mod request;
pub mod seal;
#[cfg(test)]
mod tests;
pub mod token;

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Token type "Blind RSA (2048-bit)" (RFC 9578, 8.2.2).
pub const TOKEN_TYPE: u16 = 0x0002;
/// The length in bytes of a modulus, of a blinded value and of a signature.
pub const NK: usize = 256;

/// Encodes with padding, as the examples of RFC 9577 do. Decodes with and without padding, since clients differ.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes in base64url (RFC 4648, 5), with padding.
pub fn to_base64url(bytes: &[u8]) -> String {
    BASE64URL.encode(bytes)
}

/// The bytes of a base64url text, with or without padding; none when the text is not base64url.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    BASE64URL.decode(text).ok()
}
