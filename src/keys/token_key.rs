//! The keys of the access tokens: one that signs, and while it is being rotated a second one that is accepted as well.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::key_file::KeyText;
use crate::random::{self, NoEntropy};

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";
/// The most keys at a time: the one that signs, and the one before or after it.
const MOST: usize = 2;

/// A key of the access tokens. The algorithm is always EdDSA, whatever the header of a token says.
#[derive(Clone)]
pub struct TokenKey {
    /// The key for signing.
    pub encoding: EncodingKey,
    /// The key for verification.
    pub decoding: DecodingKey,
    /// The key id: the RFC 7638 thumbprint.
    pub id: String,
    /// The public key, in base64url.
    pub public: String,
}

impl TokenKey {
    pub(super) fn new(key: &SigningKey) -> Option<Self> {
        let public = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
        // RFC 7638: the required members in lexical order, without spaces.
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}"#);
        let der = version_1(key).to_pkcs8_der().ok()?;
        Some(Self {
            encoding: EncodingKey::from_ed_der(der.as_bytes()),
            decoding: DecodingKey::from_ed_der(key.verifying_key().as_bytes()),
            id: URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)),
            public,
        })
    }

    /// A new one.
    pub(super) fn generate() -> Result<SigningKey, NoEntropy> {
        let secret = Zeroizing::new(random::bytes::<32>()?);
        Ok(SigningKey::from_bytes(&secret))
    }
}

/// PKCS #8 version 1 (RFC 5208), without the public key. OpenSSL 3 cannot read version 2 (RFC 5958), which has it.
fn version_1(key: &SigningKey) -> KeypairBytes {
    KeypairBytes {
        secret_key: key.to_bytes(),
        public_key: None,
    }
}

/// The keys as PEM, as the file holds them.
pub(super) fn to_pem(keys: &[SigningKey]) -> Option<KeyText> {
    let mut text = KeyText::default();
    for key in keys {
        text.push_str(&version_1(key).to_pkcs8_pem(LineEnding::LF).ok()?);
    }
    Some(text)
}

/// Reads one key, or two different ones. The first signs. `None` for everything else.
pub(super) fn from_pem(text: &str) -> Option<Vec<SigningKey>> {
    let mut keys: Vec<SigningKey> = Vec::new();
    let mut rest = text;
    while let Some((_, from)) = rest.split_once(BEGIN) {
        let (body, after) = from.split_once(END)?;
        let pem = Zeroizing::new([BEGIN, body, END, "\n"].concat());
        let key = SigningKey::from_pkcs8_pem(&pem).ok()?;
        if keys.contains(&key) {
            return None;
        }
        keys.push(key);
        rest = after;
    }
    (1..=MOST).contains(&keys.len()).then_some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        let secret = URL_SAFE_NO_PAD
            .decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
            .unwrap();
        let key = SigningKey::from_bytes(&secret.try_into().unwrap());
        let key = TokenKey::new(&key).unwrap();
        assert_eq!(key.id, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_key_is_written_as_version_1_which_openssl_reads() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let der = version_1(&key).to_pkcs8_der().unwrap();
        // RFC 8410: version 0, the algorithm 1.3.101.112, and the 32 bytes as an OCTET STRING in another. Nothing follows.
        let head = hex::decode("302e020100300506032b657004220420").unwrap();
        assert_eq!(der.as_bytes(), [head, vec![7; 32]].concat());
    }

    #[test]
    fn keys_of_version_2_which_were_written_before_stay_readable() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let old = key.to_pkcs8_pem(LineEnding::LF).unwrap();
        assert_eq!(from_pem(&old).unwrap(), [key]);
    }

    #[test]
    fn a_file_holds_one_key_or_two_different_ones() {
        let keys = [1, 2, 3].map(|byte| SigningKey::from_bytes(&[byte; 32]));
        let pem = |keys: &[SigningKey]| to_pem(keys).unwrap().to_string();
        for some in [&keys[..1], &keys[..2]] {
            assert_eq!(from_pem(&pem(some)).unwrap(), some);
        }
        let notes = format!("of 2027\n{}of 2028\n{}", pem(&keys[..1]), pem(&keys[1..2]));
        assert_eq!(from_pem(&notes).unwrap(), keys[..2]);
        let (one, whole) = (pem(&keys[..1]), pem(&keys[..2]));
        for wrong in [
            "",
            &pem(&keys),
            &[&*one, &*one].concat(),
            &whole[..whole.len() - 9],
        ] {
            assert!(from_pem(wrong).is_none(), "{wrong}");
        }
    }
}
