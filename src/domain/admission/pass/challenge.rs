//! What a client is told to get a pass for: `TokenChallenge` (RFC 9577, 2.1.1).

use sha2::{Digest, Sha256};

use super::TOKEN_TYPE;

/// The challenge of a campaign. It is the same for everybody and for as long as the campaign runs, so that it tells
/// nothing about who answers it, and a pass got early is good later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenChallenge(Vec<u8>);

impl TokenChallenge {
    /// The challenge of the issuer at this host, for the origins in `origin_info`.
    ///
    /// The context is 32 bytes that a pass is bound to, or nothing. None when a name is empty where it may not be, or
    /// longer than its length field.
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

    /// The challenge of a campaign whose key was made for this host, which is issuer and origin in one.
    ///
    /// The redemption context is empty. With one, clients are to throw passes away when they change networks (RFC
    /// 9577, 2.1), but here a pass should be got at one time and place and spent at another. What keeps campaigns
    /// apart is the key.
    pub fn of_host(host: &str) -> Option<Self> {
        Self::new(host, None, host)
    }

    /// As it is sent.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// SHA-256 of it, which a pass carries.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}
