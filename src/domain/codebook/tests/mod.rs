//! Columns over versions that add, remove and recode what they ask.

pub(crate) mod properties;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::*;
use crate::domain::form::{Answer, Form, FormDefinition, Source, Syntax};
use crate::domain::ids::CampaignId;
use crate::domain::response::{Occasion, RawAnswers, validate};
use crate::domain::week::IsoWeek;

pub(crate) fn every_kind() -> Json {
    let text = include_str!("../../../../tests/forms/every-kind.yaml");
    let definition = Source::read(text, Syntax::Yaml).unwrap().definition();
    serde_json::to_value(definition.unwrap()).unwrap()
}

pub(crate) fn second_edition() -> Json {
    let text = include_str!("../../../../tests/forms/second-edition.yaml");
    let definition = Source::read(text, Syntax::Yaml).unwrap().definition();
    serde_json::to_value(definition.unwrap()).unwrap()
}

/// The occasion of the made-up people, in a week of no importance.
pub(crate) fn occasion() -> Occasion<'static> {
    Occasion {
        week: "2026-W49".parse().unwrap(),
        language: "en",
    }
}

fn check(form: &Json) -> Option<Form> {
    let definition: FormDefinition = serde_json::from_value(form.clone()).ok()?;
    Form::check(definition).ok()
}

pub(crate) fn form(form: &Json) -> Form {
    check(form).expect("a sound form")
}

/// The question with this key in a definition.
pub(crate) fn question<'a>(form: &'a mut Json, key: &str) -> Option<&'a mut Json> {
    let sections = form["sections"].as_array_mut().unwrap();
    let mut questions = sections
        .iter_mut()
        .flat_map(|section| section["questions"].as_array_mut().unwrap());
    questions.find(|question| question["key"] == key)
}

fn remove(form: &mut Json, key: &str) {
    for section in form["sections"].as_array_mut().unwrap() {
        let questions = section["questions"].as_array_mut().unwrap();
        questions.retain(|question| question["key"] != key);
    }
}

pub(crate) fn add(form: &mut Json, question: Json) {
    form["sections"][1]["questions"]
        .as_array_mut()
        .unwrap()
        .push(question);
}

pub(crate) fn numbered(forms: &[Form]) -> Vec<(i32, &Form)> {
    (1..).zip(forms).collect()
}

fn names(forms: &[Form]) -> Vec<String> {
    let columns = Columns::of(&numbered(forms));
    columns.names().map(str::to_owned).collect()
}

fn answers(form: &Form, raw: Json) -> Vec<Answer> {
    let raw: RawAnswers = serde_json::from_value(raw).unwrap();
    let valid = validate(form, &raw, occasion()).unwrap();
    valid.as_slice().to_vec()
}

/// The cells of a response by column, in words that do not depend on which versions are in the export.
fn cells(columns: &Columns<'_>, version: i32, answers: &[Answer]) -> BTreeMap<String, String> {
    let projection = RowProjection::of(columns, version);
    let cells = projection.cells(row(answers)).map(|cell| match cell {
        Cell::Choice(option) => format!("{} {:?}", option.code, option.value),
        Cell::Decimal(number) => number.to_string(),
        other => format!("{other:?}"),
    });
    let named = columns.as_slice().iter().zip(cells);
    let answered = named.filter(|(column, _)| !matches!(column.kind, ColumnKind::Metadata(_)));
    answered
        .map(|(column, cell)| (column.name.clone(), cell))
        .collect()
}

/// A row with these answers.
pub(crate) fn row(answers: &[Answer]) -> RowContent<'_> {
    RowContent {
        campaign: const {
            &CampaignLabel {
                id: CampaignId(Uuid::from_u128(7)),
                key: "spring-2027",
            }
        },
        language: "ko",
        week: "2027-W05".parse::<IsoWeek>().unwrap().monday(),
        answers,
    }
}

/// The description of every column.
fn entries(columns: &Columns<'_>, language: &str) -> Vec<Entry> {
    let entry = |column| Entry::of(columns, column, language).unwrap();
    columns.as_slice().iter().map(entry).collect()
}

#[test]
fn metadata_columns_are_filled_from_what_is_stored_beside_the_answers() {
    let form = form(&every_kind());
    let columns = Columns::of(&[(7, &form)]);
    let projection = RowProjection::of(&columns, 7);
    let row = row(&[]);
    let cells = MetadataColumn::ALL.map(|column| {
        let index = columns.metadata(column);
        let found = index.of(columns.as_slice()).unwrap();
        assert_eq!(found.kind, ColumnKind::Metadata(column));
        projection.cell(index, &row)
    });
    let campaign = Cell::Campaign(row.campaign);
    let (language, week) = (Cell::Language(row.language), Cell::Week(row.week));
    assert_eq!(cells, [campaign, Cell::Whole(7), language, week]);
}

#[test]
fn one_version_has_a_column_for_each_question_option_and_score() {
    let expected = "campaign form_version language week group alone meals help_from__family help_from__friends \
                    help_from__nobody distress sleep_hours weight family_role exact after score_difficulty score_load";
    assert_eq!(names(&[form(&every_kind())]).join(" "), expected);
}

#[test]
fn a_new_option_is_a_column_more_and_empty_for_the_versions_before() {
    let one = every_kind();
    let mut two = one.clone();
    let options = &mut question(&mut two, "help_from").unwrap()["options"];
    let clinic = json!({"code": "clinic", "label": {"en": "Clinic", "ko": "병원"}});
    options.as_array_mut().unwrap().insert(0, clinic);
    let forms = [form(&one), form(&two)];
    let columns = Columns::of(&numbered(&forms));
    let clinic = columns
        .as_slice()
        .iter()
        .find(|c| c.name == "help_from__clinic");
    assert_eq!(clinic.unwrap().versions, [2]);
    let family = columns
        .as_slice()
        .iter()
        .find(|c| c.name == "help_from__family");
    assert_eq!(family.unwrap().versions, [1, 2]);

    let raw = json!({"group": "c", "meals": "much", "distress": 3, "help_from": ["family"]});
    let mut first = cells(&columns, 1, &answers(&forms[0], raw.clone()));
    let mut second = cells(&columns, 2, &answers(&forms[1], raw));
    assert_eq!(
        first.remove("help_from__clinic").unwrap(),
        "Missing(NotAsked)"
    );
    assert_eq!(second.remove("help_from__clinic").unwrap(), "Chosen(false)");
    assert_eq!(first["help_from__family"], "Chosen(true)");
    assert_eq!(second["help_from__family"], "Chosen(true)");
    assert_eq!(first["help_from__friends"], "Chosen(false)");
}

#[test]
fn a_recoded_question_and_the_scores_over_it_get_columns_of_their_own() {
    let one = every_kind();
    let mut two = one.clone();
    two["scales"]["difficulty"][2]["value"] = json!(5);
    let forms = [form(&one), form(&one), form(&two)];
    let expected = "campaign form_version language week group alone meals meals@3 help_from__family \
                    help_from__friends help_from__nobody distress sleep_hours weight family_role exact after after@3 \
                    score_difficulty score_difficulty@3 score_load score_load@3";
    assert_eq!(names(&forms).join(" "), expected);

    let columns = Columns::of(&numbered(&forms));
    let raw = json!({"group": "c", "meals": "much", "distress": 0});
    let old = cells(&columns, 2, &answers(&forms[1], raw.clone()));
    let new = cells(&columns, 3, &answers(&forms[2], raw));
    assert_eq!(
        (&*old["meals"], &*old["meals@3"]),
        ("much Some(2)", "Missing(NotAsked)")
    );
    assert_eq!(
        (&*new["meals"], &*new["meals@3"]),
        ("Missing(NotAsked)", "much Some(5)")
    );
    assert_eq!(
        (&*old["score_load"], &*new["score_load@3"]),
        ("Score(2.0, 1)", "Score(5.0, 1)")
    );

    let entries = entries(&columns, "en");
    let entry = |name: &str| entries.iter().find(|entry| entry.column == name).unwrap();
    assert_eq!(
        (&entry("meals").versions[..], &entry("meals@3").versions[..]),
        (&[1, 2][..], &[3][..])
    );
    assert_eq!(entry("meals@3").question.as_deref(), Some("meals"));
    let of = |name: &str| entry(name).score.clone().unwrap().of;
    assert_eq!(of("score_load"), ["meals", "after"]);
    assert_eq!(of("score_load@3"), ["meals@3", "after@3"]);
}

#[test]
fn a_wider_scale_keeps_the_question_and_moves_the_score() {
    let one = every_kind();
    let mut two = one.clone();
    let scale = two["scales"]["difficulty"].as_array_mut().unwrap();
    scale.push(json!({"code": "all", "value": 3, "label": {"en": "All", "ko": "다"}}));
    let names = names(&[form(&one), form(&two)]);
    assert!(!names.contains(&"meals@2".to_owned()));
    assert!(names.contains(&"score_difficulty@2".to_owned()));
}

#[test]
fn the_formula_of_a_score_names_the_column_of_a_recoded_question() {
    let [one, _] = scored(|_| {});
    let mut two = serde_json::to_value(one.definition()).unwrap();
    question(&mut two, "distress").unwrap()["max"] = json!(9);
    let forms = [one, form(&two)];
    let columns = Columns::of(&numbered(&forms));
    let entries = entries(&columns, "en");
    let formula = |name: &str| {
        let entry = entries.iter().find(|entry| entry.column == name);
        entry
            .unwrap_or_else(|| panic!("{name}"))
            .score
            .clone()
            .unwrap()
            .formula
    };
    assert!(formula("score_worst").contains("(distress >= 7)"));
    let second = formula("score_worst@2");
    assert!(second.contains("(distress@2 >= 7)"), "{second}");
    let all = formula("score_all@2");
    assert!(all.contains("score worst@2"), "{all}");
}

#[test]
fn other_words_and_another_order_change_nothing() {
    let one = every_kind();
    let mut two = one.clone();
    question(&mut two, "meals").unwrap()["text"] = json!({"en": "How are meals?", "ko": "식사는?"});
    two["scales"]["difficulty"]
        .as_array_mut()
        .unwrap()
        .reverse();
    two["scores"][0]["of"].as_array_mut().unwrap().reverse();
    two["scores"][0]["title"]["en"] = json!("Trouble");
    let forms = [form(&one), form(&two)];
    assert_eq!(names(&forms), names(&forms[..1]));
    let columns = Columns::of(&numbered(&forms));
    let raw = json!({"group": "c", "meals": "none", "distress": 3});
    let old = cells(&columns, 1, &answers(&forms[0], raw.clone()));
    assert_eq!(old, cells(&columns, 2, &answers(&forms[1], raw)));
    let entries = entries(&columns, "en");
    let meals = entries
        .iter()
        .find(|entry| entry.column == "meals")
        .unwrap();
    assert_eq!(meals.text, "How are meals?");
}

#[test]
fn a_question_that_was_away_goes_on_in_its_column_if_its_coding_does() {
    let one = every_kind();
    let mut two = one.clone();
    remove(&mut two, "sleep_hours");
    let mut four = one.clone();
    question(&mut four, "sleep_hours").unwrap()["max"] = json!(24);
    let forms = [form(&one), form(&two), form(&one), form(&four)];
    let columns = Columns::of(&numbered(&forms));
    let versions = |name: &str| -> Vec<i32> {
        let mut found = columns
            .as_slice()
            .iter()
            .filter(|column| column.name == name);
        found.next().unwrap().versions.clone()
    };
    assert_eq!(versions("sleep_hours"), [1, 3]);
    assert_eq!(versions("sleep_hours@4"), [4]);
}

#[test]
fn questions_that_only_older_versions_ask_come_after_the_newest() {
    let one = every_kind();
    let mut two = one.clone();
    remove(&mut two, "sleep_hours");
    add(
        &mut two,
        json!({"key": "walks", "kind": "yes_no", "text": {"en": "Walks?", "ko": "산책?"}}),
    );
    let mut three = two.clone();
    remove(&mut three, "walks");
    let names = names(&[form(&one), form(&two), form(&three)]).join(" ");
    assert!(
        names.ends_with("exact after walks sleep_hours score_difficulty score_load"),
        "{names}"
    );
}

#[test]
fn free_text_has_no_column_and_keeps_its_name() {
    let one = every_kind();
    let mut two = one.clone();
    let story = question(&mut two, "story").unwrap();
    *story = json!({"key": "story", "kind": "yes_no", "text": {"en": "Story?", "ko": "이야기?"}});
    let names = names(&[form(&one), form(&two)]);
    assert!(!names.contains(&"story".to_owned()) && !names.contains(&"urgent".to_owned()));
    assert!(
        names.contains(&"story@2".to_owned()),
        "remarks are known by the plain name"
    );
}

#[test]
fn an_empty_cell_knows_why_it_is_empty() {
    let form = form(&every_kind());
    let columns = Columns::of(&[(7, &form)]);
    let raw = json!({"group": "b", "meals": null, "distress": 9, "alone": true, "help_from": null, "weight": -0.5});
    let found = cells(&columns, 7, &answers(&form, raw));
    for (column, expected) in [
        ("meals", "Missing(Declined)"),
        ("help_from__family", "Missing(Declined)"),
        ("sleep_hours", "Missing(Blank)"),
        ("weight", "-0.50"),
        ("after", "Missing(Hidden)"),
        ("score_difficulty", "Score(90.0, 1)"),
        ("score_load", "Missing(Blank)"),
    ] {
        assert_eq!(found[column], expected, "{column}");
    }
    let unknown = cells(&columns, 8, &[]);
    assert!(unknown.values().all(|cell| cell == "Missing(NotAsked)"));
    let flavours = [
        Missing::Hidden,
        Missing::NotAsked,
        Missing::Blank,
        Missing::Declined,
    ];
    assert_eq!(
        flavours.map(Missing::null_flavour),
        ["NA", "NASK", "NI", "ASKU"]
    );
}

#[test]
fn texts_fall_back_to_the_default_language_of_their_version() {
    let one = every_kind();
    let mut two: Json = one.clone();
    remove(&mut two, "sleep_hours");
    let mut two = serde_json::to_string(&two).unwrap();
    two = two.replace("\"ko\"", "\"fr\"");
    let forms = [form(&one), form(&serde_json::from_str(&two).unwrap())];
    let entries = entries(&Columns::of(&numbered(&forms)), "fr");
    let text = |name: &str| {
        let entry = entries.iter().find(|entry| entry.column == name);
        entry.unwrap().text.clone()
    };
    assert_eq!(
        (&*text("meals"), &*text("sleep_hours")),
        ("식사?", "Sleep?")
    );
}

/// The forms of a life of one change to the scores.
fn scored(change: impl Fn(&mut Json)) -> [Form; 2] {
    let mut one = every_kind();
    let scores = one["scores"].as_array_mut().unwrap();
    scores.push(json!({"key": "worst", "title": {"en": "W", "ko": "W"}, "of": [], "method": "count",
        "count_when": [{"question": "alone", "is": true}, {"question": "distress", "at_least": 7}]}));
    scores.push(json!({"key": "all", "title": {"en": "A", "ko": "A"}, "of": ["meals"], "of_scores": ["worst"],
        "method": "sum", "bands": [{"from": 0, "code": "any", "label": {"en": "A", "ko": "A"}}]}));
    let mut two = one.clone();
    change(&mut two);
    [form(&one), form(&two)]
}

#[test]
fn a_score_reckoned_in_another_way_gets_a_column_of_its_own_and_so_does_one_over_it() {
    let recoded = |change: fn(&mut Json)| -> Vec<String> {
        let names = names(&scored(change));
        names
            .into_iter()
            .filter(|name| name.ends_with("@2"))
            .collect()
    };
    let both = ["score_worst@2", "score_all@2"];
    assert_eq!(
        recoded(|form| form["scores"][2]["count_when"][1]["at_least"] = json!(8)),
        both
    );
    assert_eq!(
        recoded(|form| form["scores"][2]["hidden"] = json!("missing")),
        both
    );
    for (field, value) in [
        ("weights", json!({"meals": 2})),
        ("reversed", json!(["meals"])),
        ("plus", json!(1)),
        ("round", json!({"decimals": 2})),
        (
            "values",
            json!({"meals": {"none": 0, "some": 1, "much": 4}}),
        ),
        ("at_least_items", json!(2)),
        ("method", json!("max")),
    ] {
        let [one, two] = scored(|form| form["scores"][3][field] = value.clone());
        assert!(
            names(&[one, two]).contains(&"score_all@2".to_owned()),
            "{field}"
        );
    }
    // Words are about the number, and a sum has no range.
    assert!(
        recoded(|form| {
            form["scores"][3]["to"] = json!([0, 10]);
            form["scores"][3]["title"]["en"] = json!("Everything");
            form["scores"][3]["bands"][0]["label"]["en"] = json!("Some");
        })
        .is_empty()
    );
}

#[test]
fn a_sum_of_the_first_edition_is_another_column_and_a_mean_goes_on() {
    let old = with_edition(every_kind(), 1);
    let names = names(&[form(&old), form(&with_edition(every_kind(), 2))]);
    assert!(names.contains(&"score_load@2".to_owned()));
    assert!(!names.contains(&"score_difficulty@2".to_owned()));
}

fn with_edition(mut form: Json, edition: u8) -> Json {
    form["edition"] = json!(edition);
    form
}

#[test]
fn the_codebook_names_every_column_that_a_score_is_computed_from() {
    let [form, _] = scored(|_| {});
    let columns = Columns::of(&[(1, &form)]);
    let entries = entries(&columns, "en");
    let score = |name: &str| {
        entries
            .iter()
            .find(|entry| entry.column == name)
            .unwrap()
            .score
            .clone()
            .unwrap()
    };
    assert_eq!(score("score_worst").of, ["alone", "distress"]);
    assert_eq!(score("score_all").of, ["meals", "score_worst"]);
    assert_eq!(score("score_all").to, None);
    assert!(score("score_worst").formula.starts_with(
        "number of those chosen, answered with yes or met among (alone is yes), (distress >= 7); given when"
    ));
}

#[test]
fn a_formula_reads_as_a_sentence() {
    let [_, form] = scored(|form| {
        form["scores"][3]["weights"] = json!({"meals": 0.5});
        form["scores"][3]["reversed"] = json!(["meals"]);
        form["scores"][3]["plus"] = json!(1);
        let table = json!({"key": "looked_up", "title": {"en": "T", "ko": "T"}, "of": ["meals"], "of_scores": ["all"],
            "method": "table", "hidden": "lowest", "table": [{"at": ["any", "any"], "value": 1.5}]});
        form["scores"].as_array_mut().unwrap().push(table);
    });
    let entries = entries(&Columns::of(&[(1, &form)]), "en");
    let formula = |name: &str| {
        let entry = entries.iter().find(|entry| entry.column == name).unwrap();
        entry.score.clone().unwrap().formula
    };
    assert_eq!(
        formula("score_all"),
        "sum of 0.5 × reversed meals, score worst; plus 1; given when a share of 0.5 of them has a number; a missing \
         one takes the mean relative position of the others; what routing hid is left out; rounded to 1 decimal, a half \
         away from zero; from 1 to 4"
    );
    assert_eq!(
        formula("score_looked_up"),
        "looked up by meals, score all in a table of 1 rows; given when none is missing; what routing hid counts as its \
         lowest number; rounded to 1 decimal, a half away from zero; from 1.5 to 1.5"
    );
}
