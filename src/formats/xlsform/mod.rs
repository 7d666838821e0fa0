//! Forms as XLSForm workbooks, the format of ODK, KoBoToolbox and others: `survey`, `choices` and `settings`.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `workbook` | bytes into bounded sheets, and sheets into bytes |
//! | `xpath` | the expressions of `relevant` and `constraint` |
//! | `constraints`, `calculations` | bounds and scores as expressions, and back |
//! | `write` | a form into a workbook |
//! | `read`, `reading`, `survey`, `choices`, `names`, `types` | a workbook into a definition |
//!
//! What XLSForm has no column for goes into columns whose names begin with `aftercare_`. Other tools ignore them, and so
//! a form comes back as it was. Where a column of XLSForm was edited meanwhile, the edit counts.

mod calculations;
mod choices;
mod constraints;
mod names;
mod read;
mod reading;
mod survey;
#[cfg(test)]
mod tests;
mod types;
mod workbook;
mod write;
mod xpath;

use crate::domain::form::{QuestionDefinition, QuestionKind};

pub use read::read;
pub use workbook::{MAX_FILE, WorkbookFault};
pub use write::{Written, write};

/// The media type of a workbook.
pub const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// How the columns of our own begin. Two colons would make a language of what follows, and pyxform fails over that.
const OURS: &str = "aftercare_";

/// The type `calculate` wants a calculation, also where there is none.
const NO_CALCULATION: &str = "''";

/// What stands for the edition of a form from before there were editions.
const NO_EDITION: &str = "none";

/// Why a form cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    /// The workbook cannot hold it.
    #[error("the workbook cannot hold the form: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// A definition is plain data, which always can be written.
    #[error("the definition cannot be written")]
    Definition,
}

/// The type of a question in XLSForm, without the list of its options.
fn type_of(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::SingleChoice | QuestionKind::YesNo => "select_one",
        QuestionKind::MultipleChoice => "select_multiple",
        QuestionKind::Rating => "range",
        QuestionKind::Integer => "integer",
        QuestionKind::Decimal => "decimal",
        QuestionKind::Text => "text",
        QuestionKind::Date => "date",
        QuestionKind::Ranking => "rank",
        QuestionKind::Statement => "note",
    }
}

/// What an acknowledgement says in the sheet, as an option of yes.
fn acknowledged() -> (String, String, Option<i32>) {
    ("OK".to_owned(), "yes".to_owned(), None)
}

/// The ends of a rating in words, as a line of its hint: XLSForm has no place for them.
fn end_labels(question: &QuestionDefinition, tag: &str) -> Option<String> {
    let end = |bound: &Option<serde_json::Number>, label: &Option<crate::domain::form::Text>| {
        let label = label.as_ref()?.get(tag)?;
        Some(format!("{} = {label}", bound.as_ref()?))
    };
    let ends = [
        end(&question.min, &question.min_label),
        end(&question.max, &question.max_label),
    ];
    let ends: Vec<String> = ends.into_iter().flatten().collect();
    (!ends.is_empty()).then(|| ends.join(", "))
}

/// Yes and no in a language; in English where it is not known.
pub(crate) fn yes_no_words(tag: &str) -> (&'static str, &'static str) {
    match tag.split('-').next().unwrap_or_default() {
        "ko" => ("예", "아니요"),
        "de" => ("Ja", "Nein"),
        "es" => ("Sí", "No"),
        "fr" => ("Oui", "Non"),
        "it" => ("Sì", "No"),
        "ja" => ("はい", "いいえ"),
        "nl" => ("Ja", "Nee"),
        "pt" => ("Sim", "Não"),
        "vi" => ("Có", "Không"),
        "zh" => ("是", "否"),
        _ => ("Yes", "No"),
    }
}
