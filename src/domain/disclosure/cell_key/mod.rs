//! The cell key method: counts with noise, where the same cell always has the same noise.
//!
//! Every response has a [`RecordKey`], a secret number that is as good as uniform. The [`CellKey`] of a cell is the
//! fractional part of their sum over the responses in it. It picks the noise from the row of a [`PerturbationTable`] that
//! belongs to the true count. So the noise follows from which responses are in the cell, and from nothing else: not from
//! who asks, when, in which table or with which filters. To ask again tells nothing new. One response more or less gives
//! another cell key and independent noise, so the difference of two counts hides it.
//!
//! The method is that of the Australian Bureau of Statistics (Fraser and Wooton 2005; Thompson, Broadfoot and Elazar 2013,
//! *Methodology for the automatic confidentialisation of statistical outputs from remote servers*), recommended by Eurostat
//! for the census of 2021. The tables are made after Giessing 2016, *Computational issues in the design of transition
//! probabilities and disclosure risk estimation for additive noise*.
//!
//! Shares are computed from protected counts, means from protected counts and sums: see [`CellKeyMethod::share`] and
//! [`CellKeyMethod::mean`].
//!
//! ```
//! use aftercare::domain::disclosure::cell_key::{Cell, CellKeyMethod, Parameters};
//! use aftercare::domain::{ids::ResponseId, server_key::ServerKey};
//!
//! let key = ServerKey::new([7; 32]);
//! let mut cell = Cell::default();
//! for id in 0..100 {
//!     cell.add(key.record_key(ResponseId(uuid::Uuid::from_u128(id))));
//! }
//! let method = CellKeyMethod::new(Parameters::DEFAULT, CellKeyMethod::DEFAULT_FLOOR)?;
//! let count = method.count(cell);
//! assert!((95..=105).contains(&count.value));
//! assert!(count.lower <= 100 && 100 <= count.upper);
//! # Ok::<(), aftercare::domain::disclosure::cell_key::NoTable>(())
//! ```

mod figures;
mod magnitude;
mod maximum_entropy;
mod perturbation_table;
mod record_key;
#[cfg(test)]
mod tests;

pub use figures::{ProtectedChange, ProtectedCount, ProtectedFigure};
pub use magnitude::{Bounds, NoBounds, OtherBounds, Total};
pub use perturbation_table::{NoTable, Parameters, PerturbationTable};
pub use record_key::{Cell, CellKey, RecordKey};

/// Makes protected figures of true cells. To make the default takes well under a millisecond.
#[derive(Debug, Clone, PartialEq)]
pub struct CellKeyMethod {
    table: PerturbationTable,
    floor: u64,
}

impl CellKeyMethod {
    /// The least published base of a share or a mean. With the default table, at least five responses are behind it.
    pub const DEFAULT_FLOOR: u64 = 10;

    /// The method with the table of maximum entropy for these parameters. Shares and means have a published base of at least
    /// `floor`, and of at least 1.
    ///
    /// # Errors
    ///
    /// When there is no such table, with the reason.
    pub fn new(parameters: Parameters, floor: u64) -> Result<Self, NoTable> {
        let table = PerturbationTable::of_maximum_entropy(parameters)?;
        let floor = floor.max(1);
        Ok(Self { table, floor })
    }

    /// The count of a cell, with noise. An empty cell has none.
    pub fn count(&self, cell: Cell) -> ProtectedCount {
        ProtectedCount::new(&self.table, self.table.published(cell))
    }

    /// The count of a cell, with noise; 0 where that is less than the floor.
    ///
    /// Cells with the same responses have the same count. So if counts below the floor came out, a group in which the count
    /// of one option is that of the group, question after question, would be a single response with all its answers.
    pub fn count_from_floor(&self, cell: Cell) -> ProtectedCount {
        let count = self.count(cell);
        if count.value >= self.floor {
            return count;
        }
        let (_, upper) = self.table.likely_true_counts(self.floor - 1);
        ProtectedCount {
            value: 0,
            lower: 0,
            upper,
        }
    }

    /// The share of the responses of one cell in those of another that holds them all. `None` below the floor.
    ///
    /// It is the ratio of the two published counts. The floor looks at the published base, so what is left out tells no
    /// more than the base does. Since each count has noise of its own, the shares of several options need not add up to
    /// that of all.
    pub fn share(&self, part: Cell, whole: Cell) -> Option<ProtectedFigure> {
        let base = self.table.published(whole);
        let part = self.table.published(part);
        (base >= self.floor).then(|| ProtectedFigure::share(&self.table, part, base))
    }

    /// The mean of a number that lies between known bounds. `None` below the floor. `measure` is the key of the score or
    /// question: each gets noise of its own, or else the difference of two scores would have none.
    ///
    /// The values are taken as fractions of the range, counted from its middle. Their sum gets noise from the row of great
    /// counts, spread over the unit around each outcome. The mean is this sum divided by the published count. So a value
    /// that goes from one bound to the other is hidden as well as a response that enters a count: both move what is
    /// published by 1, against noise of the same variance. The noise follows from the key of all responses that have a
    /// value. One response more or less gives fresh noise, whatever its value, so a difference tells little of that value.
    ///
    /// This is the noise for continuous variables of Thompson, Broadfoot and Elazar 2013 and of Giessing and Tent 2019
    /// (*Concepts for generalising tools implementing the cell key method to the case of continuous variables*; τ-Argus and
    /// the R package `cellKey`), with one difference. There noise is a multiple of the largest contributions, which suits
    /// turnover. Here it is a multiple of the range, which is public: many answers lie at a bound, and one of 0 would get
    /// no noise otherwise. A mean of perturbed frequencies was the other choice. It needs a cell for each value, and a
    /// difference would show which one of these cells changed.
    pub fn mean(&self, total: &Total, measure: &str) -> Option<ProtectedFigure> {
        let base = self.table.published(total.cell());
        (base >= self.floor).then(|| ProtectedFigure::mean(&self.table, total, measure, base))
    }

    /// The table.
    pub const fn table(&self) -> &PerturbationTable {
        &self.table
    }

    /// The least published base.
    pub const fn floor(&self) -> u64 {
        self.floor
    }
}
