//! A table of responses, whatever file it is written into: its columns, its cells, and what a file format must do.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`shape`] | what a caller chooses: layout, how choices are written, how missing values are |
//! | [`field`] | one cell |
//! | [`columns`] | the columns with their types, and how a cell of the codebook becomes one of the table |
//! | [`writer`] | the table, and the trait of formats |
//! | [`layout`] | a response as one row ([`Wide`](layout::Wide)) or as a row an answer ([`Long`](layout::Long)) |
//!
//! A format implements [`TableWriter`]. It knows neither forms nor disclosure control: cells come suppressed.

pub mod columns;
pub mod field;
pub mod layout;
pub mod shape;
pub mod writer;

#[cfg(test)]
pub(crate) mod tests;

pub use self::columns::{Category, TableColumn, ValueType};
pub use self::field::{Field, WeekNames};
pub use self::layout::Layout;
pub use self::shape::Shape;
pub use self::writer::{Table, TableWriter, WriteFault};
