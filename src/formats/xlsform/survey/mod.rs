//! The sheet `survey`: sections, questions, notices and scores.

mod questions;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::choices::List;
use super::reading::{Cells, Reading};
use super::types::{RowType, parse_type};
use super::xpath::parse;
use crate::domain::form::{
    ConditionDefinition, OptionDefinition, QuestionDefinition, QuestionKind, ScoreDefinition, Text,
};
use crate::domain::pointer::Pointer;
use crate::formats::conditions::{Asked, Questions, all, condition, expression};
use crate::formats::names::key;
use crate::formats::xlsform::NO_CALCULATION;

/// A `relevant` that is read once all questions are known.
#[derive(Debug, Clone, Default)]
struct Relevant {
    row: u32,
    cell: String,
    ours: Option<ConditionDefinition>,
}

#[derive(Debug)]
struct Group {
    key: String,
    row: u32,
    title: Text,
    description: Option<Text>,
    relevant: Relevant,
    ours: Map<String, Value>,
    /// How many sections hold questions of its own.
    sections: usize,
    /// Whether a group within it holds questions.
    holds_groups: bool,
}

#[derive(Debug)]
struct Section {
    key: String,
    row: u32,
    title: Text,
    description: Option<Text>,
    relevants: Vec<Relevant>,
    ours: Map<String, Value>,
    questions: Vec<(u32, QuestionDefinition, Relevant)>,
}

struct Survey<'a> {
    lists: &'a BTreeMap<String, List>,
    scales: BTreeMap<String, Vec<OptionDefinition>>,
    /// The scale that each shared list has become.
    shared: BTreeMap<String, String>,
    used: BTreeMap<String, usize>,
    questions: Questions,
    keys: BTreeSet<String>,
    section_keys: BTreeSet<String>,
    notice_keys: BTreeSet<String>,
    groups: Vec<Group>,
    sections: Vec<Section>,
    open: bool,
    notices: Vec<(u32, Map<String, Value>, Relevant)>,
    scores: Vec<(u32, Value)>,
}

/// Reads the sheet. Gives the fields of the definition that stand in it.
pub(super) fn survey(
    rows: &[Cells],
    lists: &BTreeMap<String, List>,
    reading: &mut Reading,
) -> Map<String, Value> {
    let mut survey = Survey {
        lists,
        scales: BTreeMap::new(),
        shared: BTreeMap::new(),
        used: BTreeMap::new(),
        questions: Questions::new(),
        keys: BTreeSet::new(),
        section_keys: BTreeSet::new(),
        notice_keys: BTreeSet::new(),
        groups: Vec::new(),
        sections: Vec::new(),
        open: false,
        notices: Vec::new(),
        scores: Vec::new(),
    };
    let rows = enabled(rows, reading);
    survey.count_lists(&rows, reading);
    survey.rows(&rows, reading);
    survey.finish(reading)
}

impl Survey<'_> {
    /// Counts how often each list is used. One that several questions share is a scale.
    fn count_lists(&mut self, rows: &[&Cells], reading: &mut Reading) {
        for cells in rows {
            let row_type = parse_type(cells.word("type"));
            if let RowType::Choice { list, .. } | RowType::Ranking { list } = row_type {
                *self.used.entry(list).or_default() += 1;
            }
        }
        for (name, list) in self.lists {
            let used = self.used.get(name).copied().unwrap_or_default();
            if list.is_scale {
                self.scales.insert(name.clone(), list.definitions());
                self.shared.insert(name.clone(), name.clone());
            } else if used > 1 && !list.is_yes_no {
                let key = key(name, "scale", &mut self.scales.keys().cloned().collect());
                if key != *name {
                    let what = format!("the list {name:?} becomes the scale {key:?}");
                    reading.note("choices", list.row, "list_name", what);
                }
                self.scales.insert(key.clone(), list.definitions());
                self.shared.insert(name.clone(), key);
            } else if used == 0 && !list.is_yes_no {
                let what = format!("no question uses the list {name}, so it is left out");
                reading.note("choices", list.row, "list_name", what);
            }
        }
    }

    fn rows(&mut self, rows: &[&Cells], reading: &mut Reading) {
        let mut rows = rows.iter();
        while let Some(cells) = rows.next() {
            let lost = |reading: &mut Reading, what: &str| {
                reading.lost(
                    "survey",
                    cells.row,
                    "type",
                    format!("{:?}: {what}", cells.word("type")),
                );
            };
            match parse_type(cells.word("type")) {
                RowType::BeginGroup => self.begin(cells, reading),
                RowType::EndGroup => {
                    self.open = false;
                    match self.groups.pop() {
                        Some(group) => close(&group, reading),
                        None => lost(reading, "no group is open here"),
                    }
                }
                RowType::BeginRepeat => {
                    let mut depth = 1;
                    let inner = rows.by_ref().take_while(|cells| {
                        match parse_type(cells.word("type")) {
                            RowType::BeginRepeat => depth += 1,
                            RowType::EndRepeat => depth -= 1,
                            _ => {}
                        }
                        depth > 0
                    });
                    let what = format!(
                        "a response has one answer to each question, so a repeat cannot be carried; its {} rows are left out",
                        inner.count()
                    );
                    lost(reading, &what);
                }
                RowType::EndRepeat => lost(reading, "no repeat is open here"),
                RowType::Note => self.note(cells, reading),
                RowType::Acknowledge => {
                    self.question(cells, QuestionKind::Statement, None, reading);
                }
                RowType::Calculate => self.calculate(cells, reading),
                RowType::Choice { many, list, other } => {
                    let kind = match many {
                        true => QuestionKind::MultipleChoice,
                        false => QuestionKind::SingleChoice,
                    };
                    self.question(cells, kind, Some((&list, other)), reading);
                }
                RowType::Ranking { list } => {
                    self.question(cells, QuestionKind::Ranking, Some((&list, false)), reading);
                }
                RowType::Simple(kind) => self.question(cells, kind, None, reading),
                RowType::Refused(why) => lost(reading, why),
                RowType::Empty => lost(reading, "a row needs a type"),
            }
        }
        for group in std::mem::take(&mut self.groups) {
            let what = "the group is not closed; it ends with the sheet";
            reading.note("survey", group.row, "type", what);
            close(&group, reading);
        }
    }

    fn begin(&mut self, cells: &Cells, reading: &mut Reading) {
        reading.others("survey", cells, &["type", "name", "relevant"]);
        let mut ours = cells.ours.clone();
        let relevant = relevant(cells, &mut ours, reading);
        let name = cells.word("name");
        let key = self::own_key(&mut ours, name, "section", &mut self.section_keys);
        if !name.ends_with(key.as_str()) {
            reading.note(
                "survey",
                cells.row,
                "name",
                format!("the group {name:?} becomes {key:?}"),
            );
        }
        let title = reading.text("survey", cells, "label", &key);
        if !self.groups.is_empty() {
            let what = "sections are not nested: the group becomes a section of its own, under the conditions of both";
            reading.note("survey", cells.row, "type", what);
        }
        self.open = false;
        self.groups.push(Group {
            key,
            row: cells.row,
            title,
            description: None,
            relevant,
            ours,
            sections: 0,
            holds_groups: false,
        });
    }

    /// The section that the next question stands in.
    fn section(&mut self, row: u32, reading: &mut Reading) -> Option<&mut Section> {
        if !self.open {
            self.open = true;
            let relevants = self.groups.iter().map(|it| it.relevant.clone()).collect();
            for group in self.groups.iter_mut().rev().skip(1) {
                group.holds_groups = true;
            }
            let section = match self.groups.last_mut() {
                Some(group) => {
                    group.sections += 1;
                    let first = group.sections == 1;
                    if !first {
                        let what = format!(
                            "what follows the group within it becomes another section of {:?}",
                            group.key
                        );
                        reading.note("survey", row, "type", what);
                    }
                    Section {
                        key: match first {
                            true => group.key.clone(),
                            false => key(&group.key, "section", &mut self.section_keys),
                        },
                        row: group.row,
                        title: group.title.clone(),
                        description: group.description.clone().filter(|_| first),
                        relevants,
                        ours: group.ours.clone(),
                        questions: Vec::new(),
                    }
                }
                None => {
                    let key = key("questions", "section", &mut self.section_keys);
                    let what = format!("questions outside of a group become the section {key:?}");
                    reading.note("survey", row, "type", what);
                    Section {
                        title: reading.in_all(&key),
                        key,
                        row,
                        description: None,
                        relevants,
                        ours: Map::new(),
                        questions: Vec::new(),
                    }
                }
            };
            self.sections.push(section);
        }
        self.sections.last_mut()
    }

    fn note(&mut self, cells: &Cells, reading: &mut Reading) {
        if cells.ours.contains_key("kind") {
            return self.question(cells, QuestionKind::Statement, None, reading);
        }
        let mut ours = cells.ours.clone();
        let element = ours.remove("element");
        let element = element.as_ref().and_then(Value::as_str);
        let relevant = relevant(cells, &mut ours, reading);
        let conditional = !relevant.cell.is_empty() || relevant.ours.is_some();
        if let (Some(group), "description", false) | (Some(group), "", false) = (
            self.groups.last_mut(),
            element.unwrap_or_default(),
            conditional,
        ) && group.sections == 0
            && group.description.is_none()
        {
            reading.others("survey", cells, &["type", "name"]);
            group.description = Some(reading.text("survey", cells, "label", cells.word("name")));
            return;
        }
        if !conditional {
            return self.question(cells, QuestionKind::Statement, None, reading);
        }
        reading.others("survey", cells, &["type", "name", "relevant"]);
        let text = reading.text("survey", cells, "label", cells.word("name"));
        if element != Some("notice") && !self.groups.is_empty() {
            let what = "the note becomes a notice, which is shown as soon as its condition holds";
            reading.note("survey", cells.row, "type", what);
        }
        let name = cells.word("name");
        let key = own_key(&mut ours, name, "notice", &mut self.notice_keys);
        ours.insert("key".to_owned(), json!(key));
        ours.insert("text".to_owned(), json!(text));
        self.notices.push((cells.row, ours, relevant));
    }

    fn calculate(&mut self, cells: &Cells, reading: &mut Reading) {
        let mut ours = cells.ours.clone();
        if ours.remove("element") == Some(json!("score")) {
            reading.others("survey", cells, &["type", "name", "calculation"]);
            let calculation = cells.word("calculation").to_owned();
            let score = Value::Object(ours.clone());
            let score: Result<ScoreDefinition, _> = serde_json::from_value(score);
            if let Ok(score) = score
                && calculation != NO_CALCULATION
            {
                let name = cells.word("name").to_owned();
                self.questions.insert(name, Asked::of_score(&score));
            }
            reading.calculations.push((cells.row, calculation));
            self.scores.push((cells.row, Value::Object(ours)));
            return;
        }
        let what = "a calculation is not carried; write it as a score";
        reading.lost("survey", cells.row, "calculation", what);
    }

    /// Everything once all rows are read.
    fn finish(self, reading: &mut Reading) -> Map<String, Value> {
        let questions = &self.questions;
        let mut sections = Vec::new();
        let root = Pointer::root();
        for section in self.sections {
            let place = root.child("sections").child(sections.len());
            reading
                .places
                .insert(place.clone(), ("survey", section.row));
            let mut conditions: Vec<ConditionDefinition> = Vec::new();
            for relevant in &section.relevants {
                conditions.extend(resolve(relevant, questions, reading));
            }
            let mut list = Vec::new();
            for (row, mut question, relevant) in section.questions {
                let place = place.child("questions").child(list.len());
                reading.places.insert(place, ("survey", row));
                question.show_when = resolve(&relevant, questions, reading);
                list.push(question);
            }
            let mut fields = section.ours;
            fields.insert("key".to_owned(), json!(section.key));
            fields.insert("title".to_owned(), json!(section.title));
            if let Some(description) = section.description {
                fields.insert("description".to_owned(), json!(description));
            }
            if !conditions.is_empty() {
                fields.insert("show_when".to_owned(), json!(all(conditions)));
            }
            fields.insert("questions".to_owned(), json!(list));
            sections.push(Value::Object(fields));
        }
        let mut notices = Vec::new();
        for (row, mut fields, relevant) in self.notices {
            let Some(condition) = resolve(&relevant, questions, reading) else {
                let what = "the notice is left out, since its condition cannot be read";
                reading.lost("survey", row, "relevant", what);
                continue;
            };
            let place = root.child("notices").child(notices.len());
            reading.places.insert(place, ("survey", row));
            fields.insert("show_when".to_owned(), json!(condition));
            notices.push(Value::Object(fields));
        }
        let mut scores = Vec::new();
        for (row, score) in self.scores {
            let place = root.child("scores").child(scores.len());
            reading.places.insert(place, ("survey", row));
            scores.push(score);
        }
        let mut scales = self.scales;
        let is_used = |name: &String| {
            let questions = sections
                .iter()
                .filter_map(|it| it.get("questions")?.as_array());
            let mut named = questions
                .flatten()
                .filter_map(|it| it.get("scale")?.as_str());
            named.any(|used| used == name)
        };
        scales.retain(|name, _| is_used(name));
        [
            ("scales", json!(scales)),
            ("sections", json!(sections)),
            ("notices", json!(notices)),
            ("scores", json!(scores)),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }
}

/// The rows that are asked: those without `disabled`, and outside of groups and repeats with it.
fn enabled<'a>(rows: &'a [Cells], reading: &mut Reading) -> Vec<&'a Cells> {
    let mut enabled = Vec::new();
    let mut rows = rows.iter();
    while let Some(cells) = rows.next() {
        if cells.is_disabled() != Some(true) {
            enabled.push(cells);
            continue;
        }
        let what = match parse_type(cells.word("type")) {
            RowType::BeginGroup | RowType::BeginRepeat => {
                let mut depth = 1;
                let inner = rows.by_ref().take_while(|cells| {
                    match parse_type(cells.word("type")) {
                        RowType::BeginGroup | RowType::BeginRepeat => depth += 1,
                        RowType::EndGroup | RowType::EndRepeat => depth -= 1,
                        _ => {}
                    }
                    depth > 0
                });
                format!("it is left out with its {} rows", inner.count())
            }
            // Its group is asked all the same, so it still ends here.
            RowType::EndGroup | RowType::EndRepeat => {
                enabled.push(cells);
                continue;
            }
            _ => "it is left out".to_owned(),
        };
        let what = format!("{:?} is disabled: {what}", cells.word("name"));
        reading.lost("survey", cells.row, "disabled", what);
    }
    enabled
}

/// Says what of a group stands in no section.
fn close(group: &Group, reading: &mut Reading) {
    match (group.sections, group.holds_groups) {
        (0, true) => {
            let what = "sections are not nested: the heading of a group that holds only groups is left out";
            reading.lost("survey", group.row, "label", what);
        }
        (0, false) => {
            let what = "the group has no question that was read, so it is left out";
            reading.lost("survey", group.row, "type", what);
        }
        _ => {}
    }
}

/// The key that a part had, or one made of its name.
fn own_key(
    ours: &mut Map<String, Value>,
    name: &str,
    start: &str,
    taken: &mut BTreeSet<String>,
) -> String {
    match ours.remove("key") {
        Some(Value::String(key)) if taken.insert(key.clone()) => key,
        _ => key(name, start, taken),
    }
}

fn relevant(cells: &Cells, ours: &mut Map<String, Value>, reading: &mut Reading) -> Relevant {
    let written = ours.remove("show_when").map(serde_json::from_value);
    let ours = match written {
        Some(Ok(condition)) => Some(condition),
        Some(Err(error)) => {
            let what = format!("the condition cannot be read: {error}");
            reading.lost("survey", cells.row, "aftercare_show_when", what);
            None
        }
        None => None,
    };
    Relevant {
        row: cells.row,
        cell: cells.word("relevant").to_owned(),
        ours,
    }
}

/// The condition as it was written, or as it was edited since.
fn resolve(
    relevant: &Relevant,
    questions: &Questions,
    reading: &mut Reading,
) -> Option<ConditionDefinition> {
    let Relevant { row, cell, ours } = relevant;
    if let Some(ours) = ours {
        let written = expression(ours, questions).map(|expr| expr.to_string());
        if written.unwrap_or_default() == *cell {
            return Some(ours.clone());
        }
        reading.note(
            "survey",
            *row,
            "relevant",
            "the condition was changed in the sheet",
        );
    }
    if cell.is_empty() {
        return None;
    }
    match parse(cell).and_then(|expr| condition(&expr, questions)) {
        Ok(condition) => Some(condition),
        Err(why) => {
            reading.lost("survey", *row, "relevant", format!("{cell}: {why}"));
            None
        }
    }
}
