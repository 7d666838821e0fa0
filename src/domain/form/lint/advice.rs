//! What a reviewer of questionnaires would say.

use strum::{IntoStaticStr, VariantNames};

/// Advice on a form that is sound. Its text says what was found, and what to do about it.
#[derive(Debug, Clone, PartialEq, thiserror::Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
#[allow(missing_docs, reason = "the texts say what each means")]
pub enum Advice {
    #[error(
        "what everybody sees takes about {minutes} minutes; ask less, or ask more of it behind a condition"
    )]
    LongForm { minutes: u64 },
    #[error(
        "the texts in {language:?} need {grade} years of school (Flesch-Kincaid); use shorter sentences and words"
    )]
    HardToRead { language: String, grade: u64 },
    #[error("a sentence has {words} words; make two of it, or say less")]
    LongSentence { words: usize },
    #[error("it has {characters} characters; say it in {most} or fewer")]
    LongText { characters: usize, most: usize },
    #[error("{found:?} may ask two things at once; ask each in a question of its own")]
    TwoThings { found: String },
    #[error("{found:?} turns the question round, which is easily misread; ask it without")]
    Negation { found: String },
    #[error("{found:?} suggests an answer; ask without it")]
    Leading { found: String },
    #[error(
        "it does not say which time it asks about; name the period in the question, such as \"In the last 7 days\""
    )]
    NoPeriod,
    #[error("the question {key:?} has the same text; say how they differ")]
    TextTwice { key: String },
    #[error("the option {code:?} has the same label; say how they differ")]
    LabelTwice { code: String },
    #[error(
        "every question can be declined, so this option says the same in a second way; leave it out"
    )]
    DecliningOption,
    #[error("{count} options are hard to keep in mind; group them, or ask in two steps")]
    ManyOptions { count: usize },
    #[error(
        "a scale with two sides and {count} steps has no middle; add one, or people must lean to a side"
    )]
    NoMiddle { count: i64 },
    #[error(
        "nobody can know what the ends of the rating mean; give it \"min_label\" and \"max_label\""
    )]
    NoEndLabels,
    #[error(
        "a text that is required is often filled with anything; leave it open, and make the question before it required"
    )]
    RequiredText,
    #[error(
        "{count} questions without a condition are many for one section; make two sections of it"
    )]
    ManyQuestions { count: usize },
    #[error(
        "it is much {} than in {other:?}; see whether something is missing from one of them", if *.longer { "longer" } else { "shorter" }
    )]
    LengthDiffers { other: String, longer: bool },
    #[error("it reads the same in {other:?}; see whether it was translated")]
    SameText { other: String },
}

impl Advice {
    /// The name of the rule.
    pub fn rule(&self) -> &'static str {
        self.into()
    }
}
