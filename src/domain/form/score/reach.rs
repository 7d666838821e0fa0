//! The numbers that a score can come to.

use std::collections::BTreeSet;

/// The numbers that a score can come to, in units of its last decimal.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reach {
    /// The least.
    pub low: i128,
    /// The greatest.
    pub high: i128,
    /// All of them, where they are known one by one.
    pub all: Option<BTreeSet<i128>>,
    /// Whether routing can hide everything that it is computed from.
    pub may_hide: bool,
}

impl Reach {
    pub(super) fn of(all: BTreeSet<i128>) -> Option<Self> {
        Some(Self {
            low: *all.first()?,
            high: *all.last()?,
            all: Some(all),
            may_hide: false,
        })
    }

    /// Whether it can come to a number from `from` up to `below`.
    pub fn meets(&self, from: i128, below: i128) -> bool {
        match &self.all {
            _ if from >= below => false,
            Some(all) => all.range(from..below).next().is_some(),
            None => from <= self.high && below > self.low,
        }
    }
}
