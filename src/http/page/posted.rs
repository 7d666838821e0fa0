//! What a page sends: the fields of questions begin with `q.`, and of what is declined with `d.`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::typed_number::typed_number;
use crate::domain::form::{Form, Kind};
use crate::domain::response::RawAnswers;

/// A radio button with this value declines. No code of an option holds the character.
pub const DECLINE: &str = "~";

/// The most fields that are read: many more than the largest page has, and few enough to go through for each question.
const MOST_FIELDS: usize = 10_000;

/// The fields of a page, as they were sent.
#[derive(Debug, Default)]
pub struct Posted {
    fields: BTreeMap<String, Vec<String>>,
}

impl Posted {
    /// Reads a body in `application/x-www-form-urlencoded`. Whatever it holds, it can be read.
    pub fn read(body: &[u8]) -> Self {
        let mut posted = Self::default();
        for (name, value) in form_urlencoded::parse(body).take(MOST_FIELDS) {
            // Postgres cannot store U+0000, and nobody types it.
            posted.add(name.into_owned(), value.replace('\0', ""));
        }
        posted
    }

    /// The fields by which these answers would have been sent.
    pub fn of(answers: &RawAnswers, form: &Form) -> Self {
        let mut posted = Self::default();
        for (key, said) in &answers.0 {
            let ranked = form
                .place(key)
                .and_then(|place| form.questions().get(place))
                .is_some_and(|question| matches!(question.kind, Kind::Ranking { .. }));
            let name = format!("q.{key}");
            match said {
                Value::Null => posted.add(format!("d.{key}"), "on".to_owned()),
                Value::String(text) => posted.add(name, text.clone()),
                Value::Array(codes) => {
                    for (place, code) in codes.iter().filter_map(Value::as_str).enumerate() {
                        let code = match ranked {
                            true => format!("{} {code}", place + 1),
                            false => code.to_owned(),
                        };
                        posted.add(name.clone(), code);
                    }
                }
                other => posted.add(name, other.to_string()),
            }
        }
        posted
    }

    /// Adds a field.
    pub fn add(&mut self, name: String, value: String) {
        self.fields.entry(name).or_default().push(value);
    }

    /// The last value of a field: that of the button stands behind that of the page.
    pub fn last(&self, name: &str) -> Option<&str> {
        self.all(name).last().copied()
    }

    /// Every value of a field.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let values = self.fields.get(name).into_iter().flatten();
        values.map(String::as_str).collect()
    }

    /// Every field with its values one by one.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .flat_map(|(name, values)| values.iter().map(|value| (name.as_str(), value.as_str())))
    }

    /// Whether the question with this key was declined.
    pub fn is_declined(&self, key: &str) -> bool {
        self.last(&format!("d.{key}")).is_some() || self.last(&format!("q.{key}")) == Some(DECLINE)
    }

    /// The answers as a client would send them. What cannot be one stays as it is, so that the checks name it.
    pub fn answers(&self, form: &Form) -> RawAnswers {
        let mut answers = BTreeMap::new();
        for question in form.questions() {
            let said = self.all(&format!("q.{}", question.key));
            let said: Vec<&str> = said.into_iter().filter(|it| !it.is_empty()).collect();
            let answer = match said.last() {
                _ if self.is_declined(&question.key) => Value::Null,
                None => continue,
                Some(last) => answer(&question.kind, &said, last),
            };
            answers.insert(question.key.clone(), answer);
        }
        RawAnswers(answers)
    }
}

fn answer(kind: &Kind, said: &[&str], last: &str) -> Value {
    match kind {
        Kind::MultipleChoice(_) => json!(said),
        Kind::Ranking { .. } => json!(in_order(said)),
        Kind::Whole { .. } | Kind::Decimal { .. } => {
            let number = typed_number(last, matches!(kind, Kind::Whole { .. }));
            number.map_or_else(|| json!(last), Value::Number)
        }
        Kind::YesNo | Kind::Statement { .. } => json!(last == "true"),
        Kind::Date { .. } => json!(last.trim()),
        _ => json!(last),
    }
}

/// The codes of what was ranked as `2 sleep`, the first one first.
fn in_order<'s>(said: &[&'s str]) -> Vec<&'s str> {
    let ranked = said.iter().filter_map(|it| it.split_once(' '));
    let mut ranked: Vec<(usize, &str)> = ranked
        .filter_map(|(rank, code)| Some((rank.parse().ok()?, code)))
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, code)| code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::form::{Source, Syntax};

    fn form() -> Form {
        let text = include_str!("../../../tests/forms/second-edition.yaml");
        let source = Source::read(text, Syntax::Yaml).unwrap();
        Form::check(source.definition().unwrap().as_written_today()).unwrap()
    }

    #[test]
    fn answers_that_are_shown_again_are_sent_again_as_they_were() {
        let form = form();
        let answers = RawAnswers(
            serde_json::from_value(json!({
                "read": true, "operated": "2024-05", "cancer": "other", "cancer_other": "두 줄\n& %", "eating": null,
                "pain": 50, "weight": 61.5, "help_from": ["family", "nurse"], "wishes": ["talk", "sleep"], "by_any": false,
            }))
            .unwrap(),
        );
        assert_eq!(Posted::of(&answers, &form).answers(&form), answers);
    }

    #[test]
    fn what_was_typed_is_read_as_people_mean_it() {
        let form = form();
        let body = "q.weight=61%2C5&q.nights=+3+&q.pain=much&q.eating=~&d.walking=on&q.walking=never&q.help_from=&q.wishes=2+work\
            &q.wishes=1+talk&q.wishes=&q.operated=2024-05+&q.cancer_other=a%00b%FF";
        let answers = Posted::read(body.as_bytes()).answers(&form);
        let expected = json!({
            "weight": 61.5, "nights": 3, "pain": "much", "eating": null, "walking": null, "wishes": ["talk", "work"],
            "operated": "2024-05", "cancer_other": "ab\u{fffd}",
        });
        assert_eq!(serde_json::to_value(answers).unwrap(), expected);
    }
}
