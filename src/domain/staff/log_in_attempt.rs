//! An attempt to log in by a provider, from the way there to the way back. It is kept in the browser that began it, sealed
//! under the server key. So no server has to remember it, and no other browser can end it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::domain::server_key::ServerKey;

/// How long somebody has to log in at the provider.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// What an attempt is sealed for.
const PURPOSE: &[u8] = b"log-in by provider";
/// The length of a nonce of the cipher, in bytes: long enough to be drawn at random.
const NONCE: usize = 24;

/// The secrets of an attempt.
pub struct Attempt {
    /// Ties the way back to the browser (RFC 6749, section 10.12).
    state: Zeroizing<[u8; 32]>,
    /// Ties the ID token to the attempt.
    nonce: Zeroizing<[u8; 32]>,
    /// Ties the code to the attempt (RFC 7636).
    verifier: Zeroizing<[u8; 32]>,
}

impl Attempt {
    /// An attempt with these random bytes.
    pub fn new(bytes: [[u8; 32]; 3]) -> Self {
        let [state, nonce, verifier] = bytes.map(Zeroizing::new);
        Self {
            state,
            nonce,
            verifier,
        }
    }

    /// The `state` to send.
    pub fn state(&self) -> String {
        URL_SAFE_NO_PAD.encode(*self.state)
    }

    /// The `nonce` to send.
    pub fn nonce(&self) -> String {
        URL_SAFE_NO_PAD.encode(*self.nonce)
    }

    /// The verifier, which is sent with the code.
    pub fn verifier(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(*self.verifier))
    }

    /// The challenge to send before that: the hash of the verifier.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier().as_bytes()))
    }

    /// Whether this state came back.
    pub fn is_answered_by(&self, state: &str) -> bool {
        self.state().as_bytes().ct_eq(state.as_bytes()).into()
    }

    /// Seals it. Each call needs a new random nonce. None when the cipher fails, which does not happen for so short a text.
    pub fn seal(&self, key: &ServerKey, nonce: [u8; NONCE], now: DateTime<Utc>) -> Option<String> {
        let begun = now.timestamp().to_be_bytes();
        let parts = [&begun[..], &*self.state, &*self.nonce, &*self.verifier];
        let text = Zeroizing::new(parts.concat());
        let text = Payload {
            msg: &text,
            aad: PURPOSE,
        };
        let sealed = cipher(key).encrypt(&nonce.into(), text).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// Opens what was sealed; none when it was changed, or is too old.
    pub fn open(sealed: &str, key: &ServerKey, now: DateTime<Utc>) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let text = Payload {
            msg: sealed,
            aad: PURPOSE,
        };
        let text = Zeroizing::new(cipher(key).decrypt(&(*nonce).into(), text).ok()?);
        let (begun, secrets) = text.split_first_chunk::<8>()?;
        let (state, secrets) = secrets.split_first_chunk::<32>()?;
        let (nonce, secrets) = secrets.split_first_chunk::<32>()?;
        let verifier = secrets.try_into().ok()?;
        let age = now - DateTime::from_timestamp(i64::from_be_bytes(*begun), 0)?;
        (age <= LIFETIME).then(|| Self::new([*state, *nonce, verifier]))
    }
}

fn cipher(key: &ServerKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.hash(&[b"log-in attempt encryption"]).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> String {
        let attempt = Attempt::new([[1; 32], [2; 32], [3; 32]]);
        let key = ServerKey::new([9; 32]);
        attempt
            .seal(&key, [7; NONCE], DateTime::UNIX_EPOCH)
            .unwrap()
    }

    fn opened(sealed: &str, key: u8, after: TimeDelta) -> Option<Attempt> {
        let key = ServerKey::new([key; 32]);
        Attempt::open(sealed, &key, DateTime::UNIX_EPOCH + after)
    }

    #[test]
    fn an_attempt_comes_back_as_it_was_for_ten_minutes() {
        let attempt = opened(&sealed(), 9, LIFETIME).unwrap();
        let expected = Attempt::new([[1; 32], [2; 32], [3; 32]]);
        assert!(attempt.is_answered_by(&expected.state()));
        assert_eq!(attempt.nonce(), expected.nonce());
        assert_eq!(attempt.verifier(), expected.verifier());
        assert!(opened(&sealed(), 9, LIFETIME + TimeDelta::seconds(1)).is_none());
    }

    #[test]
    fn neither_another_key_nor_a_changed_letter_opens_it() {
        assert!(opened(&sealed(), 8, TimeDelta::zero()).is_none());
        for at in 0..sealed().len() {
            let mut changed = sealed().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(opened(&changed, 9, TimeDelta::zero()).is_none(), "{at}");
        }
        assert!(opened("", 9, TimeDelta::zero()).is_none());
    }

    #[test]
    fn another_state_is_no_answer() {
        let attempt = Attempt::new([[1; 32], [2; 32], [3; 32]]);
        assert!(!attempt.is_answered_by(&attempt.nonce()));
        assert!(!attempt.is_answered_by(""));
    }

    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        // Appendix B.
        let text = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let verifier = URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap();
        let attempt = Attempt::new([[0; 32], [0; 32], verifier]);
        assert_eq!(*attempt.verifier(), text);
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(attempt.challenge(), challenge);
    }
}
