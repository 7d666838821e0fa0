//! The second pass: which cells of each record are suppressed.

use super::qi_set::QiSet;
use super::suppression_plan::{ClassId, Planned, SuppressionPlan};

/// Says for each record of the second pass which cells to suppress. See [`Suppressor::suppress`].
#[derive(Debug, Clone)]
pub struct Suppressor {
    /// The shares count down.
    plan: SuppressionPlan,
    unexpected: u64,
}

/// What to do with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppressed {
    /// The cells to suppress; others may be shown as a group.
    pub cells: QiSet,
    /// The equivalence class of the record; none for a record that the plan does not know.
    pub class: Option<ClassId>,
}

/// The second pass saw other records than the first, so that the output may not be k-anonymous: it must be thrown away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the records changed between two passes: {missing} are missing, {unexpected} are new")]
pub struct SnapshotMismatch {
    /// Records that the plan counts on.
    pub missing: u64,
    /// Records that it does not know.
    pub unexpected: u64,
}

impl Suppressor {
    /// Starts the second pass. Clone the plan to go through the records twice.
    pub fn new(plan: SuppressionPlan) -> Self {
        Self {
            plan,
            unexpected: 0,
        }
    }

    /// The cells to suppress in the next record with this key combination.
    ///
    /// `draw` is asked for only when records of this combination are treated differently. It must be evenly
    /// distributed over all numbers, secret, and always the same for the same record: an HMAC of its id under a key of
    /// the server. Then every choice of records is equally likely, it says nothing to whoever does
    /// not have the key, and an export that is repeated over the same rows in the same order
    /// is the same, so that two of them do not give away more than one. Rows should come by id.
    ///
    /// A record that the plan does not count on is suppressed completely, and [`Self::finish`] will say so.
    /// Takes constant time, and for a split combination time in its shares.
    pub fn suppress(&mut self, combination: &[u32], draw: impl FnOnce() -> u64) -> Suppressed {
        let shares = self.plan.shares_mut(combination);
        let left: u64 = shares.iter().map(|share| share.count).sum();
        let place = if shares.len() > 1 {
            scaled(draw(), left)
        } else {
            0
        };
        let mut passed = 0;
        for Planned { class, count } in shares {
            passed += *count;
            if place < passed {
                *count -= 1;
                let class = *class;
                return Suppressed {
                    cells: self.plan.masked(class),
                    class: Some(class),
                };
            }
        }
        self.unexpected += 1;
        Suppressed {
            cells: QiSet::all(self.plan.columns()),
            class: None,
        }
    }

    /// What a class shows, see [`SuppressionPlan::shown`].
    pub fn shown(&self, class: ClassId) -> &[u32] {
        self.plan.shown(class)
    }

    /// What all classes show, by their numbers.
    pub fn classes(&self) -> &[Box<[u32]>] {
        self.plan.classes()
    }

    /// Checks at the end that every record of the first pass came again, and no other.
    ///
    /// # Errors
    ///
    /// When not. The caller must then break the export off, so that nobody uses it.
    pub fn finish(self) -> Result<(), SnapshotMismatch> {
        let mismatch = SnapshotMismatch {
            missing: self.plan.left(),
            unexpected: self.unexpected,
        };
        if (mismatch.missing, mismatch.unexpected) == (0, 0) {
            Ok(())
        } else {
            Err(mismatch)
        }
    }
}

/// A number below `bound` from an even draw (Lemire 2019, without the rejection: its bias is below `bound` / 2⁶⁴).
fn scaled(draw: u64, bound: u64) -> u64 {
    let product = u128::from(draw) * u128::from(bound);
    u64::try_from(product >> 64).unwrap_or_default()
}
