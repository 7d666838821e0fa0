//! What the responses of an equivalence class show.

use super::k_anonymity::{MASKED, QiSet};
use super::{Coarse, KeyEncoder, QuasiIdentifiers};
use crate::domain::codebook::{Cell, ColumnIndex, Missing};

/// What all responses of a class show of their quasi-identifiers, and so of what hangs on them.
///
/// Two responses are alike when every quasi-identifier shows the same: the same value, the same group, or nothing. A group is a
/// value of its own, and so is a masked cell: neither is alike to a value that it could stand for. Nothing is nothing: whether
/// somebody declined or left a background question blank is not shown, since it would part a class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShownClass {
    /// The quasi-identifiers that are masked, those that are left out among them.
    pub masked: QiSet,
    /// Those that are told as a group.
    pub coarser: QiSet,
    /// Those that are masked, or told as a group that does not decide all that hangs on them.
    pub undecided: QiSet,
    /// Whether nobody is to be hidden in it, so that it shows why a cell is empty as well.
    unmasked: bool,
    /// A code for each quasi-identifier.
    codes: Box<[u32]>,
}

impl ShownClass {
    /// The class that shows these codes.
    pub fn new(codes: &[u32], encoder: &KeyEncoder) -> Self {
        let left_out = encoder.left_out();
        let mut class = Self {
            codes: codes.into(),
            ..Self::default()
        };
        for (quasi, code) in codes.iter().enumerate() {
            if *code == MASKED || left_out.contains(quasi) {
                class.masked = class.masked.with(quasi);
                class.undecided = class.undecided.with(quasi);
            } else if let Some(coarse) = encoder.coarse(quasi, *code) {
                class.coarser = class.coarser.with(quasi);
                if !encoder.levels().decides(quasi, coarse) {
                    class.undecided = class.undecided.with(quasi);
                }
            }
        }
        class
    }

    /// The same where nobody is to be hidden.
    #[must_use]
    pub fn unmasked(self) -> Self {
        Self {
            unmasked: true,
            ..self
        }
    }

    /// What a quasi-identifier is told as, if it is told as a group.
    pub fn coarse<'a>(&self, quasi: usize, encoder: &'a KeyEncoder) -> Option<&'a Coarse> {
        encoder.coarse(quasi, *self.codes.get(quasi)?)
    }

    /// What a column shows that is suppressed with these quasi-identifiers, where a response has this cell.
    pub fn cell<'a>(
        &self,
        (quasi, encoder): (&QuasiIdentifiers, &'a KeyEncoder),
        column: ColumnIndex,
        suppressed_with: QiSet,
        cell: Cell<'a>,
    ) -> Cell<'a> {
        let masked = Cell::Missing(Missing::Masked);
        let own = quasi.of_column(column);
        let others = own.map_or(suppressed_with, |own| suppressed_with.without(own));
        if others.intersects(self.undecided) {
            return masked;
        }
        match own {
            Some(own) if self.masked.contains(own) => masked,
            Some(own) if self.coarser.contains(own) => match self.coarse(own, encoder) {
                Some(coarse) => encoder.levels().cell(own, column, coarse),
                None => masked,
            },
            Some(_) if matches!(cell, Cell::Missing(_)) && !self.unmasked => {
                Cell::Missing(Missing::Blank)
            }
            _ => cell,
        }
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.codes.len() * size_of::<u32>()
    }
}
