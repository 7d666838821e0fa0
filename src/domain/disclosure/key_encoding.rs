//! The quasi-identifiers of a response as numbers, by which responses are counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Datelike;

use super::k_anonymity::{Dictionary, FrequencyTable, Hierarchy, QiSet};
use super::{Coarse, Levels, Weights};
use crate::domain::codebook::{Cell, ColumnIndex};

/// Codes of groups begin here; no dictionary has as many codes.
const GROUPS: u32 = 1 << 31;

/// Gives each combination of quasi-identifiers its codes: equal if and only if the file shows the same, suppression aside.
///
/// Whatever the reason why a cell is empty, the file shows the same nothing ([`ShownClass`](super::ShownClass)), so that all
/// reasons have one code.
#[derive(Debug, Clone)]
pub struct KeyEncoder {
    levels: Arc<Levels>,
    left_out: QiSet,
    dictionaries: Vec<Dictionary>,
    /// For each quasi-identifier and code, what the cell can be told as, the finest first. By new codes, once it is sealed.
    paths: Vec<Vec<Vec<Coarse>>>,
    /// For each quasi-identifier, what the codes of groups stand for.
    groups: Vec<Vec<Coarse>>,
    sealed: bool,
    /// For each quasi-identifier, the bytes of the present response's cells.
    keys: Vec<Vec<u8>>,
    codes: Vec<u32>,
}

impl KeyEncoder {
    /// For quasi-identifiers with these levels.
    pub fn new(levels: Arc<Levels>) -> Self {
        let count = levels.count();
        Self {
            levels,
            left_out: QiSet::NONE,
            dictionaries: vec![Dictionary::default(); count],
            paths: vec![Vec::new(); count],
            groups: vec![Vec::new(); count],
            sealed: false,
            keys: vec![Vec::new(); count],
            codes: Vec::with_capacity(count),
        }
    }

    /// The same for rows that show nothing of these quasi-identifiers.
    #[must_use]
    pub fn leaving_out(self, left_out: QiSet) -> Self {
        Self { left_out, ..self }
    }

    /// The codes of a response: of its cells, each with its column and the quasi-identifier that it belongs to.
    ///
    /// Until [`Self::seal`] is called a cell not seen before gets a new code; afterwards [`Dictionary::UNKNOWN`].
    pub fn codes(&mut self, cells: &[(ColumnIndex, usize, Cell<'_>)]) -> &[u32] {
        self.keys.iter_mut().for_each(Vec::clear);
        let left_out = self.left_out;
        let cells = cells
            .iter()
            .filter(|(_, quasi, _)| !left_out.contains(*quasi));
        for (_, quasi, cell) in cells.clone() {
            if let Some(key) = self.keys.get_mut(*quasi) {
                encode_key(*cell, key);
            }
        }
        self.codes.clear();
        let parts = self
            .dictionaries
            .iter_mut()
            .zip(&self.keys)
            .zip(&mut self.paths);
        for (quasi, ((dictionary, key), paths)) in parts.enumerate() {
            let code = match self.sealed {
                true => dictionary.find(key),
                false => dictionary.code(key),
            };
            if !self.sealed && usize::try_from(code).is_ok_and(|code| code == paths.len()) {
                let own = cells.clone().filter(|(_, it, _)| *it == quasi);
                let own: Vec<_> = own.map(|(column, _, cell)| (*column, *cell)).collect();
                paths.push(self.levels.path(quasi, &own));
            }
            self.codes.push(code);
        }
        &self.codes
    }

    /// Ends the first pass: codes follow from the cells alone from now on, in the table as well.
    pub fn seal(&mut self, table: &mut FrequencyTable) {
        self.sealed = true;
        let sealed: Vec<Vec<u32>> = self.dictionaries.iter_mut().map(Dictionary::seal).collect();
        for (paths, sealed) in self.paths.iter_mut().zip(&sealed) {
            let by_old = std::mem::take(paths);
            let mut by_new: Vec<(u32, Vec<Coarse>)> = sealed.iter().copied().zip(by_old).collect();
            by_new.sort_unstable_by_key(|(code, _)| *code);
            *paths = by_new.into_iter().map(|(_, path)| path).collect();
        }
        for (groups, paths) in self.groups.iter_mut().zip(&self.paths) {
            *groups = paths.iter().flatten().cloned().collect();
            groups.sort_unstable();
            groups.dedup();
        }
        table.recode(|column, code| {
            let code = usize::try_from(code).ok()?;
            sealed.get(column)?.get(code).copied()
        });
    }

    /// What the cells of each quasi-identifier can be shown as, and what that costs. After [`Self::seal`].
    pub fn hierarchies(&self, weights: &Weights) -> Vec<Hierarchy> {
        let columns = self.groups.iter().zip(&self.paths).enumerate();
        let hierarchy = |(quasi, (groups, paths)): (usize, (&Vec<Coarse>, &Vec<Vec<Coarse>>))| {
            let (own, with_dependents) = weights.of(quasi);
            let mut hierarchy = Hierarchy::flat(with_dependents.saturating_mul(1000));
            let codes: BTreeMap<&Coarse, u32> = groups.iter().zip(GROUPS..).collect();
            for (coarse, code) in &codes {
                let dependents = match self.levels.decides(quasi, coarse) {
                    true => 0,
                    false => with_dependents.saturating_sub(own).saturating_mul(1000),
                };
                let lost = own.saturating_mul(self.levels.loss(quasi, coarse));
                hierarchy.group(*code, lost.saturating_add(dependents));
            }
            for (cell, path) in (0..).zip(paths) {
                let mut below = cell;
                for group in path.iter().filter_map(|it| codes.get(it)) {
                    hierarchy.below(below, *group);
                    below = *group;
                }
            }
            hierarchy
        };
        columns.map(hierarchy).collect()
    }

    /// What this code of a quasi-identifier stands for, if it is one of a group.
    pub fn coarse(&self, quasi: usize, code: u32) -> Option<&Coarse> {
        let place = usize::try_from(code.checked_sub(GROUPS)?).ok()?;
        self.groups.get(quasi)?.get(place)
    }

    /// The quasi-identifiers of which rows show nothing.
    pub fn left_out(&self) -> QiSet {
        self.left_out
    }

    /// The levels.
    pub fn levels(&self) -> &Levels {
        &self.levels
    }
}

/// Appends bytes that stand for what the file shows of a cell, and for nothing else, whatever comes after them.
pub fn encode_key(cell: Cell<'_>, key: &mut Vec<u8>) {
    match cell {
        Cell::Missing(_) => key.push(0),
        Cell::Choice(option) => text(1, &option.code, key),
        Cell::Chosen(flag) | Cell::YesNo(flag) => key.extend([2, u8::from(flag)]),
        Cell::Whole(number) => {
            key.push(3);
            key.extend(number.to_be_bytes());
        }
        Cell::Decimal(number) => {
            key.extend([4, number.decimals]);
            key.extend(number.scaled.to_be_bytes());
        }
        Cell::Score(number, _) => {
            key.push(5);
            key.extend(number.to_be_bytes());
        }
        Cell::Date(period) => {
            key.push(9);
            key.extend(period.number().to_be_bytes());
        }
        Cell::Campaign(campaign) => {
            key.push(6);
            key.extend(campaign.id.0.as_bytes());
        }
        Cell::Language(tag) => text(7, tag, key),
        Cell::Group(group) => text(10, &group.code, key),
        Cell::Period(kind, number) => {
            text(11, kind.name(), key);
            key.extend(number.to_be_bytes());
        }
        Cell::Week(monday) => {
            key.push(8);
            key.extend(monday.num_days_from_ce().to_be_bytes());
        }
    }
}

/// No code and no language tag has a zero in it.
fn text(kind: u8, text: &str, key: &mut Vec<u8>) {
    key.push(kind);
    key.extend(text.as_bytes());
    key.push(0);
}
