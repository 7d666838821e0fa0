use std::io::Write;

use proptest::prelude::*;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use super::*;
use crate::domain::form::{Form, FormDefinition};
use crate::formats::forms_for_tests::{
    EVERY_KIND, SECOND_EDITION, SHIPPED, form_of, generated, leveled,
};
use crate::formats::imported::Remark;

fn round_trip(form: &Form) {
    let written = write(form).unwrap();
    let read = read(&written.bytes).unwrap();
    assert_eq!(read.left_out, []);
    assert_eq!(read.notes, []);
    assert_eq!(&read.definition, form.definition());
    let again = Form::check(read.definition).unwrap();
    assert_eq!(again.digest(), form.digest());
}

#[test]
fn the_shipped_form_comes_back_as_it_was() {
    round_trip(&form_of(SHIPPED));
}

#[test]
fn every_kind_of_question_comes_back_as_it_was() {
    round_trip(&form_of(EVERY_KIND));
}

#[test]
fn the_kinds_and_bounds_of_the_second_edition_come_back_as_they_were() {
    round_trip(&form_of(SECOND_EDITION));
}

#[test]
fn levels_of_masking_come_back_as_they_were() {
    round_trip(&leveled());
}

#[test]
fn a_form_from_before_there_were_editions_keeps_its_digest() {
    let mut definition = form_of(EVERY_KIND).definition().clone();
    definition.edition = None;
    round_trip(&Form::check(definition).unwrap());
}

#[test]
fn equal_forms_give_equal_bytes() {
    let form = form_of(EVERY_KIND);
    assert_eq!(write(&form).unwrap().bytes, write(&form).unwrap().bytes);
}

/// The cells of a sheet of a written form.
fn cells(form: &Form, sheet: &str) -> Vec<Vec<(String, String)>> {
    let bytes = write(form).unwrap().bytes;
    let mut sheets = workbook::read(&bytes, &[sheet]).unwrap();
    let rows = sheets.remove(sheet).unwrap().rows;
    rows.into_iter()
        .map(|row| row.cells.into_iter().collect())
        .collect()
}

fn cell(form: &Form, name: &str, column: &str) -> String {
    let has_name =
        |row: &Vec<(String, String)>| row.contains(&("name".to_owned(), name.to_owned()));
    let row = cells(form, "survey").into_iter().find(has_name).unwrap();
    row.into_iter()
        .find(|(header, _)| header == column)
        .map(|it| it.1)
        .unwrap_or_default()
}

#[test]
fn other_tools_find_types_conditions_and_bounds_in_the_columns_of_xlsform() {
    let form = form_of(EVERY_KIND);
    for (name, column, expected) in [
        ("group", "type", "select_one group"),
        ("alone", "type", "select_one yes_no"),
        ("meals", "type", "select_one difficulty"),
        ("help_from", "type", "select_multiple help_from"),
        (
            "help_from",
            "relevant",
            "(${meals} = 'some' or ${meals} = 'much') or ${alone} = 'yes'",
        ),
        (
            "help_from",
            "constraint",
            "not(selected(., 'nobody') and count-selected(.) > 1)",
        ),
        ("distress", "type", "range"),
        ("distress", "parameters", "start=0 end=10 step=1"),
        ("distress", "hint::en (en)", "0 = none, 10 = most"),
        ("distress", "required", "yes"),
        ("weight", "constraint", ". >= -0.5 and . <= 250.5"),
        (
            "section__deeper",
            "relevant",
            "not(${group} = 'c') and ${distress} <= 8",
        ),
        (
            "family_role",
            "relevant",
            "selected(${help_from}, 'family')",
        ),
        ("after", "relevant", "${weight} != ''"),
        ("story", "constraint", "string-length(.) <= 200"),
        ("notice__help", "relevant", "${distress} >= 7"),
        ("score__load", "calculation", "''"),
    ] {
        assert_eq!(cell(&form, name, column), expected, "{name}, {column}");
    }
    assert!(cell(&form, "score__difficulty", "calculation").starts_with("if("));
    let remarks = write(&form).unwrap().remarks;
    let remarks: Vec<String> = remarks.iter().map(ToString::to_string).collect();
    assert_eq!(remarks.len(), 1, "{remarks:?}");
    assert!(
        remarks[0].contains("the score load is not computed by other tools"),
        "{remarks:?}"
    );
}

/// A workbook as people write one.
fn workbook_of(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(*name).unwrap();
        for (row, cells) in (0..).zip(*rows) {
            for (column, cell) in (0..).zip(*cells) {
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(row, column, number).unwrap(),
                    Err(_) if cell.is_empty() => continue,
                    Err(_) => sheet.write_string(row, column, *cell).unwrap(),
                };
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn said(remarks: &[Remark]) -> Vec<String> {
    remarks.iter().map(ToString::to_string).collect()
}

fn find(form: &FormDefinition, key: &str) -> Value {
    let question = form.questions().find(|(_, question)| question.key == key);
    json!(question.unwrap().1)
}

#[test]
fn a_workbook_of_other_people_is_read_and_nothing_is_dropped_in_silence() {
    let bytes = workbook_of(&[
        (
            "survey",
            &[
                &[
                    "type",
                    "name",
                    "label::English (en)",
                    "label::Français (fr)",
                    "required",
                    "relevant",
                    "constraint",
                    "appearance",
                    "constraint_message",
                ],
                &["start", "start"],
                &["deviceid", "device"],
                &["begin group", "Person", "About you", "Vous"],
                &["note", "intro", "Welcome", "Bienvenue"],
                &[
                    "select_one sex",
                    "Sex",
                    "Sex?",
                    "Sexe ?",
                    "yes",
                    "",
                    "",
                    "minimal",
                ],
                &[
                    "integer",
                    "age",
                    "Age?",
                    "Âge ?",
                    "TRUE",
                    "",
                    ". > 17 and . < 120",
                    "",
                    "Adults only",
                ],
                &[
                    "begin group",
                    "inner",
                    "Inner",
                    "Dedans",
                    "",
                    "${age} >= 60",
                ],
                &[
                    "select_multiple symptoms or_other",
                    "symptoms",
                    "Symptoms?",
                    "Symptômes ?",
                    "",
                    "${Sex} = '1'",
                ],
                &["end group"],
                &[
                    "text",
                    "week",
                    "Which week?",
                    "Semaine ?",
                    "",
                    "selected(${symptoms}, 'pain') and not(${Sex} = '2')",
                ],
                &["end group"],
                &["begin repeat", "child", "Child"],
                &["text", "child_name", "Name?"],
                &["end repeat"],
                &["select_one agree", "a", "A?", "A ?"],
                &["select_one agree", "b", "B?", "B ?", "", "${a} >= 3"],
                &["time", "born", "Born?", "Né ?"],
                &["calculate", "double", "", "", "", "", "", "", ""],
                &[
                    "range",
                    "pain",
                    "Pain?",
                    "Douleur ?",
                    "",
                    "string-length(${a}) > 2",
                ],
                &["note", "alarm", "Call us", "Appelez", "", "${pain} > 7"],
                &[
                    "decimal",
                    "weight",
                    "",
                    "",
                    "",
                    "",
                    ". >= 20.5 and . <= 300",
                ],
            ],
        ),
        (
            "choices",
            &[
                &[
                    "list_name",
                    "name",
                    "label::English (en)",
                    "label::Français (fr)",
                    "image",
                ],
                &["sex", "1", "Female", "Femme", "f.png"],
                &["sex", "2", "Male", "Homme"],
                &["symptoms", "pain", "Pain", "Douleur"],
                &["symptoms", "sleep", "Sleep", "Sommeil"],
                &["agree", "1", "No", "Non"],
                &["agree", "2", "So so", "Bof"],
                &["agree", "3", "Yes", "Oui"],
            ],
        ),
        (
            "settings",
            &[
                &[
                    "form_title",
                    "form_id",
                    "default_language",
                    "version",
                    "public_key",
                ],
                &["My Survey", "my_survey", "English (en)", "2026", "MIIB"],
            ],
        ),
    ]);
    let read = read(&bytes).unwrap();
    let (left_out, notes) = (said(&read.left_out), said(&read.notes));
    for expected in [
        "survey, row 2, column type: \"start\": identifying",
        "survey, row 3, column type: \"deviceid\": identifying",
        "survey, row 6, column appearance: this column is not carried",
        "survey, row 7, column constraint_message: this column is not carried",
        "survey, row 13, column type: \"begin repeat\": a response has one answer to each question",
        "survey, row 18, column type: \"time\": times of day",
        "survey, row 19, column calculation: a calculation is not carried",
        "survey, row 20, column relevant: string-length(${a}) > 2: ",
        "choices, row 2, column image: this column is not carried",
        "settings, row 2, column public_key: this column is not carried",
    ] {
        assert!(
            left_out.iter().any(|it| it.starts_with(expected)),
            "{expected}: {left_out:#?}"
        );
    }
    assert_eq!(left_out.len(), 10, "{left_out:#?}");
    for expected in [
        "survey, row 6, column name: \"Sex\" is no valid key, or taken, and becomes \"sex\"",
        "survey, row 9, column type: the text beside \"other\" becomes \"symptoms_other\"",
        "survey, row 11, column name: \"week\" is no valid key, or taken, and becomes \"q_week\"",
        "survey, row 8, column type: sections are not nested",
        "survey, row 22, column label: there is no label",
        "choices, row 2, column name: \"1\" is no valid code and becomes \"c_1\"",
        "settings, row 2, column form_id: the key of the form is \"my-survey\"",
        "settings, row 2, column version: ",
    ] {
        assert!(
            notes.iter().any(|it| it.starts_with(expected)),
            "{expected}: {notes:#?}"
        );
    }
    let form = &read.definition;
    assert_eq!(form.languages, ["en", "fr"]);
    let keys: Vec<&str> = form.sections.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["person", "inner", "person_2", "questions"]);
    assert_eq!(
        json!(form.sections[0].description),
        json!({"en": "Welcome", "fr": "Bienvenue"})
    );
    assert_eq!(
        json!(form.sections[1].show_when),
        json!({"question": "age", "at_least": 60.0})
    );
    let (age, sex) = (find(form, "age"), find(form, "sex"));
    assert_eq!(
        (&age["min"], &age["max"], &age["required"]),
        (&json!(18), &json!(119), &json!(true))
    );
    assert_eq!(
        sex["options"][0],
        json!({"code": "c_1", "value": 1, "label": {"en": "Female", "fr": "Femme"}})
    );
    assert_eq!(
        find(form, "symptoms")["show_when"],
        json!({"question": "sex", "is": "c_1"})
    );
    assert_eq!(
        find(form, "q_week")["show_when"],
        json!({"all": [{"question": "symptoms", "includes": "pain"}, {"not": {"question": "sex", "is": "c_2"}}]})
    );
    assert_eq!(
        find(form, "b")["show_when"],
        json!({"question": "a", "is": "c_3"})
    );
    assert_eq!(find(form, "b")["scale"], json!("agree"));
    assert_eq!(find(form, "pain")["min"], json!(1));
    assert_eq!(find(form, "weight")["min"], json!(20.5));
    assert_eq!(
        json!(form.notices[0].show_when),
        json!({"question": "pain", "at_least": 8.0})
    );
    Form::check(form.clone()).unwrap();
}

#[test]
fn labels_without_a_language_take_the_default_and_strange_languages_are_named() {
    let survey: &[&[&str]] = &[
        &["type", "name", "label", "label::Klingon"],
        &["integer", "n", "How many?", "tlhIngan"],
    ];
    let read_with = |settings: &[&[&str]]| {
        read(&workbook_of(&[("survey", survey), ("settings", settings)])).unwrap()
    };
    let spanish = read_with(&[&["default_language"], &["Spanish"]]);
    assert_eq!(spanish.definition.languages, ["es"]);
    let unknown = read_with(&[]);
    assert_eq!(unknown.definition.languages, ["und"]);
    assert!(
        said(&unknown.notes)[0].contains("no language is named"),
        "{:?}",
        unknown.notes
    );
    assert_eq!(
        said(&unknown.left_out),
        ["survey, row 2, column label::Klingon: this column is not carried"]
    );
}

#[test]
fn what_was_edited_in_the_sheet_counts() {
    let form = form_of(EVERY_KIND);
    let bytes = write(&form).unwrap().bytes;
    let mut sheets = workbook::read(&bytes, &["survey", "choices", "settings"]).unwrap();
    let survey = sheets.get_mut("survey").unwrap();
    for row in &mut survey.rows {
        match row.cells.get("name").map(String::as_str) {
            Some("family_role") => row
                .cells
                .insert("relevant".to_owned(), "${meals} = 'much'".to_owned()),
            Some("sleep_hours") => row
                .cells
                .insert("constraint".to_owned(), ". >= 0 and . <= 24".to_owned()),
            Some("distress") => row
                .cells
                .insert("parameters".to_owned(), "start=1 end=5 step=1".to_owned()),
            Some("story") => row
                .cells
                .insert("label::en (en)".to_owned(), "Tell us".to_owned()),
            _ => None,
        };
    }
    let tables: Vec<(&str, workbook::Table)> = sheets
        .iter()
        .map(|(name, sheet)| {
            let lines = sheet.rows.iter().map(|row| row.cells.clone()).collect();
            (
                name.as_str(),
                workbook::Table {
                    leading: sheet.columns.clone(),
                    lines,
                },
            )
        })
        .collect();
    let read = read(&workbook::write(&tables).unwrap()).unwrap();
    assert_eq!(read.left_out, []);
    assert_eq!(
        find(&read.definition, "family_role")["show_when"],
        json!({"question": "meals", "is": "much"})
    );
    assert_eq!(find(&read.definition, "sleep_hours")["max"], json!(24));
    assert_eq!(find(&read.definition, "distress")["min"], json!(1));
    assert_eq!(
        find(&read.definition, "story")["text"]["en"],
        json!("Tell us")
    );
}

/// A file with one part of this many zeros, and a workbook's others.
fn bomb(size: usize) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("xl/sharedStrings.xml", options).unwrap();
    let block = vec![b' '; 1024 * 1024];
    for _ in 0..size / block.len() {
        archive.write_all(&block).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_small_file_that_unpacks_into_a_large_one_is_refused() {
    let bytes = bomb(64 * 1024 * 1024);
    assert!(bytes.len() < 256 * 1024, "{}", bytes.len());
    let fault = read(&bytes).unwrap_err();
    assert!(
        matches!(&fault, WorkbookFault::TooLarge(what) if what.contains("unpacked")),
        "{fault}"
    );
}

#[test]
fn a_cell_far_away_or_a_string_in_many_cells_takes_no_memory() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("survey").unwrap();
    sheet.write_string(1_000_000, 16_000, "far").unwrap();
    let fault = read(&workbook.save_to_buffer().unwrap()).unwrap_err();
    assert!(fault.to_string().contains("20000 rows"), "{fault}");

    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("survey").unwrap();
    let long = "x".repeat(32_000);
    for row in 0..2_000 {
        sheet.write_string(row, 0, &long).unwrap();
    }
    let bytes = workbook.save_to_buffer().unwrap();
    assert!(bytes.len() < 64 * 1024, "{}", bytes.len());
    let fault = read(&bytes).unwrap_err();
    assert!(fault.to_string().contains("bytes of text"), "{fault}");
}

#[test]
fn what_is_no_workbook_is_refused() {
    let other = workbook_of(&[("Sheet1", &[&["type"]])]);
    let none: [&[u8]; 4] = [b"", b"type,name\n", b"PK\x03\x04", &other];
    for bytes in none {
        assert!(matches!(read(bytes), Err(WorkbookFault::NotAWorkbook(_))));
    }
}

#[test]
fn no_cell_brings_in_what_the_database_cannot_store() {
    let bytes = workbook_of(&[(
        "survey",
        &[
            &["type", "name", "label", "aftercare_concept"],
            &[
                "text",
                "a",
                "A?",
                "{\"system\": \"icf\", \"code\": \"b\\u0000\"}",
            ],
        ],
    )]);
    let fault = read(&bytes).unwrap_err();
    assert!(fault.to_string().contains("U+0000"), "{fault}");
}

#[test]
fn a_group_of_groups_keeps_its_conditions_and_says_that_its_heading_is_gone() {
    let bytes = workbook_of(&[(
        "survey",
        &[
            &["type", "name", "label::en", "relevant"],
            &["integer", "n", "N?"],
            &["begin group", "outer", "Outer", "${n} > 1"],
            &["note", "about", "About"],
            &["begin group", "inner", "Inner", "${n} < 9"],
            &["integer", "m", "M?"],
            &["end group"],
            &["end group"],
        ],
    )]);
    let read = read(&bytes).unwrap();
    let left_out = said(&read.left_out);
    assert_eq!(left_out.len(), 1, "{left_out:?}");
    assert!(
        left_out[0].starts_with("survey, row 3, column label: sections are not nested"),
        "{left_out:?}"
    );
    assert_eq!(
        json!(read.definition.sections[1].show_when),
        json!({"all": [{"question": "n", "at_least": 2.0}, {"question": "n", "at_most": 8.0}]})
    );
}

#[test]
fn counts_two_questions_acknowledgements_dates_and_the_text_beside_other_are_read() {
    let bytes = workbook_of(&[
        (
            "survey",
            &[
                &["type", "name", "label::en", "relevant", "constraint"],
                &["acknowledge", "ready", "Ready?"],
                &[
                    "date",
                    "came",
                    "Came?",
                    "${ready} = 'OK'",
                    ". >= date('2020-03-15') and . <= today()",
                ],
                &["date", "left", "Left?", "", ". < '2027-01-01'"],
                &["select_multiple s or_other", "s", "Which?"],
                &[
                    "integer",
                    "a",
                    "A?",
                    "count-selected(${s}) > 1",
                    ". >= 0 and . <= 9",
                ],
                &[
                    "integer",
                    "b",
                    "B?",
                    "${s} != '' and count-selected(${s}) <= 2",
                    ". >= 0 and . <= 9",
                ],
                &[
                    "integer",
                    "c",
                    "C?",
                    "${a} > ${b} and ${left} >= ${came}",
                    ". >= 0 and . <= 9",
                ],
                &[
                    "text",
                    "d",
                    "D?",
                    "${s} != '' and not(selected(${s}, 'x'))",
                    "string-length(.) <= 9",
                ],
                &[
                    "text",
                    "e",
                    "E?",
                    "${ready} < ${a}",
                    "string-length(.) <= 9",
                ],
            ],
        ),
        (
            "choices",
            &[
                &["list_name", "name", "label::en"],
                &["s", "x", "X"],
                &["s", "y", "Y"],
            ],
        ),
    ]);
    let read = read(&bytes).unwrap();
    let left_out = said(&read.left_out);
    assert_eq!(left_out.len(), 1, "{left_out:?}");
    assert!(
        left_out[0].contains("two answers are compared where both are numbers"),
        "{left_out:?}"
    );
    let form = &read.definition;
    let find = |key: &str| self::find(form, key);
    assert_eq!(find("ready")["acknowledge"], json!(true));
    let came = find("came");
    assert_eq!(
        (&came["earliest"], &came["latest"], &came["background"]),
        (&json!("2020-03"), &json!("today"), &json!(true))
    );
    assert_eq!(came["show_when"], json!({"question": "ready", "is": true}));
    assert_eq!(find("left")["latest"], json!("2026-12"));
    assert_eq!(
        find("s")["options"][2]["specify"],
        json!({"key": "s_other", "text": {"en": "Specify other."}, "max_length": 200})
    );
    assert_eq!(
        find("a")["show_when"],
        json!({"question": "s", "count_at_least": 2})
    );
    assert_eq!(
        find("c")["show_when"],
        json!({"all": [{"question": "a", "more_than_question": "b"}, {"question": "left", "at_least_question": "came"}]})
    );
    assert_eq!(
        find("d")["show_when"],
        json!({"all": [{"question": "s", "answered": true}, {"not": {"question": "s", "includes": "x"}}]})
    );
    Form::check(form.clone()).unwrap();
}

#[test]
fn other_tools_find_counts_comparisons_and_scores_in_relevant() {
    let form = form_of(SECOND_EDITION);
    for (name, expected) in [
        (
            "by_none",
            "${help_from} != '' and not(selected(${help_from}, 'nurse'))",
        ),
        ("by_count", "count-selected(${help_from}) >= 3"),
        (
            "by_few",
            "${wishes} != '' and count-selected(${wishes}) <= 1",
        ),
        ("by_read", "${read} = 'OK'"),
    ] {
        assert_eq!(cell(&form, name, "relevant"), expected, "{name}");
    }
    assert_eq!(cell(&form, "read", "type"), "acknowledge");
    let mut definition = json!(form_of(EVERY_KIND).definition());
    definition["scores"] = json!([{
        "key": "load", "title": {"en": "Load", "ko": "부담"}, "of": ["meals", "distress"], "method": "mean",
        "bands": [{"from": 0, "code": "low", "label": {"en": "L", "ko": "L"}}, {"from": 50, "code": "high", "label": {"en": "H", "ko": "H"}}],
    }]);
    definition["notices"][0]["show_when"] = json!({"score": "load", "band": "low"});
    let definition: FormDefinition = serde_json::from_value(definition).unwrap();
    let form = Form::check(definition).unwrap();
    assert_eq!(
        cell(&form, "notice__help", "relevant"),
        "${score__load} >= 0 and ${score__load} < 50"
    );
    round_trip(&form);
}

#[test]
fn a_mean_is_a_calculation() {
    let mut definition = json!(form_of(EVERY_KIND).definition());
    definition["scores"] = json!([{
        "key": "load", "title": {"en": "Load", "ko": "부담"}, "of": ["meals", "distress"], "method": "mean",
    }]);
    let definition: FormDefinition = serde_json::from_value(definition).unwrap();
    let form = Form::check(definition).unwrap();
    let meals =
        "if(${meals} = 'none', 0, if(${meals} = 'some', 50, if(${meals} = 'much', 100, 0)))";
    let answered = "if(${meals} = 'none' or ${meals} = 'some' or ${meals} = 'much', 1, 0) + if(${distress} != '', 1, 0)";
    assert_eq!(
        cell(&form, "score__load", "calculation"),
        format!(
            "if(({answered}) > 0 and ({answered}) >= 0.5 * (1 + 1), \
             round(({meals} + if(${{distress}} != '', 0 + (${{distress}} - 0) * 10, 0)) div ({answered}), 1), '')"
        )
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_generated_form_comes_back_as_it_was(
        parts in prop::collection::vec((any::<u8>(), "[ -%'-;=-~가-힣\n]{0,12}", any::<bool>(), 1..=255_u8), 1..8),
    ) {
        let definition: FormDefinition = serde_json::from_value(generated(&parts)).unwrap();
        round_trip(&Form::check(definition.as_written_today()).unwrap());
    }

    #[test]
    fn a_damaged_file_never_makes_it_fall_over(place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = write(&form_of(EVERY_KIND)).unwrap().bytes;
        let at = place.index(bytes.len());
        bytes[at] = byte;
        let _ = read(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = read(&bytes);
    }
}

#[test]
fn rows_that_are_disabled_are_not_asked_and_answers_within_texts_are_named() {
    let bytes = workbook_of(&[
        (
            "survey",
            &[
                &["type", "name", "label::English (en)", "disabled"],
                &["begin group", "about", "About", "no"],
                &["select_one sex", "a", "A?"],
                &["integer", "b", "Your ${a}?"],
                &["select_one sex", "c", "C?", "yes"],
                &["end group"],
                &["begin group", "old", "Old", "TRUE"],
                &["begin group", "older", "Older"],
                &["integer", "d", "D?"],
                &["end group"],
                &["integer", "e", "E?"],
                &["end group"],
                &["begin group", "more", "More"],
                &["integer", "f", "F?", "perhaps"],
                &["end group"],
            ],
        ),
        (
            "choices",
            &[
                &["list_name", "name", "label::English (en)"],
                &["sex", "f", "Female"],
                &["sex", "m", "Like ${b}"],
            ],
        ),
        ("settings", &[&["form_id"], &["x"]]),
    ]);
    let read = read(&bytes).unwrap();
    let questions = read.definition.questions();
    let keys: Vec<_> = questions.map(|(_, it)| it.key.as_str()).collect();
    assert_eq!(keys, ["a", "b", "f"]);
    assert!(
        read.definition.scales.is_empty(),
        "one question alone uses the list"
    );
    let piped = "is not replaced: whoever answers sees it in the text as it stands";
    assert_eq!(
        said(&read.left_out),
        [
            format!("survey, row 4, column label::English (en): ${{a}} {piped}"),
            "survey, row 5, column disabled: \"c\" is disabled: it is left out".to_owned(),
            "survey, row 7, column disabled: \"old\" is disabled: it is left out with its 4 rows"
                .to_owned(),
            "survey, row 14, column disabled: this column is not carried".to_owned(),
            format!("choices, row 3, column label::English (en): ${{b}} {piped}"),
        ]
    );
}
