//! Sections, questions, options and bounds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Number;

use super::particulars::scaled_step;
use super::{Check, FormFault, MAX_KEY_LENGTH, MAX_QUESTIONS, RESERVED_KEYS};
use crate::domain::form::condition::Condition;
use crate::domain::form::date::DatePrecision;
use crate::domain::form::definition::{OptionDefinition, QuestionDefinition, QuestionKind};
use crate::domain::form::question::{Choice, Kind, Question};
use crate::domain::pointer::Pointer;

/// Putting more than this in order is more than anybody does with care.
const MAX_RANKED: usize = 30;
const FURTHEST_BOUND: i64 = 1_000_000_000;
const MAX_OPTIONS: usize = 200;
const MAX_RATING_STEPS: i64 = 101;
const MAX_REMARK_LENGTH: u16 = 4000;

impl Check<'_> {
    pub(super) fn scales(&mut self) {
        let form = self.form;
        let used: BTreeSet<&str> = form
            .questions()
            .filter_map(|(_, question)| question.scale.as_deref())
            .collect();
        let mut seen = BTreeMap::new();
        for (name, options) in &form.scales {
            let pointer = Pointer::root().child("scales").child(name);
            self.key(name, pointer.clone(), &mut seen);
            // A name of any length would be in the pointer of every option.
            if name.len() <= MAX_KEY_LENGTH {
                self.options(options, &pointer);
                self.without_specify(options, &pointer);
            }
            if !used.contains(name.as_str()) {
                self.fault(&pointer, FormFault::ScaleUnused);
            }
        }
    }

    pub(super) fn sections(&mut self) -> (Vec<Question>, Vec<Option<Condition>>) {
        let form = self.form;
        let pointer = Pointer::root().child("sections");
        let count = form.questions().count() + form.parameters.len() + self.specified().count();
        match count {
            0 => self.fault(&pointer, FormFault::Empty),
            count if count > MAX_QUESTIONS => {
                self.fault(&pointer, FormFault::TooManyQuestions { count })
            }
            _ => {}
        }
        let (mut section_keys, mut question_keys) = (BTreeMap::new(), BTreeMap::new());
        let mut questions = self.parameters(&mut question_keys);
        let mut conditions = Vec::new();
        for (place, section) in form.sections.iter().enumerate() {
            let pointer = pointer.child(place);
            self.key(&section.key, pointer.child("key"), &mut section_keys);
            self.text(&section.title, &pointer.child("title"));
            self.optional_text(section.description.as_ref(), &pointer.child("description"));
            conditions.push(self.show_when(section.show_when.as_ref(), &pointer, &questions, None));
            if section.questions.is_empty() {
                self.fault(&pointer.child("questions"), FormFault::Empty);
            }
            for (number, question) in section.questions.iter().enumerate() {
                let pointer = pointer.child("questions").child(number);
                self.key(&question.key, pointer.child("key"), &mut question_keys);
                let checked = self.question(question, place, &pointer, &questions);
                questions.push(checked);
                self.specify(question, &pointer, &mut question_keys, &mut questions);
            }
            self.matrices(&section.questions, &pointer.child("questions"));
        }
        (questions, conditions)
    }

    fn question(
        &mut self,
        question: &QuestionDefinition,
        section: usize,
        pointer: &Pointer,
        earlier: &[Question],
    ) -> Question {
        self.not_reserved(&question.key, &pointer.child("key"));
        self.text(&question.text, &pointer.child("text"));
        self.optional_text(question.hint.as_ref(), &pointer.child("hint"));
        self.optional_text(question.min_label.as_ref(), &pointer.child("min_label"));
        self.optional_text(question.max_label.as_ref(), &pointer.child("max_label"));
        if let Some(concept) = &question.concept {
            let word = |text: &str| {
                !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_graphic())
            };
            if !word(&concept.system) || !word(&concept.code) {
                self.fault(&pointer.child("concept"), FormFault::ConceptMalformed);
            }
        }
        if question.background && question.kind == QuestionKind::Text {
            self.fault(&pointer.child("background"), FormFault::TextAsBackground);
        }
        self.fields(question, pointer);
        let kind = self.kind(question, pointer);
        let limits = self.particulars(question, &kind, pointer);
        let coarser = self.coarser(question, &kind, pointer);
        Question {
            key: question.key.clone(),
            section,
            kind,
            limits,
            coarser,
            background: question.background,
            required: question.required,
            show_when: self.show_when(
                question.show_when.as_ref(),
                pointer,
                earlier,
                Some(&question.key),
            ),
        }
    }

    /// Checks that no export has a column of this name already.
    pub(super) fn not_reserved(&mut self, key: &str, pointer: &Pointer) {
        if is_reserved(key) {
            let key = key.to_owned();
            self.fault(pointer, FormFault::KeyReserved { key });
        }
    }

    /// Which fields the kind has, and which of them it needs.
    fn fields(&mut self, question: &QuestionDefinition, pointer: &Pointer) {
        use QuestionKind::{
            Date, Decimal, Integer, MultipleChoice, Ranking, Rating, SingleChoice, Statement, Text,
            YesNo,
        };
        let choice: &[QuestionKind] = &[SingleChoice, MultipleChoice, Ranking];
        let several: &[QuestionKind] = &[MultipleChoice, Ranking];
        let with_default: &[QuestionKind] = &[
            SingleChoice,
            MultipleChoice,
            Rating,
            Integer,
            Decimal,
            YesNo,
        ];
        let to_the_day = question.precision == Some(DatePrecision::Day);
        // What a person could answer to a statement, whoever they are.
        let answered: &[QuestionKind] = if question.kind == Statement && question.acknowledge {
            &[Statement]
        } else if question.kind == Statement {
            &[]
        } else {
            std::slice::from_ref(&question.kind)
        };
        let describing: &[QuestionKind] = if question.kind == Statement {
            &[]
        } else {
            std::slice::from_ref(&question.kind)
        };
        let numeric: &[QuestionKind] = &[Rating, Integer, Decimal];
        let with_levels: &[QuestionKind] =
            &[SingleChoice, MultipleChoice, Rating, Integer, Decimal];
        // field, is it there, the kinds that have it, whether they need it
        let fields = [
            ("scale", question.scale.is_some(), choice, false),
            (
                "options",
                question.options.is_some(),
                choice,
                question.scale.is_none(),
            ),
            ("min", question.min.is_some(), numeric, true),
            ("max", question.max.is_some(), numeric, true),
            ("min_label", question.min_label.is_some(), &[Rating], false),
            ("max_label", question.max_label.is_some(), &[Rating], false),
            ("decimals", question.decimals.is_some(), &[Decimal], true),
            ("max_length", question.max_length.is_some(), &[Text], true),
            ("required", question.required, answered, false),
            ("background", question.background, describing, false),
            ("fewest", question.fewest.is_some(), several, false),
            ("most", question.most.is_some(), several, false),
            ("step", question.step.is_some(), numeric, false),
            ("unit", question.unit.is_some(), numeric, false),
            ("max_open", question.max_open, numeric, false),
            ("anchors", !question.anchors.is_empty(), &[Rating], false),
            ("slider", question.slider, &[Rating], false),
            ("default", question.default.is_some(), with_default, false),
            ("precision", question.precision.is_some(), &[Date], false),
            ("earliest", question.earliest.is_some(), &[Date], false),
            ("latest", question.latest.is_some(), &[Date], false),
            ("reason", question.reason.is_some(), &[Date], to_the_day),
            ("acknowledge", question.acknowledge, &[Statement], false),
            ("coarser", !question.coarser.is_empty(), with_levels, false),
            ("order", question.order.is_some(), choice, false),
        ];
        let kind = question.kind.name();
        for (field, present, kinds, needed) in fields {
            match (present, kinds.contains(&question.kind)) {
                (true, false) => self.fault(
                    &pointer.child(field),
                    FormFault::FieldNotForKind { kind, field },
                ),
                (false, true) if needed => {
                    self.fault(pointer, FormFault::FieldMissing { kind, field })
                }
                _ => {}
            }
        }
    }

    fn kind(&mut self, question: &QuestionDefinition, pointer: &Pointer) -> Kind {
        match question.kind {
            QuestionKind::SingleChoice | QuestionKind::MultipleChoice => {
                let choices = self.choices(question, pointer);
                if question.kind == QuestionKind::MultipleChoice {
                    return Kind::MultipleChoice(choices);
                }
                if choices.iter().any(|choice| choice.exclusive) {
                    self.fault(pointer, FormFault::ExclusiveNotForKind);
                }
                Kind::SingleChoice(choices)
            }
            QuestionKind::Rating | QuestionKind::Integer => {
                let (min, max) = self.bounds(question, pointer, 0);
                let step = scaled_step(question, (min, max), 0).unwrap_or(1);
                if question.kind == QuestionKind::Rating && (max - min) / step >= MAX_RATING_STEPS {
                    self.fault(&pointer.child("max"), FormFault::RatingTooLong);
                }
                Kind::Whole { min, max }
            }
            QuestionKind::Decimal => {
                let decimals = question.decimals.unwrap_or(1);
                if !(1..=4).contains(&decimals) {
                    self.fault(&pointer.child("decimals"), FormFault::DecimalsOutOfRange);
                }
                let decimals = decimals.clamp(1, 4);
                let (min, max) = self.bounds(question, pointer, decimals);
                Kind::Decimal { min, max, decimals }
            }
            QuestionKind::YesNo => Kind::YesNo,
            QuestionKind::Date => self.date(question, pointer),
            QuestionKind::Ranking => {
                let choices = self.choices(question, pointer);
                if choices.len() > MAX_RANKED {
                    let count = choices.len();
                    self.fault(pointer, FormFault::RankingCount { count });
                }
                if choices.iter().any(|choice| choice.exclusive) {
                    self.fault(pointer, FormFault::ExclusiveNotForKind);
                }
                let all = u8::try_from(choices.len()).unwrap_or(u8::MAX);
                let most = question.most.unwrap_or(all).clamp(1, all.max(1));
                Kind::Ranking { choices, most }
            }
            QuestionKind::Statement => Kind::Statement {
                acknowledge: question.acknowledge,
            },
            QuestionKind::Text => {
                let max_length = question.max_length.unwrap_or(1);
                if !(1..=MAX_REMARK_LENGTH).contains(&max_length) {
                    self.fault(&pointer.child("max_length"), FormFault::MaxLengthOutOfRange);
                }
                Kind::Text {
                    max_length: usize::from(max_length),
                }
            }
        }
    }

    fn choices(&mut self, question: &QuestionDefinition, pointer: &Pointer) -> Vec<Choice> {
        let form = self.form;
        let options = match (&question.scale, &question.options) {
            (Some(_), Some(_)) => {
                self.fault(&pointer.child("scale"), FormFault::ScaleAndOptions);
                return Vec::new();
            }
            (Some(name), None) => match form.scales.get(name) {
                Some(options) => options,
                None => {
                    self.fault(
                        &pointer.child("scale"),
                        FormFault::ScaleUnknown { name: name.clone() },
                    );
                    return Vec::new();
                }
            },
            (None, Some(options)) => {
                self.options(options, &pointer.child("options"));
                options
            }
            (None, None) => return Vec::new(),
        };
        options.iter().map(Choice::of).collect()
    }

    pub(super) fn options(&mut self, options: &[OptionDefinition], pointer: &Pointer) {
        if !(2..=MAX_OPTIONS).contains(&options.len()) {
            self.fault(
                pointer,
                FormFault::OptionCount {
                    count: options.len(),
                },
            );
        }
        let mut codes = BTreeMap::new();
        for (place, option) in options.iter().enumerate() {
            let pointer = pointer.child(place);
            self.key(&option.code, pointer.child("code"), &mut codes);
            self.text(&option.label, &pointer.child("label"));
            self.external(&option.external, &pointer.child("external"));
        }
    }

    /// Both bounds in units of the last decimal; a safe pair where they are at fault.
    fn bounds(
        &mut self,
        question: &QuestionDefinition,
        pointer: &Pointer,
        decimals: u8,
    ) -> (i64, i64) {
        let mut bound = |field: &str, number: &Option<Number>| {
            let number = number.as_ref()?;
            let scaled = scaled(number, decimals);
            if scaled.is_none() {
                let fault = if decimals == 0 {
                    FormFault::BoundNotWhole
                } else {
                    FormFault::BoundNotDecimal { decimals }
                };
                self.fault(&pointer.child(field), fault);
            }
            scaled
        };
        let (min, max) = (bound("min", &question.min), bound("max", &question.max));
        match (min, max) {
            (Some(min), Some(max)) if min < max => (min, max),
            (Some(_), Some(_)) => {
                self.fault(&pointer.child("max"), FormFault::BoundsReversed);
                (0, 1)
            }
            _ => (0, 1),
        }
    }
}

/// Whether an export has a column of this name already.
pub(crate) fn is_reserved(key: &str) -> bool {
    RESERVED_KEYS.contains(&key) || key.starts_with("score_")
}

/// A decimal number in units of its last allowed digit; none if it has more digits or is too large.
///
/// It goes by the shortest way to write the number, so `0.1` is one tenth and nothing near it.
pub(crate) fn scaled(number: &Number, decimals: u8) -> Option<i64> {
    let written = match number.as_f64() {
        Some(float) if number.is_f64() => format!("{float}"),
        _ => number.to_string(),
    };
    let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > usize::from(decimals) {
        return None;
    }
    let digits = format!("{whole}{fraction:0<width$}", width = usize::from(decimals));
    let furthest = FURTHEST_BOUND.checked_mul(10_i64.pow(u32::from(decimals)))?;
    digits
        .parse::<i64>()
        .ok()
        .filter(|scaled| scaled.unsigned_abs() <= furthest.unsigned_abs())
}
