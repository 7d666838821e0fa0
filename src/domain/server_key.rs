//! The server key. Values that must reveal nothing to outsiders are derived from it.
//!
//! A database can go over to another key. What is stored cannot be moved to it, since ids come from receipts that are not
//! stored. So each campaign stays under the key that it was created under, and the servers hold several keys for as long
//! as campaigns need them.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A server key: 32 random bytes that are stored outside the database. They are wiped from memory with the value.
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
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(self.hash(&[b"fingerprint"]))
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

/// The fingerprint of a server key. It does not reveal the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The start of it, by which people name a key.
    pub fn id(&self) -> String {
        hex::encode(self.0).chars().take(12).collect()
    }
}

/// The place of a key among the keys that a database has had, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyNumber(pub i16);

impl KeyNumber {
    /// The first key of a database.
    pub const FIRST: Self = Self(1);
}

/// What a server key of a database is for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::Display,
)]
#[strum(serialize_all = "snake_case")]
pub enum KeyState {
    /// Placed on the servers; nothing is under it yet.
    Next,
    /// New campaigns and the audit are under it.
    Current,
    /// Earlier campaigns are under it.
    Former,
    /// Nothing is under it any more.
    Removed,
}

/// A server key as its database knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownKey {
    /// Its place.
    pub number: KeyNumber,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// What it is for.
    pub state: KeyState,
}

/// Why a server cannot work on a database with the keys that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyMisfit {
    /// The database belongs to other keys.
    Other,
    /// Some of the keys that the database needs are missing. Holds their ids.
    Lacking(Vec<String>),
    /// Another key was placed as the next one. Holds its id.
    AnotherNext(String),
    /// Several keys that the database does not know.
    SeveralNew,
}

impl KeyMisfit {
    /// Checks the keys of a server against those that its database knows.
    ///
    /// # Errors
    ///
    /// When the server must not start with them.
    pub fn check(known: &[KnownKey], held: &[Fingerprint]) -> Result<(), Self> {
        let is_new = |it: &&Fingerprint| known.iter().all(|known| known.fingerprint != **it);
        let new = held.iter().filter(is_new).count();
        let needed: Vec<&KnownKey> = known
            .iter()
            .filter(|key| matches!(key.state, KeyState::Current | KeyState::Former))
            .collect();
        let lacking: Vec<String> = needed
            .iter()
            .filter(|key| !held.contains(&key.fingerprint))
            .map(|key| key.fingerprint.id())
            .collect();
        let next = known.iter().find(|key| key.state == KeyState::Next);
        match next {
            _ if !needed.is_empty() && lacking.len() == needed.len() => Err(Self::Other),
            _ if !lacking.is_empty() => Err(Self::Lacking(lacking)),
            Some(next) if new > 0 => Err(Self::AnotherNext(next.fingerprint.id())),
            None if new > 1 + usize::from(known.is_empty()) => Err(Self::SeveralNew),
            _ => Ok(()),
        }
    }
}

/// The keys that a server holds, each with its place. There is at least one.
#[derive(Debug, Clone)]
pub struct ServerKeys {
    oldest: (KeyNumber, ServerKey),
    newer: Vec<(KeyNumber, ServerKey)>,
}

impl ServerKeys {
    /// These keys; none when there is no key.
    pub fn numbered(mut keys: Vec<(KeyNumber, ServerKey)>) -> Option<Self> {
        keys.sort_by_key(|(number, _)| *number);
        let mut keys = keys.into_iter();
        Some(Self {
            oldest: keys.next()?,
            newer: keys.collect(),
        })
    }

    /// The only key of a database that never had another.
    pub fn only(key: ServerKey) -> Self {
        Self {
            oldest: (KeyNumber::FIRST, key),
            newer: Vec::new(),
        }
    }

    /// The key in this place, if it is here.
    pub fn get(&self, number: KeyNumber) -> Option<&ServerKey> {
        let mut keys = std::iter::once(&self.oldest).chain(&self.newer);
        keys.find(|(here, _)| *here == number).map(|(_, key)| key)
    }

    /// The key that was here first, for what is not stored.
    pub fn oldest(&self) -> &ServerKey {
        &self.oldest.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(number: i16, state: KeyState) -> KnownKey {
        KnownKey {
            number: KeyNumber(number),
            fingerprint: held(number),
            state,
        }
    }

    fn held(number: i16) -> Fingerprint {
        Fingerprint([u8::try_from(number).unwrap(); 32])
    }

    #[test]
    fn a_server_needs_every_key_of_its_database_that_something_is_under() {
        use KeyState::{Current, Former, Next, Removed};
        let id = |number| held(number).id();
        for (keys, here, expected) in [
            (vec![], vec![1], Ok(())),
            (vec![], vec![1, 2], Ok(())),
            (vec![], vec![1, 2, 3], Err(KeyMisfit::SeveralNew)),
            (vec![(1, Current)], vec![1], Ok(())),
            (vec![(1, Current)], vec![1, 2], Ok(())),
            (vec![(1, Current)], vec![2], Err(KeyMisfit::Other)),
            (
                vec![(1, Current)],
                vec![1, 2, 3],
                Err(KeyMisfit::SeveralNew),
            ),
            (vec![(1, Current), (2, Next)], vec![1], Ok(())),
            (vec![(1, Current), (2, Next)], vec![2, 1], Ok(())),
            (
                vec![(1, Current), (2, Next)],
                vec![1, 3],
                Err(KeyMisfit::AnotherNext(id(2))),
            ),
            (
                vec![(1, Current), (2, Next)],
                vec![2],
                Err(KeyMisfit::Other),
            ),
            (
                vec![(1, Former), (2, Current)],
                vec![1],
                Err(KeyMisfit::Lacking(vec![id(2)])),
            ),
            (
                vec![(1, Former), (2, Current)],
                vec![2],
                Err(KeyMisfit::Lacking(vec![id(1)])),
            ),
            (vec![(1, Former), (2, Current)], vec![1, 2, 3], Ok(())),
            (vec![(1, Removed), (2, Current)], vec![2], Ok(())),
            (vec![(1, Removed), (2, Current)], vec![1, 2], Ok(())),
            (
                vec![(1, Removed), (2, Current)],
                vec![1],
                Err(KeyMisfit::Other),
            ),
        ] {
            let keys: Vec<_> = keys
                .into_iter()
                .map(|(it, state)| known(it, state))
                .collect();
            let here: Vec<_> = here.into_iter().map(held).collect();
            assert_eq!(
                KeyMisfit::check(&keys, &here),
                expected,
                "{keys:?} {here:?}"
            );
        }
    }

    #[test]
    fn each_key_is_found_in_its_place_only() {
        let key = |byte| ServerKey::new([byte; 32]);
        let keys = vec![(KeyNumber(3), key(3)), (KeyNumber(1), key(1))];
        let keys = ServerKeys::numbered(keys).unwrap();
        assert_eq!(keys.oldest().fingerprint(), key(1).fingerprint());
        for (number, found) in [(1, Some(1)), (2, None), (3, Some(3))] {
            let found = found.map(|byte| key(byte).fingerprint());
            let got = keys.get(KeyNumber(number));
            assert_eq!(got.map(ServerKey::fingerprint), found);
        }
        assert!(ServerKeys::numbered(Vec::new()).is_none());
    }

    #[test]
    fn derivation_is_hmac_sha_256_as_in_rfc_4231() {
        // Test case 2 of RFC 4231, through the same construction as `hash`.
        let mut mac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
        mac.update(b"what do ya want for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(mac.finalize().into_bytes()), expected);
    }
}
