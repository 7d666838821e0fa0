//! Numbers with a unit: whether a quantity is in the unit of its question.

use serde_json::Value;

use super::names::UCUM;
use crate::domain::form::Unit;

/// Whether the number of a quantity is one in this unit.
///
/// # Errors
///
/// The field that says otherwise, and why.
pub(super) fn fits(quantity: &Value, unit: Option<&Unit>) -> Result<(), (&'static str, String)> {
    let text = |name: &'static str| match quantity.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err((name, format!("the {name} is a text"))),
    };
    if text("comparator")?.is_some() {
        let what = "a number is exact here, so it has no comparator";
        return Err(("comparator", what.to_owned()));
    }
    if text("system")?.is_some_and(|it| it != UCUM) {
        return Err(("system", format!("units are those of UCUM, {UCUM}")));
    }
    let own = unit.and_then(|it| it.ucum.as_deref());
    let labels = unit.and_then(|it| it.label.as_ref());
    let labels = labels.into_iter().flat_map(|it| it.0.values());
    let names: Vec<&str> = labels.map(String::as_str).chain(own).collect();
    let (field, fits) = match (text("code")?, text("unit")?) {
        (Some(code), _) => ("code", own == Some(code)),
        (None, Some(words)) => ("unit", names.contains(&words)),
        (None, None) => return Ok(()),
    };
    match (fits, own.or(names.first().copied())) {
        (true, _) => Ok(()),
        (false, Some(own)) => Err((field, format!("the unit of the question is {own}"))),
        (false, None) => Err((field, "the question has no unit".to_owned())),
    }
}
