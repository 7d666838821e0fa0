//! Record keys, cell keys and the cells that are made of them.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::domain::ids::ResponseId;
use crate::domain::server_key::ServerKey;

/// The key of a response: a secret number that decides, with those of the others, what noise their cells get.
///
/// It stands for a fraction of 1, in units of 2⁻⁶⁴, and is as good as uniform. It is derived from the response's id, so it
/// is never stored with the response. Whoever has the database alone cannot compute it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RecordKey(u64);

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordKey(…)")
    }
}

impl ServerKey {
    /// The record key of this response, under the key that its id was derived with. It must not change as long as figures
    /// are published: with another key, the same cells would get other noise, and two readings would tell more than one.
    pub fn record_key(&self, id: ResponseId) -> RecordKey {
        let [a, b, c, d, e, f, g, h, ..] = self.hash(&[b"record key", id.0.as_bytes()]);
        RecordKey(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
    }
}

impl RecordKey {
    /// The key with these bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

/// The key of a cell: the fractional part of the sum of its responses' keys, in units of 2⁻⁶⁴.
///
/// The sum is exact, so the order of its terms does not matter, and a tally can be kept up to date term by term.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct CellKey(u64);

impl fmt::Debug for CellKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CellKey(…)")
    }
}

impl CellKey {
    /// The key with these bits, as a tally keeps them.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The bits, to be kept in a tally. They are secret.
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// A key for one sum over the same responses: as good as uniform, and independent of this one and of those of other
    /// sums.
    pub(super) fn of_sum(self, measure: &str, power: u8) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.0.to_be_bytes());
        hash.update([power]);
        hash.update(measure);
        let [a, b, c, d, e, f, g, h, ..]: [u8; 32] = hash.finalize().into();
        Self(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
    }
}

/// A cell of a table before any protection: how many responses fall into it, and its key.
///
/// Responses come in any order, and cells are merged in any order: the result is the same, since sums wrap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    n: u64,
    key: CellKey,
}

impl Cell {
    /// The cell of a tally.
    pub const fn new(n: u64, key: CellKey) -> Self {
        Self { n, key }
    }

    /// The true number of responses. It is not for publication.
    pub const fn true_count(self) -> u64 {
        self.n
    }

    /// The key.
    pub const fn key(self) -> CellKey {
        self.key
    }

    /// One more response falls into the cell.
    pub const fn add(&mut self, record: RecordKey) {
        self.n = self.n.wrapping_add(1);
        self.key.0 = self.key.0.wrapping_add(record.0);
    }

    /// The responses of another cell, none of which is in this one, fall into this one as well.
    pub const fn merge(&mut self, other: Self) {
        self.n = self.n.wrapping_add(other.n);
        self.key.0 = self.key.0.wrapping_add(other.key.0);
    }
}
