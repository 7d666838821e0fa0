//! A response, from what a client sends to what is stored: a pipeline of types.
//!
//! [`RawAnswers`] → [`validate`] → [`ValidAnswers`] → [`anonymise`](ValidAnswers::anonymise) → [`AnonymousResponse`].
//! The store takes only the last type, so nothing that identifies a person can be stored by accident.

mod anonymous;
mod fault;
mod personal;
mod raw;
pub mod receipt;
mod summary;
pub(crate) mod validate;

pub use anonymous::{AnonymousResponse, Remark, ResponseContext, remark_ids};
pub use fault::AnswerFault;
pub use personal::{Area, HEAVIEST, Likeness, Passage, PersonalSummary};
pub use raw::RawAnswers;
pub use summary::{ScoreSummary, Summary};
pub use validate::{Occasion, ValidAnswers, Walk, broken_constraints, validate, walk};

#[cfg(test)]
mod tests;
