//! Levels of background questions.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, FormFault, scaled};
use crate::domain::form::coarser::{GroupDefinition, Level};
use crate::domain::form::definition::{Edition, QuestionDefinition};
use crate::domain::form::question::{Choice, Kind};
use crate::domain::pointer::Pointer;

/// More would tell nobody apart any better.
const MAX_LEVELS: usize = 5;
const MAX_GROUPS: usize = 200;

impl Check<'_> {
    /// Checks the levels of a question: each puts options, numbers or groups of the level before it together. What a level of a
    /// choice does not name stays as it is.
    pub(super) fn coarser(
        &mut self,
        question: &QuestionDefinition,
        kind: &Kind,
        pointer: &Pointer,
    ) -> Vec<Level> {
        let pointer = pointer.child("coarser");
        if question.coarser.is_empty() {
            return Vec::new();
        }
        if self.form.edition() == Edition::First {
            let field = "coarser";
            self.fault(&pointer, FormFault::NeedsEdition { field });
        }
        if !question.background {
            self.fault(&pointer, FormFault::CoarserNotBackground);
        }
        let mut codes: BTreeMap<String, Pointer> = BTreeMap::new();
        let options = match &question.scale {
            Some(name) => Pointer::root().child("scales").child(name),
            None => pointer.parent().child("options"),
        };
        for (place, choice) in kind.choices().iter().enumerate() {
            codes.insert(choice.code.clone(), options.child(place).child("code"));
        }
        let (mut levels, mut most): (Vec<Level>, usize) = (Vec::new(), MAX_GROUPS);
        for (place, groups) in question.coarser.iter().enumerate() {
            let pointer = pointer.child(place);
            let least = if kind.choices().is_empty() { 2 } else { 1 };
            if place >= MAX_LEVELS || !(least..=most).contains(&groups.len()) {
                self.fault(&pointer, FormFault::LevelGroups);
                return Vec::new();
            }
            if kind.choices().is_empty() {
                most = groups.len() - 1;
            }
            for (number, group) in groups.iter().enumerate() {
                let pointer = pointer.child(number);
                self.key(&group.code, pointer.child("code"), &mut codes);
                self.text(&group.label, &pointer.child("label"));
            }
            let level = match kind {
                Kind::SingleChoice(choices) | Kind::MultipleChoice(choices) => {
                    self.level_groups((&question.key, choices), groups, levels.last(), &pointer)
                }
                Kind::Whole { min, max } => self.level_bands(groups, (*min, *max), 0, &pointer),
                Kind::Decimal { min, max, decimals } => {
                    self.level_bands(groups, (*min, *max), *decimals, &pointer)
                }
                // That the kind has no levels is said already.
                _ => None,
            };
            let Some(level) = level else {
                return Vec::new();
            };
            if levels.last().is_some_and(|finer| !is_nested(finer, &level)) {
                self.fault(&pointer, FormFault::LevelNotNested);
            }
            levels.push(level);
        }
        levels
    }

    fn level_groups(
        &mut self,
        (key, choices): (&str, &[Choice]),
        groups: &[GroupDefinition],
        finer: Option<&Level>,
        pointer: &Pointer,
    ) -> Option<Level> {
        // What stands alone in the level before: an option, or a group of it.
        let before: Vec<u8> = match finer {
            Some(Level::Groups(groups)) => groups.clone(),
            _ => (0..).take(choices.len()).collect(),
        };
        let mut of_option: Vec<Option<u8>> = vec![None; choices.len()];
        let faults = self.faults.len();
        for (group, definition) in (0_u8..).zip(groups) {
            let pointer = pointer.child(group);
            let named = definition.options.as_deref().unwrap_or_default();
            let mut parts: BTreeSet<u8> = BTreeSet::new();
            for (number, code) in named.iter().enumerate() {
                let pointer = pointer.child("options").child(number);
                let place = choices.iter().position(|it| it.code == *code);
                parts.extend(place.and_then(|place| before.get(place)).copied());
                match place.and_then(|place| of_option.get_mut(place)) {
                    None => {
                        let (key, code) = (key.to_owned(), code.clone());
                        self.fault(&pointer, FormFault::OptionUnknown { key, code });
                    }
                    Some(Some(_)) => {
                        let code = code.clone();
                        self.fault(&pointer, FormFault::LevelOption { code });
                    }
                    Some(free) => *free = Some(group),
                }
            }
            if parts.len() < 2 || definition.from.is_some() {
                self.fault(&pointer, FormFault::GroupOptions);
            }
        }
        let groups = u8::try_from(groups.len()).unwrap_or(u8::MAX);
        let mut kept: Vec<u8> = Vec::new();
        let mut kept_as = |before: u8| {
            let known = kept.iter().position(|it| *it == before);
            let place = known.unwrap_or_else(|| {
                kept.push(before);
                kept.len() - 1
            });
            groups.saturating_add(u8::try_from(place).unwrap_or(u8::MAX))
        };
        let all = of_option.into_iter().zip(before);
        let all: Vec<u8> = all
            .map(|(group, before)| group.unwrap_or_else(|| kept_as(before)))
            .collect();
        (self.faults.len() == faults).then_some(Level::Groups(all))
    }

    fn level_bands(
        &mut self,
        groups: &[GroupDefinition],
        (min, max): (i64, i64),
        decimals: u8,
        pointer: &Pointer,
    ) -> Option<Level> {
        let mut starts: Vec<i64> = Vec::new();
        for (number, group) in groups.iter().enumerate() {
            let pointer = pointer.child(number).child("from");
            let from = group.from.as_ref().and_then(|it| scaled(it, decimals));
            let fits = |from: &i64| match starts.last() {
                None => *from == min,
                Some(last) => last < from && *from <= max,
            };
            match from.filter(fits).filter(|_| group.options.is_none()) {
                Some(from) => starts.push(from),
                None => {
                    self.fault(&pointer, FormFault::LevelBand);
                    return None;
                }
            }
        }
        Some(Level::Bands(starts))
    }
}

/// Whether what the finer level tells as one, the coarser one does too.
fn is_nested(finer: &Level, coarser: &Level) -> bool {
    match (finer, coarser) {
        (Level::Groups(finer), Level::Groups(coarser)) => {
            let pairs: BTreeSet<(u8, u8)> =
                finer.iter().copied().zip(coarser.iter().copied()).collect();
            let groups: BTreeSet<u8> = finer.iter().copied().collect();
            pairs.len() == groups.len()
        }
        (Level::Bands(finer), Level::Bands(coarser)) => {
            coarser.iter().all(|from| finer.contains(from))
        }
        _ => false,
    }
}
