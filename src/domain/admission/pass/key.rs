//! The key pair of a campaign: RSABSSA-SHA384-PSS-Deterministic (RFC 9474) with 2048 bits, as RFC 9578, 6 specifies.

use std::fmt;

use rsa::hazmat::rsa_decrypt_and_check;
use rsa::pss::{Signature, VerifyingKey};
use rsa::rand_core::{CryptoRng, TryCryptoRng};
use rsa::signature::Verifier;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BoxedUint, RsaPrivateKey, RsaPublicKey};
use sha2::{Digest, Sha256, Sha384};
use zeroize::Zeroizing;

use super::NK;
use super::challenge::TokenChallenge;
use super::token::Token;

const BITS: u32 = 2048;
/// The salt is as long as the hash.
const SALT: usize = 48;
const EXPONENT: u32 = 65_537;
/// The length of a prime, in bytes.
const PRIME: usize = NK / 2;

/// The bytes before the modulus in the SubjectPublicKeyInfo of a 2048-bit key: id-RSASSA-PSS with SHA-384, MGF1 with
/// SHA-384 and a salt of 48 bytes, all encoded explicitly (RFC 9578, 6.5; RFC 4055, 3.1).
const SPKI_HEAD: [u8; 81] = [
    0x30, 0x82, 0x01, 0x52, // SubjectPublicKeyInfo
    0x30, 0x3d, // algorithm
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, // id-RSASSA-PSS
    0x30, 0x30, // its parameters
    0xa0, 0x0d, 0x30, 0x0b, // hash
    0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, // id-sha384
    0xa1, 0x1a, 0x30, 0x18, // mask
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, // id-mgf1
    0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, // id-sha384
    0xa2, 0x03, 0x02, 0x01, 0x30, // salt of 48 bytes
    0x03, 0x82, 0x01, 0x0f, 0x00, // subjectPublicKey
    0x30, 0x82, 0x01, 0x0a, // RSAPublicKey
    0x02, 0x82, 0x01, 0x01, 0x00, // modulus, positive
];
/// The bytes after the modulus: the exponent 65537.
const SPKI_TAIL: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];

/// The public key. It never changes.
#[derive(Clone)]
pub struct PublicKey {
    spki: Vec<u8>,
    verifier: VerifyingKey<Sha384>,
}

/// The private key. Its memory is overwritten on drop.
pub struct PrivateKey(RsaPrivateKey);

/// Why an operation with a key failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes do not encode such a key.
    #[error("this is no RSA key of 2048 bits as token type 0x0002 has it")]
    Malformed,
    /// No key could be generated.
    #[error("no key could be made")]
    NotMade,
    /// The signature was not made, or failed its verification.
    #[error("nothing was signed")]
    NotSigned,
}

impl PublicKey {
    /// Parses the DER of a SubjectPublicKeyInfo. Each key has exactly one valid encoding.
    ///
    /// # Errors
    ///
    /// When the bytes are anything else.
    pub fn from_spki(spki: &[u8]) -> Result<Self, KeyError> {
        let modulus = spki.strip_prefix(&SPKI_HEAD);
        let modulus = modulus.and_then(|rest| rest.strip_suffix(&SPKI_TAIL));
        let modulus = modulus.filter(|modulus| modulus.len() == NK);
        Self::from_modulus(modulus.ok_or(KeyError::Malformed)?)
    }

    fn from_modulus(modulus: &[u8]) -> Result<Self, KeyError> {
        let n = BoxedUint::from_be_slice(modulus, BITS).map_err(|_| KeyError::Malformed)?;
        let key = RsaPublicKey::new_with_size_limits(n, EXPONENT.into(), NK * 8..=NK * 8);
        Ok(Self {
            spki: [&SPKI_HEAD, modulus, &SPKI_TAIL].concat(),
            verifier: verifier(key.map_err(|_| KeyError::Malformed)?),
        })
    }

    /// The DER of the key's SubjectPublicKeyInfo.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The key id: SHA-256 of the SubjectPublicKeyInfo (RFC 9578, 6.5).
    pub fn id(&self) -> [u8; 32] {
        Sha256::digest(&self.spki).into()
    }

    /// The first half of the key id in groups, for people who compare it: `1f0c 92ab …`.
    pub fn fingerprint(&self) -> String {
        let digits: String = self
            .id()
            .iter()
            .take(16)
            .map(|it| format!("{it:02x}"))
            .collect();
        let groups: Vec<String> = digits
            .as_bytes()
            .chunks(4)
            .map(|group| String::from_utf8_lossy(group).into_owned())
            .collect();
        groups.join(" ")
    }

    /// Whether this pass answers this challenge and its signature verifies with this key.
    pub fn accepts(&self, token: &Token, challenge: &TokenChallenge) -> bool {
        let signature = Signature::try_from(token.authenticator().as_slice());
        *token.key_id() == self.id()
            && *token.challenge_digest() == challenge.digest()
            && signature.is_ok_and(|it| self.verifier.verify(token.signed(), &it).is_ok())
    }

    /// Whether a blinded value can be signed: it must be less than the modulus (RFC 9474, 4.3).
    pub fn can_sign(&self, blinded: &[u8; NK]) -> bool {
        let n = self.verifier.as_ref().n().as_ref();
        BoxedUint::from_be_slice(blinded, BITS).is_ok_and(|value| value < *n)
    }
}

impl PrivateKey {
    /// Generates a key. This takes a large part of a second.
    ///
    /// # Errors
    ///
    /// When the library fails to generate one.
    pub fn generate(random: &mut impl CryptoRng) -> Result<Self, KeyError> {
        let key = RsaPrivateKey::new(random, NK * 8).map_err(|_| KeyError::NotMade)?;
        Ok(Self(key))
    }

    /// The public key.
    ///
    /// # Errors
    ///
    /// When the modulus does not have 2048 bits.
    pub fn public(&self) -> Result<PublicKey, KeyError> {
        PublicKey::from_modulus(&self.0.n().to_be_bytes())
    }

    /// The two primes, from which the rest of the key is computed.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let primes = self.0.primes().iter();
        let bytes: Vec<Zeroizing<Box<[u8]>>> = primes
            .map(|prime| Zeroizing::new(prime.to_be_bytes()))
            .collect();
        Zeroizing::new(bytes.iter().flat_map(|one| one.iter().copied()).collect())
    }

    /// The key with these two primes.
    ///
    /// # Errors
    ///
    /// When they do not make a key of 2048 bits.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let malformed = |_| KeyError::Malformed;
        let (p, q) = bytes.split_at_checked(PRIME).ok_or(KeyError::Malformed)?;
        let prime = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, BITS / 2);
        let (p, q) = (prime(p).map_err(malformed)?, prime(q).map_err(malformed)?);
        let key = RsaPrivateKey::from_p_q(p, q, EXPONENT.into());
        Ok(Self(key.map_err(|_| KeyError::Malformed)?))
    }

    /// Makes a blind signature (RFC 9474, 4.3). The result is deterministic. The random numbers blind the RSA
    /// computation, so that its duration reveals nothing about the key. The signature is verified before it is
    /// returned, since a faulty one (by an error of the hardware) could reveal the key.
    ///
    /// # Errors
    ///
    /// When the value is not less than the modulus, or the verification fails.
    pub fn sign(
        &self,
        blinded: &[u8; NK],
        random: &mut (impl TryCryptoRng + ?Sized),
    ) -> Result<[u8; NK], KeyError> {
        let signature = sign(&self.0, blinded, random)?;
        signature[..].try_into().map_err(|_| KeyError::NotSigned)
    }
}

/// BlindSign of RFC 9474, for keys of any length.
pub(super) fn sign(
    key: &RsaPrivateKey,
    blinded: &[u8],
    random: &mut (impl TryCryptoRng + ?Sized),
) -> Result<Box<[u8]>, KeyError> {
    let value = BoxedUint::from_be_slice(blinded, key.n().bits_precision());
    let value = value.map_err(|_| KeyError::NotSigned)?;
    let signature = rsa_decrypt_and_check(key, Some(random), &value);
    Ok(signature.map_err(|_| KeyError::NotSigned)?.to_be_bytes())
}

/// Verifies RSABSSA-SHA384-PSS signatures, for keys of any length.
pub(super) fn verifier(key: RsaPublicKey) -> VerifyingKey<Sha384> {
    VerifyingKey::new_with_salt_len(key, SALT)
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(…)")
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}
