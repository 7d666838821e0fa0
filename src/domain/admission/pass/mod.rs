//! Passes: what an invitation is exchanged for, and what lets a response in without telling whose it is.
//!
//! They are the tokens of Privacy Pass (RFC 9576 to 9578) of type 0x0002: an RSA signature of 2048 bits that the
//! server made without seeing what it signed (RFC 9474, RSABSSA-SHA384-PSS-Deterministic). The client makes a nonce,
//! blinds it, has it signed, and takes the blinding off. The server sees the blinded value at one time and the pass at
//! another, and every pass fits every blinded value equally well.
//!
//! Each campaign has a key pair of its own, so a pass of one is worth nothing in another.
//!
//! | module | holds |
//! | --- | --- |
//! | [`challenge`] | what a client is told to get a pass for (RFC 9577, 2.1.1) |
//! | [`header`] | `WWW-Authenticate` and `Authorization` (RFC 9577, 2.1 and 2.2) |
//! | [`key`] | the key pair: its id, its encoding, signing and verifying (RFC 9578, 6; RFC 9474) |
//! | [`request`] | what is sent to be signed (RFC 9578, 6.1) |
//! | [`seal`] | how a private key is kept |
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
/// The length of a modulus, and with it of blinded values and of signatures, in bytes.
pub const NK: usize = 256;

/// Writes with padding, as the examples of RFC 9577 do; reads with and without, since clients differ.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes in base64url (RFC 4648, 5), with padding.
pub fn to_base64url(bytes: &[u8]) -> String {
    BASE64URL.encode(bytes)
}

/// What is written in base64url, with or without padding; none when it is something else.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    BASE64URL.decode(text).ok()
}
