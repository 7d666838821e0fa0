//! Converts errors of serde and validator to field errors with a pointer, a code and a sentence.

use std::borrow::Cow;

use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use super::{Code, FieldCode, FieldError, Problem};
use crate::domain::pointer::{self, Pointer};

/// The fault of a body that is not JSON.
pub(crate) fn malformed(error: &serde_json::Error) -> Problem {
    let detail = match error.classify() {
        serde_json::error::Category::Eof => "The body ends too early.".to_owned(),
        _ => format!("{error}."),
    };
    Problem::new(Code::JsonMalformed).detail(detail)
}

/// Converts an error of serde about the shape of a value: a field that is wrong, unknown, missing or given twice.
pub(crate) fn of_shape(error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let message = error.inner().to_string();
    // The pointer replaces the position in the text.
    let message = message
        .rsplit_once(" at line ")
        .map_or(&*message, |(text, _)| text);
    let mut pointer = Pointer::from(error.path());
    let code = if message.starts_with("unknown field") {
        FieldCode::UnknownField
    } else if let Some(rest) = message.strip_prefix("missing field `") {
        pointer = pointer.child(rest.trim_end_matches('`'));
        FieldCode::MissingField
    } else if let Some(rest) = message.strip_prefix("duplicate field `") {
        pointer = pointer.child(rest.trim_end_matches('`'));
        FieldCode::DuplicateField
    } else if message.starts_with("unknown variant") {
        FieldCode::UnknownValue
    } else if message.starts_with("invalid type") {
        FieldCode::WrongType
    } else {
        FieldCode::InvalidValue
    };
    let detail = if is_of_a_time(message) {
        "Expected a time as in RFC 3339, such as 2027-02-04T00:00:00Z.".to_owned()
    } else {
        sentence(&without_value(message))
    };
    FieldError::new(pointer, code, detail)
}

/// The fault of a query parameter, from that of the field with its name.
pub(crate) fn of_parameter(fault: FieldError) -> FieldError {
    let Some(pointer) = &fault.pointer else {
        return fault;
    };
    let name = pointer.trim_start_matches('/');
    let name = name.replace("~1", "/").replace("~0", "~");
    match fault.code {
        FieldCode::UnknownField => {
            let known = fault
                .detail
                .split_once(", expected ")
                .map(|(_, known)| known);
            let known = known.map_or("There are none.".to_owned(), |known| {
                format!("Expected {known}")
            });
            let detail = format!("There is no such parameter here. {known}");
            FieldError::parameter(name, FieldCode::UnknownParameter, detail)
        }
        FieldCode::MissingField => {
            FieldError::parameter(name, FieldCode::MissingParameter, "It is needed.")
        }
        _ => FieldError::parameter(name, fault.code, fault.detail),
    }
}

/// The message without the submitted value, which may be an answer or a password. Problems end up in clients' logs, so
/// the message names only the expected type and fields.
fn without_value(message: &str) -> Cow<'_, str> {
    match message.rsplit_once(", expected ") {
        Some((found, expected)) if !found.starts_with("unknown field") => {
            format!("expected {expected}").into()
        }
        _ => message.into(),
    }
}

/// Whether a message is one of chrono's, which do not say that a time is expected.
fn is_of_a_time(message: &str) -> bool {
    [
        "input is out of range",
        "no possible date and time matching input",
        "input is not enough for unique date and time",
        "input contains invalid characters",
        "premature end of input",
        "trailing input",
    ]
    .contains(&message)
}

/// The name under which validator lists errors of a rule over a whole struct.
const WHOLE: &str = "__all__";
/// The parameter by which such a rule names the field that is to be mended.
const FIELD: &str = "field";

/// The error of a rule over a whole struct that is mended in one field.
pub(crate) fn of_field(
    field: &'static str,
    code: FieldCode,
    detail: &'static str,
) -> ValidationError {
    let mut error = ValidationError::new(code.as_str()).with_message(detail.into());
    error.add_param(FIELD.into(), &field);
    error
}

/// The errors of validator, sorted by pointer.
pub(crate) fn from_validator(errors: &ValidationErrors) -> Vec<FieldError> {
    let mut found = Vec::new();
    collect(errors, &Pointer::root(), &mut found);
    found.sort_by(|a, b| (&a.pointer, &a.code).cmp(&(&b.pointer, &b.code)));
    found
}

fn collect(errors: &ValidationErrors, base: &Pointer, found: &mut Vec<FieldError>) {
    for (field, kind) in errors.errors() {
        // validator lists errors of a rule over the whole struct under this name.
        let pointer = match field.as_ref() {
            WHOLE => base.clone(),
            field => base.child(field),
        };
        match kind {
            ValidationErrorsKind::Struct(inner) => collect(inner, &pointer, found),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    collect(inner, &pointer.child(index), found);
                }
            }
            ValidationErrorsKind::Field(errors) => found.extend(errors.iter().map(|error| {
                // A rule over the whole struct may name the field that is to be mended.
                let named = error.params.get(FIELD).and_then(|name| name.as_str());
                let pointer = named.map_or(pointer.clone(), |name| pointer.child(name));
                FieldError::new(pointer, FieldCode::of(&error.code), explanation(error))
            })),
        }
    }
}

fn explanation(error: &ValidationError) -> String {
    if let Some(message) = &error.message {
        return message.to_string();
    }
    let limit = |name: &str| error.params.get(name).map(ToString::to_string);
    match (&*error.code, limit("min"), limit("max")) {
        ("length", Some(min), Some(max)) => format!("The length must be from {min} to {max}."),
        ("length", Some(min), None) => format!("The length must be at least {min}."),
        ("length", None, Some(max)) => format!("The length must be at most {max}."),
        ("range", Some(min), Some(max)) => format!("It must be from {min} to {max}."),
        ("email", ..) => "It is not an e-mail address.".to_owned(),
        (code, ..) => format!("It does not fit the rule `{code}`."),
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let head = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", head.unwrap_or_default(), chars.as_str())
}

/// The pointer to the first U+0000, which Postgres cannot store in text. In JSON it must be escaped, which is rare, so
/// the body is parsed only if it contains such an escape.
pub(crate) fn find_nul(bytes: &[u8]) -> Option<Pointer> {
    const ESCAPE: &[u8] = b"\\u0000";
    if !bytes.contains(&b'\\') || !bytes.windows(ESCAPE.len()).any(|window| window == ESCAPE) {
        return None;
    }
    pointer::find_nul(&serde_json::from_slice(bytes).ok()?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::{DateTime, Utc};
    use serde_json::json;

    use crate::http::extract::from_json;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[allow(dead_code)]
        list: Vec<Inner>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[allow(dead_code)]
        age: u8,
    }

    fn fault(body: &str) -> (String, &'static str) {
        let document = from_json::<Outer>(body.as_bytes()).unwrap_err().document();
        match document.errors.first() {
            Some(error) => (error.place().to_owned(), error.code.as_str()),
            None => (String::new(), document.code.as_str()),
        }
    }

    #[test]
    fn every_fault_points_at_its_field() {
        let cases = [
            (
                r#"{"list":[{"age":1,"a/b~c":2}]}"#,
                "/list/0/a~1b~0c",
                "unknown_field",
            ),
            (r#"{"list":[{"age":1},{}]}"#, "/list/1/age", "missing_field"),
            (r#"{"list":[{"age":"x"}]}"#, "/list/0/age", "wrong_type"),
            (r#"{"list":[{"age":999}]}"#, "/list/0/age", "invalid_value"),
            (
                r#"{"list":[{"age":1,"age":2}]}"#,
                "/list/0/age",
                "duplicate_field",
            ),
            (r#"{"list":["\u0000"]}"#, "/list/0", "nul_character"),
            (r#"{"list":[]} x"#, "", "json_malformed"),
            (r#"{"list":[}"#, "", "json_malformed"),
            ("", "", "json_malformed"),
        ];
        for (body, pointer, code) in cases {
            assert_eq!(fault(body), (pointer.to_owned(), code), "{body}");
        }
    }

    #[test]
    fn a_wrong_time_is_told_what_a_time_looks_like() {
        for time in [
            "x",
            "",
            "2027-02-04",
            "2027-13-04T00:00:00Z",
            "2027-02-30T00:00:00Z",
            "2027-02-04T00:00:00Z+",
        ] {
            let body = serde_json::to_vec(&json!({"at": time})).unwrap();
            let problem = from_json::<BTreeMap<String, DateTime<Utc>>>(&body).unwrap_err();
            let error = problem.document().errors.remove(0);
            let expected = "Expected a time as in RFC 3339, such as 2027-02-04T00:00:00Z.";
            assert_eq!((error.place(), &*error.detail), ("/at", expected), "{time}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_without_overflow() {
        let deep = "[".repeat(100_000);
        assert_eq!(fault(&deep).1, "wrong_type");
        let deep = format!("{{\"list\":{deep}");
        assert!(["wrong_type", "json_malformed"].contains(&fault(&deep).1));
    }
}
