//! What the rules for numbers decide on a digit group.

use super::kind::Kind;

/// An identifier among the digit groups.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The index of the group behind it.
    pub(super) next: usize,
    pub(super) kind: Kind,
}

/// The decision on one group.
pub(super) enum Decision {
    /// An identifier starts at the group.
    Found(Match),
    /// The groups up to this index stay as they are.
    Plain(usize),
}
