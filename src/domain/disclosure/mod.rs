//! Statistical disclosure control: what makes published records and figures safe.

mod diversity;
pub mod k_anonymity;
mod key_encoding;
mod quasi_identifiers;
pub mod rounding;
mod secondary_suppression;
#[cfg(test)]
mod tests;

pub use diversity::{Diversity, QuestionDiversity, Shown};
pub use key_encoding::{KeyEncoder, encode_key};
pub use quasi_identifiers::QuasiIdentifiers;
pub use secondary_suppression::SecondarySuppression;
