//! What can be wrong with a definition.

use strum::{IntoStaticStr, VariantNames};

use crate::domain::pointer::Pointer;

/// A fault of a form's definition. Its text says what is wrong and, where it is not obvious, the remedy.
#[derive(Debug, Clone, PartialEq, thiserror::Error, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
#[allow(missing_docs, reason = "the error texts say what each means")]
pub enum FormFault {
    #[error(
        "a form's key is lower-case words and digits joined by single dashes, at most 40 characters"
    )]
    #[strum(serialize = "key_malformed")]
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
    #[strum(serialize = "bound_malformed")]
    BoundNotWhole,
    #[error(
        "must be a number from -1000000000 to 1000000000 with at most {decimals} digits after the point"
    )]
    #[strum(serialize = "bound_malformed")]
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
        "a condition is one of \"any\", \"all\", \"not\", or a \"question\" with exactly one of \"is\", \"is_one_of\", \"includes\", \"includes_any\", \"includes_all\", \"includes_none\", \"count_at_least\", \"count_at_most\", \"at_least\", \"at_most\", \"more_than\", \"less_than\", \"is_question\", \"at_least_question\", \"at_most_question\", \"more_than_question\", \"less_than_question\", \"answered\", or a \"score\" with exactly one of \"is\", \"at_least\", \"at_most\", \"more_than\", \"less_than\", \"band\", \"answered\""
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
    #[error("the question {key:?} is {kind}: {remedy}")]
    CannotCompare {
        key: String,
        kind: &'static str,
        remedy: &'static str,
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
    #[error(
        "texts are plain: {tag:?} would begin an HTML tag; put a space behind \"<\" or leave it out"
    )]
    TextTag { tag: String },
    #[error(
        "the text holds the invisible character U+{code:04X}; only line breaks and tabs are allowed"
    )]
    TextInvisible { code: u32 },
    #[error("must be from 1 to {most}, and \"fewest\" not more than \"most\"")]
    CountMalformed { most: usize },
    #[error("must be more than 0, and divide the way from \"min\" to \"max\" into whole steps")]
    StepMalformed,
    #[error("a unit has a \"label\" or a \"ucum\" code of at most 40 characters without spaces")]
    UnitMalformed,
    #[error("anchors stand in ascending order, on answers that the rating can have")]
    AnchorMisplaced,
    #[error("the default is no answer that the question takes")]
    DefaultInvalid,
    #[error("a date describes the person: say \"background: true\"")]
    DateNotBackground,
    #[error(
        "must be a date from 1900 to 2099 as exact as the question, \"today\", or a duration such as \"-P5Y\", \"P6M\" or \"-P2W\""
    )]
    DateBoundMalformed,
    #[error("a ranking has from 2 to 30 options, this one has {count}")]
    RankingCount { count: usize },
    #[error("the questions of a matrix stand one behind the other, two or more in one section")]
    MatrixApart,
    #[error(
        "the questions of a matrix are alike: the same kind with the same \"scale\", or ratings with the same bounds and step"
    )]
    MatrixUnlike,
    #[error(
        "only an option in the list of a single_choice or multiple_choice question has a text beside it"
    )]
    SpecifyMisplaced,
    #[error(
        "an external code is the URI of a terminology and a code of at most 64 characters without spaces, each pair once"
    )]
    ExternalMalformed,
    #[error(
        "the questions {key:?} and {other:?} cannot be compared: both need numbers, or dates of one precision"
    )]
    CannotCompareQuestions { key: String, other: String },
    #[error("only a background question has levels: say \"background: true\"")]
    CoarserNotBackground,
    #[error(
        "a question has at most 5 levels; a level of a choice has a group or more, and one of numbers two or more and fewer than the level before it"
    )]
    LevelGroups,
    #[error("a group of a choice puts two or more together in \"options\", and has no \"from\"")]
    GroupOptions,
    #[error("an option stands in one group of a level at most, {code:?} stands in two")]
    LevelOption { code: String },
    #[error(
        "a group of numbers has \"from\" and no \"options\": the first begins at \"min\", the others ascend up to \"max\""
    )]
    LevelBand,
    #[error("a level puts whole groups of the level before it together, this one splits a group")]
    LevelNotNested,
    #[error("{field:?} came with edition 2: write \"edition: 2\", or leave the edition out")]
    NeedsEdition { field: &'static str },
    #[error("there is no score {key:?}")]
    ScoreUnknown { key: String },
    #[error("a score looks only at scores before it, and {key:?} is not one of them")]
    #[strum(serialize = "looks_forward")]
    ScoreLooksForward { key: String },
    #[error("the score {key:?} depends on the question {question:?}, which is not asked before")]
    #[strum(serialize = "looks_forward")]
    ScoreNotYet { key: String, question: String },
    #[error("the score {key:?} has no band {code:?}")]
    BandUnknown { key: String, code: String },
    #[error(
        "the score {key:?} is a number: use \"is\" with a number, \"at_least\", \"at_most\", \"more_than\", \"less_than\", \"band\" or \"answered\""
    )]
    #[strum(serialize = "cannot_compare")]
    CannotCompareScore { key: String },
    #[error("a {method} score has no {field:?}")]
    ScoreFieldNotForMethod {
        method: &'static str,
        field: &'static str,
    },
    #[error(
        "a number of a score is from -1000000000 to 1000000000 and has at most 6 digits after the point"
    )]
    ScoreNumber,
    #[error(
        "the numbers of this score are too large, or their ranges have too little in common, to be counted with exactly"
    )]
    ScoreTooLarge,
    #[error("{key:?} is not among the questions and scores that this score is computed from")]
    ScoreItemUnknown { key: String },
    #[error(
        "{key:?} cannot be counted: \"count\" takes yes_no and multiple_choice questions in \"of\", and conditions in \"count_when\""
    )]
    ScoreNotCountable { key: String },
    #[error("a weight is not 0, and in a mean it is more than 0")]
    ScoreWeight,
    #[error("must be from 1 to {count}, the number of questions, scores and conditions that count")]
    ScoreItems { count: usize },
    #[error("a score has from 0 to 4 digits after the point")]
    ScoreDecimals,
    #[error("the score can be {value}, and no band begins at or below that")]
    BandMissing { value: f64 },
    #[error("no answers lead to this band: the score is from {low} to {high}")]
    BandUnreachable { low: f64, high: f64 },
    #[error(
        "a row has one entry for each question and score, {columns} here, and this one has {found}"
    )]
    TableRow { columns: usize, found: usize },
    #[error(
        "the lower bound comes first, and no number has more digits after the point than those that are looked up"
    )]
    TableRange,
    #[error("answers can lead to ({at}), and no row fits that")]
    TableRowMissing { at: String },
    #[error("this row and {first} both fit ({at})")]
    TableRowsOverlap { first: Pointer, at: String },
    #[error(
        "a table has at most 2000 rows, and rows times combinations of numbers that it tells apart are at most ten million, less where a form has more than 20 scores"
    )]
    TableTooLarge,
    #[error("a form has at most 200 scores, this one has {count}")]
    TooManyScores { count: usize },
}

impl FormFault {
    /// The stable code of the fault, for programs.
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::FormFault;

    #[test]
    fn codes_are_the_words_that_clients_know() {
        for (fault, code) in [
            (FormFault::FormKeyMalformed, "key_malformed"),
            (FormFault::BoundNotWhole, "bound_malformed"),
            (
                FormFault::TooManyQuestions { count: 501 },
                "too_many_questions",
            ),
            (
                FormFault::TooManyLanguages { count: 51 },
                "too_many_languages",
            ),
        ] {
            assert_eq!(fault.code(), code);
        }
    }
}
