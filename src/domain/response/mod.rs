//! A response, from what a client sends to what is stored: a pipeline of types.
//!
//! [`RawAnswers`] → [`validate`] → [`ValidAnswers`] → [`anonymise`](ValidAnswers::anonymise) → [`AnonymousResponse`].
//! The store takes only the last, so nothing that identifies a person can be written by accident.

mod anonymous;
mod answer;
mod fault;
mod raw;
mod record;
mod routing;
mod summary;
mod synthetic;
mod validate;
mod view;

pub use anonymous::{AnonymousResponse, Remark, remark_ids};
pub use answer::{Answer, Value};
pub use fault::AnswerFault;
pub use raw::RawAnswers;
pub use record::{Layout, RecordFault, Slot};
pub use summary::{ScoreSummary, Summary};
pub use synthetic::synthetic;
pub use validate::{ValidAnswers, validate};
pub use view::view_of;

#[cfg(test)]
mod tests;
