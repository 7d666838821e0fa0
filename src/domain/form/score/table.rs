//! Look-up tables: T-scores, index values, composite grades.

use std::collections::BTreeSet;

use super::decimal::Decimal;
use super::definition::{TableCell, TableWord};
use super::item::Counted;

/// A checked table: its rows in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What the numbers must be, and what the score is then.
    pub rows: Vec<(Vec<Pattern>, i128)>,
    /// Digits after the point of the numbers that are looked up.
    pub decimals: u32,
}

/// What one number must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// Any, or hidden.
    Any,
    /// Hidden by routing.
    Hidden,
    /// Within one of these bounds, both included.
    Within(Vec<(i128, i128)>),
}

/// What is wrong with a table as a whole.
#[derive(Debug, Clone, PartialEq)]
pub enum TableFault {
    /// Two rows fit the same numbers.
    Overlap(usize, usize, Vec<Counted>),
    /// No row fits numbers that can come.
    Missing(Vec<Counted>),
    /// There are too many combinations to try them all.
    TooLarge,
}

impl Pattern {
    /// The pattern of a cell in units of so many decimals; none where a number cannot be written in them.
    pub fn of(cell: &TableCell, decimals: u32) -> Option<Self> {
        let units = |number: f64| Decimal::read(number, decimals)?.units(decimals);
        let point = |number: f64| units(number).map(|units| (units, units));
        Some(match cell {
            TableCell::Number(number) => Self::Within(vec![point(*number)?]),
            TableCell::OneOf(numbers) => Self::Within(
                numbers
                    .iter()
                    .map(|number| point(*number))
                    .collect::<Option<_>>()?,
            ),
            TableCell::Range(range) => {
                let (from, to) = (units(range.from)?, units(range.to)?);
                (from <= to).then(|| Self::Within(vec![(from, to)]))?
            }
            TableCell::Word(TableWord::Any) => Self::Any,
            TableCell::Word(TableWord::Hidden) => Self::Hidden,
        })
    }

    fn fits(&self, counted: Counted) -> bool {
        match (self, counted) {
            (_, Counted::Missing) | (Self::Hidden, Counted::Number(_)) => false,
            (Self::Any, _) | (Self::Hidden, Counted::Hidden) => true,
            (Self::Within(_), Counted::Hidden) => false,
            (Self::Within(bounds), Counted::Number(number)) => bounds
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&number)),
        }
    }

    /// The numbers at which it begins and ends.
    fn ends(&self) -> impl Iterator<Item = i128> {
        let bounds = match self {
            Self::Within(bounds) => bounds.as_slice(),
            _ => &[],
        };
        bounds.iter().flat_map(|(from, to)| [*from, *to])
    }

    /// Something that both fit.
    fn common(&self, other: &Self) -> Option<Counted> {
        let tried = [Counted::Hidden]
            .into_iter()
            .chain(self.ends().map(Counted::Number))
            .chain(other.ends().map(Counted::Number));
        let free = matches!((self, other), (Self::Any, Self::Any));
        tried
            .chain(free.then_some(Counted::Number(0)))
            .find(|counted| self.fits(*counted) && other.fits(*counted))
    }
}

impl Table {
    /// The value of the row that fits.
    pub fn value_at(&self, cells: &[Counted]) -> Option<i128> {
        self.rows
            .iter()
            .find(|(at, _)| {
                at.iter()
                    .zip(cells)
                    .all(|(pattern, cell)| pattern.fits(*cell))
            })
            .map(|(_, value)| *value)
    }

    /// Two rows that fit the same numbers.
    pub fn overlap(&self) -> Option<TableFault> {
        self.rows.iter().enumerate().find_map(|(place, (at, _))| {
            let before = self.rows.iter().enumerate().take(place);
            before.into_iter().find_map(|(other, (there, _))| {
                let common: Option<Vec<Counted>> = at
                    .iter()
                    .zip(there)
                    .map(|(one, two)| one.common(two))
                    .collect();
                common.map(|common| TableFault::Overlap(other, place, common))
            })
        })
    }

    /// Those of the numbers from `low` to `high` that stand for all of them: no row tells those in between apart.
    pub fn telling(&self, column: usize, low: i128, high: i128, step: i128) -> BTreeSet<i128> {
        let ends = self
            .rows
            .iter()
            .filter_map(|(at, _)| at.get(column))
            .flat_map(Pattern::ends);
        // The nearest numbers that can come, on both sides of an end.
        let near = ends.flat_map(|end| {
            let below = low + (end - low).div_euclid(step) * step;
            [below - step, below, below + step]
        });
        near.chain([low, high])
            .filter(|number| (low..=high).contains(number))
            .collect()
    }

    /// Of things that no row tells apart in this column, leaves only one.
    pub fn keep_telling<T>(
        &self,
        column: usize,
        all: &mut Vec<T>,
        counted: impl Fn(&T) -> Counted,
    ) {
        let mut seen = BTreeSet::new();
        all.retain(|one| {
            let fits = |(at, _): &(Vec<Pattern>, i128)| {
                at.get(column)
                    .is_some_and(|pattern| pattern.fits(counted(one)))
            };
            seen.insert(self.rows.iter().map(fits).collect::<Vec<bool>>())
        });
    }
}
