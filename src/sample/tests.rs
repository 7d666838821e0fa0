//! The people of the shipped form are those of their file, and the file is one of the form.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value as Json, json};

use super::people::{AND, Drawn, FILES, PeopleFile, said};
use super::{People, synthetic};
use crate::domain::form::{Form, Kind, Source, Syntax};
use crate::domain::response::{Occasion, RawAnswers, validate};

const PEOPLE: usize = 20_000;

fn form(text: &str) -> Form {
    let source = Source::read(text, Syntax::Yaml).unwrap();
    Form::check(source.definition().unwrap()).unwrap()
}

fn shipped() -> Form {
    form(include_str!("../../forms/daily-life-after-treatment.yaml"))
}

fn occasion() -> Occasion<'static> {
    Occasion {
        week: "2026-W48".parse().unwrap(),
        language: "ko",
    }
}

fn file() -> (Json, PeopleFile) {
    let [(_, text)] = FILES;
    let source = Source::read(text, Syntax::Yaml).unwrap();
    (source.value().clone(), PeopleFile::read(text).unwrap())
}

/// Answers of many people to the shipped form.
static CROWD: LazyLock<Vec<RawAnswers>> = LazyLock::new(|| {
    let form = shipped();
    let people = People::of(&form).unwrap();
    let mut rng = StdRng::seed_from_u64(2021);
    (0..PEOPLE)
        .map(|_| people.answers(&form, occasion(), &mut rng))
        .collect()
});

/// An answer as the file writes it; nothing where it is declined or left blank.
fn answer(person: &RawAnswers, question: &str) -> Option<String> {
    match person.0.get(question)? {
        Json::String(code) => Some(code.clone()),
        Json::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Json::Array(codes) => {
            let codes: Vec<_> = codes.iter().filter_map(Json::as_str).collect();
            Some(codes.join(AND))
        }
        _ => None,
    }
}

/// What the file can draw of a person, as far as it was answered.
fn drawn<'a>(answers: &'a BTreeMap<&'a str, String>) -> Drawn<'a> {
    answers
        .iter()
        .map(|(question, answer)| (*question, answer.as_str()))
        .collect()
}

#[test]
fn the_file_of_people_names_only_questions_and_options_of_its_form_and_its_shares_sum_to_one() {
    let form = shipped();
    let (_, file) = file();
    let kind = |question: &str| {
        let place = form
            .place(question)
            .unwrap_or_else(|| panic!("no question {question}"));
        &form.questions()[place].kind
    };
    let mut earlier = BTreeSet::new();
    for table in &file.tables {
        for row in &table.rows {
            let sum: f64 = row.shares.values().sum();
            assert!(
                (sum - 1.0).abs() < 1e-6,
                "{}: {:?} sum to {sum}",
                table.question,
                row.shares
            );
            assert!(
                row.shares.values().all(|share| *share > 0.0),
                "{:?}",
                row.shares
            );
            for answer in row.shares.keys() {
                assert!(
                    said(kind(&table.question), answer).is_some(),
                    "{}: {answer}",
                    table.question
                );
            }
            let known = row
                .when
                .0
                .keys()
                .all(|question| earlier.contains(question.as_str()));
            assert!(
                known,
                "{}: {:?} is not drawn before",
                table.question, row.when
            );
        }
        let last = table.rows.last().unwrap();
        assert!(
            last.when.0.is_empty(),
            "{}: nothing for the others",
            table.question
        );
        earlier.insert(table.question.as_str());
    }
    let whens = file
        .tables
        .iter()
        .flat_map(|table| &table.rows)
        .map(|row| &row.when);
    for (question, codes) in whens
        .chain(file.weighs.iter().map(|it| &it.when))
        .flat_map(|when| &when.0)
    {
        for code in codes {
            assert!(said(kind(question), code).is_some(), "{question}: {code}");
        }
    }
    let sections: Vec<_> = form
        .definition()
        .sections
        .iter()
        .map(|it| it.key.as_str())
        .collect();
    let areas = file.weighs.iter().flat_map(|it| it.areas.keys());
    for area in areas.chain(&file.answers.good) {
        assert!(sections.contains(&area.as_str()), "{area}");
    }
}

#[test]
fn every_figure_of_the_file_of_people_names_its_source_or_is_called_an_assumption() {
    let (raw, _) = file();
    let [(key, _)] = FILES;
    assert_eq!(raw["form"], json!(key));
    assert_eq!(shipped().key(), key);
    let sources = raw["sources"].as_object().unwrap();
    for (name, source) in sources {
        for field in ["title", "url", "says"] {
            assert!(
                source[field].as_str().is_some_and(|text| !text.is_empty()),
                "{name}: {field}"
            );
        }
    }
    let list = |value: &Json| value.as_array().cloned().unwrap_or_default();
    let rows = list(&raw["tables"])
        .into_iter()
        .flat_map(|table| list(&table["rows"]));
    let figures: Vec<Json> = rows
        .chain(list(&raw["weighs"]))
        .chain([raw["answers"].clone()])
        .collect();
    let mut cited = BTreeSet::new();
    let fields = [
        "when",
        "shares",
        "areas",
        "from",
        "assumption",
        "person",
        "area",
        "curve",
        "declined",
        "blank",
        "good",
    ];
    for row in &figures {
        let from = list(&row["from"]);
        assert!(!from.is_empty() || row["assumption"].is_string(), "{row}");
        let unknown = row
            .as_object()
            .unwrap()
            .keys()
            .find(|key| !fields.contains(&key.as_str()));
        assert_eq!(unknown, None, "{row}");
        for name in from {
            let name = name.as_str().unwrap().to_owned();
            assert!(sources.contains_key(&name), "{name}");
            cited.insert(name);
        }
    }
    // The paper itself gives the total only; what is reported of its tables is cited beside it.
    let uncited: Vec<_> = sources
        .keys()
        .filter(|name| !cited.contains(*name))
        .collect();
    assert_eq!(uncited, ["registry_2021"]);
}

/// Four standard errors of a share, and one in a thousand.
fn tolerance(share: f64, of: usize) -> f64 {
    4.0 * (share * (1.0 - share) / of as f64).sqrt() + 0.001
}

#[test]
fn twenty_thousand_people_are_as_often_what_the_file_says() {
    let (_, file) = file();
    let crowd = CROWD.as_slice();
    let known: Vec<BTreeMap<&str, String>> = crowd
        .iter()
        .map(|person| {
            let questions = file.tables.iter().map(|table| table.question.as_str());
            questions
                .filter_map(|it| Some((it, answer(person, it)?)))
                .collect()
        })
        .collect();
    for table in &file.tables {
        let depends: BTreeSet<_> = table.rows.iter().flat_map(|it| it.when.0.keys()).collect();
        let mut found: Vec<Vec<&str>> = vec![Vec::new(); table.rows.len()];
        for person in &known {
            // Whoever left out what the table depends on may be in any row.
            let certain = depends.iter().all(|it| person.contains_key(it.as_str()));
            if let (true, Some(answer)) = (certain, person.get(table.question.as_str())) {
                let drawn = drawn(person);
                let row = table.rows.iter().position(|row| row.when.fits(&drawn));
                found[row.unwrap()].push(answer);
            }
        }
        for (row, found) in table.rows.iter().zip(found) {
            for (answer, share) in &row.shares {
                let count = found.iter().filter(|it| *it == answer).count();
                let often = count as f64 / found.len().max(1) as f64;
                assert!(
                    found.len() < 50 || (often - share).abs() < tolerance(*share, found.len()),
                    "{} {:?} {answer}: {often} of {}, and not {share}",
                    table.question,
                    row.when,
                    found.len(),
                );
            }
        }
    }
}

#[test]
fn the_crowd_is_like_the_people_of_the_national_registry() {
    let crowd = CROWD.as_slice();
    let share = |of: &dyn Fn(&RawAnswers) -> bool, what: &dyn Fn(&RawAnswers) -> f64| {
        let these: Vec<_> = crowd.iter().filter(|it| of(it)).collect();
        these.iter().map(|it| what(it)).sum::<f64>() / these.len() as f64
    };
    let is =
        |it: &RawAnswers, question: &str, code: &str| answer(it, question).as_deref() == Some(code);
    let thyroid = share(&|_| true, &|it| f64::from(is(it, "cancer_type", "thyroid")));
    assert!((thyroid - 0.215).abs() < 0.012, "thyroid {thyroid}");
    // Of the people in their sixties about half are 65 or over.
    let old = |it: &RawAnswers| match answer(it, "age_band").as_deref() {
        Some("age_70_79" | "age_80_plus") => 1.0,
        Some("age_60_69") => 0.5,
        _ => 0.0,
    };
    for (sex, expected) in [("male", 0.59), ("female", 0.39)] {
        let found = share(
            &|it| is(it, "sex", sex) && answer(it, "age_band").is_some(),
            &old,
        );
        assert!(
            (found - expected).abs() < 0.03,
            "65 or over, {sex}: {found}"
        );
    }
    let long = share(&|_| true, &|it| {
        f64::from(is(it, "time_since_treatment", "over_5_years"))
    });
    assert!((0.50..0.608).contains(&long), "over five years {long}");
    // There are more men among old people with cancer than among all old people, of whom 264 of 632 are men.
    let alone = [("male", 264.0), ("female", 368.0)].map(|(sex, people)| {
        let alone = |it: &RawAnswers| f64::from(is(it, "living_alone", "yes"));
        share(&|it| is(it, "sex", sex) && old(it) == 1.0, &alone) * people / 632.0
    });
    let alone: f64 = alone.iter().sum();
    assert!(
        (alone - 0.225).abs() < 0.03,
        "old people who live alone {alone}"
    );
}

#[test]
fn no_woman_has_prostate_cancer_and_sex_is_mostly_answered() {
    let crowd = CROWD.as_slice();
    let with = |cancer: &str| {
        let these = crowd
            .iter()
            .filter(|it| answer(it, "cancer_type").as_deref() == Some(cancer));
        these.filter_map(|it| answer(it, "sex")).collect::<Vec<_>>()
    };
    let prostate = with("prostate");
    assert!(prostate.len() > 500, "{}", prostate.len());
    assert!(prostate.iter().all(|sex| sex == "male"));
    let breast = with("breast");
    let men = breast.iter().filter(|sex| *sex == "male").count();
    assert!(
        men * 100 < breast.len(),
        "{men} men of {} with breast cancer",
        breast.len()
    );
    let silent = crowd
        .iter()
        .filter(|it| answer(it, "sex").is_none())
        .count();
    assert!(silent * 100 < 4 * PEOPLE, "{silent} do not say their sex");
    assert!(silent > 0);
}

/// Of the steps of two questions, where both are answered.
fn correlation(form: &Form, crowd: &[RawAnswers], one: &str, other: &str) -> f64 {
    let number = |person: &RawAnswers, key: &str| {
        let question = &form.questions()[form.place(key).unwrap()];
        match (person.0.get(key)?, &question.kind) {
            (Json::String(code), Kind::SingleChoice(choices)) => {
                let choice = choices.iter().find(|choice| choice.code == *code)?;
                choice.value.map(f64::from)
            }
            (said, _) => said.as_f64(),
        }
    };
    let pairs: Vec<_> = crowd
        .iter()
        .filter_map(|it| Some((number(it, one)?, number(it, other)?)))
        .collect();
    assert!(pairs.len() > 1_000, "{one} and {other}: {}", pairs.len());
    let mean =
        |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / pairs.len() as f64;
    let (x, y) = (mean(&|it| it.0), mean(&|it| it.1));
    let covariance = mean(&|it| (it.0 - x) * (it.1 - y));
    covariance / (mean(&|it| (it.0 - x).powi(2)) * mean(&|it| (it.1 - y).powi(2))).sqrt()
}

#[test]
fn answers_within_an_area_hang_together_and_less_so_across_areas() {
    let form = shipped();
    let crowd = CROWD.as_slice();
    let correlation = |(one, other)| correlation(&form, crowd, one, other);
    let within = [
        ("energy_tired", "sleep_night"),
        ("mood_recurrence", "mood_uncertainty"),
        ("mood_uncertainty", "distress"),
        ("body_changes", "body_intimacy"),
        ("moving_walk", "home_housework"),
        ("care_listened", "care_decided_together"),
    ]
    .map(correlation);
    let across = [
        ("energy_tired", "mood_uncertainty"),
        ("sleep_night", "money_trouble"),
        ("pain_trouble", "thinking_focus"),
        ("eating_meals", "body_changes"),
        ("moving_walk", "family_talk"),
    ]
    .map(correlation);
    let least = within.iter().copied().fold(1.0, f64::min);
    let most = across.iter().copied().fold(0.0, f64::max);
    assert!(least > most + 0.05, "within {within:?}, across {across:?}");
    assert!(
        within.iter().all(|it| (0.5..0.75).contains(it)),
        "{within:?}"
    );
    assert!(
        across.iter().all(|it| (0.25..0.5).contains(it)),
        "{across:?}"
    );
    let care = correlation(("mood_uncertainty", "care_listened"));
    assert!(
        care < -0.25,
        "people on whom more weighs are served worse: {care}"
    );
}

#[test]
fn an_area_weighs_most_on_the_people_whose_illness_it_is_of() {
    let form = shipped();
    let crowd = CROWD.as_slice();
    let mean = |cancer: &str| {
        let place = form.place("eating_meals").unwrap();
        let choices = form.questions()[place].kind.choices();
        let value = |code: String| choices.iter().find(|it| it.code == code)?.value;
        let these = crowd
            .iter()
            .filter(|it| answer(it, "cancer_type").as_deref() == Some(cancer));
        let values: Vec<i32> = these
            .filter_map(|it| value(answer(it, "eating_meals")?))
            .collect();
        f64::from(values.iter().sum::<i32>()) / values.len() as f64
    };
    assert!(mean("stomach") > mean("other") + 0.6);
    assert!(mean("thyroid") < mean("other") - 0.2);
}

#[test]
fn all_that_made_up_people_say_is_valid() {
    let form = shipped();
    for person in CROWD.iter() {
        if let Err(faults) = validate(&form, person, occasion()) {
            panic!("{faults:?} in {person:?}");
        }
    }
}

#[test]
fn people_of_a_form_without_a_file_are_drawn_as_before() {
    for text in [
        include_str!("../../tests/forms/every-kind.yaml"),
        include_str!("../../tests/forms/second-edition.yaml"),
    ] {
        let form = form(text);
        let people = People::of(&form).unwrap();
        let mut rngs = [1, 1].map(StdRng::seed_from_u64);
        let [one, other] = &mut rngs;
        for _ in 0..100 {
            let language = &form.definition().languages[0];
            let occasion = Occasion {
                week: "2026-W49".parse().unwrap(),
                language,
            };
            let before = synthetic(&form, language, one);
            assert_eq!(people.answers(&form, occasion, other), before);
        }
    }
}

#[test]
fn every_option_comes_up_among_people_of_whom_nothing_is_known() {
    let form = shipped();
    let mut rng = StdRng::seed_from_u64(9);
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    for _ in 0..5_000 {
        for (question, said) in synthetic(&form, "en", &mut rng).0 {
            let codes = match said {
                Json::String(code) => vec![json!(code)],
                Json::Array(codes) => codes,
                said => vec![said],
            };
            seen.extend(
                codes
                    .into_iter()
                    .filter_map(|it| Some((question.clone(), it.as_str()?.to_owned()))),
            );
        }
    }
    for question in form.questions() {
        for choice in question.kind.choices() {
            assert!(
                seen.contains(&(question.key.clone(), choice.code.clone())),
                "{} {}",
                question.key,
                choice.code
            );
        }
    }
}
