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
    use crate::domain::disclosure::codebook;
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
}
