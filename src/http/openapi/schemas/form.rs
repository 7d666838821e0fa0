//! The schemas of form definitions and their changes.

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::ToSchema;

use super::condition::ConditionDefinition;
use super::described_as;
use super::particulars::{
    Anchor, DatePrecision, DefaultAnswer, ExternalCode, OptionOrder, Specify, Text, Unit,
};
use super::score::ScoreDefinition;
use crate::domain::form;

described_as! {
    form::FormDefinition => FormDefinition;
    form::SectionDefinition => SectionDefinition;
    form::QuestionKind => QuestionKind;
    form::QuestionDefinition => QuestionDefinition;
    form::OptionDefinition => OptionDefinition;
    form::Concept => Concept;
    form::NoticeDefinition => NoticeDefinition;
    form::AdviceDefinition => AdviceDefinition;
    form::ParameterDefinition => ParameterDefinition;
    form::ConstraintDefinition => ConstraintDefinition;
}

/// A survey instrument: what is asked, in which order, and under which conditions.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "key": "sleep-after-treatment",
    "languages": ["ko", "en"],
    "title": {"ko": "치료 후의 잠", "en": "Sleep after treatment"},
    "scales": {"difficulty": [
        {"code": "none", "value": 0, "label": {"ko": "어렵지 않았어요", "en": "Not difficult"}},
        {"code": "severe", "value": 3, "label": {"ko": "많이 어려웠어요", "en": "Very difficult"}},
    ]},
    "sections": [{
        "key": "sleeping",
        "title": {"ko": "잠", "en": "Sleep"},
        "questions": [
            {
                "key": "falling_asleep", "kind": "single_choice", "scale": "difficulty", "required": true,
                "text": {"ko": "잠들기가 얼마나 어려웠나요?", "en": "How difficult was it to fall asleep?"},
            },
            {
                "key": "sleep_hours", "kind": "integer", "min": 0, "max": 24,
                "show_when": {"question": "falling_asleep", "is": "severe"},
                "text": {"ko": "하루에 몇 시간 주무셨나요?", "en": "How many hours did you sleep a day?"},
            },
        ],
    }],
}))]
pub struct FormDefinition {
    /// Stable name of the form: lower-case words joined by dashes, at most 40 characters.
    #[schema(example = "daily-life-after-treatment")]
    pub key: String,
    /// The rules by which the definition is read. What is written without one gets the newest, 2; a published version
    /// without one has the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 2, example = 2)]
    pub edition: Option<u8>,
    /// BCP 47 tags of the languages of every text; the first is the default.
    #[schema(example = json!(["ko", "en"]))]
    pub languages: Vec<String>,
    /// What the form is called.
    pub title: Text,
    /// An introduction to read before the first question.
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
    /// Texts that are shown when the answers meet their conditions.
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

/// A group of questions that are shown together.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionDefinition {
    /// Name of the section, unique in the form.
    #[schema(example = "eating")]
    pub key: String,
    /// Heading of the section.
    pub title: Text,
    /// A sentence below the heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// Condition: the section and all its questions are hidden unless it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_when: Option<ConditionDefinition>,
    /// The questions in the order in which they are shown.
    pub questions: Vec<QuestionDefinition>,
}

/// The kinds of questions.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// One of the options. The answer is its code.
    SingleChoice,
    /// Any number of the options. The answer is a list of codes, empty for none.
    MultipleChoice,
    /// A whole number on a short scale with labelled ends, such as 0 to 10.
    Rating,
    /// A whole number between bounds.
    Integer,
    /// A number with a fixed number of decimals between bounds.
    Decimal,
    /// `true` or `false`.
    YesNo,
    /// Free text: a remark, stored apart from the other answers.
    Text,
    /// A day, a month or a year, which describes the person; answered with `2026-11-26`, `2026-11` or `2026` as a string.
    Date,
    /// The options in an order, all of them or the first few; answered with a list of codes.
    Ranking,
    /// A text between the questions; answered with `true` if it is to be acknowledged.
    Statement,
}

/// One question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionDefinition {
    /// Stable name of the question, unique in the form. Versions that ask the same question use the same name.
    #[schema(example = "eating_meals")]
    pub key: String,
    /// The kind of its answer.
    pub kind: QuestionKind,
    /// The text of the question.
    pub text: Text,
    /// A line of help below the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// Whether the question describes the person rather than the difficulties (a quasi-identifier).
    #[serde(default, skip_serializing_if = "is_false")]
    pub background: bool,
    /// Whether a person who is shown the question must answer or decline it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// Condition: the question is hidden unless it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_when: Option<ConditionDefinition>,
    /// The concept that it measures, in a terminology.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concept: Option<Concept>,
    /// Choices: the name of a shared scale; either this or `options`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "difficulty")]
    pub scale: Option<String>,
    /// Choices: the options in display order; either this or `scale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<OptionDefinition>>,
    /// Numbers: the minimum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, example = 0)]
    pub min: Option<serde_json::Number>,
    /// Numbers: the maximum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, example = 10)]
    pub max: Option<serde_json::Number>,
    /// Rating: the label of the minimum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_label: Option<Text>,
    /// Rating: the label of the maximum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_label: Option<Text>,
    /// Decimal: the number of digits after the point, 1 to 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// Text: the maximum number of characters (Unicode scalar values), 1 to 4000.
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
    #[schema(value_type = Option<f64>, example = 10)]
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
    #[schema(value_type = Option<DefaultAnswer>)]
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
    /// Background questions: the levels of masking, the finest first, each with all its groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coarser: Vec<Vec<GroupDefinition>>,
}

/// The answers that a level of masking tells as one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupDefinition {
    /// Stable code of the group, as used in exports.
    #[schema(example = "under_50")]
    pub code: String,
    /// The label of the group.
    pub label: Text,
    /// Choices: the codes of the options in the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<String>>,
    /// Numbers: the least answer in the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, example = 50)]
    pub from: Option<serde_json::Number>,
}

/// One option of a choice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionDefinition {
    /// Stable code of the option, as used in answers and exports.
    #[schema(example = "mild")]
    pub code: String,
    /// The label of the option.
    pub label: Text,
    /// The number of the option in scores and comparisons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    pub value: Option<i32>,
    /// Multiple choice: the option excludes every other one, as "none of these" does.
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
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Concept {
    /// The terminology, e.g. `icf`.
    #[schema(example = "icf")]
    pub system: String,
    /// The code in the terminology, e.g. `d550` (eating).
    #[schema(example = "d550")]
    pub code: String,
}

/// A text that a client shows as soon as its condition holds, for instance where to find help.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeDefinition {
    /// Name of the notice, unique among the notices.
    #[schema(example = "distress_help")]
    pub key: String,
    /// The condition; it may refer to every question.
    pub show_when: ConditionDefinition,
    /// The text.
    pub text: Text,
}

/// What a person could raise with the care team where the condition holds, for instance a band of a score. It stands in
/// the personal summary.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdviceDefinition {
    /// Name of the advice, unique among the advice.
    #[schema(example = "eating_advice")]
    pub key: String,
    /// The condition; it may refer to every question and score.
    pub show_when: ConditionDefinition,
    /// The text.
    pub text: Text,
}

/// A value that a client takes from the address by which it was opened, such as `source=poster`. It is a background
/// question that nobody is asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParameterDefinition {
    /// The name in the address, and the key of the answer.
    pub key: String,
    /// What it says.
    pub text: Text,
    /// The values that it can have.
    pub values: Vec<OptionDefinition>,
}

/// A rule over the answers to several questions.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConstraintDefinition {
    /// Name of the constraint, unique among the constraints.
    pub key: String,
    /// When it counts; without it, when every question that `require` names has an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<ConditionDefinition>,
    /// What must hold then.
    pub require: ConditionDefinition,
    /// What a person reads who broke it.
    pub message: Text,
}
