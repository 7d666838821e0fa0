//! Exact cross-tables. What is in one never leaves this module but through [`CrossTable::protect`].

use rustc_hash::FxHashMap;

use super::item::{Numbers, Places, REASONS, Said};
use super::measure::Part;
use super::published::{PublishedGroup, Statistics, rounded_figure};
use super::query::{Dimension, Query};
use crate::domain::codebook::Missing;
use crate::domain::disclosure::cell_key::{Cell, CellKeyMethod, RecordKey, Total};

/// The values of the dimensions that a group has, as numbers; 0 where there are fewer dimensions.
pub(super) type GroupKey = [u32; super::query::MAX_DIMENSIONS];

/// The exact cells of a table.
pub struct CrossTable<'q> {
    query: &'q Query,
    groups: FxHashMap<GroupKey, Group>,
}

/// The exact cells of one group of responses.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// All responses.
    pub responses: Cell,
    /// Those with an answer.
    pub answered: Cell,
    /// Those without one, by reason.
    pub missing: [Cell; REASONS.len()],
    /// By category.
    pub categories: Vec<Cell>,
    /// Those with a number, if the measure has any.
    pub total: Option<Total>,
}

impl<'q> CrossTable<'q> {
    /// An empty table.
    pub fn new(query: &'q Query) -> Self {
        Self {
            query,
            groups: FxHashMap::default(),
        }
    }

    /// The group with this key, which is there from now on.
    pub(super) fn group(&mut self, key: GroupKey) -> &mut Group {
        let measure = &self.query.measure;
        self.groups.entry(key).or_insert_with(|| {
            let bounds = measure.numbers.and_then(Numbers::bounds);
            Group {
                categories: vec![Cell::default(); measure.categories.len()],
                total: bounds.map(Total::new),
                ..Group::default()
            }
        })
    }

    /// The published figures. Groups are left out in which every published count is 0: whether nobody is in such a group,
    /// or too few to show, nobody can tell. Without dimensions there is one group, whatever is in it.
    pub fn protect(mut self, method: &CellKeyMethod) -> Statistics {
        if self.query.by.is_empty() {
            self.group(GroupKey::default());
        }
        let mut groups: Vec<_> = self.groups.into_iter().collect();
        groups.sort_unstable_by_key(|(key, _)| *key);
        let query = self.query;
        let published = groups
            .iter()
            .map(|(key, group)| group.protect(*key, query, method));
        let listed = |group: &PublishedGroup| query.by.is_empty() || !group.is_empty();
        Statistics::new(query, published.filter(listed).collect())
    }
}

impl Group {
    /// Counts a response to a version that has the measure.
    pub fn add(&mut self, part: &Part, said: Said<'_>, record: RecordKey) {
        self.responses.add(record);
        match said {
            Said::Missing(reason) => self.miss(reason, one(record)),
            Said::Given(places, number) => {
                self.answered.add(record);
                places.each(|place| {
                    let category = part.places.get(place).copied();
                    if let Some(cell) = category.and_then(|it| self.categories.get_mut(it)) {
                        cell.add(record);
                    }
                });
                if let Some((total, number)) = self.total.as_mut().zip(number) {
                    total.add(number, record);
                }
            }
        }
    }

    /// Counts a response to a version that does not have it.
    pub fn add_not_asked(&mut self, record: RecordKey) {
        self.responses.add(record);
        self.miss(Missing::NotAsked, one(record));
    }

    /// Counts responses without an answer.
    pub fn miss(&mut self, reason: Missing, more: Cell) {
        let place = REASONS.iter().position(|it| *it == reason);
        if let Some(cell) = place.and_then(|it| self.missing.get_mut(it)) {
            cell.merge(more);
        }
    }

    fn protect(&self, key: GroupKey, query: &Query, method: &CellKeyMethod) -> PublishedGroup {
        let count = |cell: &Cell| method.count_from_floor(*cell);
        let share = |cell: &Cell| {
            let share = method.share(*cell, self.answered);
            share.filter(|_| count(cell).value > 0).map(rounded_figure)
        };
        let by = query.by.iter().zip(key);
        PublishedGroup {
            by: by
                .map(|(dimension, number)| value(dimension, number, query))
                .collect(),
            responses: count(&self.responses),
            answered: count(&self.answered),
            missing: self.missing.each_ref().map(count),
            counts: self.categories.iter().map(count).collect(),
            shares: self.categories.iter().map(share).collect(),
            mean: (self.total.as_ref())
                .and_then(|total| method.mean(total, &query.measure.noise_name()))
                .map(rounded_figure),
        }
    }
}

/// A single response.
fn one(record: RecordKey) -> Cell {
    let mut cell = Cell::default();
    cell.add(record);
    cell
}

/// The number of the first reason as the value of a question. Those of its categories are smaller, so that they come
/// first.
const FIRST_REASON: u32 = 1 << 16;

/// A reason why there is no answer as the value of a question.
pub(super) fn number_of_reason(reason: Missing) -> u32 {
    (FIRST_REASON..)
        .zip(REASONS)
        .find(|(_, it)| *it == reason)
        .map_or(FIRST_REASON, |(number, _)| number)
}

/// The same of a category.
pub(super) fn number_of_category(category: usize) -> u32 {
    u32::try_from(category).unwrap_or(u32::MAX)
}

/// The reason with this number.
fn reason_of(number: u32) -> Option<Missing> {
    let place = usize::try_from(number.checked_sub(FIRST_REASON)?).ok()?;
    REASONS.get(place).copied()
}

/// Calls `found` with each value of a question.
pub(super) fn each_number(part: Option<&Part>, said: Said<'_>, mut found: impl FnMut(u32)) {
    match (part, said) {
        (None, _) => found(number_of_reason(Missing::NotAsked)),
        (_, Said::Missing(reason)) => found(number_of_reason(reason)),
        (Some(part), Said::Given(places, _)) => each_category(part, places, |category| {
            found(number_of_category(category));
        }),
    }
}

/// Calls `found` with the categories of the measure for these places of the item.
pub(super) fn each_category(part: &Part, places: Places<'_>, mut found: impl FnMut(usize)) {
    places.each(|place| {
        if let Some(category) = part.places.get(place) {
            found(*category);
        }
    });
}

/// How the value of a dimension is written, and the reason if it is one.
fn value(dimension: &Dimension, number: u32, query: &Query) -> super::published::Value {
    use super::published::Value;
    let place = usize::try_from(number).unwrap_or(usize::MAX);
    match dimension {
        Dimension::Campaign => {
            Value::plain(query.campaigns.get(place).cloned().unwrap_or_default())
        }
        Dimension::FormVersion => Value::plain(number.to_string()),
        Dimension::Language => Value::plain(query.tag(place).to_owned()),
        Dimension::Period(kind) => Value::plain(kind.written(number)),
        Dimension::Question(question) => match reason_of(number) {
            Some(reason) => Value::Missing(reason),
            None => {
                let category = question.categories.get(place);
                Value::plain(category.map(|it| it.code.clone()).unwrap_or_default())
            }
        },
    }
}
