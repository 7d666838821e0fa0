//! Scores since the second edition, in whole numbers.
//!
//! A sum over questions of which some are missing takes for each of these the mean relative position of the answered
//! ones. Where all items have one range, that is the sum of the answers times the number of items over the number of
//! answers, as manuals have it; where they have not, the result still never leaves its range.

use super::decimal::rounded;
use super::definition::{HiddenRule, RoundingRule};
use super::item::{Counted, Item};
use super::reach::Reach;
use super::table::Table;
use super::{Answered, ScoreValue, float};

/// A checked score.
#[derive(Debug, Clone, PartialEq)]
pub struct Exact {
    /// What it is computed from.
    pub items: Vec<Item>,
    /// How.
    pub method: Method,
    /// Added before rounding, in the units of the numerator.
    pub plus: i128,
    /// The least share of the items that must have a number: this many of so many.
    pub share: (i128, i128),
    /// The least number of items that must have a number, instead of the share.
    pub at_least_items: Option<usize>,
    /// What a hidden item counts as.
    pub hidden: HiddenRule,
    /// Digits after the point.
    pub decimals: u32,
    /// Which way it is rounded.
    pub rule: RoundingRule,
    /// What the numerator is multiplied by, and the denominator, so that a unit is one of the last decimal.
    pub scale: (i128, i128),
    /// The least number of units of each band.
    pub bands: Vec<i128>,
    /// The numbers that it can come to.
    pub reach: Reach,
}

/// How the items are put together.
#[derive(Debug, Clone, PartialEq)]
pub enum Method {
    /// The mean of the relative positions, on a range: its low end and its length. The items' shares are of `whole`.
    Mean {
        /// The low end.
        bottom: i128,
        /// The length.
        length: i128,
        /// The common measure.
        whole: i128,
    },
    /// The sum, with missing items by their relative position in shares of `whole`.
    Sum {
        /// The common measure.
        whole: i128,
    },
    /// The mean of the numbers.
    RawMean,
    /// The highest number.
    Max,
    /// The lowest number.
    Min,
    /// The sum of those that are known.
    Count,
    /// By a table.
    Table(Table),
}

/// Running totals over the items of a response.
#[derive(Default)]
struct Totals {
    shown: i128,
    answered: i128,
    sum: i128,
    /// Relative positions, in shares of the whole.
    shares: i128,
    weights: i128,
    weighted: i128,
    weighted_shares: i128,
    highest: Option<i128>,
    lowest: Option<i128>,
    missing_low: i128,
    missing_range: i128,
}

impl Exact {
    /// What the score comes to for these answers.
    pub fn compute(&self, answered: &Answered<'_>) -> ScoreValue {
        let counted = self.items.iter().map(|item| item.counted(answered));
        let (units, answered, shown) = self.of_counted(counted);
        let count = |number: i128| usize::try_from(number).unwrap_or_default();
        ScoreValue {
            value: units.map(|units| float(units, self.decimals)),
            units,
            decimals: u8::try_from(self.decimals).unwrap_or_default(),
            band: units.and_then(|units| self.bands.iter().rposition(|from| units >= *from)),
            answered: count(answered),
            shown: count(shown),
        }
    }

    /// The score in units, the number of items that have a number, and the number of items that count.
    pub fn of_counted(&self, counted: impl Iterator<Item = Counted>) -> (Option<i128>, i128, i128) {
        let hidden = |item: &Item| match self.hidden {
            HiddenRule::LeftOut => Counted::Hidden,
            HiddenRule::Lowest => Counted::Number(item.lowest),
            HiddenRule::Missing => Counted::Missing,
        };
        let mut totals = Totals::default();
        let mut cells = Vec::new();
        let is_table = matches!(self.method, Method::Table(_));
        for (item, counted) in self.items.iter().zip(counted) {
            let counted = match counted {
                Counted::Hidden => hidden(item),
                other => other,
            };
            totals.add(item, counted);
            if is_table {
                cells.push(counted);
            }
        }
        let units = self
            .enough(&totals)
            .then(|| self.ratio(&totals, &cells))
            .flatten()
            .map(|(numerator, denominator)| {
                let (more, less) = self.scale;
                let numerator = (numerator + self.plus * denominator) * more;
                rounded(numerator, denominator * less, self.rule)
            });
        (units, totals.answered, totals.shown)
    }

    fn enough(&self, totals: &Totals) -> bool {
        let (share, of) = self.share;
        totals.answered > 0
            && match self.at_least_items {
                Some(count) => {
                    usize::try_from(totals.answered).is_ok_and(|answered| answered >= count)
                }
                None => totals.answered * of >= share * totals.shown,
            }
    }

    /// Whether there can be a score where only some items of so many have a number.
    pub fn may_miss(&self, of: usize) -> bool {
        let of = i128::try_from(of).unwrap_or_default();
        let totals = Totals {
            shown: of,
            answered: of - 1,
            ..Totals::default()
        };
        self.enough(&totals) && !matches!(self.method, Method::Table(_))
    }

    /// Finds a common measure of all items, and gives each its share of it; none where there is no measure that can be
    /// counted with.
    pub fn share_out(&mut self) -> Option<i128> {
        let whole = self.items.iter().try_fold(1_i128, |whole, item| {
            least_common_multiple(whole, item.range())
        })?;
        for item in &mut self.items {
            item.per = whole.checked_div(item.range())?;
        }
        Some(whole)
    }

    /// The same for a sum, which needs shares only where something may be missing.
    pub fn share_out_if_missing(&mut self) -> Option<i128> {
        if (1..=self.items.len()).any(|count| self.may_miss(count)) {
            self.share_out()
        } else {
            Some(1)
        }
    }

    /// A number that no step of the computation comes near; none where there is no such number to count with.
    pub fn largest(&self) -> Option<i128> {
        let count = i128::try_from(self.items.len()).ok()?;
        let (mut numbers, mut weights) = (self.plus.checked_abs()?, 0_i128);
        for item in &self.items {
            let most = item.low.checked_abs()?.max(item.high.checked_abs()?);
            weights = weights.checked_add(item.weight.checked_abs()?)?;
            numbers = numbers.checked_add(
                most.checked_mul(item.weight.checked_abs()?)?
                    .checked_mul(2)?,
            )?;
        }
        let (whole, length) = match &self.method {
            Method::Mean {
                bottom,
                length,
                whole,
            } => (
                *whole,
                bottom.checked_abs()?.checked_add(length.checked_abs()?)?,
            ),
            Method::Sum { whole } => (*whole, 0),
            Method::Table(table) => {
                let values = table.rows.iter().map(|(_, value)| value.abs());
                (1, values.max().unwrap_or_default())
            }
            _ => (1, 0),
        };
        if whole == 0 {
            return None;
        }
        let (more, less) = self.scale;
        numbers
            .checked_add(length)?
            .checked_mul(whole)?
            .checked_mul(weights.checked_add(1)?)?
            .checked_mul(count.checked_add(1)?)?
            .checked_mul(more)?
            .checked_mul(less)?
            .checked_mul(4)
    }

    fn ratio(&self, totals: &Totals, cells: &[Counted]) -> Option<(i128, i128)> {
        match &self.method {
            Method::Mean {
                bottom,
                length,
                whole,
            } => {
                let all = whole * totals.weights;
                Some((bottom * all + length * totals.weighted_shares, all))
            }
            Method::Sum { .. } if totals.answered == totals.shown => Some((totals.sum, 1)),
            Method::Sum { whole } => {
                let all = whole * totals.answered;
                let known = (totals.sum + totals.missing_low) * all;
                Some((known + totals.shares * totals.missing_range, all))
            }
            Method::RawMean => Some((totals.weighted, totals.weights)),
            Method::Max => Some((totals.highest?, 1)),
            Method::Min => Some((totals.lowest?, 1)),
            Method::Count => Some((totals.sum, 1)),
            Method::Table(table) => Some((table.value_at(cells)?, 1)),
        }
    }
}

/// The largest common measure that items may have.
const LARGEST_MEASURE: i128 = 1_000_000_000_000_000_000;

fn least_common_multiple(one: i128, other: i128) -> Option<i128> {
    let (mut divisor, mut rest) = (one, other);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    one.checked_div(divisor)?
        .checked_mul(other)
        .filter(|multiple| *multiple <= LARGEST_MEASURE)
}

impl Totals {
    fn add(&mut self, item: &Item, counted: Counted) {
        match counted {
            Counted::Hidden => {}
            Counted::Missing => {
                self.shown += 1;
                self.missing_low += item.low;
                self.missing_range += item.range();
            }
            Counted::Number(number) => {
                self.shown += 1;
                self.answered += 1;
                self.sum += number;
                let share = (number - item.low) * item.per;
                self.shares += share;
                self.weights += item.weight;
                self.weighted += item.weight * number;
                self.weighted_shares += item.weight * share;
                self.highest = self.highest.max(Some(number));
                self.lowest = Some(self.lowest.map_or(number, |lowest| lowest.min(number)));
            }
        }
    }
}
