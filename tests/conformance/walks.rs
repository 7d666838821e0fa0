//! Forms with the answers that somebody could send, and what the domain makes of them.

use std::collections::BTreeSet;

use aftercare::domain::fault::Fault;
use aftercare::domain::form::{Answer, Form, Source, Syntax};
use aftercare::domain::response::{
    AnswerFault, Occasion, RawAnswers, Summary, Walk, validate, walk,
};
use serde_json::{Map, Value, json};

use crate::chance::Chance;
use crate::forms::{INSTRUMENTS, SHIPPED, in_first_edition, of_value, of_yaml};
use crate::people::{MANNERS, Manner, answers};
use crate::{edges, forms};

/// The week of every walk that names no other.
const WEEK: &str = "2026-W48";

/// How many more people are asked whether a question is ever shown to them.
const SEARCHED: usize = 150;

/// What a form of the vectors has to have, somewhere.
pub const WORDS: [&str; 62] = [
    "show_when",
    "any",
    "all",
    "not",
    "is",
    "is_one_of",
    "includes",
    "includes_any",
    "includes_all",
    "includes_none",
    "at_least",
    "at_most",
    "more_than",
    "less_than",
    "count_at_least",
    "count_at_most",
    "answered",
    "is_question",
    "at_least_question",
    "at_most_question",
    "more_than_question",
    "less_than_question",
    "score",
    "band",
    "required",
    "fewest",
    "most",
    "step",
    "min",
    "max",
    "decimals",
    "max_length",
    "max_open",
    "precision",
    "earliest",
    "latest",
    "acknowledge",
    "matrix",
    "specify",
    "order",
    "fixed",
    "exclusive",
    "default",
    "anchors",
    "slider",
    "unit",
    "external",
    "parameters",
    "constraints",
    "when",
    "require",
    "notices",
    "of_scores",
    "reversed",
    "weights",
    "values",
    "plus",
    "count_when",
    "table",
    "at_least_items",
    "hidden",
    "round",
];

/// The kinds of questions.
pub const KINDS: [&str; 10] = [
    "single_choice",
    "multiple_choice",
    "rating",
    "integer",
    "decimal",
    "yes_no",
    "text",
    "date",
    "ranking",
    "statement",
];

type File = (&'static str, &'static str, Vec<Value>);

/// The files: name, what it is about, forms.
pub fn files() -> Vec<File> {
    vec![
        (
            "walks-kinds.json",
            "Forms of one question: every kind, with answers at its edges.",
            kinds(),
        ),
        (
            "walks-forms.json",
            "The form that ships with Aftercare, and forms that have everything.",
            whole_forms(),
        ),
        (
            "walks-instruments.json",
            "The structures of eight public instruments, with people and what should come of them.",
            instruments(),
        ),
        (
            "walks-logic.json",
            "Every operator of conditions, every method of scores, both editions.",
            logic(),
        ),
    ]
}

/// A file as it is committed: one walk a line.
pub fn written(about: &str, forms: &[Value]) -> String {
    let forms: Vec<String> = forms
        .iter()
        .map(|form| {
            let walks: Vec<String> = form["walks"]
                .as_array()
                .unwrap()
                .iter()
                .map(Value::to_string)
                .collect();
            format!(
                "{{\"definition\": {},\n\"score_ranges\": {},\n\"walks\": [\n{}\n]}}",
                form["definition"],
                form["score_ranges"],
                walks.join(",\n")
            )
        })
        .collect();
    format!(
        "{{\n\"about\": {},\n\"week\": {},\n\"forms\": [\n{}\n]\n}}\n",
        json!(about),
        json!(WEEK),
        forms.join(",\n")
    )
}

/// The keys of what has a condition, of its own or of its section.
pub fn conditional(form: &Value) -> Vec<String> {
    let sections = form["definition"]["sections"].as_array().unwrap().iter();
    let questions = sections.flat_map(|section| {
        let all = section["questions"].as_array().unwrap().iter();
        all.filter(|it| !section["show_when"].is_null() || !it["show_when"].is_null())
    });
    questions
        .map(|it| it["key"].as_str().unwrap().to_owned())
        .collect()
}

fn occasion<'a>(form: &'a Form, week: &str, language: Option<&'a str>) -> Occasion<'a> {
    let first = &form.definition().languages[0];
    Occasion {
        week: week.parse().unwrap(),
        language: language.unwrap_or(first),
    }
}

fn with_walks(form: &Form, walks: Vec<Value>) -> Value {
    let mut seen = BTreeSet::new();
    let walks: Vec<Value> = walks
        .into_iter()
        .filter(|it| seen.insert(it.to_string()))
        .collect();
    json!({"definition": form.definition(), "score_ranges": form.score_ranges(), "walks": walks})
}

/// What the domain makes of answers.
fn walked(form: &Form, said: &Map<String, Value>, language: Option<&str>) -> Value {
    walked_in(form, said, language, WEEK)
}

fn walked_in(form: &Form, said: &Map<String, Value>, language: Option<&str>, week: &str) -> Value {
    let occasion = occasion(form, week, language);
    let raw: RawAnswers = serde_json::from_value(Value::Object(said.clone())).unwrap();
    let Walk { answers, faults } = walk(form, &raw, occasion);
    let shown = form.questions().iter().zip(&answers);
    let shown: Vec<&str> = shown
        .filter(|(_, it)| **it != Answer::Hidden)
        .map(|(it, _)| it.key.as_str())
        .collect();
    let mut walk = json!({"answers": raw, "shown": shown});
    if week != WEEK {
        walk["week"] = json!(week);
    }
    if let Some(language) = language {
        walk["language"] = json!(language);
    }
    if faults.is_empty() {
        let valid = validate(form, &raw, occasion).unwrap();
        walk["stored"] = json!(RawAnswers::of(form, valid.as_slice()));
        let summary = Summary::of(form, valid.as_slice(), occasion.language);
        let scores = summary.scores.iter().map(|it| {
            json!({"key": it.key, "value": it.value, "band": it.band, "answered": it.answered, "shown": it.shown})
        });
        walk["scores"] = scores.collect();
        walk["notices"] = json!(summary.notices);
    } else {
        walk["faults"] = faults.iter().map(fault).collect();
    }
    walk
}

/// Where, what, and the particulars that a client says to a person.
fn fault(fault: &Fault<AnswerFault>) -> Value {
    let mut written = json!({"pointer": fault.pointer.as_str(), "code": fault.kind.code()});
    let more = match &fault.kind {
        AnswerFault::OutOfBounds { min, max } => json!({"min": min, "max": max}),
        AnswerFault::TooPrecise { decimals } => json!({"decimals": decimals}),
        AnswerFault::TooLong { max_length } => json!({"max_length": max_length}),
        AnswerFault::TooFewOptions { fewest } => json!({"fewest": fewest}),
        AnswerFault::TooManyOptions { most } => json!({"most": most}),
        AnswerFault::OffStep { min, step } => json!({"min": min, "step": step}),
        AnswerFault::Constraint { message } => json!({"message": message}),
        _ => json!({}),
    };
    let more = more.as_object().unwrap().clone();
    written.as_object_mut().unwrap().extend(more);
    written
}

/// Walks of made-up people, so many of each manner, and of whoever shows or hides a question that the others do not.
fn crowd(form: &Form, count: usize) -> Vec<Value> {
    let mut chance = Chance::named(form.key());
    let mut of_somebody = |manner: &Manner| {
        let raw = answers(form, manner, occasion(form, WEEK, None), &mut chance);
        walked(form, &of(&json!(raw)), None)
    };
    let mut walks: Vec<Value> = MANNERS
        .iter()
        .flat_map(|manner| std::iter::repeat_n(manner, count))
        .map(&mut of_somebody)
        .collect();
    let told = |walk: &Value| -> BTreeSet<(String, bool)> {
        let shown = walk["shown"].as_array().unwrap();
        let keys = form.questions().iter().map(|it| it.key.clone());
        keys.map(|key| (key.clone(), shown.contains(&json!(key))))
            .collect()
    };
    let mut seen: BTreeSet<_> = walks.iter().flat_map(told).collect();
    for _ in 0..SEARCHED {
        let walk = of_somebody(&MANNERS[0]);
        let tells = told(&walk);
        if !tells.is_subset(&seen) {
            seen.extend(tells);
            walks.push(walk);
        }
    }
    walks
}

fn of(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn kinds() -> Vec<Value> {
    let of_edge = |(form, answers): edges::Edge| {
        let mut walks = vec![walked(&form, &Map::new(), None)];
        walks.extend(
            answers
                .into_iter()
                .map(|answer| walked(&form, &of(&json!({"it": answer})), None)),
        );
        if form.key() == "unknown" {
            walks.extend(
                edges::unknown_answers()
                    .iter()
                    .map(|said| walked(&form, said, None)),
            );
        }
        if form.key() == "day" {
            // The first of January 2027 lies in the last week of 2026.
            for week in ["2026-W53", "2027-W01", "2024-W09"] {
                for day in [
                    "2027-01-01",
                    "2026-12-28",
                    "2027-01-04",
                    "2024-02-29",
                    "2023-02-27",
                ] {
                    walks.push(walked_in(&form, &of(&json!({"it": day})), None, week));
                }
            }
        }
        with_walks(&form, walks)
    };
    edges::all().into_iter().map(of_edge).collect()
}

fn whole_forms() -> Vec<Value> {
    let shipped = of_yaml(SHIPPED);
    let every_kind = of_yaml(include_str!("../forms/every-kind.yaml"));
    let second = of_yaml(include_str!("../forms/second-edition.yaml"));
    let traps = of_yaml(include_str!("../forms/answer-traps.yaml"));
    let mut of_second = crowd(&second, 12);
    for language in ["en", "ko"] {
        let broken =
            json!({"read": true, "operated": "2026-03", "discharged": "2026-02", "pain": 90});
        of_second.push(walked(&second, &of(&broken), Some(language)));
    }
    for said in [
        json!({"read": true, "pain": 100, "help_from": null}),
        json!({"read": true, "pain": 100, "wishes": ["talk"]}),
        json!({"read": true, "cancer": "other", "cancer_other": "A text"}),
        json!({"read": true, "cancer": "stomach", "cancer_other": "A text"}),
        json!({"read": true, "cancer": "stomach", "cancer_other": ""}),
        json!({"read": true, "help_from": ["family", "others"], "help_other": "x".repeat(51)}),
        json!({"read": true, "source": "poster", "by_source": true}),
        json!({"read": true, "source": "nowhere", "by_source": true}),
        json!({"read": true, "operated": null, "discharged": "2026-02"}),
    ] {
        of_second.push(walked(&second, &of(&said), None));
    }
    let of_traps = [
        json!({"g": false, "m": [], "t": "", "i": null, "r": ["a"], "w": "x"}),
        json!({"g": true, "m": [], "t": "", "i": null, "r": ["a"], "w": "x"}),
        json!({"g": true, "r": [], "w": "\u{200b}"}),
        json!({"g": false, "m": ["a"], "t": "x", "i": 1, "r": null, "w": null}),
    ];
    let mut walks = crowd(&traps, 4);
    walks.extend(of_traps.iter().map(|said| walked(&traps, &of(said), None)));
    vec![
        with_walks(&shipped, crowd(&shipped, 6)),
        with_walks(&every_kind, crowd(&every_kind, 9)),
        with_walks(&second, of_second),
        with_walks(&traps, walks),
    ]
}

fn instruments() -> Vec<Value> {
    let of_instrument = |(form, people): &(&str, &str)| {
        let form = of_yaml(form);
        let people = Source::read(people, Syntax::Yaml).unwrap().value().clone();
        let mut walks: Vec<Value> = Vec::new();
        for person in people["people"].as_array().unwrap() {
            let mut walk = walked(&form, &of(&person["answers"]), None);
            walk["who"] = person["who"].clone();
            walks.push(walk);
        }
        walks.extend(crowd(&form, 4));
        with_walks(&form, walks)
    };
    INSTRUMENTS.iter().map(of_instrument).collect()
}

fn logic() -> Vec<Value> {
    let conditions = of_yaml(include_str!("../forms/every-condition.yaml"));
    let scores = of_yaml(include_str!("../forms/every-score.yaml"));
    let every_kind = in_first_edition(include_str!("../forms/every-kind.yaml"));
    let unequal = in_first_edition(include_str!("../forms/scores/unequal-items.yaml"));
    let negative = in_first_edition(include_str!("../forms/scores/negative-sum.yaml"));
    let ties = rounding();
    let mut of_conditions = crowd(&conditions, 8);
    for said in [
        json!({"exact": 0.1, "whole": 0, "rated": 7}),
        json!({"exact": -0.0, "whole": 0, "one": "some", "other": "unsure"}),
        json!({"exact": 0.3, "whole": 1, "one": "some", "other": "some", "agreed": false}),
        json!({"exact": 1, "whole": 1, "one": "much", "other": "some", "plain": "b"}),
        json!({"one": "some", "other": "none", "rated": 6, "agreed": null}),
        json!({"one": "some", "other": "some", "rated": 5, "agreed": true}),
        json!({"several": [], "order": ["c"], "plain": null}),
        json!({"several": ["nothing"], "order": ["a", "b"]}),
        json!({"several": ["a", "b"], "began": "2026-05", "ended": "2026-05", "rated": 0}),
        json!({"began": "2026-05", "ended": "2026-04"}),
        json!({"began": "2026-05", "ended": null}),
        json!({"agreed": true}),
        json!({"agreed": true, "rated": 0}),
        json!({"agreed": true, "rated": null}),
        json!({"agreed": true, "rated": 0, "whole": 1}),
    ] {
        of_conditions.push(walked(&conditions, &of(&said), None));
    }
    let mut of_first = crowd(&every_kind, 8);
    // In the first edition, a list without an option was an answer to a question that must be answered.
    let required = forms::of_value(json!({
        "key": "required-first", "languages": ["en"], "title": {"en": "?"}, "sections": [{"key": "s", "title": {"en": "?"}, "questions": [
            {"key": "it", "kind": "multiple_choice", "required": true, "text": {"en": "?"}, "options": forms::options(&["a", "b"])},
        ]}],
    }));
    let empty = vec![
        walked(&required, &of(&json!({"it": []})), None),
        walked(&required, &of(&json!({})), None),
    ];
    of_first.push(walked(
        &every_kind,
        &of(&json!({"group": "a", "meals": "some", "distress": 5, "exact": 5, "urgent": "x"})),
        None,
    ));
    vec![
        with_walks(&conditions, of_conditions),
        with_walks(&scores, crowd(&scores, 15)),
        with_walks(&every_kind, of_first),
        with_walks(&required, empty),
        with_walks(&unequal, crowd(&unequal, 4)),
        with_walks(&negative, crowd(&negative, 3)),
        with_walks(
            &ties,
            (-6..=6)
                .map(|number| walked(&ties, &of(&json!({"a": number, "b": 0})), None))
                .collect(),
        ),
    ]
}

/// Halves and other remainders on both sides of zero, by every rule of rounding.
fn rounding() -> Form {
    let text = json!({"en": "?"});
    let question =
        |key: &str| json!({"key": key, "kind": "integer", "min": -6, "max": 6, "text": text});
    let score = |rule: &str, method: &str| {
        json!({
            "key": format!("{method}_{rule}"), "title": text, "of": ["a", "b"], "method": method, "to": [-6, 6],
            "round": {"decimals": 0, "rule": rule}, "at_least_answered": 1,
        })
    };
    let rules = ["half_up", "half_even", "down", "up"];
    let scores: Vec<Value> = rules
        .iter()
        .flat_map(|rule| [score(rule, "raw_mean"), score(rule, "mean")])
        .collect();
    of_value(json!({
        "key": "rounding", "edition": 2, "languages": ["en"], "title": text, "scores": scores,
        "sections": [{"key": "s", "title": text, "questions": [question("a"), question("b")]}],
    }))
}
