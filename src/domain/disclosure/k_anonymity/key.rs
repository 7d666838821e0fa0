//! Key combinations packed into bits, so that to suppress columns is one `and`.

use super::key_combination::KeyCombination;
use super::qi_set::QiSet;

/// A packed key combination of `W` words. Columns that are suppressed are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key<const W: usize>([u64; W]);

/// A hash map by keys. Codes are numbered densely before they are packed, so that nobody can aim at a collision.
pub(super) type KeyMap<const W: usize, V> = rustc_hash::FxHashMap<Key<W>, V>;

impl<const W: usize> Key<W> {
    /// All columns suppressed.
    pub const EMPTY: Self = Self([0; W]);

    /// The bits that are set in both. With the bits of the visible columns it is what remains of a key.
    pub fn intersection(mut self, bits: &Self) -> Self {
        for (word, kept) in self.0.iter_mut().zip(bits.0) {
            *word &= kept;
        }
        self
    }

    fn get(&self, place: Place) -> u64 {
        let word = self.0.get(place.word).copied().unwrap_or_default();
        word >> place.shift & place.ones()
    }

    fn set(&mut self, place: Place, value: u64) {
        if let Some(word) = self.0.get_mut(place.word) {
            *word |= value << place.shift;
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

impl Place {
    /// As many ones as it is wide: at most 32.
    fn ones(self) -> u64 {
        (1 << self.width) - 1
    }
}

/// How the combinations of a table are packed: in each column the distinct codes are numbered in their order.
#[derive(Debug)]
pub(super) struct Packing {
    columns: Vec<(Place, Vec<u32>)>,
    words: usize,
}

impl Packing {
    /// Collects the codes of each column: `O(n log n)` in the combinations, for each column.
    pub fn of(combinations: &[KeyCombination], columns: usize) -> Self {
        let (mut word, mut free, mut packed) = (0, u64::BITS, Vec::with_capacity(columns));
        for column in 0..columns {
            let mut codes: Vec<u32> = combinations
                .iter()
                .filter_map(|combination| combination.codes.get(column).copied())
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

    /// How many words a key needs: at most 32, for 64 columns of 32 bits.
    pub fn words(&self) -> usize {
        self.words
    }

    /// The columns in which combinations differ. There is no use in suppressing another one.
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

    /// The key of a combination. Takes logarithmic time in the codes of each column.
    pub fn key<const W: usize>(&self, codes: &[u32]) -> Key<W> {
        let mut key = Key::EMPTY;
        for ((place, codes), code) in self.columns.iter().zip(codes) {
            let number = codes.binary_search(code).unwrap_or_default();
            key.set(*place, u64::try_from(number).unwrap_or_default());
        }
        key
    }

    /// The bits of the columns that are not suppressed.
    pub fn visible<const W: usize>(&self, suppressed: QiSet) -> Key<W> {
        let mut key = Key::EMPTY;
        for (column, (place, _)) in self.columns.iter().enumerate() {
            if !suppressed.contains(column) {
                key.set(*place, place.ones());
            }
        }
        key
    }

    /// The columns in which two keys differ.
    pub fn differing<const W: usize>(&self, one: &Key<W>, other: &Key<W>) -> QiSet {
        let columns = self.columns.iter().enumerate();
        QiSet::of(columns.filter_map(|(column, (place, _))| {
            (one.get(*place) != other.get(*place)).then_some(column)
        }))
    }
}
