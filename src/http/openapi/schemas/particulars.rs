//! The particulars of questions and options, as [`crate::domain::form`] has them.

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::openapi::schema::{ArrayBuilder, SchemaType};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::described_as;
use crate::domain::form;

described_as! {
    form::Unit => Unit;
    form::Anchor => Anchor;
    form::ExternalCode => ExternalCode;
    form::Specify => Specify;
    form::OptionOrder => OptionOrder;
    form::Text => Text;
    form::DatePrecision => DatePrecision;
}

/// A text in every language of its form: BCP 47 tag → text.
///
/// Where one language was asked for, the map holds just that one.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"ko": "식사", "en": "Eating"}))]
pub struct Text(pub BTreeMap<String, String>);

/// The unit of a number.
#[derive(Deserialize, ToSchema)]
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
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// The point.
    pub at: i64,
    /// What a person reads there.
    pub label: Text,
}

/// A code of a terminology as peers write it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalCode {
    /// The terminology, by its URI, e.g. `http://loinc.org`.
    pub system: String,
    /// The code in it, e.g. `LA6568-5`.
    pub code: String,
}

/// A text that a person can write beside an option. It is a remark like the answer to a text question, with a key of its own.
#[derive(Deserialize, ToSchema)]
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
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OptionOrder {
    /// Another order for each respondent, by the hash of the receipt; the page for clients has the algorithm.
    Random,
}

/// How exactly a date is asked and kept.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DatePrecision {
    /// `2026-11-26`
    Day,
    /// `2026-11`
    Month,
    /// `2026`
    Year,
}

/// An answer that is filled in beforehand.
pub struct DefaultAnswer;

impl ToSchema for DefaultAnswer {}

impl PartialSchema for DefaultAnswer {
    fn schema() -> RefOr<Schema> {
        let kinds = [Type::String, Type::Number, Type::Boolean, Type::Array];
        ArrayBuilder::new()
            .schema_type(SchemaType::Array(kinds.to_vec()))
            .items(ObjectBuilder::new().schema_type(Type::String))
            .description(Some(
                "An answer as it is sent: a code, a list of codes, a number, or `true` and `false`.",
            ))
            .build()
            .into()
    }
}
