//! What can be wrong with an answer.

use strum::{IntoStaticStr, VariantNames};

/// A fault of one answer. Its text never repeats the answer, since problems end up in clients' logs.
#[derive(Debug, Clone, PartialEq, thiserror::Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
#[allow(missing_docs, reason = "the error texts say what each means")]
pub enum AnswerFault {
    #[error("this version of the form has no such question")]
    UnknownQuestion,
    #[error("the earlier answers hide this question, so it takes no answer")]
    Hidden,
    #[error("this question needs an answer; null declines it")]
    Required,
    #[error("must be {expected}")]
    WrongType { expected: &'static str },
    #[error("is not an option of this question")]
    UnknownOption,
    #[error("the option is named twice")]
    OptionTwice,
    #[error("this option excludes all others")]
    ExclusiveOption,
    #[error("must be from {min} to {max}")]
    OutOfBounds { min: String, max: String },
    #[error("has more than {decimals} digits after the point")]
    TooPrecise { decimals: u8 },
    #[error("has more than {max_length} characters")]
    TooLong { max_length: usize },
    #[error("holds a control character that text cannot have")]
    ControlCharacter,
    #[error("needs {fewest} options or more")]
    TooFewOptions { fewest: u8 },
    #[error("takes at most {most} options")]
    TooManyOptions { most: u8 },
    #[error("must be {min}, or a number of steps of {step} more")]
    OffStep { min: String, step: String },
    #[error("this is a statement, which takes no answer")]
    TakesNoAnswer,
    /// What the author of the form says, in the language of the response.
    #[error("{message}")]
    Constraint { message: String },
}

impl AnswerFault {
    /// The stable code of the fault, for programs.
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::AnswerFault;

    #[test]
    fn codes_are_the_words_that_clients_know() {
        assert_eq!(AnswerFault::TooLong { max_length: 9 }.code(), "too_long");
        assert_eq!(AnswerFault::ControlCharacter.code(), "control_character");
    }
}
