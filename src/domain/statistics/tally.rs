//! Tallies: exact counts of the responses to one version in one campaign.
//!
//! A tally is a list of cells in an order that follows from the version alone, as the layout of its records does: for each
//! group of responses, all of them, and then for each item (question or score) the reasons why it has no answer, those
//! with an answer, and each category. Behind all groups stand the sums of each item with numbers, again by group. A tally has one group,
//! or one for each answer to a background question, and one for each reason why it has none.
//!
//! In bytes, a tally is a byte for the [`FORMAT`], and then each cell: the count as a variable-length number (LEB128),
//! and the eight bytes of the key unless the count is 0. The sums follow: a cell, and two numbers unless its count is 0.

use super::cross_table::{CrossTable, Group, GroupKey, number_of_category, number_of_reason};
use super::item::{Item, Said};
use super::measure::{Measure, Part};
use super::pass::each_combination;
use super::query::{Dimension, MAX_DIMENSIONS, Query};
use super::score_memo::ScoreMemo;
use crate::domain::codebook::Missing;
use crate::domain::disclosure::cell_key::{Bounds, Cell, CellKey, RecordKey, Total};
use crate::domain::form::{Answer, Form, RecordFault};

/// The first byte of every tally.
const FORMAT: u8 = 1;

/// The reasons why an answer of this version can be missing.
const MISSING: [Missing; 3] = [Missing::Hidden, Missing::Blank, Missing::Declined];

/// The bytes are not a tally of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not a tally of this version")]
pub struct NotATally;

/// The order of the cells in the tallies of one version.
#[derive(Debug, Clone)]
pub struct TallyLayout {
    items: Vec<Counted>,
    /// The number of cells of a group.
    group: usize,
    /// The bounds of the sums of a group.
    sums: Vec<Bounds>,
    groupings: Vec<Grouping>,
}

#[derive(Debug, Clone)]
struct Counted {
    item: Item,
    /// Its first cell within a group.
    offset: usize,
    /// The place of its sums within a group, if it has numbers.
    sum: Option<usize>,
}

/// By which responses are told apart in one tally.
#[derive(Debug, Clone)]
struct Grouping {
    /// The key of the background question; empty for all responses together.
    key: String,
    item: Option<Item>,
    groups: usize,
}

/// The tallies of one version in one campaign: one for each grouping.
#[derive(Debug, Clone, PartialEq)]
pub struct Tallies(Vec<Tally>);

/// A tally: the cells and the sums of one group behind those of the other.
#[derive(Debug, Clone, PartialEq)]
struct Tally {
    cells: Vec<Cell>,
    sums: Vec<Total>,
}

impl TallyLayout {
    /// The layout for a form.
    pub fn of(form: &Form) -> Self {
        let questions = form.questions().iter().enumerate();
        let questions = questions.filter_map(|(place, it)| Item::of_question(place, it));
        let scores = form.scores().enumerate();
        let scores = scores.map(|(place, (definition, it))| Item::of_score(place, definition, it));
        let (mut group, mut sums) = (1, Vec::new());
        let items = questions.chain(scores).map(|item| {
            let bounds = item.numbers().and_then(super::item::Numbers::bounds);
            let counted = Counted {
                offset: group,
                sum: bounds.map(|_| sums.len()),
                item,
            };
            sums.extend(bounds);
            group += counted.width();
            counted
        });
        let items: Vec<_> = items.collect();
        let all = Grouping {
            key: String::new(),
            item: None,
            groups: 1,
        };
        let background = form
            .questions()
            .iter()
            .enumerate()
            .filter(|(_, it)| it.background);
        let background = background.filter_map(|(place, question)| {
            let item = Item::of_question(place, question)?;
            (item.categories() > 0).then(|| Grouping {
                key: question.key.clone(),
                groups: MISSING.len() + item.categories(),
                item: Some(item),
            })
        });
        Self {
            groupings: std::iter::once(all).chain(background).collect(),
            items,
            group,
            sums,
        }
    }

    /// Tallies without any response.
    pub fn empty(&self) -> Tallies {
        let empty = |it: &Grouping| {
            let sums = self.sums.iter().map(|bounds| Total::new(*bounds));
            Tally {
                cells: vec![Cell::default(); it.groups * self.group],
                sums: sums.cycle().take(it.groups * self.sums.len()).collect(),
            }
        };
        Tallies(self.groupings.iter().map(empty).collect())
    }

    /// All responses that were counted.
    pub fn responses(&self, tallies: &Tallies) -> Cell {
        let first = tallies.0.first().and_then(|tally| tally.cells.first());
        first.copied().unwrap_or_default()
    }

    /// The keys of the groupings, in the order of the tallies.
    pub fn groupings(&self) -> impl Iterator<Item = &str> {
        self.groupings.iter().map(|it| it.key.as_str())
    }

    /// Counts a response.
    ///
    /// # Errors
    ///
    /// When its record cannot be read.
    pub fn count(
        &self,
        tallies: &mut Tallies,
        (form, scores): (&Form, &mut ScoreMemo),
        record: &[u8],
        key: RecordKey,
    ) -> Result<(), RecordFault> {
        let answers = form.layout().decode(form.questions(), record)?;
        let (cells, numbers) =
            self.places_of(&answers, |place| scores.said(form, place, &answers, record));
        for (grouping, tally) in self.groupings.iter().zip(&mut tallies.0) {
            grouping.each_group(&answers, |group| {
                for place in &cells {
                    let cell = tally.cells.get_mut(group * self.group + place);
                    if let Some(cell) = cell {
                        cell.add(key);
                    }
                }
                for (place, number) in &numbers {
                    let total = tally.sums.get_mut(group * self.sums.len() + place);
                    if let Some(total) = total {
                        total.add(*number, key);
                    }
                }
            });
        }
        Ok(())
    }

    /// The cells of a group that a response falls into, and the sums with what it adds to them.
    fn places_of(
        &self,
        answers: &[Answer],
        mut score: impl FnMut(usize) -> Said<'static>,
    ) -> (Vec<usize>, Vec<(usize, f64)>) {
        let mut cells = Vec::with_capacity(1 + 3 * self.items.len());
        let mut numbers = Vec::with_capacity(self.sums.len());
        cells.push(0);
        for counted in &self.items {
            match counted.item.read_by(answers, &mut score) {
                Said::Missing(reason) => {
                    let place = MISSING.iter().position(|it| *it == reason);
                    cells.extend(place.map(|place| counted.offset + place));
                }
                Said::Given(places, number) => {
                    cells.push(counted.answered());
                    places.each(|place| cells.push(counted.category(place)));
                    numbers.extend(counted.sum.zip(number));
                }
            }
        }
        (cells, numbers)
    }

    /// Reads the tally with this grouping into `tallies`.
    ///
    /// # Errors
    ///
    /// When the bytes are not one.
    pub fn read(
        &self,
        tallies: &mut Tallies,
        grouping: &str,
        bytes: &[u8],
    ) -> Result<(), NotATally> {
        let place = self.groupings.iter().position(|it| it.key == grouping);
        let place = place.ok_or(NotATally)?;
        let tally = tallies.0.get_mut(place).ok_or(NotATally)?;
        let [FORMAT, rest @ ..] = bytes else {
            return Err(NotATally);
        };
        let mut rest = rest;
        for cell in &mut tally.cells {
            *cell = read_cell(&mut rest)?;
        }
        for total in &mut tally.sums {
            let cell = read_cell(&mut rest)?;
            let (mut sum, mut squares) = (0, 0);
            if cell.true_count() > 0 {
                sum = read_number(&mut rest)?.cast_signed();
                squares = read_number(&mut rest)?.cast_signed();
            }
            *total = Total::of_tally(total.bounds(), cell, sum, squares);
        }
        rest.is_empty().then_some(()).ok_or(NotATally)
    }

    /// The tallies as bytes, each with its grouping.
    pub fn write<'a>(&'a self, tallies: &'a Tallies) -> impl Iterator<Item = (&'a str, Vec<u8>)> {
        self.groupings().zip(&tallies.0).map(|(key, tally)| {
            let mut bytes = vec![FORMAT];
            tally
                .cells
                .iter()
                .for_each(|cell| write_cell(*cell, &mut bytes));
            for total in &tally.sums {
                write_cell(total.cell(), &mut bytes);
                if total.cell().true_count() > 0 {
                    let (sum, squares) = total.sums();
                    write_number(sum.cast_unsigned(), &mut bytes);
                    write_number(squares.cast_unsigned(), &mut bytes);
                }
            }
            (key, bytes)
        })
    }

    fn counted(&self, item: &Item) -> Option<&Counted> {
        self.items.iter().find(|it| it.item == *item)
    }
}

impl Counted {
    fn answered(&self) -> usize {
        self.offset + MISSING.len()
    }

    fn category(&self, place: usize) -> usize {
        self.answered() + 1 + place
    }

    fn width(&self) -> usize {
        MISSING.len() + 1 + self.item.categories()
    }
}

impl Grouping {
    /// Calls `found` with each group that a response is in: several, or none, in a multiple choice.
    fn each_group(&self, answers: &[Answer], mut found: impl FnMut(usize)) {
        let Some(item) = &self.item else {
            return found(0);
        };
        match item.read_by(answers, |_| Said::Missing(Missing::NotAsked)) {
            Said::Given(places, _) => places.each(|place| found(MISSING.len() + place)),
            Said::Missing(reason) => {
                if let Some(place) = MISSING.iter().position(|it| *it == reason) {
                    found(place);
                }
            }
        }
    }

    /// The value of the groups in the dimension or condition that is this question, and the place of the category.
    fn value(&self, group: usize, part: &Part) -> (u32, Option<usize>) {
        match MISSING.get(group) {
            Some(reason) => (number_of_reason(*reason), None),
            None => {
                let category = part.places.get(group - MISSING.len()).copied();
                (category.map_or(u32::MAX, number_of_category), category)
            }
        }
    }
}

/// How a query is answered from tallies.
#[derive(Debug, Clone, Copy)]
pub struct FromTallies<'q> {
    query: &'q Query,
    /// The question by which responses are told apart, if it takes one.
    question: Option<&'q Measure>,
}

impl<'q> FromTallies<'q> {
    /// None when tallies do not tell: then each response is to be read.
    pub fn new(query: &'q Query) -> Option<Self> {
        let told = |dimension: &Dimension| match dimension {
            Dimension::Campaign | Dimension::FormVersion => true,
            Dimension::Language | Dimension::Period(_) => false,
            Dimension::Question(it) => it.background,
        };
        let questions = query.questions();
        let any_time = query.from_week.is_none() && query.to_week.is_none();
        let fits = query.by.iter().all(told)
            && questions.iter().all(|it| it.background)
            && questions.len() <= 1
            && any_time
            && query.languages.is_none()
            && query.measure.is_uniform();
        fits.then(|| Self {
            query,
            question: questions.first().copied(),
        })
    }

    /// The grouping of the tally that tells, for responses to this version; none where the version lacks the question, or
    /// is not asked for.
    pub fn grouping<'a>(&self, layout: &'a TallyLayout, version: i32) -> Option<&'a str> {
        if !self.query.takes_version(version) {
            return None;
        }
        match self.question {
            None => Some(""),
            Some(question) => match question.part(version) {
                Some(part) => layout.grouping_of(&part.item).map(|it| it.key.as_str()),
                // Nobody was asked, so all are in one group.
                None => Some(""),
            },
        }
    }

    /// Adds the tally of this version in a campaign, given by its place among those of the query.
    pub fn add(
        &self,
        table: &mut CrossTable<'q>,
        layout: &TallyLayout,
        tallies: &Tallies,
        version: i32,
        campaign: usize,
    ) {
        let part = self.question.and_then(|it| it.part(version));
        let grouping = match part {
            Some(part) => layout.grouping_of(&part.item),
            None => layout.groupings.first(),
        };
        let Some(grouping) = grouping else { return };
        let place = layout
            .groupings
            .iter()
            .position(|it| it.key == grouping.key);
        let Some(tally) = place.and_then(|place| tallies.0.get(place)) else {
            return;
        };
        for (number, cells) in tally.cells.chunks_exact(layout.group).enumerate() {
            let value = match part {
                Some(part) => grouping.value(number, part),
                None => (number_of_reason(Missing::NotAsked), None),
            };
            if !self.meets_condition(value.1) {
                continue;
            }
            let Some(key) = self.group_key(value.0, version, campaign) else {
                continue;
            };
            // An empty cell would make an empty group.
            if cells.first().is_some_and(|all| all.true_count() > 0) {
                let first = number * layout.sums.len();
                let sums = tally.sums.get(first..first + layout.sums.len());
                let counted = CountedGroup {
                    cells,
                    sums: sums.unwrap_or_default(),
                };
                counted.add_to(table.group(key), self.query, layout, version);
            }
        }
    }

    fn meets_condition(&self, category: Option<usize>) -> bool {
        let mut conditions = self.query.conditions.iter();
        conditions.all(|it| Some(it.category) == category)
    }

    fn group_key(&self, value: u32, version: i32, campaign: usize) -> Option<GroupKey> {
        let mut values: [Vec<u32>; MAX_DIMENSIONS] = Default::default();
        for (dimension, values) in self.query.by.iter().zip(&mut values) {
            values.push(match dimension {
                Dimension::Campaign => u32::try_from(campaign).ok()?,
                Dimension::FormVersion => u32::try_from(version).ok()?,
                Dimension::Question(_) => value,
                Dimension::Language | Dimension::Period(_) => return None,
            });
        }
        let mut key = None;
        each_combination(&values, self.query.by.len(), |found| key = Some(found));
        key
    }
}

impl TallyLayout {
    fn grouping_of(&self, item: &Item) -> Option<&Grouping> {
        self.groupings
            .iter()
            .find(|it| it.item.as_ref() == Some(item))
    }
}

/// A group of a tally.
struct CountedGroup<'a> {
    cells: &'a [Cell],
    sums: &'a [Total],
}

impl CountedGroup<'_> {
    fn cell(&self, place: usize) -> Cell {
        self.cells.get(place).copied().unwrap_or_default()
    }

    /// Adds it to a group of a table.
    fn add_to(&self, group: &mut Group, query: &Query, layout: &TallyLayout, version: i32) {
        group.responses.merge(self.cell(0));
        let part = query.measure.part(version);
        let counted = part.and_then(|part| Some((part, layout.counted(&part.item)?)));
        let Some((part, counted)) = counted else {
            group.miss(Missing::NotAsked, self.cell(0));
            return;
        };
        for (place, reason) in MISSING.iter().enumerate() {
            group.miss(*reason, self.cell(counted.offset + place));
        }
        group.answered.merge(self.cell(counted.answered()));
        for place in 0..counted.item.categories() {
            let category = part.places.get(place).copied();
            if let Some(cell) = category.and_then(|it| group.categories.get_mut(it)) {
                cell.merge(self.cell(counted.category(place)));
            }
        }
        let sum = counted.sum.and_then(|it| self.sums.get(it));
        if let Some((total, sum)) = group.total.as_mut().zip(sum) {
            // Their bounds are the same, see `Measure::is_uniform`.
            let _ = total.merge(sum);
        }
    }
}

fn read_cell(bytes: &mut &[u8]) -> Result<Cell, NotATally> {
    let count = read_number(bytes)?;
    if count == 0 {
        return Ok(Cell::default());
    }
    let (key, rest) = bytes.split_first_chunk().ok_or(NotATally)?;
    *bytes = rest;
    Ok(Cell::new(
        count,
        CellKey::from_bits(u64::from_be_bytes(*key)),
    ))
}

fn write_cell(cell: Cell, bytes: &mut Vec<u8>) {
    write_number(cell.true_count(), bytes);
    if cell.true_count() > 0 {
        bytes.extend(cell.key().to_bits().to_be_bytes());
    }
}

fn read_number(bytes: &mut &[u8]) -> Result<u64, NotATally> {
    let (mut number, mut shift) = (0_u64, 0_u32);
    loop {
        let (byte, rest) = bytes.split_first().ok_or(NotATally)?;
        *bytes = rest;
        let seven = u64::from(byte & 0x7f);
        number |= seven.checked_shl(shift).ok_or(NotATally)?;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
        shift += 7;
    }
}

fn write_number(mut number: u64, bytes: &mut Vec<u8>) {
    while number > 0x7f {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}
