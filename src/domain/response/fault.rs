//! What can be wrong with an answer.

/// A fault of one answer. Its text never repeats the answer, since problems end up in clients' logs.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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
}

impl AnswerFault {
    /// The stable code of the fault, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownQuestion => "unknown_question",
            Self::Hidden => "hidden",
            Self::Required => "required",
            Self::WrongType { .. } => "wrong_type",
            Self::UnknownOption => "unknown_option",
            Self::OptionTwice => "option_twice",
            Self::ExclusiveOption => "exclusive_option",
            Self::OutOfBounds { .. } => "out_of_bounds",
            Self::TooPrecise { .. } => "too_precise",
            Self::TooLong { .. } => "too_long",
            Self::ControlCharacter => "control_character",
        }
    }
}
