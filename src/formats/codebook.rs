//! The codebook as a table: a row a column of the export.

use super::csv::{CsvOptions, CsvWriter, RowFault};
use crate::domain::codebook::{BandEntry, CodeEntry, Entry, ScoreEntry, UnitEntry};

/// The columns of the codebook itself.
pub const HEADER: [&str; 31] = [
    "column",
    "question",
    "option",
    "kind",
    "section",
    "section_title",
    "text",
    "label",
    "versions",
    "codes",
    "numbers",
    "min",
    "max",
    "decimals",
    "background",
    "required",
    "show_when",
    "concept_system",
    "concept_code",
    "score_of",
    "score_method",
    "score_range",
    "score_at_least_answered",
    "score_bands",
    "masked_with",
    "unit",
    "step",
    "precision",
    "external",
    "score_formula",
    "matrix",
];

/// The columns of the list of codes.
pub const CODES_HEADER: [&str; 7] = [
    "column", "version", "kind", "code", "number", "label", "level",
];

/// A code of a column in a version, or a band of a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CodeRow<'a> {
    /// The column.
    pub column: &'a str,
    /// The version.
    pub version: i32,
    /// `code`, `group` for one that is told instead of several, or `band` for one of a score.
    pub kind: &'static str,
    /// As it stands in the column; the code of the band.
    pub code: &'a str,
    /// The number that it stands for in scores; the least score of the band.
    pub number: Option<f64>,
    /// What it means.
    pub label: &'a str,
    /// The level of a group.
    pub level: Option<u8>,
}

/// A row for each code that can stand in a column in each version, and for each band of a score.
pub fn codes(by_version: &[Entry]) -> impl Iterator<Item = CodeRow<'_>> {
    by_version.iter().flat_map(|entry| {
        let version = entry.versions.last().copied().unwrap_or_default();
        let row = move |kind, code, number, label, level| CodeRow {
            column: &entry.column,
            version,
            kind,
            code,
            number,
            label,
            level,
        };
        let codes = entry.codes.iter();
        let codes = codes.map(move |it| {
            let kind = if it.level.is_some() { "group" } else { "code" };
            row(
                kind,
                &*it.code,
                it.number.map(f64::from),
                &*it.label,
                it.level,
            )
        });
        let bands = entry.score.iter().flat_map(|score| &score.bands);
        codes.chain(bands.map(move |it| row("band", &*it.code, Some(it.from), &*it.label, None)))
    })
}

/// Writes the list of codes.
///
/// # Errors
///
/// When a row does not fit the header, which none does.
pub fn codes_csv(by_version: &[Entry], options: CsvOptions) -> Result<Vec<u8>, RowFault> {
    let mut csv = CsvWriter::new(options);
    CODES_HEADER.iter().for_each(|name| csv.text(name));
    csv.end_row()?;
    for row in codes(by_version) {
        csv.text(row.column);
        csv.whole(row.version.into());
        csv.text(row.kind);
        csv.text(row.code);
        match row.number {
            Some(number) => csv.number(number),
            None => csv.blank(),
        }
        csv.text(row.label);
        match row.level {
            Some(level) => csv.whole(level.into()),
            None => csv.blank(),
        }
        csv.end_row()?;
    }
    Ok(csv.take())
}

/// Writes the whole codebook.
///
/// # Errors
///
/// When a row does not fit the header, which no codebook does.
pub fn codebook_csv(entries: &[Entry], options: CsvOptions) -> Result<Vec<u8>, RowFault> {
    let mut csv = CsvWriter::new(options);
    HEADER.iter().for_each(|name| csv.text(name));
    csv.end_row()?;
    for entry in entries {
        row(&mut csv, entry);
        csv.end_row()?;
    }
    Ok(csv.take())
}

fn row(csv: &mut CsvWriter, entry: &Entry) {
    let optional = |csv: &mut CsvWriter, text: Option<&str>| csv.text(text.unwrap_or_default());
    let flag = |flag: Option<bool>| flag.map(|flag| if flag { "true" } else { "false" });
    csv.text(&entry.column);
    optional(csv, entry.question.as_deref());
    optional(csv, entry.option.as_deref());
    csv.text(entry.kind);
    optional(csv, entry.section.as_ref().map(|(key, _)| key.as_str()));
    optional(csv, entry.section.as_ref().map(|(_, title)| title.as_str()));
    csv.text(&entry.text);
    optional(csv, entry.label.as_deref());
    csv.text(&ranges(&entry.versions));
    csv.text(&labels(&entry.codes));
    csv.text(&numbers(&entry.codes));
    for bound in [&entry.min, &entry.max] {
        csv.number(bound.as_deref().unwrap_or_default());
    }
    match entry.decimals {
        Some(decimals) => csv.number(decimals),
        None => csv.blank(),
    }
    optional(csv, flag(entry.background));
    optional(csv, flag(entry.required));
    optional(csv, entry.show_when.as_deref());
    let concept = entry.concept.as_ref();
    optional(csv, concept.map(|concept| concept.system.as_str()));
    optional(csv, concept.map(|concept| concept.code.as_str()));
    match &entry.score {
        Some(score) => score_cells(csv, score),
        None => (0..5).for_each(|_| csv.blank()),
    }
    csv.text(&entry.masked_with.join("; "));
    let unit = entry.unit.as_ref();
    optional(csv, unit.map(unit_words).as_deref());
    csv.number(entry.step.as_deref().unwrap_or_default());
    optional(csv, entry.precision);
    csv.text(&entry.external.join("; "));
    optional(
        csv,
        entry.score.as_ref().map(|score| score.formula.as_str()),
    );
    optional(csv, entry.matrix.as_deref());
}

/// `kilograms (kg)`, or the one of the two that there is.
fn unit_words(unit: &UnitEntry) -> String {
    match (&unit.label, &unit.ucum) {
        (Some(label), Some(ucum)) if label != ucum => format!("{label} ({ucum})"),
        (label, ucum) => label
            .as_ref()
            .or(ucum.as_ref())
            .cloned()
            .unwrap_or_default(),
    }
}

fn score_cells(csv: &mut CsvWriter, score: &ScoreEntry) {
    csv.text(&score.of.join("; "));
    csv.text(score.method.name());
    match score.to {
        Some([low, high]) => csv.text(&format!("{low} to {high}")),
        None => csv.blank(),
    }
    csv.number(score.at_least_answered);
    let band = |band: &BandEntry| format!("{}={} from {}", band.code, band.label, band.from);
    let bands: Vec<_> = score.bands.iter().map(band).collect();
    csv.text(&bands.join("; "));
}

/// `none=None; mild=Mild`
fn labels(codes: &[CodeEntry]) -> String {
    let labels: Vec<_> = codes
        .iter()
        .map(|code| format!("{}={}", code.code, code.label))
        .collect();
    labels.join("; ")
}

/// `none=0; mild=1`, for the codes that stand for a number.
fn numbers(codes: &[CodeEntry]) -> String {
    let numbers: Vec<_> = codes
        .iter()
        .filter_map(|code| Some(format!("{}={}", code.code, code.number?)))
        .collect();
    numbers.join("; ")
}

/// `1 to 3, 5`. Not `1-3`: Excel would make it the third of January.
fn ranges(versions: &[i32]) -> String {
    let mut ranges: Vec<(i32, i32)> = Vec::new();
    for version in versions {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *version => *last = *version,
            _ => ranges.push((*version, *version)),
        }
    }
    let written: Vec<_> = ranges
        .iter()
        .map(|(first, last)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first} to {last}")
            }
        })
        .collect();
    written.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::codebook::Columns;
    use crate::domain::disclosure::{codebook, codebook_by_version};
    use crate::domain::form::{Form, Source, Syntax};

    /// Each form with its codebook, and where that is kept.
    const KEPT: [(&str, &str, &str); 2] = [
        (
            include_str!("../../tests/forms/every-kind.yaml"),
            include_str!("../../tests/forms/every-kind.codebook.csv"),
            "every-kind",
        ),
        (
            include_str!("../../tests/forms/second-edition.yaml"),
            include_str!("../../tests/forms/second-edition.codebook.csv"),
            "second-edition",
        ),
    ];

    /// The codebook of a form is a promise to analysts, so a change of it shows up in a review.
    #[test]
    fn the_codebook_of_a_form_is_the_one_that_is_kept() {
        for (text, kept, name) in KEPT {
            let source = Source::read(text, Syntax::Yaml).unwrap();
            let form = Form::check(source.definition().unwrap()).unwrap();
            let entries = codebook(&Columns::of(&[(1, &form)]), "en");
            let written = codebook_csv(&entries, CsvOptions::default()).unwrap();
            let written = String::from_utf8(written).unwrap().replace("\r\n", "\n");
            if std::env::var_os("UPDATE_CODEBOOK").is_some() {
                let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/forms");
                std::fs::write(format!("{folder}/{name}.codebook.csv"), &written).unwrap();
            }
            assert!(
                std::env::var_os("UPDATE_CODEBOOK").is_some() || written == kept,
                "UPDATE_CODEBOOK=1 writes the file"
            );
        }
    }

    #[test]
    fn versions_are_written_as_ranges_that_excel_does_not_take_for_dates() {
        assert_eq!(ranges(&[1]), "1");
        assert_eq!(ranges(&[1, 2, 3, 5, 7, 8]), "1 to 3, 5, 7 to 8");
        assert_eq!(ranges(&[]), "");
    }

    #[test]
    fn each_code_of_each_version_has_a_row_of_its_own() {
        let versions = crate::formats::table::tests::versions();
        let fixture = crate::formats::table::tests::Fixture::of(&versions);
        let by_version = codebook_by_version(&fixture.columns, "en");
        let raw = CsvOptions {
            formulas: crate::formats::csv::Formulas::Raw,
            ..CsvOptions::default()
        };
        let written = codes_csv(&by_version, raw).unwrap();
        let mut reader = csv::Reader::from_reader(written.as_slice());
        let rows: Vec<Vec<String>> = reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        let of = |column: &str, version: &str| -> Vec<[&str; 4]> {
            let rows = rows
                .iter()
                .filter(|row| row[0] == column && row[1] == version);
            rows.map(|row| [&*row[2], &*row[3], &*row[4], &*row[5]])
                .collect()
        };
        // A label is one cell, whatever it holds, and each version has its own.
        assert_eq!(of("group", "1")[0], ["code", "a", "", "A"]);
        assert_eq!(of("group", "2")[0], ["code", "a", "", "=A; b=B"]);
        assert_eq!(of("meals", "1")[2], ["code", "much", "2", "Much"]);
        assert_eq!(of("meals@2", "3")[2], ["code", "much", "5", "Much"]);
        assert!(of("meals", "2").is_empty());
        assert_eq!(
            of("score_difficulty", "1")[1],
            ["band", "great", "50", "Great"]
        );
    }

    #[test]
    fn each_version_of_a_column_has_its_own_words() {
        let versions = crate::formats::table::tests::versions();
        let fixture = crate::formats::table::tests::Fixture::of(&versions);
        let by_version = codebook_by_version(&fixture.columns, "en");
        let distress = by_version.iter().filter(|it| it.column == "distress");
        let said: Vec<_> = distress
            .map(|it| (it.versions.clone(), &*it.text))
            .collect();
        let expected = [
            (vec![1], "Distress?"),
            (vec![2], "Distress?"),
            (vec![3], "How much distress?"),
        ];
        assert_eq!(said, expected);
    }
}
