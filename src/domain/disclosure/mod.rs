//! Statistical disclosure control: what makes published records and figures safe.

pub mod cell_key;
mod codebook;
mod diversity;
pub mod k_anonymity;
mod key_encoding;
mod left_out;
mod levels;
mod quasi_identifiers;
pub mod rounding;
mod secondary_suppression;
mod shown_class;
#[cfg(test)]
mod tests;
mod two_stage;
mod weights;

pub use codebook::{codebook, codebook_by_version};
pub use diversity::{Diversity, QuestionDiversity, Shown};
pub use key_encoding::{KeyEncoder, encode_key};
pub use left_out::left_out;
pub use levels::{Coarse, Levels};
pub use quasi_identifiers::QuasiIdentifiers;
pub use secondary_suppression::SecondarySuppression;
pub use shown_class::ShownClass;
pub use two_stage::{PlanFault, Thresholds, TwoStageSuppressor};
pub use weights::Weights;
