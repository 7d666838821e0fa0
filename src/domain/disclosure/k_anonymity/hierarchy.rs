//! The hierarchy of a column: what its cells can be shown as, and what that costs.

use std::collections::HashMap;

/// The code of a cell that is masked. No cell has it before.
pub const MASKED: u32 = u32::MAX - 1;

/// What the cells of a column can be shown as: a tree of codes, whose top is [`MASKED`].
///
/// A code without a parent stands right below the top. To show a code costs nothing, unless it is a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hierarchy {
    /// What a masked cell costs.
    masked: u32,
    /// The parents of codes that have one.
    parents: HashMap<u32, u32>,
    /// What it costs to show a group.
    groups: HashMap<u32, u32>,
}

impl Hierarchy {
    /// A cell is shown as it is, or masked at this cost.
    pub fn flat(masked: u32) -> Self {
        Self {
            masked: masked.max(1),
            parents: HashMap::new(),
            groups: HashMap::new(),
        }
    }

    /// Adds a group: its code, which no cell has, and what a cell costs that is shown as it; never more than a masked one.
    pub fn group(&mut self, code: u32, cost: u32) {
        self.groups.insert(code, cost.min(self.masked));
    }

    /// Puts a code, of a cell or of a group, below a group. The finer group must not cost more than the coarser.
    pub fn below(&mut self, code: u32, group: u32) {
        self.parents.insert(code, group);
    }

    /// What a cell costs that is shown as this code.
    pub fn cost(&self, code: u32) -> u32 {
        match code {
            MASKED => self.masked,
            code => self.groups.get(&code).copied().unwrap_or_default(),
        }
    }

    /// Whether a code is a group.
    pub fn is_group(&self, code: u32) -> bool {
        self.groups.contains_key(&code)
    }

    /// The codes from the top down to this one.
    pub fn path(&self, code: u32) -> Vec<u32> {
        let mut path = vec![code];
        let mut at = code;
        while at != MASKED {
            at = self.parents.get(&at).copied().unwrap_or(MASKED);
            // A circle would be a fault of the caller.
            if path.contains(&at) {
                at = MASKED;
            }
            path.push(at);
        }
        path.reverse();
        path
    }
}
