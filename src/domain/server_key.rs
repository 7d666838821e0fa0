//! The server key. Values that must reveal nothing to outsiders are derived from it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The server key: 32 random bytes that are stored outside the database. They are wiped from memory with the value.
#[derive(Clone)]
pub struct ServerKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKey(…)")
    }
}

impl ServerKey {
    /// The key with these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A value to store in the database. A server compares it with its own to detect that it was started with another
    /// key.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.hash(&[b"fingerprint"])
    }

    /// HMAC-SHA-256 (RFC 2104) over the parts, each prefixed with its length, so that different lists of parts never
    /// give the same input. The first part names the purpose, and each purpose is used in one place of the program.
    pub fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC pads a short key with zeros to the block size of its hash; doing so here makes the construction
        // infallible.
        let mut block = Zeroizing::new([0; 64]);
        block
            .iter_mut()
            .zip(*self.0)
            .for_each(|(to, from)| *to = from);
        let mut mac = Hmac::<Sha256>::new((&*block).into());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivation_is_hmac_sha_256_as_in_rfc_4231() {
        // Test case 2 of RFC 4231, through the same construction as `hash`.
        let mut mac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
        mac.update(b"what do ya want for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(mac.finalize().into_bytes()), expected);
    }
}
