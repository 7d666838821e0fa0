//! The division of the records into equivalence classes, while it is being made.

use super::key::Key;
use super::key_combination::Share;
use super::qi_set::QiSet;

/// Records that are equal once its columns are suppressed.
#[derive(Debug, Clone)]
pub(super) struct EquivalenceClass<const W: usize> {
    pub suppressed: QiSet,
    /// The common key of its records, with these columns suppressed.
    pub key: Key<W>,
    /// The cost of one record: the weight of the columns suppressed.
    pub weight: u64,
    /// Its records: at least `k` between two steps.
    pub size: u64,
    /// Where its records come from. A member may have no records left.
    pub members: Vec<Member>,
}

/// Records of one key combination in a class.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub combination: usize,
    pub count: u64,
}

/// A member whose records can be borrowed, by number: of its class, and within the class.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lender {
    pub class: usize,
    pub member: usize,
}

/// Records that leave their class for another one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loan {
    pub lender: Lender,
    pub count: u64,
}

/// The classes so far, and the key combinations that have none yet.
#[derive(Debug, Clone)]
pub(super) struct Partition<'a, const W: usize> {
    pub k: u64,
    pub classes: Vec<EquivalenceClass<W>>,
    /// The numbers of the combinations without a class, ascending.
    pub pending: Vec<usize>,
    combinations: &'a [(Key<W>, u64)],
    weights: &'a [u64],
}

impl<'a, const W: usize> Partition<'a, W> {
    /// The start: combinations of `k` records or more are classes, the others are pending.
    pub fn new(combinations: &'a [(Key<W>, u64)], k: u64, weights: &'a [u64]) -> Self {
        let mut partition = Self {
            k,
            classes: Vec::new(),
            pending: Vec::new(),
            combinations,
            weights,
        };
        for (combination, (key, count)) in combinations.iter().enumerate() {
            if *count < k {
                partition.pending.push(combination);
            } else {
                let class = partition.open(QiSet::NONE, *key, Vec::new());
                partition.place(combination, *count, class);
            }
        }
        partition
    }

    /// The key and the count of a combination.
    pub fn combination(&self, combination: usize) -> Option<(Key<W>, u64)> {
        self.combinations.get(combination).copied()
    }

    /// The keys and the counts of the pending combinations.
    pub fn pending(&self) -> impl Iterator<Item = (Key<W>, u64)> {
        let pending = self.pending.iter();
        pending.filter_map(|combination| self.combination(*combination))
    }

    /// The cost of one record with these columns suppressed.
    pub fn weight(&self, suppressed: QiSet) -> u64 {
        let columns = suppressed.iter();
        columns.filter_map(|column| self.weights.get(column)).sum()
    }

    /// The cost of all records that have a class.
    pub fn cost(&self) -> u128 {
        let classes = self.classes.iter();
        classes
            .map(|class| u128::from(class.weight) * u128::from(class.size))
            .sum()
    }

    /// Whether every record has a class, and every class `k` records.
    pub fn is_complete(&self) -> bool {
        self.pending.is_empty() && self.classes.iter().all(|class| class.size >= self.k)
    }

    /// The records that a class has above `k`.
    pub fn surplus(&self, class: &EquivalenceClass<W>) -> u64 {
        class.size.saturating_sub(self.k)
    }

    /// The members of a class.
    pub fn lenders(&self, class: usize) -> impl Iterator<Item = Lender> + use<W> {
        let members = self
            .classes
            .get(class)
            .map_or(0, |found| found.members.len());
        (0..members).map(move |member| Lender { class, member })
    }

    /// Borrows so many records, from the first lenders first; each class keeps `k`. Members of one class must come together.
    /// The result is nothing if the lenders have fewer records to spare. Takes time in the lenders asked.
    pub fn borrow(
        &self,
        records: u64,
        lenders: impl IntoIterator<Item = Lender>,
    ) -> Option<Vec<Loan>> {
        let (mut missing, mut loans) = (records, Vec::new());
        let (mut lending, mut surplus) = (None, 0);
        for lender in lenders {
            if missing == 0 {
                break;
            }
            let Some(class) = self.classes.get(lender.class) else {
                continue;
            };
            if lending.replace(lender.class) != Some(lender.class) {
                surplus = self.surplus(class);
            }
            let available = class
                .members
                .get(lender.member)
                .map_or(0, |member| member.count);
            let count = missing.min(surplus).min(available);
            if count > 0 {
                missing -= count;
                surplus -= count;
                loans.push(Loan { lender, count });
            }
        }
        (missing == 0).then_some(loans)
    }

    /// Opens a class with borrowed records. The result is its number.
    pub fn open(&mut self, suppressed: QiSet, key: Key<W>, loans: Vec<Loan>) -> usize {
        let opened = self.classes.len();
        self.classes.push(EquivalenceClass {
            suppressed,
            key,
            weight: self.weight(suppressed),
            size: 0,
            members: Vec::new(),
        });
        for Loan { lender, count } in loans {
            let class = self.classes.get_mut(lender.class);
            let Some(class) = class else { continue };
            let Some(member) = class.members.get_mut(lender.member) else {
                continue;
            };
            member.count -= count;
            class.size -= count;
            let combination = member.combination;
            self.place(combination, count, opened);
        }
        opened
    }

    /// Puts records of a combination into a class.
    pub fn place(&mut self, combination: usize, count: u64, class: usize) {
        if let Some(class) = self.classes.get_mut(class) {
            class.size += count;
            class.members.push(Member { combination, count });
        }
    }

    /// Suppresses more columns in a class; `key` is its common key then.
    pub fn widen(&mut self, class: usize, suppressed: QiSet, key: Key<W>) {
        let weight = self.weight(suppressed);
        if let Some(class) = self.classes.get_mut(class) {
            class.suppressed = suppressed;
            class.key = key;
            class.weight = weight;
        }
    }

    /// The result, in the order of the combinations. Takes `O(n log n)` time in the members.
    pub fn into_shares(self) -> Vec<Share> {
        let mut shares = Vec::with_capacity(self.combinations.len());
        for class in self.classes {
            let members = class.members.into_iter().filter(|member| member.count > 0);
            shares.extend(members.map(|member| Share {
                combination: member.combination,
                suppressed: class.suppressed,
                count: member.count,
            }));
        }
        shares.sort_unstable();
        shares.dedup_by(|next, kept| {
            let same = (next.combination, next.suppressed) == (kept.combination, kept.suppressed);
            if same {
                kept.count += next.count;
            }
            same
        });
        shares
    }
}
