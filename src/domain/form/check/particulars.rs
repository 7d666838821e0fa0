//! The particulars of questions: counts, steps, units, anchors, defaults, dates, tables and codes of terminologies.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Check, FormFault};
use crate::domain::form::check::scaled;
use crate::domain::form::date::{DateBound, DatePrecision};
use crate::domain::form::definition::{OptionDefinition, QuestionDefinition, QuestionKind};
use crate::domain::form::particulars::ExternalCode;
use crate::domain::form::question::{Choice, Kind, Limits};
use crate::domain::pointer::Pointer;

const MAX_REASON_LENGTH: usize = 500;

impl Check<'_> {
    /// Checks what a question of any kind can have, and what narrows its answers.
    pub(super) fn particulars(
        &mut self,
        question: &QuestionDefinition,
        kind: &Kind,
        pointer: &Pointer,
    ) -> Limits {
        self.external(&question.external, &pointer.child("external"));
        self.unit(question, &pointer.child("unit"));
        let limits = Limits {
            step: match kind {
                Kind::Whole { min, max } => self.step(question, pointer, (*min, *max), 0),
                Kind::Decimal { min, max, decimals } => {
                    self.step(question, pointer, (*min, *max), *decimals)
                }
                _ => None,
            },
            ..self.counts(question, kind, pointer)
        };
        self.anchors(question, kind, limits, &pointer.child("anchors"));
        if let Some(default) = &question.default
            && !is_answer(kind, limits, default)
        {
            self.fault(&pointer.child("default"), FormFault::DefaultInvalid);
        }
        limits
    }

    /// The fewest and the most options of an answer.
    fn counts(&mut self, question: &QuestionDefinition, kind: &Kind, pointer: &Pointer) -> Limits {
        let most = match kind {
            Kind::MultipleChoice(choices) => choices.iter().filter(|it| !it.exclusive).count(),
            Kind::Ranking { choices, .. } => choices.len(),
            _ => return Limits::default(),
        };
        let highest = question.most.map_or(most, usize::from);
        for (field, count, highest) in [
            ("most", question.most, most),
            ("fewest", question.fewest, most.min(highest)),
        ] {
            if count.is_some_and(|count| !(1..=highest).contains(&usize::from(count))) {
                let fault = FormFault::CountMalformed { most: highest };
                self.fault(&pointer.child(field), fault);
            }
        }
        match kind {
            Kind::Ranking { most, .. } => Limits {
                fewest: Some(question.fewest.unwrap_or(*most)),
                most: Some(*most),
                step: None,
            },
            _ => Limits {
                fewest: question.fewest,
                most: question.most,
                step: None,
            },
        }
    }

    /// The step in units of the last decimal, if there is one and it fits the bounds.
    fn step(
        &mut self,
        question: &QuestionDefinition,
        pointer: &Pointer,
        bounds: (i64, i64),
        decimals: u8,
    ) -> Option<i64> {
        let step = scaled_step(question, bounds, decimals);
        if question.step.is_some() && step.is_none() {
            self.fault(&pointer.child("step"), FormFault::StepMalformed);
        }
        step
    }

    fn unit(&mut self, question: &QuestionDefinition, pointer: &Pointer) {
        let Some(unit) = &question.unit else { return };
        let good = |code: &String| is_code(code, 40);
        if (unit.ucum.is_none() && unit.label.is_none()) || !unit.ucum.iter().all(good) {
            self.fault(pointer, FormFault::UnitMalformed);
        }
        self.optional_text(unit.label.as_ref(), &pointer.child("label"));
    }

    fn anchors(
        &mut self,
        question: &QuestionDefinition,
        kind: &Kind,
        limits: Limits,
        pointer: &Pointer,
    ) {
        let Kind::Whole { min, max } = kind else {
            return;
        };
        let mut before = None;
        for (place, anchor) in question.anchors.iter().enumerate() {
            let pointer = pointer.child(place);
            let on_step = limits.step.is_none_or(|step| (anchor.at - min) % step == 0);
            if !(min..=max).contains(&&anchor.at) || before >= Some(anchor.at) || !on_step {
                self.fault(&pointer.child("at"), FormFault::AnchorMisplaced);
            }
            self.text(&anchor.label, &pointer.child("label"));
            before = Some(anchor.at);
        }
    }

    pub(super) fn date(&mut self, question: &QuestionDefinition, pointer: &Pointer) -> Kind {
        let precision = question.precision.unwrap_or(DatePrecision::Month);
        if !question.background {
            self.fault(pointer, FormFault::DateNotBackground);
        }
        if let Some(reason) = &question.reason {
            let pointer = pointer.child("reason");
            if reason.trim().is_empty() || reason.chars().count() > MAX_REASON_LENGTH {
                self.fault(&pointer, FormFault::Empty);
            }
            self.plain(reason, &pointer);
        }
        let mut bound = |field: &str, text: &Option<String>| {
            let read = DateBound::read(text.as_ref()?, precision);
            if read.is_none() {
                self.fault(&pointer.child(field), FormFault::DateBoundMalformed);
            }
            read
        };
        let earliest = bound("earliest", &question.earliest);
        let latest = bound("latest", &question.latest);
        if earliest
            .zip(latest)
            .is_some_and(|(earliest, latest)| earliest.is_after(latest))
        {
            self.fault(&pointer.child("latest"), FormFault::BoundsReversed);
        }
        Kind::Date {
            precision,
            earliest,
            latest,
        }
    }

    /// The tables of a section: consecutive questions that are alike.
    pub(super) fn matrices(&mut self, questions: &[QuestionDefinition], pointer: &Pointer) {
        let mut ended = BTreeSet::new();
        for (place, question) in questions.iter().enumerate() {
            let Some(name) = &question.matrix else {
                continue;
            };
            let pointer = pointer.child(place).child("matrix");
            let neighbour = |place: Option<usize>| {
                let neighbour = questions.get(place?)?;
                (neighbour.matrix.as_ref() == Some(name)).then_some(neighbour)
            };
            let (before, after) = (neighbour(place.checked_sub(1)), neighbour(Some(place + 1)));
            match before {
                None if after.is_none() || ended.contains(name) => {
                    self.fault(&pointer, FormFault::MatrixApart);
                }
                None => {
                    let known = &mut std::collections::BTreeMap::new();
                    self.key(name, pointer.clone(), known);
                    if !self.matrices_seen.insert(name.clone()) {
                        self.fault(&pointer, FormFault::MatrixApart);
                    }
                }
                Some(before) if !are_alike(before, question) => {
                    self.fault(&pointer, FormFault::MatrixUnlike);
                }
                Some(_) => {}
            }
            if after.is_none() {
                ended.insert(name.clone());
            }
        }
    }

    /// Codes of terminologies, by the URI of each.
    pub(super) fn external(&mut self, codes: &[ExternalCode], pointer: &Pointer) {
        for (place, code) in codes.iter().enumerate() {
            let repeated = codes.iter().take(place).any(|before| before == code);
            if !is_uri(&code.system) || !is_code(&code.code, 64) || repeated {
                self.fault(&pointer.child(place), FormFault::ExternalMalformed);
            }
        }
    }

    /// Checks that none of the options has a text beside it: several questions could share it.
    pub(super) fn without_specify(&mut self, options: &[OptionDefinition], pointer: &Pointer) {
        for (place, option) in options.iter().enumerate() {
            if option.specify.is_some() {
                let pointer = pointer.child(place).child("specify");
                self.fault(&pointer, FormFault::SpecifyMisplaced);
            }
        }
    }
}

pub(super) fn scaled_step(
    question: &QuestionDefinition,
    (min, max): (i64, i64),
    decimals: u8,
) -> Option<i64> {
    scaled(question.step.as_ref()?, decimals).filter(|step| *step > 0 && (max - min) % step == 0)
}

fn are_alike(one: &QuestionDefinition, other: &QuestionDefinition) -> bool {
    let scale = one.scale.is_some() && one.scale == other.scale;
    let line = (&one.min, &one.max, &one.step) == (&other.min, &other.max, &other.step);
    one.kind == other.kind
        && match one.kind {
            QuestionKind::SingleChoice | QuestionKind::MultipleChoice => scale,
            QuestionKind::Rating => line,
            _ => false,
        }
}

/// Whether this is an answer that the question takes. Dates, rankings and texts are not filled in beforehand.
fn is_answer(kind: &Kind, limits: Limits, said: &Json) -> bool {
    let number = |decimals, min: i64, max: i64| {
        said.as_number()
            .and_then(|number| scaled(number, decimals))
            .filter(|number| (min..=max).contains(number))
            .is_some_and(|number| limits.step.is_none_or(|step| (number - min) % step == 0))
    };
    match kind {
        Kind::SingleChoice(_) => said.as_str().is_some_and(|code| kind.place(code).is_some()),
        Kind::MultipleChoice(choices) => said.as_array().is_some_and(|codes| {
            let known = |code: &Json| {
                choices
                    .iter()
                    .find(|it| Some(it.code.as_str()) == code.as_str())
            };
            let chosen: Vec<&Choice> = codes.iter().filter_map(known).collect();
            let distinct: BTreeSet<_> = chosen.iter().map(|it| &it.code).collect();
            let enough = limits
                .fewest
                .is_none_or(|fewest| codes.len() >= usize::from(fewest));
            let few_enough = limits
                .most
                .is_none_or(|most| codes.len() <= usize::from(most));
            distinct.len() == codes.len()
                && match chosen.iter().any(|it| it.exclusive) {
                    true => codes.len() == 1,
                    false => enough && few_enough,
                }
        }),
        Kind::Whole { min, max } => number(0, *min, *max),
        Kind::Decimal { min, max, decimals } => number(*decimals, *min, *max),
        Kind::YesNo => said.is_boolean(),
        _ => false,
    }
}

/// Whether it is an absolute URI of at most 200 characters.
fn is_uri(text: &str) -> bool {
    let scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    };
    is_code(text, 200)
        && text
            .split_once(':')
            .is_some_and(|(before, after)| scheme(before) && !after.is_empty())
}

fn is_code(text: &str, length: usize) -> bool {
    (1..=length).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}
