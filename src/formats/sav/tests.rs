//! A system file against the CSV file of the same rows.

use super::*;
use crate::formats::csv::{CsvOptions, Formulas};
use crate::formats::csv_table::CsvTable;
use crate::formats::table::tests::{Fixture, shapes, versions};

/// The elements of all cases; none for a system-missing value.
fn elements(cases: &[u8]) -> Vec<Option<[u8; ELEMENT]>> {
    let (mut found, mut rest) = (Vec::new(), cases);
    loop {
        let (codes, literals) = rest.split_at(ELEMENT);
        rest = literals;
        for code in codes {
            match code {
                0 => {}
                252 => {
                    assert!(rest.is_empty(), "nothing comes behind the end");
                    return found;
                }
                253 => {
                    found.push(Some(rest[..ELEMENT].try_into().unwrap()));
                    rest = &rest[ELEMENT..];
                }
                254 => found.push(Some([b' '; ELEMENT])),
                255 => found.push(None),
                code => found.push(Some((f64::from(*code) - BIAS).to_le_bytes())),
            }
        }
    }
}

/// A value as a CSV file has it.
fn text(variable: &Variable, elements: &[Option<[u8; ELEMENT]>]) -> String {
    let Kind::Number { lowest, .. } = variable.kind else {
        let bytes: Vec<u8> = elements.iter().flat_map(|it| it.unwrap()).collect();
        return String::from_utf8(bytes).unwrap().trim_end().to_owned();
    };
    let Some(number) = elements[0].map(f64::from_le_bytes) else {
        return String::new();
    };
    let reasons = (0_u8..).zip(REASONS);
    let mut words = reasons.map(|(at, (reason, _))| (lowest + f64::from(at), reason));
    let word = words.find(|(value, _)| *value == number);
    word.map_or_else(
        || number.to_string(),
        |(_, reason)| reason.null_flavour().to_owned(),
    )
}

#[test]
fn a_system_file_says_what_the_csv_file_says() {
    let versions = versions();
    let fixture = Fixture::of(&versions);
    let raw = CsvOptions {
        bom: false,
        formulas: Formulas::Raw,
    };
    for shape in shapes() {
        let (table, mut layout) = fixture.table(shape, |_| true);
        let mut file = SavTable::default();
        file.begin(&table).unwrap();
        let dictionary = file.take();
        assert!(dictionary.starts_with(b"$FL2@(#) SPSS DATA FILE"));
        assert!(dictionary.ends_with(&[0xe7, 3, 0, 0, 0, 0, 0, 0]), "999, 0");
        let mut cases = Vec::new();
        fixture.each(|cells| {
            layout.write(cells.into_iter(), &mut file).unwrap();
            cases.extend(file.take());
        });
        file.end().unwrap();
        cases.extend(file.take());
        let mut elements = elements(&cases).into_iter();
        let csv = fixture.written(shape, CsvTable::new(raw));
        let mut reader = csv::Reader::from_reader(csv.as_slice());
        for row in reader.records().map(Result::unwrap) {
            for (variable, expected) in file.variables.iter().zip(&row) {
                let own: Vec<_> = elements.by_ref().take(variable.elements()).collect();
                let found = text(variable, &own);
                let same = match (found.parse::<f64>(), expected.parse::<f64>()) {
                    (Ok(found), Ok(expected)) => found == expected,
                    _ => found == expected,
                };
                assert!(same, "{}: {found:?} {expected:?}", variable.name);
            }
        }
        assert_eq!(elements.next(), None);
    }
}

#[test]
fn the_numbers_of_reasons_lie_below_all_that_a_question_takes() {
    let mut column = TableColumn::plain("debt", ValueType::Whole, "Debt?");
    for (min, expected) in [
        (None, -9999.0),
        (Some("-9000"), -9999.0),
        (Some("-9997"), -99999.0),
    ] {
        column.min = min.map(str::to_owned);
        let Kind::Number { lowest, .. } = Kind::of(&column, MissingShown::Reasons) else {
            panic!("a number");
        };
        assert_eq!(lowest, expected);
    }
}

#[test]
fn names_are_short_enough_and_no_two_are_the_same() {
    let long = "a".repeat(70);
    let mut variables: Vec<Variable> = Vec::new();
    for column in ["all", "meals@2", &long, &(long.clone() + "b")] {
        let column = TableColumn::plain(column, ValueType::Text, "식".repeat(200).as_str());
        let variable = Variable::of(&column, MissingShown::Blank, &variables);
        variables.push(variable);
    }
    let names: Vec<_> = variables.iter().map(|it| it.name.as_str()).collect();
    let expected = [
        "all_1",
        "meals@2",
        &"a".repeat(64),
        &format!("{}_4", "a".repeat(58)),
    ];
    assert_eq!(names, expected);
    assert!(variables.iter().all(|it| it.label.len() == VARIABLE_LABEL));
}
