//! Coarser before masked: what the cell of a quasi-identifier can be told as, when it would be rare as it is.
//!
//! - A week: its month, its quarter and its year. A week belongs to those in which its Thursday lies ([`PeriodKind`]).
//! - A choice: the groups of its levels. A number: its bands. The author of the form writes both.
//! - A multiple choice: for each level, the groups of which an option was chosen.
//!
//! Levels are those of the newest version of a coding, whichever version was answered. What is blank, declined or hidden has no
//! group: it is shown as it is, or masked.
//!
//! # When a group decides
//!
//! What hangs on a masked answer is masked with it (see [`super::SecondarySuppression`]). It need not be where the answer is
//! told as a group that **decides**: every test that any version has of the question comes out alike for all answers in the group.
//! Then two people with different answers of one group are routed alike, and nothing in their rows tells them apart. A group of a
//! question that a score is computed from, or that is compared with another question, never decides.

use std::collections::HashMap;

use super::QuasiIdentifiers;
use crate::domain::codebook::{
    Cell, Column, ColumnIndex, ColumnKind, Columns, Fixed, MetadataColumn, Missing,
};
use crate::domain::form::{
    Condition, Form, GroupDefinition, Kind, Level, LookedAt, Question, Test, Value, routing,
};
use crate::domain::period::PeriodKind;

/// What a cell is told as instead of itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coarse {
    /// The period with this number.
    Period(PeriodKind, u32),
    /// The group or the band at this place of a level.
    Group {
        /// The level, the finest is 0.
        level: u8,
        /// The place in it.
        group: u8,
    },
    /// The groups of a level of which an option was chosen, ascending.
    Groups {
        /// The level, the finest is 0.
        level: u8,
        /// The places in it.
        touched: Box<[u8]>,
    },
}

/// The levels of all quasi-identifiers of an export.
#[derive(Debug, Clone)]
pub struct Levels {
    of: Vec<Leveled>,
    /// By column of the export.
    columns: Vec<Told>,
}

/// The levels of one quasi-identifier.
#[derive(Debug, Clone, Default)]
struct Leveled {
    kind: LeveledKind,
    /// By level and group.
    definitions: Vec<Vec<GroupDefinition>>,
    /// What each version has of the question.
    tested: Vec<Tested>,
}

#[derive(Debug, Clone, Default)]
enum LeveledKind {
    #[default]
    None,
    Week,
    /// By the code of the option, its group in each level.
    Choice(HashMap<String, Vec<u8>>),
    /// The levels, and the least and the greatest number.
    Number(Vec<Level>, i64, i64),
    /// The same as for a choice.
    Options(HashMap<String, Vec<u8>>),
}

/// A question in one version.
#[derive(Debug, Clone)]
struct Tested {
    kind: Kind,
    /// All tests of it.
    tests: Vec<Test>,
    /// Whether something other than a test looks at it.
    opaque: bool,
}

/// What a column tells of its quasi-identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    /// All of it.
    All,
    /// Whether one of these options was chosen.
    Options(Vec<String>),
    /// The band of a number.
    Band,
    /// A number, which no band is.
    Number,
}

impl Levels {
    /// Those of these columns.
    pub fn of(columns: &Columns<'_>, quasi: &QuasiIdentifiers) -> Self {
        let mut of: Vec<Leveled> = vec![Leveled::default(); quasi.count()];
        let mut told = vec![Told::All; columns.as_slice().len()];
        for ((index, column), told) in columns.iter().zip(&mut told) {
            let Some(place) = quasi.of_column(index) else {
                continue;
            };
            // Codings that are suppressed together for want of places have no levels.
            let leveled = of
                .get_mut(place)
                .filter(|_| quasi.codings(place).len() == 1);
            if let Some(leveled) = leveled {
                *told = leveled.add(columns, column);
            }
        }
        Self { of, columns: told }
    }

    /// The same without any level: a cell is shown as it is, or masked.
    #[must_use]
    pub fn none(&self) -> Self {
        let (of, columns) = (
            vec![Leveled::default(); self.of.len()],
            self.columns.clone(),
        );
        Self { of, columns }
    }

    /// How many quasi-identifiers there are.
    pub(super) fn count(&self) -> usize {
        self.of.len()
    }

    /// What the cells of a quasi-identifier can be told as, the finest first; nothing for one that is missing.
    pub(super) fn path(&self, quasi: usize, cells: &[(ColumnIndex, Cell<'_>)]) -> Vec<Coarse> {
        let first = cells.first().map(|(_, cell)| cell);
        let group = |groups: &[u8]| -> Vec<Coarse> {
            let groups = (0..).zip(groups);
            // What a level does not name stays as it is.
            let told = groups.filter(|(level, group)| {
                let leveled = self.of.get(quasi);
                leveled.is_some_and(|it| it.definition(*level, **group).is_some())
            });
            told.map(|(level, group)| Coarse::Group {
                level,
                group: *group,
            })
            .collect()
        };
        match (self.of.get(quasi).map(|it| &it.kind), first) {
            (Some(LeveledKind::Week), Some(Cell::Week(monday))) => {
                let kinds = [PeriodKind::Month, PeriodKind::Quarter, PeriodKind::Year];
                kinds
                    .map(|kind| Coarse::Period(kind, kind.number(*monday)))
                    .to_vec()
            }
            (Some(LeveledKind::Choice(groups)), Some(Cell::Choice(option))) => groups
                .get(&option.code)
                .map_or_else(Vec::new, |it| group(it)),
            (
                Some(LeveledKind::Number(levels, ..)),
                Some(Cell::Whole(number) | Cell::Decimal(Fixed { scaled: number, .. })),
            ) => {
                let bands: Option<Vec<u8>> = levels.iter().map(|it| it.band(*number)).collect();
                group(&bands.unwrap_or_default())
            }
            (Some(LeveledKind::Options(groups)), Some(Cell::Chosen(_))) => {
                let levels = groups.values().map(Vec::len).max().unwrap_or_default();
                let mut touched: Vec<Vec<u8>> = vec![Vec::new(); levels];
                for (column, cell) in cells {
                    let option = match column.of(&self.columns) {
                        Some(Told::Options(options)) if *cell == Cell::Chosen(true) => {
                            options.first()
                        }
                        _ => continue,
                    };
                    let of_option = option.and_then(|it| groups.get(it)).into_iter().flatten();
                    for (touched, group) in touched.iter_mut().zip(of_option) {
                        touched.push(*group);
                    }
                }
                let levels = (0..).zip(touched).map(|(level, mut touched)| {
                    touched.sort_unstable();
                    touched.dedup();
                    let touched = touched.into();
                    Coarse::Groups { level, touched }
                });
                levels.collect()
            }
            _ => Vec::new(),
        }
    }

    /// The part of the cell that is not told any more, in thousandths.
    pub fn loss(&self, quasi: usize, coarse: &Coarse) -> u32 {
        let Some(leveled) = self.of.get(quasi) else {
            return 1000;
        };
        let share = |part: i64, of: i64| {
            let share = part
                .max(0)
                .saturating_mul(1000)
                .checked_div(of)
                .unwrap_or(1000);
            u32::try_from(share).unwrap_or(1000).min(1000)
        };
        let length = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        match (coarse, &leveled.kind) {
            // How many weeks there can be, nobody knows.
            (Coarse::Period(PeriodKind::Week, _), _) => 0,
            (Coarse::Period(PeriodKind::Month, _), _) => 250,
            (Coarse::Period(PeriodKind::Quarter, _), _) => 500,
            (Coarse::Period(PeriodKind::Year, _), _) => 750,
            (Coarse::Group { level, group }, LeveledKind::Number(levels, min, max)) => {
                let ends = levels
                    .get(usize::from(*level))
                    .and_then(|it| it.band_ends(*group, *max));
                ends.map_or(1000, |(low, high)| share(high - low, max - min))
            }
            (Coarse::Group { level, group }, LeveledKind::Choice(options)) => {
                let within = leveled.members(*level, *group);
                share(length(within) - 1, length(options.len()) - 1)
            }
            (Coarse::Groups { level, touched }, LeveledKind::Options(options)) => {
                let untold = touched.iter().map(|group| leveled.members(*level, *group));
                let untold: usize = untold.filter(|members| *members > 1).sum();
                share(length(untold), length(options.len()))
            }
            _ => 1000,
        }
    }

    /// Whether nothing that hangs on the answer tells more of it than this does.
    pub fn decides(&self, quasi: usize, coarse: &Coarse) -> bool {
        let Some(leveled) = self.of.get(quasi) else {
            return false;
        };
        leveled
            .tested
            .iter()
            .all(|tested| leveled.decides_in(tested, coarse))
    }

    /// What a column of a quasi-identifier has that is told as this.
    pub fn cell<'a>(&'a self, quasi: usize, column: ColumnIndex, coarse: &Coarse) -> Cell<'a> {
        let masked = Cell::Missing(Missing::Masked);
        let (Some(leveled), Some(told)) = (self.of.get(quasi), column.of(&self.columns)) else {
            return masked;
        };
        match (coarse, told) {
            (Coarse::Period(kind, number), _) => Cell::Period(*kind, *number),
            (Coarse::Group { level, group }, Told::All | Told::Band) => leveled
                .definition(*level, *group)
                .map_or(masked, Cell::Group),
            (Coarse::Group { .. }, Told::Options(_) | Told::Number) => masked,
            (Coarse::Groups { level, touched }, Told::Options(options)) => {
                match leveled.any_of(options, *level, touched) {
                    Some(chosen) => Cell::Chosen(chosen),
                    None => masked,
                }
            }
            (Coarse::Groups { .. }, _) => masked,
        }
    }
}

impl Leveled {
    /// Adds a column; gives what it tells.
    fn add(&mut self, columns: &Columns<'_>, column: &Column) -> Told {
        if let ColumnKind::Metadata(metadata) = &column.kind {
            if *metadata == MetadataColumn::Week {
                self.kind = LeveledKind::Week;
            }
            return Told::All;
        }
        let Some((question, definition)) = columns.newest_question(column) else {
            return Told::All;
        };
        let leveled = !question.coarser.is_empty();
        if leveled && self.definitions.is_empty() {
            self.definitions.clone_from(&definition.coarser);
            let forms = columns.versions().iter();
            let tested = forms.filter_map(|(_, form)| Tested::of(form, &question.key));
            self.tested = tested.collect();
            self.kind = match &question.kind {
                Kind::SingleChoice(_) => LeveledKind::Choice(groups_of(question)),
                Kind::MultipleChoice(_) => LeveledKind::Options(groups_of(question)),
                Kind::Whole { min, max } | Kind::Decimal { min, max, .. } => {
                    LeveledKind::Number(question.coarser.clone(), *min, *max)
                }
                _ => LeveledKind::None,
            };
        }
        match (&column.kind, &question.kind) {
            (ColumnKind::Option { option, .. }, _) => Told::Options(vec![option.clone()]),
            (ColumnKind::Group { level, group, .. }, _) => {
                let group = definition.coarser.get(*level).and_then(|it| it.get(*group));
                let options = group.and_then(|it| it.options.clone());
                Told::Options(options.unwrap_or_default())
            }
            (ColumnKind::Band { .. }, _) => Told::Band,
            (_, Kind::Whole { .. } | Kind::Decimal { .. }) if leveled => Told::Number,
            _ => Told::All,
        }
    }

    fn definition(&self, level: u8, group: u8) -> Option<&GroupDefinition> {
        self.definitions
            .get(usize::from(level))?
            .get(usize::from(group))
    }

    /// How many options a group has.
    fn members(&self, level: u8, group: u8) -> usize {
        self.options_of(level, group).count()
    }

    /// The codes of the options of a group, or of what a level leaves as it is.
    fn options_of(&self, level: u8, group: u8) -> impl Iterator<Item = &str> {
        let groups = match &self.kind {
            LeveledKind::Choice(groups) | LeveledKind::Options(groups) => Some(groups),
            _ => None,
        };
        let within = move |groups: &Vec<u8>| groups.get(usize::from(level)) == Some(&group);
        let all = groups.into_iter().flatten();
        all.filter(move |(_, groups)| within(groups))
            .map(|(code, _)| code.as_str())
    }

    /// The group of an option.
    fn group_of(&self, option: &str, level: u8) -> Option<u8> {
        match &self.kind {
            LeveledKind::Choice(groups) | LeveledKind::Options(groups) => {
                groups.get(option)?.get(usize::from(level)).copied()
            }
            _ => None,
        }
    }

    /// Whether one of these options was chosen, as far as it follows from the groups of which one was.
    fn any_of(&self, options: &[String], level: u8, touched: &[u8]) -> Option<bool> {
        let groups = options.iter().map(|it| self.group_of(it, level));
        let groups: Option<Vec<u8>> = groups.collect();
        let mut possible = groups?;
        possible.retain(|group| touched.contains(group));
        let all_of = |group: &u8| {
            let named = possible.iter().filter(|it| *it == group).count();
            named == self.members(level, *group)
        };
        match possible.is_empty() {
            true => Some(false),
            false => possible.iter().any(all_of).then_some(true),
        }
    }

    fn decides_in(&self, tested: &Tested, coarse: &Coarse) -> bool {
        match (coarse, &self.kind) {
            (Coarse::Period(..), _) => true,
            _ if tested.tests.is_empty() && !tested.opaque => true,
            _ if tested.opaque => false,
            (Coarse::Group { level, group }, LeveledKind::Number(levels, _, max)) => {
                let level = levels.get(usize::from(*level));
                let ends = level.and_then(|it| it.band_ends(*group, *max));
                ends.is_some_and(|ends| {
                    tested
                        .tests
                        .iter()
                        .all(|it| tested.is_same_between(it, ends))
                })
            }
            (Coarse::Group { level, group }, LeveledKind::Choice(_)) => {
                let members = self.options_of(*level, *group);
                let members = members.filter_map(|it| tested.kind.place(it));
                let members: Vec<Value> = members.map(Value::Choice).collect();
                let outcome = |value: &Value| -> Vec<bool> {
                    let tests = tested.tests.iter();
                    tests
                        .map(|test| routing::passes(test, &tested.kind, value))
                        .collect()
                };
                let mut outcomes = members.iter().map(outcome);
                let first = outcomes.next();
                outcomes.all(|outcome| Some(outcome) == first)
            }
            (Coarse::Groups { level, touched }, LeveledKind::Options(_)) => {
                let mut tests = tested.tests.iter();
                tests.all(|test| self.tells(tested, test, *level, touched))
            }
            _ => false,
        }
    }

    /// Whether a test of the options comes out alike, whatever was chosen of the groups.
    fn tells(&self, tested: &Tested, test: &Test, level: u8, touched: &[u8]) -> bool {
        let any_of = |places: &[u8]| {
            let choices = tested.kind.choices();
            let codes = places.iter().filter_map(|it| choices.get(usize::from(*it)));
            let codes: Vec<String> = codes.map(|it| it.code.clone()).collect();
            self.any_of(&codes, level, touched)
        };
        match test {
            Test::Answered(_) => true,
            Test::Includes(place) => any_of(&[*place]).is_some(),
            Test::IncludesAny(places) | Test::IncludesNone(places) => any_of(places).is_some(),
            Test::IncludesAll(places) => {
                let each: Vec<Option<bool>> = places.iter().map(|it| any_of(&[*it])).collect();
                each.contains(&Some(false)) || !each.contains(&None)
            }
            Test::CountAtLeast(count) | Test::CountAtMost(count) => {
                let least = touched.len();
                let most: usize = touched.iter().map(|it| self.members(level, *it)).sum();
                let passes = |chosen: usize| match test {
                    Test::CountAtLeast(_) => chosen >= usize::from(*count),
                    _ => chosen <= usize::from(*count),
                };
                passes(least) == passes(most)
            }
            _ => false,
        }
    }
}

impl Tested {
    fn of(form: &Form, key: &str) -> Option<Self> {
        let place = form.place(key)?;
        let mut tested = Self {
            kind: form.questions().get(place)?.kind.clone(),
            tests: Vec::new(),
            opaque: form
                .scores()
                .any(|(_, score)| score.questions().contains(&place)),
        };
        let sections =
            (0..form.definition().sections.len()).filter_map(|it| form.section_condition(it));
        let questions = form
            .questions()
            .iter()
            .filter_map(|it| it.show_when.as_ref());
        let constraints = form
            .constraints()
            .flat_map(|(_, constraint)| constraint.when.iter().chain([&constraint.require]));
        for condition in sections.chain(questions).chain(constraints) {
            tested.look(condition, place);
        }
        Some(tested)
    }

    fn look(&mut self, condition: &Condition, own: usize) {
        match condition {
            Condition::Any(parts) | Condition::All(parts) => {
                parts.iter().for_each(|part| self.look(part, own));
            }
            Condition::Not(part) => self.look(part, own),
            Condition::Test(_, Test::Compared(..)) => {
                self.opaque |= condition.looks_at().contains(&LookedAt::Question(own));
            }
            Condition::Test(place, test) if *place == own => self.tests.push(test.clone()),
            Condition::Test(..) | Condition::Score(..) => {}
        }
    }

    /// Whether a test comes out alike for all numbers from `low` to `high`.
    fn is_same_between(&self, test: &Test, (low, high): (i64, i64)) -> bool {
        let value = |number: i64| match self.kind {
            Kind::Decimal { .. } => Value::Decimal(number),
            _ => Value::Whole(number),
        };
        let passes = |number: i64| routing::passes(test, &self.kind, &value(number));
        match test {
            _ if low == high => true,
            Test::Answered(_) => true,
            Test::AtLeast(_) | Test::AtMost(_) | Test::MoreThan(_) | Test::LessThan(_) => {
                passes(low) == passes(high)
            }
            Test::Numbers(numbers) => {
                let ends = [low, high].map(|it| self.kind.number(&value(it)));
                let [Some(low), Some(high)] = ends else {
                    return false;
                };
                !numbers.iter().any(|number| (low..=high).contains(number))
            }
            _ => false,
        }
    }
}

/// The group of each option in each level, by its code.
fn groups_of(question: &Question) -> HashMap<String, Vec<u8>> {
    let choices = (0..).zip(question.kind.choices());
    let groups = choices.map(|(place, choice)| {
        let levels = question.coarser.iter().filter_map(|it| it.group(place));
        (choice.code.clone(), levels.collect())
    });
    groups.collect()
}
