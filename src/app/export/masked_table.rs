//! The masked table of a campaign, as it is kept: what each of its responses shows.

use std::collections::BTreeMap;

use super::selection::Shown;
use crate::domain::disclosure::{KeyEncoder, ShownClass};

/// The masked table of a campaign.
#[derive(Debug)]
pub struct MaskedTable {
    /// From which the order of the rows follows.
    pub salt: [u8; 32],
    /// The sum of the ids of the responses.
    pub digest: u128,
    /// The responses, by class and version.
    pub counts: BTreeMap<(u32, i32), u64>,
    /// What codes of groups stand for.
    pub encoder: KeyEncoder,
    /// The classes, by their numbers.
    pub classes: Vec<Class>,
    /// The class of each response, in the order of the file.
    pub assigned: Vec<u32>,
}

/// An equivalence class.
#[derive(Debug, Clone, Default)]
pub struct Class {
    /// What its responses show.
    pub class: ShownClass,
    /// What they show of the metadata.
    pub shown: Shown,
}

impl MaskedTable {
    /// The class of the response at this place of the file.
    pub fn class_at(&self, place: usize) -> Option<&Class> {
        self.class(*self.assigned.get(place)?)
    }

    /// The number of the class of the response at this place of the file.
    pub fn number_at(&self, place: usize) -> Option<u32> {
        self.assigned.get(place).copied()
    }

    /// A class.
    pub fn class(&self, number: u32) -> Option<&Class> {
        self.classes.get(usize::try_from(number).ok()?)
    }

    /// How many responses it holds.
    pub fn records(&self) -> usize {
        self.assigned.len()
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let class = self
            .classes
            .first()
            .map_or(0, |it| it.class.bytes() + size_of::<Shown>());
        self.assigned.len() * 4 + self.classes.len() * class + self.counts.len() * 32
    }
}
