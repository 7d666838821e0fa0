//! The sheet `choices`: lists of options.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::reading::{Cells, Reading};
use crate::domain::form::OptionDefinition;
use crate::formats::names::key;

/// A list of options.
#[derive(Debug, Default)]
pub(super) struct List {
    /// The row of its first option.
    pub row: u32,
    /// The name in the sheet, and the option.
    pub options: Vec<(String, OptionDefinition)>,
    /// Whether it was written as a scale.
    pub is_scale: bool,
    /// Whether it was written as the list of yes and no.
    pub is_yes_no: bool,
    /// The codes that are taken.
    codes: BTreeSet<String>,
}

impl List {
    /// Its options.
    pub fn definitions(&self) -> Vec<OptionDefinition> {
        self.options.iter().map(|(_, it)| it.clone()).collect()
    }
}

/// Reads the lists.
pub(super) fn lists(rows: &[Cells], reading: &mut Reading) -> BTreeMap<String, List> {
    let mut lists: BTreeMap<String, List> = BTreeMap::new();
    for cells in rows {
        let list_name = match cells.word("list_name") {
            "" => cells.word("list"),
            name => name,
        };
        let (column, name) = match cells.word("name") {
            "" => ("value", cells.word("value")),
            name => ("name", name),
        };
        if list_name.is_empty() || name.is_empty() {
            let what = "an option needs a list_name and a name; it is left out";
            reading.lost("choices", cells.row, "name", what);
            continue;
        }
        reading.others("choices", cells, &["list_name", "list", "name", "value"]);
        let list = lists.entry(list_name.to_owned()).or_default();
        if list.options.is_empty() {
            list.row = cells.row;
        }
        if list.options.iter().any(|(taken, _)| taken == name) {
            let what =
                format!("{name:?} stands twice in the list {list_name}; this one is left out");
            reading.lost("choices", cells.row, column, what);
            continue;
        }
        let mut fields = cells.ours.clone();
        let element = fields.remove("element");
        let element = element.as_ref().and_then(Value::as_str);
        list.is_scale |= element == Some("scale");
        list.is_yes_no |= element == Some("yes_no");
        let code = key(name, "c", &mut list.codes);
        if code != name {
            let what = format!("{name:?} is no valid code and becomes {code:?}");
            reading.note("choices", cells.row, column, what);
        }
        // A name that is a number says what the option stands for.
        if let (None, Ok(value)) = (fields.get("value"), name.parse::<i32>()) {
            fields.insert("value".to_owned(), value.into());
        }
        let label = reading.text("choices", cells, "label", name);
        let fields = [
            ("code".to_owned(), Value::from(code)),
            ("label".to_owned(), serde_json::json!(label)),
        ]
        .into_iter()
        .chain(fields)
        .collect();
        match serde_json::from_value(Value::Object(fields)) {
            Ok(option) => list.options.push((name.to_owned(), option)),
            Err(error) => {
                reading.lost(
                    "choices",
                    cells.row,
                    "name",
                    format!("the option cannot be read: {error}"),
                );
            }
        }
    }
    lists
}
