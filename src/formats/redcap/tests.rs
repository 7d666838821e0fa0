use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::form::{Form, FormDefinition};
use crate::formats::forms_for_tests::{EVERY_KIND, SECOND_EDITION, form_of, leveled};
use crate::formats::imported::Remark;

const FOREIGN: &str = include_str!("../../../tests/forms/dictionary.csv");

fn checked(definition: Value) -> Form {
    let definition: FormDefinition = serde_json::from_value(definition).unwrap();
    Form::check(definition.as_written_today()).unwrap()
}

fn said(remarks: &[Remark]) -> Vec<String> {
    remarks.iter().map(ToString::to_string).collect()
}

/// The rows by the name of their field, as they are written.
fn row(bytes: &[u8], name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(bytes);
    let rows = reader.records().map(Result::unwrap);
    let row = rows.into_iter().find(|row| &row[0] == name);
    let row = row.unwrap_or_else(|| panic!("{name} is no field"));
    row.iter().map(str::to_owned).collect()
}

#[test]
fn fields_have_the_types_choices_tags_and_logic_of_redcap() {
    let written = write(&form_of(EVERY_KIND), Some("en")).unwrap();
    let cell = |name: &str, column: usize| row(&written.bytes, name)[column].clone();
    assert_eq!(cell("record_id", 3), "text");
    for (name, column, expected) in [
        ("meals", 3, "radio"),
        ("meals", 5, "0, None | 1, Some | 2, Much"),
        ("alone", 3, "yesno"),
        ("help_from", 3, "checkbox"),
        ("help_from", 17, "@NONEOFTHEABOVE='nobody'"),
        (
            "help_from",
            11,
            "([meals] = '1' or [meals] = '2') or [alone] = '1'",
        ),
        ("distress", 3, "slider"),
        ("distress", 8, "0"),
        ("distress", 9, "10"),
        ("distress", 12, "y"),
        ("sleep_hours", 7, "integer"),
        ("weight", 7, "number_2dp"),
        ("weight", 8, "-0.5"),
        (
            "family_role",
            11,
            "([group] <> 'c' and ([distress] <> '' and [distress] <= 8)) and [help_from(family)] = '1'",
        ),
        ("story", 3, "notes"),
        ("story", 17, "@CHARLIMIT='200'"),
        ("notice_help", 11, "[distress] >= 7"),
    ] {
        assert_eq!(cell(name, column), expected, "{name}, {column}");
    }
}

#[test]
fn what_a_dictionary_has_no_place_for_is_named_by_its_row() {
    let written = write(&form_of(SECOND_EDITION), Some("en")).unwrap();
    let remarks = said(&written.remarks);
    for expected in [
        "row 1, column Field Label: a dictionary has one language; the texts in \"ko\" are not in it",
        "column Variable / Field Name: parameters of the address: not in it",
        "column Variable / Field Name: rules over several questions: not in it",
        "column Field Type: nobody acknowledges the text there",
        "column Text Validation Type OR Show Slider Number: the whole date is asked there, and not the month alone",
        "column Text Validation Min: the bound \"-P5Y\" is not in it",
        "column Variable / Field Name: the text beside other is a question of its own there",
        "column Field Annotation: external of cancer is not in it",
        "column Field Annotation: unit of weight is not in it",
        "column Field Annotation: fewest of help_from is not in it",
        "column Field Type: the ranking wishes is left out",
        "column Branching Logic (Show field only if...): it is shown always there: its condition cannot be said",
        "column Choices, Calculations, OR Slider Labels: the score days is left out",
    ] {
        assert!(
            remarks.iter().any(|it| it.contains(expected)),
            "{expected}: {remarks:#?}"
        );
    }
    // Each remark about a field stands at its row.
    let ranking = written
        .remarks
        .iter()
        .find(|it| it.what.contains("cancer is not in it"));
    let mut reader = csv::Reader::from_reader(written.bytes.as_slice());
    let names: Vec<String> = reader
        .records()
        .map(|it| it.unwrap()[0].to_owned())
        .collect();
    assert_eq!(names[ranking.unwrap().row as usize - 2], "cancer");
    assert!(matches!(
        write(&form_of(SECOND_EDITION), Some("fr")),
        Err(WriteFault::NoLanguage(_))
    ));
}

#[test]
fn levels_of_masking_are_named_as_not_in_it_and_do_not_come_back() {
    let form = leveled();
    let written = write(&form, Some("en")).unwrap();
    let remarks = said(&written.remarks);
    for key in ["place", "had", "years", "weight"] {
        let expected = format!("coarser of {key} is not in it");
        assert!(
            remarks.iter().any(|it| it.contains(&expected)),
            "{expected}: {remarks:#?}"
        );
    }
    let back = read(&written.bytes, Some("en")).unwrap();
    let questions: Vec<_> = back.definition.questions().map(|(_, it)| it).collect();
    assert_eq!(questions.len(), 4);
    assert!(questions.iter().all(|it| it.coarser.is_empty()));
}

#[test]
fn a_dictionary_of_other_people_is_read_and_nothing_is_dropped_in_silence() {
    let read = read(FOREIGN.as_bytes(), Some("en")).unwrap();
    let (left_out, notes) = (said(&read.left_out), said(&read.notes));
    for expected in [
        "dictionary, row 3, column Identifier?: \"name\": identifying",
        "dictionary, row 4, column Field Type: \"mail\": identifying",
        "dictionary, row 7, column Custom Alignment: this cell is not carried",
        "dictionary, row 9, column Field Annotation: @HIDECHOICE is not carried",
        "dictionary, row 15, column Field Type: \"came_at\": times of day",
        "dictionary, row 16, column Field Type: \"scan\": attachments",
        "dictionary, row 17, column Field Annotation: \"arm\": it is hidden",
        "dictionary, row 18, column Branching Logic (Show field only if...): datediff([seen], 'today', 'd') > 3: ",
        "dictionary, row 21, column Choices, Calculations, OR Slider Labels: sqrt([a1]): ",
        "dictionary, row 23, column Field Annotation: the words \"ask twice\" are not carried",
    ] {
        assert!(
            left_out.iter().any(|it| it.starts_with(expected)),
            "{expected}: {left_out:#?}"
        );
    }
    assert_eq!(left_out.len(), 10, "{left_out:#?}");
    for expected in [
        "dictionary, row 2, column Variable / Field Name: the first field names the record",
        "dictionary, row 5, column Variable / Field Name: \"Sex\" is no valid key",
        "dictionary, row 12, column Field Type: true and false are asked as yes and no",
        "dictionary, row 14, column Text Validation Type OR Show Slider Number: a date describes the person",
        "dictionary, row 22, column Choices, Calculations, OR Slider Labels: sum() counts what is blank as 0",
        "dictionary, row 23, column Form Name: the instrument \"second\" becomes part",
    ] {
        assert!(
            notes.iter().any(|it| it.starts_with(expected)),
            "{expected}: {notes:#?}"
        );
    }
    let form = json!(read.definition);
    let question = |key: &str| {
        let sections = form["sections"].as_array().unwrap().iter();
        let mut all = sections.flat_map(|it| it["questions"].as_array().unwrap());
        let found = all.find(|it| it["key"] == key);
        found.unwrap_or_else(|| panic!("{key}")).clone()
    };
    assert_eq!(form["key"], json!("baseline"));
    assert_eq!(
        question("symptoms")["options"][2],
        json!({"code": "c_9", "value": 9, "label": {"en": "None, really"}, "exclusive": true})
    );
    assert_eq!(question("symptoms")["most"], json!(2));
    assert_eq!(
        question("symptoms")["show_when"],
        json!({"question": "sex", "is": "c_1"})
    );
    assert_eq!(
        question("more")["show_when"],
        json!({"all": [
            {"question": "symptoms", "includes": "c_1"},
            {"not": {"question": "symptoms", "includes": "c_2"}},
            {"any": [{"question": "pain", "at_least": 5.0}, {"question": "pain", "answered": false}]},
        ]})
    );
    assert_eq!(
        question("two")["show_when"],
        json!({"question": "symptoms", "count_at_least": 2})
    );
    let pain = question("pain");
    assert_eq!(
        (&pain["min"], &pain["max"], &pain["slider"]),
        (&json!(0), &json!(10), &json!(true))
    );
    assert_eq!(pain["anchors"], json!([{"at": 5, "label": {"en": "Half"}}]));
    assert_eq!(question("seen")["latest"], json!("today"));
    assert_eq!(question("seen")["earliest"], json!("2020-03"));
    assert_eq!(question("a1")["matrix"], json!("how"));
    let scores = form["scores"].as_array().unwrap();
    assert_eq!(scores.len(), 3);
    assert_eq!(scores[0]["method"], json!("sum"));
    assert_eq!(
        (&scores[1]["method"], &scores[1]["round"]["decimals"]),
        (&json!("raw_mean"), &json!(2))
    );
    assert_eq!(
        (&scores[2]["reversed"], &scores[2]["weights"]),
        (&json!(["a2"]), &json!({"a1": 2.0}))
    );

    Form::check(read.definition.clone()).unwrap();
}

#[test]
fn a_file_that_is_no_dictionary_is_refused() {
    for bytes in [
        &b""[..],
        b"a,b\n1,2\n",
        b"Field Type,Field Label\n",
        b"\xff\xfe",
    ] {
        assert!(matches!(
            read(bytes, None),
            Err(DictionaryFault::NotADictionary(_))
        ));
    }
    assert!(is_dictionary(FOREIGN.as_bytes()));
    let marked = [b"\xef\xbb\xbf", FOREIGN.as_bytes()].concat();
    assert!(
        read(&marked, Some("en")).is_ok(),
        "a mark before UTF-8 is no part of the header"
    );
    assert!(read(FOREIGN.as_bytes(), Some("English!")).is_err());
}

fn text(words: &str) -> Value {
    json!({"en": words})
}

/// A form of what a dictionary can say: for each question its kind, its words, whether it is required, and a number.
fn generated(parts: &[(u8, String, bool, u8)]) -> Value {
    let mut questions: Vec<Value> = Vec::new();
    let mut numbers: Vec<String> = Vec::new();
    for (place, (kind, words, required, look)) in parts.iter().enumerate() {
        let key = format!("q{place}");
        let words = format!("W{}", words.trim_end());
        let option = |value: u8, words: &str| json!({"code": format!("c_{value}"), "value": value, "label": text(words)});
        let mut none = json!({"code": "none", "label": text("None, \"really\"")});
        none["exclusive"] = json!(true);
        let mut question = match kind % 9 {
            0 => {
                json!({"kind": "single_choice", "options": [option(0, &words), option(look + 1, "B")]})
            }
            1 => json!({"kind": "multiple_choice", "most": 2, "options": [
                {"code": "a", "label": text(&words)}, {"code": "b", "label": text("B")}, none]}),
            2 => {
                json!({"kind": "rating", "min": 0, "max": 10, "slider": true, "max_label": text(&words),
                "anchors": [{"at": 5, "label": text("Half")}]})
            }
            3 => json!({"kind": "integer", "min": -5, "max": look}),
            4 => {
                json!({"kind": "decimal", "min": -0.25, "max": f64::from(*look) + 0.75, "decimals": 2})
            }
            5 => json!({"kind": "yes_no"}),
            6 => {
                json!({"kind": "date", "background": true, "earliest": "2020-02", "latest": "2024-02"})
            }
            7 => json!({"kind": "statement"}),
            _ => json!({"kind": "text", "max_length": 1 + u16::from(*look)}),
        };
        question["key"] = json!(key);
        question["text"] = text(&words);
        if *required && kind % 9 != 7 {
            question["required"] = json!(true);
            question["hint"] = text(&words);
        }
        let at = usize::from(*look) % (place + 1);
        if at < place {
            let other = format!("q{at}");
            let test = match parts[at].0 % 9 {
                0 => json!({"question": other, "is": "c_0"}),
                1 if *required => json!({"question": other, "count_at_least": 2}),
                1 => {
                    json!({"any": [{"question": other, "includes": "a"}, {"not": {"question": other, "includes": "b"}}]})
                }
                2 | 3 => {
                    json!({"all": [{"not": {"question": other, "is": 1.0}}, {"question": other, "at_most": 4.0}]})
                }
                4 => {
                    json!({"any": [{"question": other, "is": 0.5}, {"question": other, "more_than": 0.5}]})
                }
                5 => json!({"question": other, "is": required}),
                6 => json!({"question": other, "answered": true}),
                _ => Value::Null,
            };
            if !test.is_null() {
                question["show_when"] = test;
            }
        } else if [0, 2, 3, 4, 5].contains(&(kind % 9)) {
            numbers.push(key);
        }
        if kind % 9 == 5 && *required {
            question["default"] = json!(true);
        }
        questions.push(question);
    }
    let mut scores = Vec::new();
    if let Some(first) = numbers.first() {
        let of = |method: &str| json!({"key": method, "title": text(method), "of": numbers, "method": method});
        let mut sum = of("sum");
        sum["at_least_answered"] = json!(1.0);
        sum["weights"] = json!({first.clone(): 0.5});
        sum["plus"] = json!(2.0);
        let mut mean = of("raw_mean");
        mean["at_least_items"] = json!(1);
        mean["round"] = json!({"decimals": 2});
        let mut max = of("max");
        max["at_least_items"] = json!(1);
        scores = vec![sum, mean, max];
    }
    let (second, first) = (questions.split_off(questions.len() / 2), questions);
    let section = |key: &str, title: &str, questions: Vec<Value>| json!({"key": key, "title": text(title), "questions": questions});
    let mut sections = vec![section("the_second_part", "The second part", second)];
    if !first.is_empty() {
        let mut section = section("all", "All", first);
        section["description"] = text("About, these");
        sections.insert(0, section);
    }
    json!({"key": "a-form", "languages": ["en"], "title": text("A form"), "sections": sections, "scores": scores})
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_generated_form_that_redcap_can_say_comes_back_as_it_was(
        parts in prop::collection::vec((any::<u8>(), "[ -%'-;=-{}~가-힣]{0,12}", any::<bool>(), 0..=254_u8), 1..8),
    ) {
        let form = checked(generated(&parts));
        let written = write(&form, None).unwrap();
        prop_assert_eq!(said(&written.remarks).len(), count_of_dates(&form), "{:?}", written.remarks);
        let read = read(&written.bytes, Some("en")).unwrap();
        prop_assert_eq!(said(&read.left_out), Vec::<String>::new());
        prop_assert_eq!(json!(&read.definition), json!(form.definition()));
        let again = Form::check(read.definition).unwrap();
        prop_assert_eq!(again.digest(), form.digest());
    }

    #[test]
    fn a_damaged_dictionary_never_makes_it_fall_over(place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = FOREIGN.as_bytes().to_vec();
        let at = place.index(bytes.len());
        bytes[at] = byte;
        let _ = read(&bytes, None);
        bytes.truncate(cut.index(bytes.len()));
        let _ = read(&bytes, None);
    }

    #[test]
    fn no_branching_logic_or_calculation_makes_it_fall_over(text in "[\\[\\]()a-c0-9'\"<>=!,+*/. ordn-]{0,60}") {
        let _ = logic::parse(&text);
        let _ = scores::score(&text, &scores::Ranges::new(), &BTreeSet::new());
    }
}

/// REDCap asks for the whole date, which is said of each.
fn count_of_dates(form: &Form) -> usize {
    let questions = form.definition().questions();
    let dates = questions.filter(|(_, it)| it.kind == crate::domain::form::QuestionKind::Date);
    dates.count()
}

#[test]
fn brackets_without_end_are_refused() {
    for text in ["(", "-", "sum(", "[a"] {
        assert!(logic::parse(&text.repeat(8_000)).is_err(), "{text}");
    }
}

/// A dictionary of these rows: name, type, choices or calculation, label, branching logic.
fn dictionary(rows: &[[&str; 5]]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = [
        "field_name",
        "field_type",
        "select_choices_or_calculations",
        "field_label",
        "branching_logic",
        "form_name",
    ];
    writer.write_record(names).unwrap();
    for row in rows {
        writer.write_record(row.iter().chain(&["f1"])).unwrap();
    }
    writer.into_inner().unwrap()
}

#[test]
fn a_quote_that_is_not_closed_is_refused_and_its_row_named() {
    let head = "field_name,form_name,section_header,field_type,field_label,field_note\n";
    let open = |rows: &str| match read(format!("{head}{rows}").as_bytes(), Some("en")) {
        Ok(read) => panic!("{:?}", read.definition),
        Err(fault) => fault.to_string(),
    };
    for rows in [
        "z,f1,,yesno,Z,\na,f1,,yesno,\"A,\nb,f1,,yesno,B,\nc,f1,,yesno,C,\n",
        // The quote of a later row closes it, and the row goes on.
        "z,f1,,yesno,Z,\r\na,f1,,yesno,\"A,\r\nb,f1,,yesno,\"B, b\",\r\nc,f1,,yesno,C,\r\n",
        "z,f1,,yesno,\"Z\nz \"\"z\"\"\",\na,f1,,yesno,A,\"",
    ] {
        let why = open(rows);
        assert!(why.contains("row 3: a quote opens a cell"), "{why}");
    }
    let fine = "z,f1,,yesno,\"Z\nz, \"\"z\"\"\",\"\"\na,f1,,yesno,5\" tall,\"end\"";
    let read = read(format!("{head}{fine}").as_bytes(), Some("en")).unwrap();
    assert_eq!(read.definition.questions().count(), 2);
}

#[test]
fn a_dictionary_with_semicolons_or_tabs_is_told_to_use_commas() {
    for (separator, name) in [(";", "semicolons"), ("\t", "tabs")] {
        let file = "field_name,form_name,field_type,field_label\na,f1,yesno,A\n";
        let fault = read(file.replace(',', separator).as_bytes(), Some("en")).unwrap_err();
        let expected = format!("separated by {name}; the separator must be a comma");
        assert!(fault.to_string().contains(&expected), "{fault}");
    }
}

#[test]
fn a_calculation_over_what_routing_hides_is_missing_there_and_comes_back_as_it_was() {
    let choices = "0, No | 1, Yes";
    let file = dictionary(&[
        ["r1", "radio", choices, "R1", ""],
        ["r2", "radio", choices, "R2", "[r1] = '1'"],
        ["score_both", "calc", "[r1] + [r2]", "Both", ""],
        [
            "score_half",
            "calc",
            "round(([r1] + [r2]) / 2, 1)",
            "Half",
            "",
        ],
        ["score_one", "calc", "[r1] + 1", "One", ""],
        [
            "score_mean",
            "calc",
            "round(mean([r1], [r2]), 1)",
            "Mean",
            "",
        ],
        ["score_twice", "calc", "2 * [score_both]", "Twice", ""],
    ]);
    let form = read(&file, Some("en")).unwrap().definition;
    let hidden = |key: &str| {
        let score = form.scores.iter().find(|it| it.key == key).unwrap();
        json!(score.hidden)
    };
    for key in ["both", "half", "twice"] {
        assert_eq!(hidden(key), json!("missing"), "{key}");
    }
    for key in ["one", "mean"] {
        assert_eq!(hidden(key), Value::Null, "{key}");
    }
    let form = Form::check(form).unwrap();
    let written = write(&form, None).unwrap();
    assert_eq!(said(&written.remarks), Vec::<String>::new());
    let again = read(&written.bytes, Some("en")).unwrap().definition;
    assert_eq!(Form::check(again).unwrap().digest(), form.digest());
}

#[test]
fn codes_keep_their_sign_and_each_that_is_renamed_is_named() {
    let choices = "-1, Disagree | 1, Agree | dk, Unknown";
    let read = read(&dictionary(&[["a", "radio", choices, "A", ""]]), Some("en")).unwrap();
    let (_, question) = read.definition.questions().next().unwrap();
    let options = question.options.iter().flatten();
    let found: Vec<_> = options.map(|it| (it.code.as_str(), it.value)).collect();
    let expected = [("c_minus_1", Some(-1)), ("c_1", Some(1)), ("dk", None)];
    assert_eq!(found, expected);
    let expected = "row 2, column Choices, Calculations, OR Slider Labels: no valid codes, or taken: \"-1\" becomes \"c_minus_1\", \"1\" becomes \"c_1\"";
    let notes = said(&read.notes);
    assert!(notes.iter().any(|it| it.ends_with(expected)), "{notes:#?}");
}

#[test]
fn what_redcap_would_replace_in_a_text_is_named() {
    let file = dictionary(&[
        ["first", "yesno", "", "First", ""],
        [
            "a",
            "radio",
            "1, Like [first:value] | 2, Other [words]",
            "Hello [first], [survey-link]",
            "",
        ],
        ["s", "calc", "[first] + 1", "Sum [of all]", ""],
    ]);
    let left_out = said(&read(&file, Some("en")).unwrap().left_out);
    let say = |column: &str, inner: &str| {
        format!(
            "dictionary, row 3, column {column}: [{inner}] is not replaced: whoever answers sees it in the text as it stands"
        )
    };
    let choices = "Choices, Calculations, OR Slider Labels";
    let expected = [
        say("Field Label", "first"),
        say("Field Label", "survey-link"),
        say(choices, "first:value"),
    ];
    assert_eq!(left_out, expected);
}

#[test]
fn branching_logic_that_cannot_be_read_is_told_in_the_words_of_redcap() {
    let logic = |logic: &str| {
        let file = dictionary(&[
            ["sym", "checkbox", "1, A | 2, B", "Symptoms", ""],
            ["a", "yesno", "", "A", logic],
        ]);
        let left_out = said(&read(&file, Some("en")).unwrap().left_out);
        assert_eq!(left_out.len(), 1, "{left_out:?}");
        left_out.into_iter().next().unwrap()
    };
    for (cell, expected) in [
        ("[sym] = '1'", "write [sym(1)] = '1'"),
        ("[sym(2)] = '1' and 2 <> [sym]", "write [sym(2)] = '0'"),
        ("[sym(1)] mod 2 = 1", "\"mod\" was not expected"),
        ("[sym(1)] = / 2", "\"/\" was not expected"),
        ("[sym(1)] = != 2", "\"!=\" was not expected"),
    ] {
        let found = logic(cell);
        assert!(found.ends_with(expected), "{cell}: {found}");
    }
}
