//! What can be wrong with a definition.

use crate::domain::pointer::Pointer;

/// A fault of a form's definition. Its text says what is wrong and, where it is not plain, the mend.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the error texts say what each means")]
pub enum FormFault {
    #[error(
        "a form's key is lower-case words and digits joined by single dashes, at most 40 characters"
    )]
    FormKeyMalformed,
    #[error(
        "a key is lower-case letters, digits and single underscores, starts with a letter, and has at most 40 characters"
    )]
    KeyMalformed,
    #[error("the key {key:?} is taken: it stands first at {first}")]
    KeyTaken { key: String, first: Pointer },
    #[error("the key {key:?} is the name of another column of every export; choose another")]
    KeyReserved { key: String },
    #[error("at least one is needed")]
    Empty,
    #[error("a form has at most 500 questions, this one has {count}")]
    TooManyQuestions { count: usize },
    #[error("a form has at most 50 languages, this one has {count}")]
    TooManyLanguages { count: usize },
    #[error("{tag:?} is not a BCP 47 language tag in its usual spelling")]
    LanguageMalformed { tag: String },
    #[error("the language {tag:?} is named twice")]
    LanguageTwice { tag: String },
    #[error("the text in {language:?} is missing")]
    TextMissing { language: String },
    #[error("the text in {language:?} is blank")]
    TextBlank { language: String },
    #[error("{language:?} is not among the form's languages")]
    TextLanguageUnknown { language: String },
    #[error("a text has at most 4000 characters")]
    TextTooLong,
    #[error("a {kind} question needs {field:?}")]
    FieldMissing {
        kind: &'static str,
        field: &'static str,
    },
    #[error("a {kind} question has no {field:?}")]
    FieldNotForKind {
        kind: &'static str,
        field: &'static str,
    },
    #[error("give either \"scale\" or \"options\", not both")]
    ScaleAndOptions,
    #[error("there is no scale {name:?}")]
    ScaleUnknown { name: String },
    #[error("no question uses this scale")]
    ScaleUnused,
    #[error("a choice has from 2 to 200 options, this one has {count}")]
    OptionCount { count: usize },
    #[error("only a multiple_choice question has options that exclude the others")]
    ExclusiveNotForKind,
    #[error("\"min\" must be less than \"max\"")]
    BoundsReversed,
    #[error("must be a whole number from -1000000000 to 1000000000")]
    BoundNotWhole,
    #[error(
        "must be a number from -1000000000 to 1000000000 with at most {decimals} digits after the point"
    )]
    BoundNotDecimal { decimals: u8 },
    #[error("a rating has at most 101 steps")]
    RatingTooLong,
    #[error("must be from 1 to 4")]
    DecimalsOutOfRange,
    #[error("must be from 1 to 4000")]
    MaxLengthOutOfRange,
    #[error("free text cannot be a background question: it is stored apart from the response")]
    TextAsBackground,
    #[error("a terminology and a code are short words without spaces")]
    ConceptMalformed,
    #[error(
        "a condition is one of \"any\", \"all\", \"not\", or a \"question\" with exactly one of \"is\", \"is_one_of\", \"includes\", \"at_least\", \"at_most\", \"answered\""
    )]
    ConditionMalformed,
    #[error("there is no question {key:?}")]
    QuestionUnknown { key: String },
    #[error("a condition looks only backwards, and {key:?} comes later")]
    LooksForward { key: String },
    #[error("a condition cannot look at {key:?} itself")]
    LooksAtItself { key: String },
    #[error("the question {key:?} has no option {code:?}")]
    OptionUnknown { key: String, code: String },
    #[error("the question {key:?} is {kind}: {mend}")]
    CannotCompare {
        key: String,
        kind: &'static str,
        mend: &'static str,
    },
    #[error("the question {key:?} counts twice")]
    ScoreQuestionTwice { key: String },
    #[error(
        "the question {key:?} has no numbers to score: it needs at least two options with different values, or numeric bounds"
    )]
    ScoreNotNumeric { key: String },
    #[error("must be two different numbers, lowest first")]
    ScoreRange,
    #[error("must be from 0 to 1")]
    ScoreShare,
    #[error("the first band starts at the low end of the range, {low}")]
    FirstBand { low: f64 },
    #[error("bands stand in ascending order and start within the range")]
    BandOrder,
}

impl FormFault {
    /// The stable code of the fault, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::FormKeyMalformed | Self::KeyMalformed => "key_malformed",
            Self::KeyTaken { .. } => "key_taken",
            Self::KeyReserved { .. } => "key_reserved",
            Self::Empty => "empty",
            Self::TooManyQuestions { .. } => "too_many_questions",
            Self::TooManyLanguages { .. } => "too_many_languages",
            Self::LanguageMalformed { .. } => "language_malformed",
            Self::LanguageTwice { .. } => "language_twice",
            Self::TextMissing { .. } => "text_missing",
            Self::TextBlank { .. } => "text_blank",
            Self::TextLanguageUnknown { .. } => "text_language_unknown",
            Self::TextTooLong => "text_too_long",
            Self::FieldMissing { .. } => "field_missing",
            Self::FieldNotForKind { .. } => "field_not_for_kind",
            Self::ScaleAndOptions => "scale_and_options",
            Self::ScaleUnknown { .. } => "scale_unknown",
            Self::ScaleUnused => "scale_unused",
            Self::OptionCount { .. } => "option_count",
            Self::ExclusiveNotForKind => "exclusive_not_for_kind",
            Self::BoundsReversed => "bounds_reversed",
            Self::BoundNotWhole | Self::BoundNotDecimal { .. } => "bound_malformed",
            Self::RatingTooLong => "rating_too_long",
            Self::DecimalsOutOfRange => "decimals_out_of_range",
            Self::MaxLengthOutOfRange => "max_length_out_of_range",
            Self::TextAsBackground => "text_as_background",
            Self::ConceptMalformed => "concept_malformed",
            Self::ConditionMalformed => "condition_malformed",
            Self::QuestionUnknown { .. } => "question_unknown",
            Self::LooksForward { .. } => "looks_forward",
            Self::LooksAtItself { .. } => "looks_at_itself",
            Self::OptionUnknown { .. } => "option_unknown",
            Self::CannotCompare { .. } => "cannot_compare",
            Self::ScoreQuestionTwice { .. } => "score_question_twice",
            Self::ScoreNotNumeric { .. } => "score_not_numeric",
            Self::ScoreRange => "score_range",
            Self::ScoreShare => "score_share",
            Self::FirstBand { .. } => "first_band",
            Self::BandOrder => "band_order",
        }
    }
}
