//! The answers as a client sends them: question key → JSON value.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use crate::domain::form::{Answer, Value as Given};
use crate::domain::form::{Choice, Form, Kind};

/// Answers by question key. `null` declines a question; a missing key leaves it blank.
///
/// A code for `single_choice`, a list of codes for `multiple_choice`, a number for `rating`, `integer` and
/// `decimal`, `true` or `false` for `yes_no`, a string for `text`, `2026-11-26`, `2026-11` or `2026` as a string for
/// `date`, a list of codes in their order for `ranking`, and `true` for a `statement` that is to be acknowledged.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RawAnswers(pub BTreeMap<String, Value>);

impl<'de> Deserialize<'de> for RawAnswers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AnswersVisitor)
    }
}

impl RawAnswers {
    /// Generates answers, one for each question of `form`, as a client would send them.
    pub fn of(form: &Form, answers: &[Answer]) -> Self {
        let said = form
            .questions()
            .iter()
            .zip(answers)
            .filter_map(|(question, answer)| {
                let said = match answer {
                    Answer::Given(given) => write(&question.kind, given),
                    Answer::Declined => Value::Null,
                    Answer::Blank | Answer::Hidden => return None,
                };
                Some((question.key.clone(), said))
            });
        Self(said.collect())
    }
}

fn write(kind: &Kind, given: &Given) -> Value {
    let code = |place: &u8| {
        kind.choices()
            .get(usize::from(*place))
            .map(|choice: &Choice| &choice.code)
    };
    match given {
        Given::Choice(place) => json!(code(place)),
        Given::Date(period) => json!(period.to_string()),
        Given::Choices(places) | Given::Ranking(places) => {
            json!(places.iter().filter_map(code).collect::<Vec<_>>())
        }
        Given::Whole(number) => json!(number),
        Given::Decimal(_) => json!(kind.number(given)),
        Given::YesNo(yes) => json!(yes),
        Given::Text(text) => json!(text),
    }
}

struct AnswersVisitor;

impl<'de> Visitor<'de> for AnswersVisitor {
    type Value = RawAnswers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of answers by question key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawAnswers, A::Error> {
        let mut answers = BTreeMap::new();
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            // Most JSON parsers silently keep the last of two equal keys; this one rejects them.
            if answers.insert(key, value).is_some() {
                return Err(A::Error::custom("a question is answered twice"));
            }
        }
        Ok(RawAnswers(answers))
    }
}
