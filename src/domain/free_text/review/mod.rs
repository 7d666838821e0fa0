//! Remarks under review.

mod same;
mod shorten;
#[cfg(test)]
mod tests;

use strum::{EnumString, IntoStaticStr};

pub use same::is_same;
pub use shorten::{GAP, ShortenFault, is_shortened, shorten};

/// Whether a remark may be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RemarkState {
    /// No reviewer has read it yet.
    Pending,
    /// A reviewer has read it, and it may be exported.
    Cleared,
    /// A reviewer has read it, and it is never exported.
    Withheld,
}

impl RemarkState {
    /// Its word, in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The state with this word.
    pub fn parse(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}
