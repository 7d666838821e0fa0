//! The particulars of questions and options: units, anchors, codes of terminologies, a text beside an option; and the
//! constraints, which lie over several questions.

use serde::{Deserialize, Serialize};

use super::condition::ConditionDefinition;
use super::text::Text;

/// The unit of a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its code in UCUM, e.g. `kg` or `h/d`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ucum: Option<String>,
    /// What a person reads behind the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
}

/// What a point of a rating means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// The point.
    pub at: i64,
    /// What a person reads there.
    pub label: Text,
}

/// A code of a terminology as peers write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalCode {
    /// The terminology, by its URI, e.g. `http://loinc.org`.
    pub system: String,
    /// The code in it, e.g. `LA6568-5`.
    pub code: String,
}

/// A text that a person can write beside an option. It is a remark like the answer to a text question, with a key of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Specify {
    /// The key of the text, unique among those of the questions.
    pub key: String,
    /// What is asked, e.g. "Which one?".
    pub text: Text,
    /// The most characters (Unicode scalar values), 1 to 4000.
    pub max_length: u16,
}

/// The order in which options are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionOrder {
    /// Another order for each respondent, by the [hash of the receipt](super::shuffled).
    Random,
}

/// A rule over the answers to several questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
