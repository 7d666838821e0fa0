//! KeyEncoder packed into bits, so that masking columns is one `and`.

use std::hash::{BuildHasherDefault, Hash, Hasher};

use super::QiSet;
use super::frequency_table::KeyCombination;

/// A packed combination. Columns that are masked are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key<const W: usize>([u64; W]);

/// A hash map by keys.
pub(super) type KeyMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<KeyHasher>>;

impl<const W: usize> Key<W> {
    /// What is left of it when only these bits are kept.
    pub fn intersection(mut self, bits: &Self) -> Self {
        for (word, kept) in self.0.iter_mut().zip(bits.0) {
            *word &= kept;
        }
        self
    }

    fn set(&mut self, place: Place, value: u64) {
        if let Some(word) = self.0.get_mut(place.word) {
            *word |= value << place.shift;
        }
    }
}

impl<const W: usize> Hash for Key<W> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for word in self.0 {
            state.write_u64(word);
        }
    }
}

/// Where a column stands in a key: never across two words.
#[derive(Debug, Clone, Copy)]
struct Place {
    word: usize,
    shift: u32,
    width: u32,
}

/// How the combinations of a table are packed: in each column the distinct codes are numbered in their order.
#[derive(Debug)]
pub(super) struct Packing {
    columns: Vec<(Place, Vec<u32>)>,
    words: usize,
}

impl Packing {
    /// Looks through the groups for the codes of each of the columns.
    pub fn of(groups: &[KeyCombination], columns: usize) -> Self {
        let (mut word, mut free, mut packed) = (0, u64::BITS, Vec::with_capacity(columns));
        for column in 0..columns {
            let mut codes: Vec<u32> = groups
                .iter()
                .filter_map(|group| group.combination.get(column).copied())
                .collect();
            codes.sort_unstable();
            codes.dedup();
            let highest = codes.len().saturating_sub(1);
            let width = usize::BITS - highest.leading_zeros();
            if width > free {
                word += 1;
                free = u64::BITS;
            }
            let shift = u64::BITS - free;
            free -= width;
            // A column of one value takes no bits, and may not be shifted out of its word.
            let shift = if width == 0 { 0 } else { shift };
            packed.push((Place { word, shift, width }, codes));
        }
        Self {
            columns: packed,
            words: word + 1,
        }
    }

    /// How many words a key needs: at most 32 for 64 columns.
    pub fn words(&self) -> usize {
        self.words
    }

    /// The columns that have more than one value. To mask another one is of no use.
    pub fn varied(&self) -> impl Iterator<Item = usize> + '_ {
        self.columns
            .iter()
            .enumerate()
            .filter(|(_, (_, codes))| codes.len() > 1)
            .map(|(column, _)| column)
    }

    /// The number of distinct codes of a column.
    pub fn distinct(&self, column: usize) -> usize {
        self.columns.get(column).map_or(0, |(_, codes)| codes.len())
    }

    /// The key of a combination.
    pub fn key<const W: usize>(&self, combination: &[u32]) -> Key<W> {
        let mut key = Key([0; W]);
        for ((place, codes), code) in self.columns.iter().zip(combination) {
            let number = codes.binary_search(code).unwrap_or_default();
            key.set(*place, u64::try_from(number).unwrap_or_default());
        }
        key
    }

    /// The bits of the columns that are not masked.
    pub fn visible<const W: usize>(&self, masked: QiSet) -> Key<W> {
        let mut key = Key([0; W]);
        for (column, (place, _)) in self.columns.iter().enumerate() {
            if !masked.contains(column) {
                key.set(*place, (1_u64 << place.width) - 1);
            }
        }
        key
    }
}

/// A quick hash of keys. They are numbered densely by us, so nobody can aim at a collision.
#[derive(Debug, Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93;
        let (low, high) = (product & u128::from(u64::MAX), product >> 64);
        self.0 = u64::try_from(low ^ high).unwrap_or_default();
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
