//! Who answers a form in the demonstration.
//!
//! A file says how often the answers to some questions are, given the answers to others, and what weighs on whom. A person
//! is drawn from its tables before the first question. What no table has is answered as [`synthetic`](super::synthetic())
//! does, and so is a form without a file.

use std::collections::BTreeMap;

use rand::{Rng, RngExt};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::leaning::{Leaning, NormalLeaning, standard_normal};
use super::synthetic::{Anybody, Respondent, answers_of};
use crate::domain::form::{Form, Kind, Question, Source, SourceFault, Syntax};
use crate::domain::response::{Occasion, RawAnswers};

/// The files, by the key of their form.
pub(super) const FILES: [(&str, &str); 1] = [(
    "daily-life-after-treatment",
    include_str!("daily-life-after-treatment.yaml"),
)];

/// Why a file of people cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PeopleFault {
    /// It is no YAML.
    #[error(transparent)]
    Malformed(#[from] SourceFault),
    /// A field is unknown, missing or of the wrong type.
    #[error(transparent)]
    Unreadable(#[from] serde_path_to_error::Error<serde_json::Error>),
}

/// The people who answer a form.
#[derive(Debug, Clone, Default)]
pub struct People(Option<PeopleFile>);

/// What a file says about people. Where its figures come from is for the reader, and for a test.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PeopleFile {
    pub answers: Answering,
    pub weighs: Vec<Weight>,
    pub tables: Vec<Table>,
}

/// How people answer questions of which there is no table.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Answering {
    /// The share of the variance that is of the person.
    pub person: f64,
    /// The share of the variance that is of the area.
    pub area: f64,
    pub curve: f64,
    /// How often a question is declined.
    pub declined: f64,
    /// How often a question that may be left blank is.
    pub blank: f64,
    /// Sections in which a high answer is a good one.
    pub good: Vec<String>,
}

/// What weighs more or less on some people.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Weight {
    pub when: When,
    /// By section, in standard deviations.
    pub areas: BTreeMap<String, f64>,
}

/// How often the answers to a question are.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Table {
    pub question: String,
    /// The first that fits is taken.
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Row {
    #[serde(default)]
    pub when: When,
    /// The codes of an answer, and how often it is.
    pub shares: BTreeMap<String, f64>,
}

/// Who is meant: people to whom one of the codes applies, for each of the questions.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct When(pub BTreeMap<String, Vec<String>>);

/// What is between two codes of an answer.
pub(super) const AND: &str = " + ";

/// What is drawn of a person: the codes of an answer, by question.
pub(super) type Drawn<'a> = BTreeMap<&'a str, &'a str>;

impl People {
    /// The people who answer this form.
    ///
    /// # Errors
    ///
    /// The first fault of the file for the form; a form without a file has none.
    pub fn of(form: &Form) -> Result<Self, PeopleFault> {
        let file = FILES.iter().find(|(key, _)| *key == form.key());
        let file = file.map(|(_, text)| PeopleFile::read(text));
        file.transpose().map(Self)
    }

    /// Answers of one of them on this occasion.
    pub fn answers(&self, form: &Form, occasion: Occasion<'_>, rng: &mut impl Rng) -> RawAnswers {
        match &self.0 {
            None => answers_of(form, occasion, rng, Anybody::somebody),
            Some(file) => answers_of(form, occasion, rng, |rng| file.somebody(rng)),
        }
    }
}

impl PeopleFile {
    pub(super) fn read(text: &str) -> Result<Self, PeopleFault> {
        let source = Source::read(text, Syntax::Yaml)?;
        Ok(serde_path_to_error::deserialize(source.value())?)
    }

    fn somebody(&self, rng: &mut impl Rng) -> Somebody<'_> {
        let mut drawn = Drawn::new();
        for table in &self.tables {
            let row = table.rows.iter().find(|row| row.when.fits(&drawn));
            if let Some(answer) = row.and_then(|row| row.draw(rng)) {
                drawn.insert(&table.question, answer);
            }
        }
        Somebody {
            file: self,
            drawn,
            burden: self.answers.person.sqrt() * standard_normal(rng),
        }
    }
}

impl Row {
    fn draw(&self, rng: &mut impl Rng) -> Option<&str> {
        let mut left = rng.random_range(0.0..1.0);
        let fits = self.shares.iter().find(|(_, share)| {
            left -= **share;
            left < 0.0
        });
        // Shares sum to a little less than 1 where decimals are lost.
        let answer = fits.or_else(|| self.shares.last_key_value());
        answer.map(|(answer, _)| answer.as_str())
    }
}

impl When {
    pub(super) fn fits(&self, drawn: &Drawn<'_>) -> bool {
        self.0.iter().all(|(question, codes)| {
            let answer = drawn.get(question.as_str());
            answer.is_some_and(|answer| {
                answer
                    .split(AND)
                    .any(|code| codes.iter().any(|it| it == code))
            })
        })
    }
}

/// A person drawn from a file.
struct Somebody<'a> {
    file: &'a PeopleFile,
    drawn: Drawn<'a>,
    burden: f64,
}

impl Respondent for Somebody<'_> {
    fn declines(&self) -> f64 {
        self.file.answers.declined
    }

    fn leaves_blank(&self) -> f64 {
        self.file.answers.blank
    }

    fn answer(&self, question: &Question) -> Option<Json> {
        let answer = self.drawn.get(question.key.as_str())?;
        said(&question.kind, answer)
    }

    fn leaning(&self, section: &str, rng: &mut impl Rng) -> Leaning {
        let answers = &self.file.answers;
        let weighs = self.file.weighs.iter();
        let weighs = weighs
            .filter(|weight| weight.when.fits(&self.drawn))
            .filter_map(|weight| weight.areas.get(section));
        Leaning::Normal(NormalLeaning {
            area: self.burden + answers.area.sqrt() * standard_normal(rng) + weighs.sum::<f64>(),
            question: (1.0 - answers.person - answers.area).max(0.0).sqrt(),
            curve: answers.curve,
            good: answers.good.iter().any(|good| good == section),
        })
    }
}

/// An answer of a file as a client says it; nothing where the question has no such answer.
pub(super) fn said(kind: &Kind, answer: &str) -> Option<Json> {
    let known = || answer.split(AND).all(|code| kind.place(code).is_some());
    match kind {
        Kind::SingleChoice(_) => known().then(|| json!(answer)),
        Kind::MultipleChoice(_) => known().then(|| json!(answer.split(AND).collect::<Vec<_>>())),
        Kind::YesNo => match answer {
            "yes" => Some(json!(true)),
            "no" => Some(json!(false)),
            _ => None,
        },
        _ => None,
    }
}
