//! The columns of an export over all versions of a form, and what they mean.
//!
//! A wide export has one row a response and these columns:
//!
//! 1. The metadata ([`MetadataColumn`]): `campaign`, `form_version`, `language`, `week`.
//! 2. One a question, by key, in the order of the newest version; then those that only older versions ask.
//!    A multiple choice has one an option, `question__option`. Free text has none: remarks are stored apart
//!    from the response that they came with, and a column would join them again.
//! 3. One a score, `score_eating`.
//!
//! There is no id of the response: with one, two exports could be joined row by row, and whoever knows when
//! each was made would learn more about a row than its week.
//!
//! **A name never changes its meaning.** Whatever a later version does, a column that was there stays what it
//! was. The first coding of a question has the plain key; a coding that starts in version 3 (see
//! [`Change::Recoded`](super::form::Change::Recoded)) is a column of its own, `key@3`, or `key@3__option`.
//! The same goes for scores: one that adds up other questions, on another range or in another way from version
//! 3 on is `score_eating@3`. A coding that a later version takes up again counts as new.
//!
//! [`Columns`] says which columns there are, [`RowProjection`] fills them for the responses to one version, and
//! [`Entry`] describes one for the codebook. What a cell looks like in a file is for the export to say:
//! a [`Cell`] keeps what was answered, or the reason why nothing was.
//!
//! Which columns must be suppressed in a row is decided in [`super::disclosure`].

mod cell;
mod codings;
mod columns;
mod condition_text;
mod entry;
mod row_projection;

pub use cell::{CampaignLabel, Cell, Fixed, Missing};
pub use columns::{Column, ColumnIndex, ColumnKind, Columns, MetadataColumn};
pub use entry::{BandEntry, CodeEntry, Entry, ScoreEntry, UnitEntry};
pub use row_projection::{RowContent, RowProjection};

#[cfg(test)]
pub(crate) mod tests;
