//! Encryption of private keys at rest, with XChaCha20-Poly1305 under a key that is not in the database. So a dump of
//! the database is not enough to sign.

use crate::domain::ids::CampaignId;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use zeroize::Zeroizing;

use super::key::{KeyError, PrivateKey};
use crate::domain::server_key::ServerKey;

/// The length of a nonce in bytes: long enough to be drawn at random.
pub const NONCE: usize = 24;

impl ServerKey {
    /// Encrypts the private key of a campaign. Each call needs a new random nonce.
    ///
    /// # Errors
    ///
    /// When the cipher fails, which does not happen for so short a text.
    pub fn seal_pass_key(
        &self,
        campaign: CampaignId,
        key_id: &[u8; 32],
        key: &PrivateKey,
        nonce: [u8; NONCE],
    ) -> Result<Vec<u8>, KeyError> {
        let aad = bound_to(campaign, key_id);
        let bytes = key.to_bytes();
        let text = Payload {
            msg: &bytes,
            aad: &aad,
        };
        let sealed = self.cipher().encrypt(&nonce.into(), text);
        let sealed = sealed.map_err(|_| KeyError::Malformed)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Decrypts the private key of a campaign.
    ///
    /// # Errors
    ///
    /// When the key was encrypted for another campaign, with another id or under another server key, or was changed.
    pub fn open_pass_key(
        &self,
        campaign: CampaignId,
        key_id: &[u8; 32],
        sealed: &[u8],
    ) -> Result<PrivateKey, KeyError> {
        let (nonce, sealed) = sealed
            .split_first_chunk::<NONCE>()
            .ok_or(KeyError::Malformed)?;
        let aad = bound_to(campaign, key_id);
        let text = Payload {
            msg: sealed,
            aad: &aad,
        };
        let bytes = self.cipher().decrypt(&(*nonce).into(), text);
        PrivateKey::from_bytes(&Zeroizing::new(bytes.map_err(|_| KeyError::Malformed)?))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.hash(&[b"pass key encryption"]).into())
    }
}

fn bound_to(campaign: CampaignId, key_id: &[u8; 32]) -> Vec<u8> {
    [campaign.0.as_bytes(), &key_id[..]].concat()
}
