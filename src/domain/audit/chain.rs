//! Verifying the chain: detects entries that were removed, changed, reordered or cut off at the end.
//!
//! A chain that lost its last entries is still consistent. So the operator notes the head outside the database from
//! time to time, and the next verification checks that the chain still contains it.

use std::fmt;
use std::str::FromStr;

use super::Entry;
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
#[derive(Debug, Default)]
pub struct ChainVerifier {
    last: Checkpoint,
    noted: Option<Checkpoint>,
}

impl ChainVerifier {
    /// Starts before the first entry. If an entry was noted, the chain must contain it.
    pub fn new(noted: Option<Checkpoint>) -> Self {
        Self {
            last: Checkpoint::default(),
            noted,
        }
    }

    /// Verifies the next entry against its stored hash.
    ///
    /// # Errors
    ///
    /// When the entry is not the valid next one.
    pub fn step(
        &mut self,
        entry: &Entry<'_>,
        hash: &[u8],
        key: &ServerKey,
    ) -> Result<(), ChainError> {
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
        if entry.hash(&self.last.hash, key) != hash {
            return Err(ChainError::Changed(entry.number));
        }
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

    /// The head of the chain, to be noted.
    ///
    /// # Errors
    ///
    /// When the chain does not contain the noted entry.
    pub fn end(self) -> Result<Checkpoint, ChainError> {
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
            action: "remarks_listed",
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
        let mut verifier = ChainVerifier::new(noted);
        for stored in chain {
            verifier.step(&entry(stored), &stored.3, &key())?;
        }
        verifier.end()
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
