//! Verifying the chain: detects entries that were removed, changed, reordered or cut off at the end.
//!
//! A chain that lost its last entries is still consistent. So the operator notes the head outside the database from
//! time to time, and the next verification checks that the chain still contains it.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use super::{Action, ChainDigest, Entry};
use crate::domain::server_key::ServerKey;

/// A head of the chain, noted outside the database: proof of the chain's length and content at that time. Written as
/// `NUMBER:HASH`, the hash in hexadecimal; `0:` before the first entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkpoint {
    /// The number of the entry.
    pub number: i64,
    /// The hash of the entry; empty for number 0.
    pub hash: Vec<u8>,
}

/// The text is not in the format of a head.
#[derive(Debug, thiserror::Error)]
#[error("it is written as NUMBER:HASH, as `aftercare audit verify` prints it")]
pub struct CheckpointMalformed;

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, hex::encode(&self.hash))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointMalformed;

    fn from_str(text: &str) -> Result<Self, CheckpointMalformed> {
        let (number, hash) = text.trim().split_once(':').ok_or(CheckpointMalformed)?;
        let number = number.parse().map_err(|_| CheckpointMalformed)?;
        let hash = hex::decode(hash).map_err(|_| CheckpointMalformed)?;
        let length = if number == 0 { 0 } else { 32 };
        if number < 0 || hash.len() != length {
            return Err(CheckpointMalformed);
        }
        Ok(Self { number, hash })
    }
}

/// The first error in a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// An entry was removed.
    #[error("entry {missing} is missing: after it comes entry {next}")]
    Gap {
        /// The first missing number.
        missing: i64,
        /// The next number that exists.
        next: i64,
    },
    /// Entries are out of order.
    #[error("entry {0} stands twice, or before the first one")]
    Order(i64),
    /// An entry was changed, or its predecessor was.
    #[error("entry {0} is not as it was written")]
    Changed(i64),
    /// The chain is shorter than the noted head.
    #[error(
        "the last entries are missing: the chain ends with entry {last}, and entry {noted} was noted"
    )]
    Cut {
        /// The number of the last entry.
        last: i64,
        /// The number of the noted entry.
        noted: i64,
    },
    /// The entry is consistent but differs from the noted one: the chain was rewritten by somebody who has the key.
    #[error("entry {0} is another one than was noted")]
    Replaced(i64),
}

/// Verifies a chain entry by entry, from the first one on.
///
/// A chain can have several parts, each under a server key of its own. The first entry of a part names its key, and the
/// digest of all entries before it. So the parts under keys that were removed since can still be verified.
#[derive(Debug)]
pub struct ChainVerifier<'k> {
    keys: &'k [ServerKey],
    part: Part<'k>,
    digest: ChainDigest,
    /// The first entry that no key and no digest has proven yet.
    unproven: Option<i64>,
    last: Checkpoint,
    noted: Option<Checkpoint>,
}

/// The part of the chain that the next entry belongs to.
#[derive(Debug)]
enum Part<'k> {
    /// The first one. Its key is the one that the first entry fits.
    First,
    /// A part under this key.
    Of(&'k ServerKey),
    /// A part under a key that is not here.
    Keyless,
}

/// What the first entry of a part says.
#[derive(Deserialize)]
struct Switch {
    to: String,
    digest: String,
}

impl<'k> ChainVerifier<'k> {
    /// Starts before the first entry, with these keys. If an entry was noted, the chain must contain it.
    pub fn new(keys: &'k [ServerKey], noted: Option<Checkpoint>) -> Self {
        Self {
            keys,
            part: Part::First,
            digest: ChainDigest::default(),
            unproven: None,
            last: Checkpoint::default(),
            noted,
        }
    }

    /// Verifies the next entry against its stored hash.
    ///
    /// # Errors
    ///
    /// When the entry is not the valid next one.
    pub fn step(&mut self, entry: &Entry<'_>, hash: &[u8]) -> Result<(), ChainError> {
        let expected = self.last.number + 1;
        if entry.number > expected {
            return Err(ChainError::Gap {
                missing: expected,
                next: entry.number,
            });
        }
        if entry.number < expected {
            return Err(ChainError::Order(entry.number));
        }
        self.check_hash(entry, hash)?;
        self.digest.add(entry, hash);
        self.last = Checkpoint {
            number: entry.number,
            hash: hash.to_vec(),
        };
        match &self.noted {
            Some(noted) if noted.number == entry.number && *noted != self.last => {
                Err(ChainError::Replaced(entry.number))
            }
            _ => Ok(()),
        }
    }

    fn check_hash(&mut self, entry: &Entry<'_>, hash: &[u8]) -> Result<(), ChainError> {
        let fits = |key: &ServerKey| entry.hash(&self.last.hash, key) == hash;
        let changed = Err(ChainError::Changed(entry.number));
        if entry.action == Action::ServerKeySwitched.as_str() {
            let Ok(switch) = serde_json::from_str::<Switch>(entry.details) else {
                return changed;
            };
            let named = |key: &&ServerKey| hex::encode(key.fingerprint().0) == switch.to;
            match self.keys.iter().find(named) {
                Some(key) if !fits(key) => return changed,
                Some(_) if self.digest.to_hex() != switch.digest => {
                    return Err(ChainError::Changed(self.unproven.unwrap_or(entry.number)));
                }
                Some(key) => (self.part, self.unproven) = (Part::Of(key), None),
                None => self.part = Part::Keyless,
            }
        } else if matches!(self.part, Part::First) {
            let key = self.keys.iter().find(|key| fits(key));
            self.part = key.map_or(Part::Keyless, Part::Of);
        } else if matches!(self.part, Part::Of(key) if !fits(key)) {
            return changed;
        }
        if matches!(self.part, Part::Keyless) {
            self.unproven.get_or_insert(entry.number);
        }
        Ok(())
    }

    /// The head of the chain, to be noted.
    ///
    /// # Errors
    ///
    /// When the chain does not contain the noted entry.
    pub fn end(self) -> Result<Checkpoint, ChainError> {
        if let Some(number) = self.unproven {
            return Err(ChainError::Changed(number));
        }
        match &self.noted {
            Some(noted) if noted.number > self.last.number => Err(ChainError::Cut {
                last: self.last.number,
                noted: noted.number,
            }),
            _ => Ok(self.last),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    /// An entry as it is stored: number, second, details, hash.
    type Stored = (i64, i64, String, Vec<u8>);

    fn key() -> ServerKey {
        ServerKey::new([7; 32])
    }

    fn entry<'a>((number, second, details, _): &'a Stored) -> Entry<'a> {
        Entry {
            number: *number,
            at: DateTime::UNIX_EPOCH + TimeDelta::seconds(*second),
            staff_id: None,
            action: match details.contains("digest") {
                true => "server_key_switched",
                false => "remarks_listed",
            },
            details,
        }
    }

    fn chain(length: i64) -> Vec<Stored> {
        let mut chain: Vec<Stored> = Vec::new();
        for number in 1..=length {
            let mut stored = (
                number,
                10 * number,
                format!("{{\"remarks\":{number}}}"),
                Vec::new(),
            );
            let before = chain.last().map(|last| last.3.clone()).unwrap_or_default();
            stored.3 = entry(&stored).hash(&before, &key()).to_vec();
            chain.push(stored);
        }
        chain
    }

    fn check(chain: &[Stored], noted: Option<Checkpoint>) -> Result<Checkpoint, ChainError> {
        check_with(&[key()], chain, noted)
    }

    fn check_with(
        keys: &[ServerKey],
        chain: &[Stored],
        noted: Option<Checkpoint>,
    ) -> Result<Checkpoint, ChainError> {
        let mut verifier = ChainVerifier::new(keys, noted);
        for stored in chain {
            verifier.step(&entry(stored), &stored.3)?;
        }
        verifier.end()
    }

    fn next_key() -> ServerKey {
        ServerKey::new([8; 32])
    }

    /// Five entries under the first key; the sixth switches to the next one, and two more follow.
    fn switched() -> Vec<Stored> {
        let mut chain = chain(5);
        let mut digest = ChainDigest::default();
        for stored in &chain {
            digest.add(&entry(stored), &stored.3);
        }
        let to = hex::encode(next_key().fingerprint().0);
        let switch =
            serde_json::json!({"from": "a", "to": to, "entries": 5, "digest": digest.to_hex()});
        for details in [switch.to_string(), "{}".to_owned(), "{}".to_owned()] {
            add(&mut chain, details, &next_key());
        }
        chain
    }

    fn add(chain: &mut Vec<Stored>, details: String, key: &ServerKey) {
        let number = i64::try_from(chain.len()).unwrap() + 1;
        let mut stored = (number, 10 * number, details, Vec::new());
        let before = chain.last().map(|last| last.3.clone()).unwrap_or_default();
        stored.3 = entry(&stored).hash(&before, key).to_vec();
        chain.push(stored);
    }

    #[test]
    fn a_chain_that_nobody_touched_is_sound_and_so_is_every_head_that_it_had() {
        let whole = chain(5);
        let mut noted = vec![Checkpoint::default()];
        for length in 0..=5 {
            let head = check(&whole[..length], None).unwrap();
            assert_eq!(head.number, i64::try_from(length).unwrap());
            assert_eq!(head.to_string().parse::<Checkpoint>().unwrap(), head);
            noted.push(head);
        }
        for head in noted {
            assert_eq!(check(&whole, Some(head)).unwrap().number, 5);
        }
    }

    #[test]
    fn whatever_is_done_to_an_entry_shows_there_or_at_the_next_one() {
        let whole = chain(5);
        for place in 0..5 {
            let number = i64::try_from(place).unwrap() + 1;
            let mut changed = whole.clone();
            changed[place].2.push(' ');
            assert_eq!(check(&changed, None), Err(ChainError::Changed(number)));
            let mut moved = whole.clone();
            moved[place].1 += 1;
            assert_eq!(check(&moved, None), Err(ChainError::Changed(number)));
            let mut forged = whole.clone();
            forged[place].3[0] ^= 1;
            assert_eq!(check(&forged, None), Err(ChainError::Changed(number)));
            let mut twice = whole.clone();
            twice.insert(place, whole[place].clone());
            assert_eq!(check(&twice, None), Err(ChainError::Order(number)));
        }
    }

    #[test]
    fn an_entry_taken_out_or_put_in_shows() {
        let whole = chain(5);
        for place in 0..4 {
            let number = i64::try_from(place).unwrap() + 1;
            let mut gap = whole.clone();
            gap.remove(place);
            let flaw = ChainError::Gap {
                missing: number,
                next: number + 1,
            };
            assert_eq!(check(&gap, None), Err(flaw));
            // Renumbering the entries does not hide the gap.
            for (place, stored) in gap.iter_mut().enumerate() {
                stored.0 = i64::try_from(place).unwrap() + 1;
            }
            assert_eq!(check(&gap, None), Err(ChainError::Changed(number)));
            let mut swapped = whole.clone();
            swapped.swap(place, place + 1);
            assert!(check(&swapped, None).is_err());
            (swapped[place].0, swapped[place + 1].0) = (number, number + 1);
            assert_eq!(check(&swapped, None), Err(ChainError::Changed(number)));
        }
    }

    #[test]
    fn only_the_noted_head_tells_that_the_end_was_cut_off_or_written_anew() {
        let whole = chain(5);
        let noted = check(&whole, None).unwrap();
        assert!(check(&whole[..3], None).is_ok());
        let cut = check(&whole[..3], Some(noted.clone()));
        assert_eq!(cut, Err(ChainError::Cut { last: 3, noted: 5 }));
        assert!(check(&[], Some(noted.clone())).is_err());

        let mut other = whole.clone();
        other[4].2 = "{}".to_owned();
        other[4].3 = entry(&other[4]).hash(&whole[3].3, &key()).to_vec();
        assert!(check(&other, None).is_ok());
        assert_eq!(check(&other, Some(noted)), Err(ChainError::Replaced(5)));
    }

    #[test]
    fn a_chain_that_went_over_to_another_key_is_sound_with_both_keys_and_with_the_new_one() {
        let whole = switched();
        for keys in [
            vec![key(), next_key()],
            vec![next_key(), key()],
            vec![next_key()],
        ] {
            assert_eq!(check_with(&keys, &whole, None).unwrap().number, 8);
            // Before the switch, only the key of that time proves anything.
            let early = check_with(&keys, &whole[..5], None);
            assert_eq!(early.is_ok(), keys.len() == 2);
        }
        assert_eq!(
            check_with(&[key()], &whole, None),
            Err(ChainError::Changed(6))
        );
    }

    #[test]
    fn after_a_switch_every_change_shows_even_without_the_key_before() {
        let whole = switched();
        for keys in [vec![key(), next_key()], vec![next_key()]] {
            for place in 0..whole.len() {
                let mut changed = whole.clone();
                changed[place].2.push(' ');
                assert!(check_with(&keys, &changed, None).is_err(), "{place}");
                let mut forged = whole.clone();
                forged[place].3[0] ^= 1;
                assert!(check_with(&keys, &forged, None).is_err(), "{place}");
            }
            let mut unswitched = whole.clone();
            unswitched.remove(5);
            assert!(check_with(&keys, &unswitched, None).is_err());
        }
    }

    #[test]
    fn who_has_the_key_before_only_can_neither_go_on_nor_change_what_was_before() {
        let keys = [key(), next_key()];
        let mut longer = switched();
        add(&mut longer, "{}".to_owned(), &key());
        assert_eq!(
            check_with(&keys, &longer, None),
            Err(ChainError::Changed(9))
        );

        // All before the switch is written anew, under the key of that time.
        let mut anew = chain(4);
        add(&mut anew, "{\"remarks\":0}".to_owned(), &key());
        anew.extend_from_slice(&switched()[5..]);
        for keys in [&keys[..], &keys[1..]] {
            assert!(check_with(keys, &anew, None).is_err());
        }
    }

    #[test]
    fn only_what_was_printed_is_read_as_a_head() {
        let hash = "ab".repeat(32);
        assert!(format!(" 12:{hash}\n").parse::<Checkpoint>().is_ok());
        assert!("0:".parse::<Checkpoint>().is_ok());
        for wrong in [
            "",
            "12",
            "12:",
            "12:abcd",
            "0:00",
            ":",
            &format!("-1:{hash}"),
            &format!("x:{hash}"),
        ] {
            assert!(wrong.parse::<Checkpoint>().is_err(), "{wrong}");
        }
        assert!(
            format!("12:{}", "ag".repeat(32))
                .parse::<Checkpoint>()
                .is_err()
        );
        assert!(format!("12:{hash}a").parse::<Checkpoint>().is_err());
    }
}
