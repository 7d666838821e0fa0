//! The schemas of the codes of problems.

use std::borrow::Cow;

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::http::problem::{Code, FieldCode};

impl ToSchema for Code {
    fn name() -> Cow<'static, str> {
        "ProblemCode".into()
    }
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let description = "The kind of a problem. `/problems` explains each, and `/problems/{code}` one of them with its \
                           mend. Later versions of the server may have more.";
        words(description, Self::ALL.iter().map(|code| code.as_str()))
    }
}

impl ToSchema for FieldCode {
    fn name() -> Cow<'static, str> {
        "FieldErrorCode".into()
    }
}

impl PartialSchema for FieldCode {
    fn schema() -> RefOr<Schema> {
        let description = "What is wrong with one field. `/problems` explains each. Later versions of the server may \
                           have more.";
        words(description, Self::ALL.iter().map(|code| code.as_str()))
    }
}

fn words(description: &str, words: impl Iterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(words))
        .build()
        .into()
}
