//! Remarks under review.

mod shorten;
#[cfg(test)]
mod tests;

pub use shorten::{GAP, ShortenFault, is_shortened, shorten};

/// Whether a remark may go anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemarkState {
    /// Nobody has read it yet.
    Pending,
    /// A person has read it, and it may be exported.
    Cleared,
    /// A person has read it, and it stays here.
    Withheld,
}

impl RemarkState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Cleared, Self::Withheld];

    /// Its word, in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Cleared => "cleared",
            Self::Withheld => "withheld",
        }
    }

    /// The state with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}
