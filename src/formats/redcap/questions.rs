//! The rows that are questions.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::annotations::{Tag, tags};
use super::codes::{range, yes_no};
use super::columns::Cells;
use super::read::Reading;

use crate::domain::form::{OptionDefinition, QuestionDefinition, QuestionKind, Text};
use crate::formats::conditions::Asked;
use crate::formats::names::key;

const CHOICES: &str = "select_choices_or_calculations";
const VALIDATION: &str = "text_validation_type_or_show_slider_number";

/// The characters of a free text that names no bound.
const TEXT_LENGTH: u16 = 1_000;
/// The decimals of a number that names none.
const DECIMALS: u8 = 2;

/// What a row asks for.
enum Field {
    Question(QuestionKind),
    /// Not carried, and why.
    Refused(&'static str),
}

impl Reading {
    /// The question of a row, without its condition.
    pub(super) fn question(&mut self, cells: &Cells) -> Option<QuestionDefinition> {
        let row = cells.row;
        let refused = |reading: &mut Self, column: &str, why: &str| {
            let what = format!("{:?}: {why}", cells.get("field_name"));
            reading.lost(row, column, what);
            None
        };
        if cells.get("identifier").eq_ignore_ascii_case("y") {
            let why = "identifying: the dictionary says that it names the person";
            return refused(self, "identifier", why);
        }
        let (tags, words) = tags(cells.get("field_annotation"));
        let is_hidden = |tag: &Tag| matches!(tag.name.as_str(), "HIDDEN" | "HIDDEN-SURVEY");
        if tags.iter().any(is_hidden) {
            return refused(self, "field_annotation", "it is hidden from everybody");
        }
        if !words.is_empty() {
            let what = format!("the words {words:?} are not carried");
            self.lost(row, "field_annotation", what);
        }
        let kind = match self.field(cells) {
            Field::Question(kind) => kind,
            Field::Refused(why) => return refused(self, "field_type", why),
        };
        let mut known = vec![
            "field_note",
            "branching_logic",
            "required_field",
            "matrix_group_name",
            "field_annotation",
        ];
        if kind != QuestionKind::Text {
            known.extend([
                CHOICES,
                VALIDATION,
                "text_validation_min",
                "text_validation_max",
            ]);
        } else if !cells.get(VALIDATION).is_empty() {
            known.push(VALIDATION);
        }
        if cells.get("identifier").eq_ignore_ascii_case("n") {
            known.push("identifier");
        }
        self.others(cells, &known);
        let mut fields = self.words(cells, kind);
        let name = cells.get("field_name").to_owned();
        let own = key(&name, "q", &mut self.keys);
        if own != name {
            let what = format!("{name:?} is no valid key, or taken, and becomes {own:?}");
            self.note(row, "field_name", what);
        }
        fields.insert("key".to_owned(), json!(own));
        let mut asked = Asked {
            key: own,
            kind,
            options: Vec::new(),
            score: None,
        };
        match kind {
            QuestionKind::SingleChoice | QuestionKind::MultipleChoice => {
                self.options(cells, &tags, &mut asked, &mut fields);
            }
            QuestionKind::YesNo => asked.options = yes_no(),
            _ => self.bounds(cells, kind, &mut fields),
        }
        self.tags(row, &tags, &asked, &mut fields);
        if kind == QuestionKind::Text && !fields.contains_key("max_length") {
            fields.insert("max_length".to_owned(), json!(TEXT_LENGTH));
            let what = format!("a text has a bound; it is {TEXT_LENGTH} characters");
            self.note(row, "field_annotation", what);
        }
        let question: QuestionDefinition = match serde_json::from_value(Value::Object(fields)) {
            Ok(question) => question,
            Err(error) => return refused(self, "field_type", &error.to_string()),
        };
        if let Some(range) = range(&question, &asked) {
            self.ranges.insert(name.clone(), range);
        }
        self.questions.insert(name, asked);
        Some(question)
    }

    /// The words of a question, and what every kind has.
    fn words(&mut self, cells: &Cells, kind: QuestionKind) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("kind".to_owned(), json!(kind.name()));
        let label = match cells.get("field_label") {
            "" => {
                let what = "there is no label, so the name stands for it";
                self.note(cells.row, "field_label", what);
                cells.get("field_name")
            }
            label => label,
        };
        fields.insert("text".to_owned(), self.text(label));
        let hint = cells.get("field_note");
        if !hint.is_empty() {
            fields.insert("hint".to_owned(), self.text(hint));
        }
        if cells.get("required_field").eq_ignore_ascii_case("y") {
            fields.insert("required".to_owned(), json!(true));
        }
        let matrix = cells.get("matrix_group_name");
        if !matrix.is_empty() {
            let table = key(matrix, "table", &mut BTreeSet::new());
            if table != matrix {
                let what = format!("the table {matrix:?} becomes {table:?}");
                self.note(cells.row, "matrix_group_name", what);
            }
            fields.insert("matrix".to_owned(), json!(table));
        }
        fields
    }

    fn field(&mut self, cells: &Cells) -> Field {
        use QuestionKind::{
            Date, Decimal, Integer, MultipleChoice, Rating, SingleChoice, Statement, Text, YesNo,
        };
        let (kind, validation) = (cells.get("field_type"), cells.get(VALIDATION));
        let kind = match (kind, validation) {
            ("text", "") | ("notes", _) => Text,
            ("text", "integer") => Integer,
            ("text", number) if number.starts_with("number") => Decimal,
            ("text", "date_ymd" | "date_mdy" | "date_dmy") => {
                let what = "a date describes the person, so it is a background question, kept to the month";
                self.note(cells.row, VALIDATION, what);
                Date
            }
            ("text", time) if time.starts_with("datetime") || time.starts_with("time") => {
                return Field::Refused("times of day are not carried");
            }
            (
                "text",
                "email"
                | "phone"
                | "phone_australia"
                | "phone_uk"
                | "zipcode"
                | "postalcode_australia"
                | "postalcode_canada"
                | "postalcode_french"
                | "postalcode_germany"
                | "ssn"
                | "mrn_10d"
                | "mrn_generic"
                | "vmrn",
            ) => {
                return Field::Refused("identifying: it can say who somebody is");
            }
            ("text", other) => {
                let what = format!("the validation {other:?} is not carried");
                self.lost(cells.row, VALIDATION, what);
                Text
            }
            ("radio", _) => SingleChoice,
            ("dropdown", _) => {
                let what = "how a list looks is for the client to say";
                self.note(cells.row, "field_type", what);
                SingleChoice
            }
            ("checkbox", _) => MultipleChoice,
            ("yesno", _) => YesNo,
            ("truefalse", _) => {
                let what = "true and false are asked as yes and no";
                self.note(cells.row, "field_type", what);
                YesNo
            }
            ("slider", _) => Rating,
            ("descriptive", _) => Statement,
            ("file" | "signature", _) => {
                return Field::Refused(
                    "attachments are not carried: they can show who somebody is",
                );
            }
            ("sql", _) => return Field::Refused("options from a database are not carried"),
            _ => return Field::Refused("the type is not known"),
        };
        Field::Question(kind)
    }

    /// The options: `code, label | code, label`.
    fn options(
        &mut self,
        cells: &Cells,
        tags: &[Tag],
        asked: &mut Asked,
        fields: &mut Map<String, Value>,
    ) {
        let row = cells.row;
        let exclusive: Vec<&str> = tags
            .iter()
            .filter(|tag| tag.name == "NONEOFTHEABOVE")
            .flat_map(|tag| tag.value.split(',').map(str::trim))
            .collect();
        let (mut options, mut codes) = (Vec::new(), BTreeSet::new());
        let mut renamed = Vec::new();
        for choice in cells.get(CHOICES).split(['|', '\n']) {
            let choice = choice.trim();
            let (name, label) = choice.split_once(',').unwrap_or((choice, choice));
            let (name, label) = (name.trim(), label.trim());
            if name.is_empty() {
                continue;
            }
            if asked.options.iter().any(|(it, ..)| it == name) {
                let what = format!("the code {name:?} stands twice; this one is left out");
                self.lost(row, CHOICES, what);
                continue;
            }
            let code = key(name, "c", &mut codes);
            let value: Option<i32> = name.parse().ok();
            if code != name {
                renamed.push(format!("{name:?} becomes {code:?}"));
            }
            let label = if label.is_empty() { name } else { label };
            let words = [(self.language.clone(), label.to_owned())];
            let option = OptionDefinition {
                code: code.clone(),
                label: Text(words.into()),
                value,
                exclusive: exclusive.contains(&name),
                fixed: false,
                specify: None,
                external: Vec::new(),
            };
            options.push(option);
            asked.options.push((name.to_owned(), code, value));
        }
        if !renamed.is_empty() {
            let what = format!("no valid codes, or taken: {}", renamed.join(", "));
            self.note(row, CHOICES, what);
        }
        for missing in exclusive
            .iter()
            .filter(|it| !asked.options.iter().any(|(name, ..)| name == *it))
        {
            let what = format!("@NONEOFTHEABOVE: {missing:?} is no option of the question");
            self.lost(row, "field_annotation", what);
        }
        fields.insert("options".to_owned(), json!(options));
    }

    /// The bounds of numbers and dates, and the labels of a slider.
    fn bounds(&mut self, cells: &Cells, kind: QuestionKind, fields: &mut Map<String, Value>) {
        let row = cells.row;
        let validation = cells.get(VALIDATION);
        let (min, max) = (
            cells.get("text_validation_min"),
            cells.get("text_validation_max"),
        );
        match kind {
            QuestionKind::Integer | QuestionKind::Decimal | QuestionKind::Rating => {
                let (from, to) = match kind {
                    QuestionKind::Rating => ("0", "100"),
                    _ => ("", ""),
                };
                for (field, column, cell, otherwise) in [
                    ("min", "text_validation_min", min, from),
                    ("max", "text_validation_max", max, to),
                ] {
                    let cell = if cell.is_empty() { otherwise } else { cell };
                    if cell.is_empty() {
                        continue;
                    }
                    match serde_json::from_str::<serde_json::Number>(cell) {
                        Ok(number) => drop(fields.insert(field.to_owned(), json!(number))),
                        Err(_) => self.lost(row, column, format!("{cell:?} is no number")),
                    }
                }
            }
            QuestionKind::Date => {
                fields.insert("background".to_owned(), json!(true));
                for (field, column, cell) in [
                    ("earliest", "text_validation_min", min),
                    ("latest", "text_validation_max", max),
                ] {
                    let day: Result<chrono::NaiveDate, _> = cell.parse();
                    match (cell, day) {
                        ("", _) => {}
                        ("today", _) => drop(fields.insert(field.to_owned(), json!("today"))),
                        (_, Ok(day)) => {
                            let month = day.format("%Y-%m").to_string();
                            fields.insert(field.to_owned(), json!(month));
                        }
                        (_, Err(_)) => {
                            self.lost(row, column, format!("{cell:?} is no date like 2026-11-27"));
                        }
                    }
                }
            }
            _ => {}
        }
        if kind == QuestionKind::Decimal {
            let decimals = validation
                .strip_prefix("number_")
                .and_then(|it| it.get(..1)?.parse::<u8>().ok())
                .filter(|it| (1..=4).contains(it));
            if decimals.is_none() {
                let what = format!("the number has {DECIMALS} decimals");
                self.note(row, VALIDATION, what);
            }
            fields.insert("decimals".to_owned(), json!(decimals.unwrap_or(DECIMALS)));
        }
        if kind == QuestionKind::Rating {
            fields.insert("slider".to_owned(), json!(true));
            self.slider_labels(cells, fields);
        }
    }

    /// `left | middle | right`
    fn slider_labels(&mut self, cells: &Cells, fields: &mut Map<String, Value>) {
        let labels: Vec<&str> = cells.get(CHOICES).split('|').map(str::trim).collect();
        let (left, middle, right) = match labels.as_slice() {
            [left] => (*left, "", ""),
            [left, right] => (*left, "", *right),
            [left, middle, right] => (*left, *middle, *right),
            _ => {
                let what = "a slider has a label at each end and one in the middle";
                return self.lost(cells.row, CHOICES, what);
            }
        };
        for (field, label) in [("min_label", left), ("max_label", right)] {
            if !label.is_empty() {
                fields.insert(field.to_owned(), self.text(label));
            }
        }
        if middle.is_empty() {
            return;
        }
        let bound = |field: &str| fields.get(field).and_then(Value::as_i64);
        match (bound("min"), bound("max")) {
            (Some(min), Some(max)) if (max - min) % 2 == 0 => {
                let anchor = json!([{"at": i64::midpoint(min, max), "label": self.text(middle)}]);
                fields.insert("anchors".to_owned(), anchor);
            }
            _ => {
                let what = "there is no point in the middle for this label";
                self.lost(cells.row, CHOICES, what);
            }
        }
    }

    /// What action tags say.
    fn tags(&mut self, row: u32, tags: &[Tag], asked: &Asked, fields: &mut Map<String, Value>) {
        for Tag { name, value } in tags {
            let is_choice = !asked.options.is_empty() && asked.kind != QuestionKind::YesNo;
            let said = match (name.as_str(), asked.kind) {
                ("NONEOFTHEABOVE", QuestionKind::MultipleChoice) => continue,
                ("MAXCHECKED", QuestionKind::MultipleChoice) => {
                    value.parse::<u8>().ok().map(|it| ("most", json!(it)))
                }
                ("CHARLIMIT", QuestionKind::Text) => value
                    .parse::<u16>()
                    .ok()
                    .map(|it| ("max_length", json!(it))),
                ("RANDOMORDER", _) if is_choice => Some(("order", json!("random"))),
                ("DEFAULT", _) => default_of(value, asked).map(|it| ("default", it)),
                _ => None,
            };
            match said {
                Some((field, value)) => drop(fields.insert(field.to_owned(), value)),
                None => self.lost(row, "field_annotation", format!("@{name} is not carried")),
            }
        }
    }
}

/// The default as an answer.
fn default_of(value: &str, asked: &Asked) -> Option<Value> {
    let code = |name: &str| {
        let mut options = asked.options.iter();
        options
            .find(|(it, ..)| it == name.trim())
            .map(|(_, code, _)| code.clone())
    };
    match asked.kind {
        QuestionKind::SingleChoice => code(value).map(Value::from),
        QuestionKind::MultipleChoice => {
            let codes: Option<Vec<String>> = value.split(',').map(code).collect();
            codes.map(|it| json!(it))
        }
        QuestionKind::YesNo => match value {
            "1" => Some(json!(true)),
            "0" => Some(json!(false)),
            _ => None,
        },
        QuestionKind::Integer | QuestionKind::Decimal | QuestionKind::Rating => {
            serde_json::from_str::<serde_json::Number>(value)
                .ok()
                .map(|it| json!(it))
        }
        _ => None,
    }
}
