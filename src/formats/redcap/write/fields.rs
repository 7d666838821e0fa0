//! What a field says by its kind: bounds, labels, options and tags.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use super::{Line, Writer};
use crate::domain::form::{
    DatePrecision, OptionDefinition, Period, QuestionDefinition, QuestionKind, Text,
};
use crate::formats::redcap::annotations::written as tag;

impl Writer<'_> {
    /// The type of a field, its bounds and what is said in tags. Takes what is carried out of `rest`.
    pub(super) fn kind(
        &mut self,
        question: &QuestionDefinition,
        line: &mut Line,
        rest: &mut Map<String, Value>,
    ) {
        let mut take = |fields: &[&str]| fields.iter().for_each(|it| drop(rest.remove(*it)));
        let number = |it: &Option<Number>| it.as_ref().map(Number::to_string).unwrap_or_default();
        line.kind = match question.kind {
            QuestionKind::SingleChoice => "radio",
            QuestionKind::MultipleChoice => {
                if let Some(most) = question.most {
                    line.tags.push(tag("MAXCHECKED", &most.to_string()));
                }
                take(&["most"]);
                "checkbox"
            }
            QuestionKind::YesNo => "yesno",
            QuestionKind::Statement => {
                if question.acknowledge {
                    take(&["acknowledge"]);
                    self.remark("field_type", "nobody acknowledges the text there");
                }
                "descriptive"
            }
            QuestionKind::Text => {
                if let Some(most) = question.max_length {
                    line.tags.push(tag("CHARLIMIT", &most.to_string()));
                }
                take(&["max_length"]);
                "notes"
            }
            QuestionKind::Integer | QuestionKind::Decimal => {
                line.validation = match question.decimals {
                    Some(decimals) => format!("number_{decimals}dp"),
                    None => "integer".to_owned(),
                };
                (line.min, line.max) = (number(&question.min), number(&question.max));
                take(&["min", "max", "decimals"]);
                "text"
            }
            QuestionKind::Rating => {
                self.slider(question, line);
                take(&["min", "max", "min_label", "max_label", "slider", "anchors"]);
                "slider"
            }
            QuestionKind::Date => {
                line.validation = "date_ymd".to_owned();
                self.dates(question, line);
                take(&["precision", "earliest", "latest", "reason", "background"]);
                "text"
            }
            QuestionKind::Ranking => "",
        };
    }

    /// The ends and the labels of a slider, which has three.
    fn slider(&mut self, question: &QuestionDefinition, line: &mut Line) {
        let number = |it: &Option<Number>| it.as_ref().and_then(Number::as_f64).unwrap_or_default();
        let (min, max) = (number(&question.min), number(&question.max));
        let label = |it: &Option<Text>| it.as_ref().map(|it| self.text(it)).unwrap_or_default();
        let mut labels = [
            label(&question.min_label),
            String::new(),
            label(&question.max_label),
        ];
        let mut lost = 0;
        for anchor in &question.anchors {
            #[allow(clippy::cast_precision_loss, reason = "a rating has small numbers")]
            let at = anchor.at as f64;
            let [left, middle, right] = &mut labels;
            let label = match at {
                _ if (at - min).abs() < 1e-9 => left,
                _ if (at - max).abs() < 1e-9 => right,
                _ if (at - f64::midpoint(min, max)).abs() < 1e-9 => middle,
                _ => {
                    lost += 1;
                    continue;
                }
            };
            match label.is_empty() {
                true => *label = self.text(&anchor.label),
                false => lost += 1,
            }
        }
        if lost > 0 {
            let what = format!("{lost} labels of points are not in it: a slider has three");
            self.remark("select_choices_or_calculations", what);
        }
        if !question.slider {
            let what = "the rating is a slider there";
            self.remark("field_type", what);
        }
        if labels.iter().any(|it| !it.is_empty()) {
            let labels = labels.map(|it| self.label_of(&it));
            line.choices = labels.join(" | ");
        }
        line.validation = "number".to_owned();
        (line.min, line.max) = (min.to_string(), max.to_string());
    }

    fn dates(&mut self, question: &QuestionDefinition, line: &mut Line) {
        let precision = question.precision.unwrap_or(DatePrecision::Month);
        if precision != DatePrecision::Day {
            let what = format!(
                "the whole date is asked there, and not the {} alone",
                precision.name()
            );
            self.remark("text_validation_type_or_show_slider_number", what);
        }
        for (column, bound, is_last) in [
            ("text_validation_min", &question.earliest, false),
            ("text_validation_max", &question.latest, true),
        ] {
            let Some(bound) = bound else { continue };
            let period = precision.read(bound);
            let day = period.and_then(|it| match is_last {
                true => last_day(it, precision),
                false => it.start(),
            });
            let cell = match (bound.as_str(), day) {
                ("today", _) => "today".to_owned(),
                (_, Some(day)) => day.to_string(),
                _ => {
                    self.remark(column, format!("the bound {bound:?} is not in it"));
                    continue;
                }
            };
            match is_last {
                true => line.max = cell,
                false => line.min = cell,
            }
        }
    }

    /// The options with the codes that they have there.
    pub(super) fn choices(
        &mut self,
        options: &[OptionDefinition],
        names: &[String],
        line: &mut Line,
    ) {
        if options.is_empty() {
            return;
        }
        let renamed: Vec<String> = options
            .iter()
            .zip(names)
            .filter(|(option, name)| option.code != **name && option.code != format!("c_{name}"))
            .map(|(option, name)| format!("{} is {name}", option.code))
            .collect();
        if !renamed.is_empty() {
            let what = format!("codes are their numbers there: {}", renamed.join(", "));
            self.remark("select_choices_or_calculations", what);
        }
        let mut lost: BTreeSet<&str> = BTreeSet::new();
        for (option, name) in options.iter().zip(names) {
            if option.fixed {
                lost.insert("that an option keeps its place");
            }
            if !option.external.is_empty() {
                lost.insert("options in other terminologies");
            }
            if option.value.is_some_and(|it| it.to_string() != *name) {
                lost.insert("the numbers of the options");
            }
        }
        for what in lost {
            self.remark(
                "select_choices_or_calculations",
                format!("{what}: not in it"),
            );
        }
        let exclusive: Vec<&str> = options
            .iter()
            .zip(names)
            .filter(|(option, _)| option.exclusive)
            .map(|(_, name)| name.as_str())
            .collect();
        if !exclusive.is_empty() {
            line.tags.push(tag("NONEOFTHEABOVE", &exclusive.join(",")));
        }
        let mut choices = Vec::new();
        for (option, name) in options.iter().zip(names) {
            let label = self.text(&option.label);
            choices.push(format!("{name}, {}", self.label_of(&label)));
        }
        line.choices = choices.join(" | ");
    }

    /// A label without what parts one from the next.
    fn label_of(&mut self, label: &str) -> String {
        if label.contains(['|', '\n']) {
            let what =
                format!("the label {label:?} has a bar or a line break, which part labels there");
            self.remark("select_choices_or_calculations", what);
        }
        label.replace('|', "/").replace('\n', " ")
    }
}

/// The last day of a month or a year.
fn last_day(period: Period, precision: DatePrecision) -> Option<chrono::NaiveDate> {
    let first = period.start()?;
    let months = match precision {
        DatePrecision::Day => return Some(first),
        DatePrecision::Month => 1,
        DatePrecision::Year => 12,
    };
    first
        .checked_add_months(chrono::Months::new(months))?
        .pred_opt()
}
