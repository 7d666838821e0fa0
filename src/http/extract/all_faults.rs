//! Finds all faults of a query or a body at once. serde stops at the first.
//!
//! After each fault, something that fits stands in for the faulty part, and reading begins anew. So a good request is
//! read once, at the usual price, and a bad one once for each fault.

use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::Validate;

use super::stand_in::{Reader, STAND_IN};
use crate::http::problem::{FieldCode, FieldError, faults};

/// Faults that are found at most. Nobody mends more at once, and each costs another reading.
pub(super) const MOST: usize = 50;

/// What was read. Where there are faults, the value holds stand-ins, or there is none.
pub(super) struct Reading<T> {
    value: Option<T>,
    faults: Vec<FieldError>,
}

impl<T> Reading<T> {
    /// A value that was read without a fault.
    pub(super) fn good(value: T) -> Self {
        Self {
            value: Some(value),
            faults: Vec::new(),
        }
    }
}

impl<T: DeserializeOwned> Reading<T> {
    /// Reads a value in which some faults are known, and finds those of its shape. With `from_text`, numbers and truth
    /// values are written as text.
    pub(super) fn of(mut json: Value, known: Vec<FieldError>, from_text: bool) -> Self {
        let mut faults = known;
        faults.iter().for_each(|fault| {
            mend(&mut json, fault);
        });
        while faults.len() < MOST {
            let read = serde_path_to_error::deserialize(Reader::new(&json, from_text));
            let fault = match read.map_err(|error| faults::of_shape(&error)) {
                Ok(value) => {
                    let value = Some(value);
                    return Self { value, faults };
                }
                Err(fault) => fault,
            };
            let mended = mend(&mut json, &fault);
            if faults.iter().all(|known| known.pointer != fault.pointer) {
                faults.push(fault);
            }
            if !mended {
                break;
            }
        }
        Self {
            value: None,
            faults,
        }
    }

    /// Adds a fault, unless one at the same place was found.
    pub(super) fn or(mut self, fault: Option<FieldError>) -> Self {
        let is_new = |fault: &FieldError| self.faults.iter().all(|it| it.pointer != fault.pointer);
        self.faults.extend(fault.filter(is_new));
        self
    }

    /// The value, if nothing is wrong with it.
    pub(super) fn complete(self) -> Result<T, Vec<FieldError>> {
        match self.value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(self.faults),
        }
    }
}

impl<T: Validate> Reading<T> {
    /// Holds the rules of `validator` against the value, except where it is faulty already.
    pub(super) fn validate(mut self) -> Self {
        let checked = self.value.as_ref().map(Validate::validate);
        if let Some(Err(errors)) = checked {
            let mut broken = faults::from_validator(&errors);
            broken.retain(|rule| !self.faults.iter().any(|fault| concerns(fault, rule)));
            self.faults.extend(broken);
        }
        self
    }
}

/// Whether one of the two places is in the other, so that the broken rule may come from a stand-in.
fn concerns(fault: &FieldError, rule: &FieldError) -> bool {
    let (fault, rule) = (fault.place(), rule.place());
    let is_in = |inner: &str, outer: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    is_in(fault, rule) || is_in(rule, fault)
}

/// Takes the fault away: a field too many goes, anything else gets a stand-in. False when that does not help.
fn mend(json: &mut Value, fault: &FieldError) -> bool {
    let Some((parent, name)) = fault.place().rsplit_once('/') else {
        return stand_in(json);
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    match (fault.code, json.pointer_mut(parent)) {
        (FieldCode::UnknownField, Some(Value::Object(fields))) => fields.remove(&name).is_some(),
        (_, Some(Value::Object(fields))) => stand_in(fields.entry(name).or_insert(Value::Null)),
        (_, Some(_)) => json.pointer_mut(fault.place()).is_some_and(stand_in),
        (_, None) => false,
    }
}

fn stand_in(part: &mut Value) -> bool {
    let is_new = part.as_str() != Some(STAND_IN);
    *part = Value::String(STAND_IN.to_owned());
    is_new
}
