//! Sums of numbers between known bounds, before any protection.

use super::record_key::{Cell, CellKey, RecordKey};

/// The least and the greatest value that a number can have. They come from the form, never from the answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    lowest: f64,
    highest: f64,
}

/// The lowest value is not below the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lowest value must be below the highest")]
pub struct NoBounds;

/// The numbers have other bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the numbers have other bounds")]
pub struct OtherBounds;

/// What stands for the whole range in sums: a value is counted in billionths of it.
const RANGE: i64 = 1_000_000_000;

impl Bounds {
    /// These bounds.
    ///
    /// # Errors
    ///
    /// When they leave no range.
    pub fn new(lowest: f64, highest: f64) -> Result<Self, NoBounds> {
        let range = highest - lowest;
        let fits = range > 0.0 && range.is_finite();
        fits.then_some(Self { lowest, highest }).ok_or(NoBounds)
    }

    /// The value that lies at this fraction of the range from its middle.
    pub(super) fn at(self, from_middle: f64) -> f64 {
        let value = self.lowest + (from_middle + 0.5) * (self.highest - self.lowest);
        value.clamp(self.lowest, self.highest)
    }

    /// In billionths of the range from the lowest value. Values out of bounds count as the nearest bound.
    fn billionths(self, value: f64) -> i64 {
        let fraction = (value - self.lowest) / (self.highest - self.lowest);
        (fraction.clamp(0.0, 1.0) * RANGE as f64).round() as i64
    }
}

/// The responses that have a value of a number, with the sums of their values and squares.
///
/// Sums are whole numbers of billionths of the range, so that they are exact in every order, and hold for nine billion
/// responses. As with a [`Cell`], responses come in any order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Total {
    bounds: Bounds,
    cell: Cell,
    sum: i64,
    squares: i64,
}

impl Total {
    /// Without any response.
    pub const fn new(bounds: Bounds) -> Self {
        Self::of_tally(bounds, Cell::new(0, CellKey::from_bits(0)), 0, 0)
    }

    /// What a tally has kept: see [`sums`](Self::sums).
    pub const fn of_tally(bounds: Bounds, cell: Cell, sum: i64, squares: i64) -> Self {
        Self {
            bounds,
            cell,
            sum,
            squares,
        }
    }

    /// A response with this value falls into it.
    pub fn add(&mut self, value: f64, record: RecordKey) {
        let value = self.bounds.billionths(value);
        self.cell.add(record);
        self.sum = self.sum.wrapping_add(value);
        self.squares = self.squares.wrapping_add(square(value));
    }

    /// Other responses fall into it as well.
    ///
    /// # Errors
    ///
    /// When their values have other bounds.
    pub fn merge(&mut self, other: &Self) -> Result<(), OtherBounds> {
        if self.bounds != other.bounds {
            return Err(OtherBounds);
        }
        self.cell.merge(other.cell);
        self.sum = self.sum.wrapping_add(other.sum);
        self.squares = self.squares.wrapping_add(other.squares);
        Ok(())
    }

    /// The bounds.
    pub const fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// The cell of all who have a value.
    pub const fn cell(&self) -> Cell {
        self.cell
    }

    /// The true sums of values and of squares, to be kept in a tally: in billionths of the range and of its square, from
    /// the lowest value. They are not for publication.
    pub const fn sums(&self) -> (i64, i64) {
        (self.sum, self.squares)
    }

    /// The true sums of values and of squares, in fractions of the range and of its square, from the middle.
    pub(super) fn centred_sums(&self) -> (f64, f64) {
        let n = self.cell.true_count() as f64;
        let (sum, squares) = (
            self.sum as f64 / RANGE as f64,
            self.squares as f64 / RANGE as f64,
        );
        (sum - n / 2.0, squares - sum + n / 4.0)
    }
}

/// The square of a value, in billionths of the squared range.
const fn square(value: i64) -> i64 {
    // At most 10¹⁸, which fits.
    value * value / RANGE
}
