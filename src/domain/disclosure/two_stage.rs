//! Suppression in two stages, so that files with different `k` do not combine.
//!
//! The first stage is the same for every file of the same responses: it reaches the least `k` of them. A greater `k` is
//! reached by a second stage over the table that the first one leaves. So whatever is shown under the greater `k` is
//! shown under the least as well, and to see both files is to see no more.

use super::k_anonymity::{
    FrequencyTable, Hierarchy, MASKED, SnapshotMismatch, Suppressed, SuppressionPlan, Suppressor,
    TableFault,
};
use crate::domain::ids::ResponseId;
use crate::domain::server_key::ServerKey;

/// How many responses share their quasi-identifiers at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// In every file of the same responses.
    pub least: u32,
    /// In this file: as many or more.
    pub k: u32,
}

/// Nothing can be planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanFault {
    /// There are fewer responses than `k`, but some.
    #[error("there are too few responses")]
    TooFew,
    /// The table does not fit the responses or the weights.
    #[error(transparent)]
    Table(#[from] TableFault),
}

/// Suppresses the cells of responses one after the other, in one stage or two.
#[derive(Debug, Clone)]
pub struct TwoStageSuppressor {
    first: Suppressor,
    second: Option<Suppressor>,
}

impl TwoStageSuppressor {
    /// Plans both stages. Takes a core for a while, see [`FrequencyTable::suppress`].
    ///
    /// # Errors
    ///
    /// With too few responses, or when there is not one hierarchy for each column of the table.
    pub fn plan(
        table: FrequencyTable,
        thresholds: Thresholds,
        hierarchies: &[Hierarchy],
    ) -> Result<Self, PlanFault> {
        let Thresholds { least, k } = thresholds;
        let first = table.generalise(least, hierarchies)?;
        let second = if k > least {
            Some(shown_table(&first)?.generalise(k, hierarchies)?)
        } else {
            None
        };
        let mut plans = std::iter::once(&first).chain(&second);
        if !plans.all(SuppressionPlan::has_enough_records) {
            return Err(PlanFault::TooFew);
        }
        Ok(Self {
            first: Suppressor::new(first),
            second: second.map(Suppressor::new),
        })
    }

    /// What to suppress of the next response. Which of several with the same combination are treated alike follows
    /// from the key and the response's id.
    pub fn suppress(&mut self, combination: &[u32], key: &ServerKey, id: ResponseId) -> Suppressed {
        let first = self.first.suppress(combination, || draw(key, b"mask", id));
        let Some(second) = &mut self.second else {
            return first;
        };
        let all_masked = vec![MASKED; combination.len()];
        let shown = first
            .class
            .map_or(&*all_masked, |class| self.first.shown(class));
        second.suppress(shown, || draw(key, b"mask again", id))
    }

    /// What each class shows: in each column the code of the cell or of a group, or [`MASKED`].
    pub fn classes(&self) -> &[Box<[u32]>] {
        self.second.as_ref().unwrap_or(&self.first).classes()
    }

    /// Checks that all responses came that were counted.
    ///
    /// # Errors
    ///
    /// When not.
    pub fn finish(self) -> Result<(), SnapshotMismatch> {
        self.first.finish()?;
        self.second.map_or(Ok(()), Suppressor::finish)
    }
}

/// How many responses show each combination after the first stage.
fn shown_table(plan: &SuppressionPlan) -> Result<FrequencyTable, TableFault> {
    let mut table = FrequencyTable::new(plan.columns())?;
    for (_, shown, records) in plan.shares() {
        table.add_many(shown, records)?;
    }
    Ok(table)
}

/// The secret draw of a response, which decides among those with the same combination.
fn draw(key: &ServerKey, stage: &[u8], id: ResponseId) -> u64 {
    let hash = key.hash(&[stage, id.0.as_bytes()]);
    hash.iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}
