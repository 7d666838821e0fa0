//! Answers into a QuestionnaireResponse, and back.
//!
//! A resource can say whose answers it holds. What names a person is refused, so that whoever sends it learns of it.
//! What tools put in by themselves, such as the time of writing, is dropped. Neither is ever stored.

mod read;
mod write;

pub use read::{Filled, ResponseFault, Sent, parse_response};
pub use write::write_response;

/// The reason of an answer that was declined.
const DECLINED: &str = "asked-declined";
