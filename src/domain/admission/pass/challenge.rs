//! The challenge that a client gets a pass for: `TokenChallenge` (RFC 9577, 2.1.1).

use sha2::{Digest, Sha256};

use super::TOKEN_TYPE;

/// The challenge of a campaign. Every client gets the same challenge while the campaign runs. So the challenge reveals
/// nothing about the client, and a pass can be fetched long before it is spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenChallenge(Vec<u8>);

impl TokenChallenge {
    /// The challenge of the issuer at this host, for the origins in `origin_info`.
    ///
    /// The context is empty, or 32 bytes that bind the pass. None when a required name is empty, or a name is longer
    /// than its length field allows.
    pub fn new(issuer_name: &str, context: Option<[u8; 32]>, origin_info: &str) -> Option<Self> {
        let context = context.as_ref().map_or(&[][..], |context| &context[..]);
        if issuer_name.is_empty() {
            return None;
        }
        let mut bytes = TOKEN_TYPE.to_be_bytes().to_vec();
        bytes.extend(u16::try_from(issuer_name.len()).ok()?.to_be_bytes());
        bytes.extend(issuer_name.as_bytes());
        bytes.push(u8::try_from(context.len()).ok()?);
        bytes.extend(context);
        bytes.extend(u16::try_from(origin_info.len()).ok()?.to_be_bytes());
        bytes.extend(origin_info.as_bytes());
        Some(Self(bytes))
    }

    /// The challenge of a campaign whose key was made for this host. The host is both issuer and origin.
    ///
    /// The redemption context is empty. With one, clients should discard passes when they change networks (RFC 9577,
    /// 2.1), but here a pass should be fetched at one time and place and spent at another. The key already separates
    /// campaigns.
    pub fn of_host(host: &str) -> Option<Self> {
        Self::new(host, None, host)
    }

    /// The bytes on the wire.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// SHA-256 of the challenge. A pass carries this digest.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}
