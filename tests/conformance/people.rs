//! Made-up people, who answer what they are shown, and some of whom answer carelessly.

use aftercare::domain::form::{Answer, Form, Kind, Question};
use aftercare::domain::response::{Occasion, RawAnswers, walk};
use serde_json::{Value, json};

use crate::chance::Chance;

/// How somebody answers: in so many of a hundred cases.
pub struct Manner {
    pub blank: usize,
    pub declined: usize,
    /// Answers that are wrong, and answers to hidden questions.
    pub careless: usize,
}

/// Who answers everything, who leaves much out, and who makes mistakes.
pub const MANNERS: [Manner; 3] = [
    Manner {
        blank: 0,
        declined: 0,
        careless: 0,
    },
    Manner {
        blank: 20,
        declined: 15,
        careless: 0,
    },
    Manner {
        blank: 8,
        declined: 5,
        careless: 9,
    },
];

/// The answers of somebody to a form.
pub fn answers(
    form: &Form,
    manner: &Manner,
    occasion: Occasion<'_>,
    chance: &mut Chance,
) -> RawAnswers {
    let mut said = RawAnswers::default();
    for (place, question) in form.questions().iter().enumerate() {
        let shown = walk(form, &said, occasion).answers[place] != Answer::Hidden;
        let careless = chance.in_hundred(manner.careless);
        if !shown && !careless {
            continue;
        }
        let blank = !question.required && chance.in_hundred(manner.blank);
        if blank || (question.required && careless && chance.in_hundred(50)) {
            continue;
        }
        let answer = if chance.in_hundred(manner.declined) {
            Some(Value::Null)
        } else if careless && shown {
            Some(json!("no_such_thing"))
        } else {
            answer(question, occasion, chance)
        };
        if let Some(answer) = answer {
            said.0.insert(question.key.clone(), answer);
        }
    }
    said
}

fn answer(question: &Question, occasion: Occasion<'_>, chance: &mut Chance) -> Option<Value> {
    let fewest = question.limits.fewest.map_or(0, usize::from);
    Some(match &question.kind {
        Kind::SingleChoice(choices) => json!(chance.one(choices).code),
        Kind::MultipleChoice(choices) => {
            let alone: Vec<&str> = choices
                .iter()
                .filter(|it| it.exclusive)
                .map(|it| &*it.code)
                .collect();
            if !alone.is_empty() && chance.in_hundred(15) {
                return Some(json!([chance.one(&alone)]));
            }
            let codes: Vec<&str> = choices
                .iter()
                .filter(|it| !it.exclusive)
                .map(|it| &*it.code)
                .collect();
            let most = question.limits.most.map_or(codes.len(), usize::from);
            let least = fewest.max(usize::from(question.required));
            let count = chance.between(least as i64, most as i64) as usize;
            json!(chance.shuffled(codes)[..count])
        }
        Kind::Ranking { choices, most } => {
            let count = chance.between(fewest as i64, i64::from(*most)) as usize;
            let codes = choices.iter().map(|it| it.code.as_str()).collect();
            json!(chance.shuffled(codes)[..count])
        }
        Kind::Whole { min, max } => {
            let step = question.limits.step.unwrap_or(1);
            json!(min + step * chance.between(0, (max - min) / step))
        }
        Kind::Decimal { min, max, decimals } => {
            let step = question.limits.step.unwrap_or(1);
            let scaled = min + step * chance.between(0, (max - min) / step);
            json!(scaled as f64 / 10_f64.powi(i32::from(*decimals)))
        }
        Kind::YesNo => json!(chance.in_hundred(50)),
        Kind::Text { max_length } => {
            json!("Some words.".chars().take(*max_length).collect::<String>())
        }
        Kind::Date {
            precision,
            earliest,
            latest,
        } => {
            let first = earliest.and_then(|it| it.earliest(*precision, occasion.week));
            let last = latest.and_then(|it| it.latest(*precision, occasion.week));
            let last = last.map_or_else(
                || precision.read("2027-12-31").unwrap().number(),
                |it| it.number(),
            );
            let first = first.map_or_else(|| last.saturating_sub(30), |it| it.number());
            let number = chance.between(i64::from(first), i64::from(last)) as u32;
            json!(precision.numbered(number).unwrap().to_string())
        }
        Kind::Statement { acknowledge: true } => json!(true),
        Kind::Statement { .. } => return None,
    })
}
