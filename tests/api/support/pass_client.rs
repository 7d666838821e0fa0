//! The client's side of Privacy Pass with type 0x0002: asks for a blind signature and makes a pass of it
//! (RFC 9578, 6.1 and 6.3; RFC 9474, 4.2 and 4.4).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use rsa::hazmat::rsa_encrypt;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPublicKey};
use serde_json::Value;
use sha2::{Digest, Sha256, Sha384};

use super::logs::register_secret;

/// What a client knows of a campaign with passes.
#[derive(Clone)]
pub struct PassClient {
    pub challenge: Vec<u8>,
    pub spki: Vec<u8>,
    key: RsaPublicKey,
}

/// A pass in the making.
pub struct Blinded {
    /// The `TokenRequest` to send.
    pub request: Vec<u8>,
    signed: Vec<u8>,
    inverse: BoxedUint,
}

/// What base64url stands for.
pub fn unbase64(text: &str) -> Vec<u8> {
    URL_SAFE.decode(text).unwrap()
}

impl PassClient {
    /// From the field `pass` of a campaign.
    pub fn of(pass: &Value) -> Self {
        let bytes = |name: &str| unbase64(pass[name].as_str().unwrap());
        Self::new(bytes("challenge"), bytes("token_key"))
    }

    pub fn new(challenge: Vec<u8>, spki: Vec<u8>) -> Self {
        // The modulus stands between a fixed head and the exponent 65537.
        let n = BoxedUint::from_be_slice(&spki[81..337], 2048).unwrap();
        let key = RsaPublicKey::new(n, 65_537_u32.into()).unwrap();
        Self {
            challenge,
            spki,
            key,
        }
    }

    /// The id of the campaign's key.
    pub fn key_id(&self) -> [u8; 32] {
        Sha256::digest(&self.spki).into()
    }

    /// A new request, for a pass that nobody else can know.
    pub fn blind(&self) -> Blinded {
        let nonce: [u8; 32] = aftercare::random::bytes().unwrap();
        let digest = Sha256::digest(&self.challenge);
        let signed = [&[0, 2][..], &nonce, &digest, &self.key_id()].concat();
        let message = BoxedUint::from_be_slice(&encode_pss(&signed), 2048).unwrap();
        let mut random: [u8; 256] = aftercare::random::bytes().unwrap();
        random[0] = 0;
        let r = BoxedUint::from_be_slice(&random, 2048).unwrap();
        let inverse = r.invert_mod(self.key.n()).unwrap();
        let factor = rsa_encrypt(&self.key, &r).unwrap();
        let blinded = message.mul_mod(&factor, self.key.n());
        let byte = self.key_id()[31];
        Blinded {
            request: [&[0, 2, byte][..], &blinded.to_be_bytes()].concat(),
            signed,
            inverse,
        }
    }

    /// The pass, as it stands in `Authorization`. The log is watched for it.
    pub fn unblind(&self, blinded: &Blinded, response: &[u8]) -> String {
        let token = URL_SAFE.encode(self.token(blinded, response));
        register_secret(&token);
        format!("PrivateToken token=\"{token}\"")
    }

    /// The bytes of the pass.
    pub fn token(&self, blinded: &Blinded, response: &[u8]) -> Vec<u8> {
        let response = BoxedUint::from_be_slice(response, 2048).unwrap();
        let signature = response.mul_mod(&blinded.inverse, self.key.n());
        [&blinded.signed[..], &signature.to_be_bytes()].concat()
    }
}

/// EMSA-PSS with SHA-384 and a random salt of 48 bytes, for a key of 2048 bits (RFC 8017, 9.1.1).
fn encode_pss(message: &[u8]) -> Vec<u8> {
    let salt: [u8; 48] = aftercare::random::bytes().unwrap();
    let hash = Sha384::digest([&[0; 8][..], &Sha384::digest(message), &salt].concat());
    let mut block = [&[0; 158][..], &[1], &salt].concat();
    // MGF1: hashes of the hash and a counter.
    let mask =
        (0_u32..).flat_map(|count| Sha384::digest([&hash[..], &count.to_be_bytes()].concat()));
    block
        .iter_mut()
        .zip(mask)
        .for_each(|(byte, mask)| *byte ^= mask);
    block[0] &= 0x7f;
    [&block[..], &hash, &[0xbc]].concat()
}
