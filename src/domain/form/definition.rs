//! The definition of a form as an author writes it and a client reads it.
//!
//! These types say only what can be written. Whether it makes sense is decided by
//! [`Form::check`](crate::domain::form::Form::check). Unknown fields are refused everywhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::coarser::GroupDefinition;
use super::condition::ConditionDefinition;
use super::date::DatePrecision;
use super::particulars::{Anchor, ConstraintDefinition, ExternalCode, OptionOrder, Specify, Unit};
use super::score::definition::ScoreDefinition;
use super::text::Text;

/// A survey instrument: what is asked, in which order, and under which conditions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormDefinition {
    /// Stable name of the form: lower-case words joined by dashes, at most 40 characters.
    pub key: String,
    /// The rules by which the definition is read, see [`FormDefinition::edition`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<Edition>,
    /// BCP 47 tags of the languages of every text; the first is the default.
    pub languages: Vec<String>,
    /// What the form is called.
    pub title: Text,
    /// What a person should know before the first question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// Lists of options that several questions share, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scales: BTreeMap<String, Vec<OptionDefinition>>,
    /// The sections in the order in which they are shown.
    pub sections: Vec<SectionDefinition>,
    /// Scores computed over the answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<ScoreDefinition>,
    /// Texts that are shown when the answers call for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<NoticeDefinition>,
    /// Values that a client takes from the address by which it was opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<ParameterDefinition>,
    /// Rules over the answers to several questions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<ConstraintDefinition>,
    /// What a person could raise with the care team, given the answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<AdviceDefinition>,
}

/// The rules by which a definition is read.
///
/// A published version keeps its edition, so it validates and scores for ever as on its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Edition {
    /// The rules of every version published before there were editions.
    First,
    /// A sum is the sum of the numbers as they stand, a required multiple choice wants an option, and texts are plain.
    Second,
}

impl Edition {
    /// The edition of what is written today.
    pub const NEWEST: Self = Self::Second;
}

impl From<Edition> for u8 {
    fn from(edition: Edition) -> Self {
        match edition {
            Edition::First => 1,
            Edition::Second => 2,
        }
    }
}

impl TryFrom<u8> for Edition {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1 => Ok(Self::First),
            2 => Ok(Self::Second),
            other => Err(format!(
                "edition {other} is not known, only 1 and {}",
                u8::from(Self::NEWEST)
            )),
        }
    }
}

/// Questions that belong together and are shown together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionDefinition {
    /// Name of the section, unique in the form.
    pub key: String,
    /// Heading of the section.
    pub title: Text,
    /// A sentence below the heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// The section is hidden, with all its questions, unless this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_when: Option<ConditionDefinition>,
    /// The questions in the order in which they are shown.
    pub questions: Vec<QuestionDefinition>,
}

/// The kinds of questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum QuestionKind {
    /// One of the options; answered with its code.
    SingleChoice,
    /// Any of the options; answered with a list of codes, empty for none of them.
    MultipleChoice,
    /// A whole number on a short scale with named ends, such as 0 to 10.
    Rating,
    /// A whole number between bounds.
    Integer,
    /// A number with a fixed count of decimals between bounds.
    Decimal,
    /// `true` or `false`.
    YesNo,
    /// Free text: a remark, stored apart from the other answers.
    Text,
    /// A day, a month or a year, which describes the person.
    Date,
    /// The options in an order, all of them or the first few.
    Ranking,
    /// A text between the questions, which takes no answer unless it is to be acknowledged.
    Statement,
}

impl QuestionKind {
    /// The kind as it is written in a definition.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// One question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionDefinition {
    /// Stable name of the question, unique in the form, the same in every version that asks the same.
    pub key: String,
    /// What kind of answer it takes.
    pub kind: QuestionKind,
    /// The question itself.
    pub text: Text,
    /// A line of help below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// Whether it describes the person rather than the difficulties (a quasi-identifier).
    #[serde(default, skip_serializing_if = "is_false")]
    pub background: bool,
    /// Whether a person who sees it must answer or decline it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// The question is hidden unless this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_when: Option<ConditionDefinition>,
    /// What it measures, in a terminology.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concept: Option<Concept>,
    /// Choices: the name of a shared scale; either this or `options`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<String>,
    /// Choices: the options in the order in which they are shown; either this or `scale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<OptionDefinition>>,
    /// Numbers: the least answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<serde_json::Number>,
    /// Numbers: the greatest answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<serde_json::Number>,
    /// Rating: what its least answer means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_label: Option<Text>,
    /// Rating: what its greatest answer means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_label: Option<Text>,
    /// Decimal: digits after the point, 1 to 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// Text: the most characters (Unicode scalar values), 1 to 4000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u16>,
    /// Multiple choice and ranking: the fewest options of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fewest: Option<u8>,
    /// Multiple choice and ranking: the most options of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u8>,
    /// Numbers: what lies between one possible answer and the next, counted from `min`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<serde_json::Number>,
    /// Numbers: their unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// Numbers: the greatest answer means "or more".
    #[serde(default, skip_serializing_if = "is_false")]
    pub max_open: bool,
    /// Rating: what points between its ends mean.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anchors: Vec<Anchor>,
    /// Rating: shown as a slider rather than as buttons.
    #[serde(default, skip_serializing_if = "is_false")]
    pub slider: bool,
    /// The answer that a client fills in beforehand. It is an answer only if it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// Date: how exactly it is asked and kept; a month if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<DatePrecision>,
    /// Date: the first one, as a date, `today`, or a duration counted from the week of answering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest: Option<String>,
    /// Date: the last one, written alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<String>,
    /// Date to the day: why a month is not exact enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Statement: a person who sees it can say that they read it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub acknowledge: bool,
    /// Consecutive questions with one scale that are shown as a table: the name of the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matrix: Option<String>,
    /// The order in which the options are shown; as they stand if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OptionOrder>,
    /// The question in other terminologies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external: Vec<ExternalCode>,
    /// Background questions: what an answer is told as in exports where it would single somebody out; a list of levels,
    /// each with all its groups, the finest level first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coarser: Vec<Vec<GroupDefinition>>,
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionDefinition {
    /// Stable code of the option, as it stands in answers and exports.
    pub code: String,
    /// What a person reads.
    pub label: Text,
    /// The number that it stands for in scores and comparisons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<i32>,
    /// Multiple choice: excludes every other option, as "none of these" does.
    #[serde(default, skip_serializing_if = "is_false")]
    pub exclusive: bool,
    /// It keeps its place when the order is random.
    #[serde(default, skip_serializing_if = "is_false")]
    pub fixed: bool,
    /// A text that a person who chose it can write beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specify: Option<Specify>,
    /// The option in other terminologies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external: Vec<ExternalCode>,
}

/// A concept of a terminology such as the ICF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concept {
    /// The terminology, e.g. `icf`.
    pub system: String,
    /// The code in it, e.g. `d550` (eating).
    pub code: String,
}

/// A value that a client takes from the address by which it was opened, such as `source=poster`. It is a background
/// question that nobody is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterDefinition {
    /// The name in the address, and the key of the answer.
    pub key: String,
    /// What it says.
    pub text: Text,
    /// The values that it can have.
    pub values: Vec<OptionDefinition>,
}

/// A text that a client shows as soon as its condition holds, for instance where help is to be found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeDefinition {
    /// Name of the notice, unique among the notices.
    pub key: String,
    /// When it is shown; it may look at every question.
    pub show_when: ConditionDefinition,
    /// What is shown.
    pub text: Text,
}

/// What a person could raise with the care team where the condition holds, for instance a band of a score. It stands in
/// the personal summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdviceDefinition {
    /// Name of the advice, unique among the advice.
    pub key: String,
    /// When it is given; it may look at every question and score.
    pub show_when: ConditionDefinition,
    /// What the person reads.
    pub text: Text,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl FormDefinition {
    /// The edition. A stored definition that names none was written before there were editions.
    pub fn edition(&self) -> Edition {
        self.edition.unwrap_or(Edition::First)
    }

    /// The definition as an author hands it in: one that names no edition gets the newest.
    #[must_use]
    pub fn as_written_today(mut self) -> Self {
        self.edition.get_or_insert(Edition::NEWEST);
        self
    }

    /// Every question with the section that it stands in, in the order of the form.
    pub fn questions(&self) -> impl Iterator<Item = (&SectionDefinition, &QuestionDefinition)> {
        self.sections.iter().flat_map(|section| {
            section
                .questions
                .iter()
                .map(move |question| (section, question))
        })
    }
}

impl QuestionDefinition {
    /// A question with nothing but its text.
    pub(crate) fn new(key: &str, kind: QuestionKind, text: &Text) -> Self {
        Self {
            key: key.to_owned(),
            kind,
            text: text.clone(),
            hint: None,
            background: false,
            required: false,
            show_when: None,
            concept: None,
            scale: None,
            options: None,
            min: None,
            max: None,
            min_label: None,
            max_label: None,
            decimals: None,
            max_length: None,
            fewest: None,
            most: None,
            step: None,
            unit: None,
            max_open: false,
            anchors: Vec::new(),
            slider: false,
            default: None,
            precision: None,
            earliest: None,
            latest: None,
            reason: None,
            acknowledge: false,
            matrix: None,
            order: None,
            external: Vec::new(),
            coarser: Vec::new(),
        }
    }
}
