//! The SQL view of a version: its records as typed, named columns, for people and for BI tools.

use std::fmt::Write;

use crate::domain::form::{Choice, DatePrecision, Form, Kind, Slot};
use crate::domain::ids::FormVersionId;

/// The name of the view of a version, `form_{key}_v{version}` with underscores, and the statement that creates it.
///
/// Options are given as codes, a multiple choice and a ranking as an array of codes, a month and a year as text; blank, declined and hidden answers are null.
/// Keys and codes were checked to be plain words, so they are safe inside SQL. `version_id` is the id of the version's
/// row.
pub fn view_of(form: &Form, version: i32, version_id: FormVersionId) -> (String, String) {
    let name = format!("form_{}_v{version}", form.key().replace('-', "_"));
    let mut columns = String::new();
    for (question, slot) in form.layout().slots(form.questions()) {
        let Some(slot) = slot else { continue };
        let value = expression(&question.kind, slot);
        let _ = write!(columns, ",\n  {value} AS \"{}\"", question.key);
    }
    let statement = format!(
        "CREATE VIEW \"{name}\" AS SELECT\n  c.key AS campaign,\n  r.language,\n  \
         to_char(r.week, 'IYYY-\"W\"IW') AS week{columns}\n\
         FROM responses r JOIN campaigns c ON c.id = r.campaign_id\nWHERE r.form_version_id = '{version_id}'"
    );
    (name, statement)
}

fn expression(kind: &Kind, slot: &Slot) -> String {
    let Slot { offset, width, .. } = slot;
    let byte = |at: usize| format!("get_byte(r.record, {at})");
    match kind {
        // One constant array: a form may have hundreds of questions with hundreds of options each.
        Kind::SingleChoice(choices) => {
            format!("({})[{} + 1]", codes(choices), byte(*offset))
        }
        Kind::YesNo => format!(
            "CASE {} WHEN 0 THEN false WHEN 1 THEN true END",
            byte(*offset)
        ),
        Kind::MultipleChoice(choices) => {
            let mut codes = Vec::new();
            for (place, choice) in choices.iter().enumerate() {
                let bit = (offset + 1) * 8 + place;
                codes.push(format!(
                    "CASE get_bit(r.record, {bit}) WHEN 1 THEN '{}' END",
                    choice.code
                ));
            }
            let codes = codes.join(", ");
            format!(
                "CASE {} WHEN 0 THEN array_remove(ARRAY[{codes}]::text[], NULL) END",
                byte(*offset)
            )
        }
        Kind::Whole { min, max } => {
            format!(
                "CASE WHEN {0} <= {1} THEN {0} + ({min}) END",
                number(*offset, *width),
                max - min
            )
        }
        Kind::Decimal { min, max, decimals } => {
            let number = number(*offset, *width);
            let unit = 10_i64.pow(u32::from(*decimals));
            format!(
                "CASE WHEN {number} <= {} THEN round(({number} + ({min}))::numeric / {unit}, {decimals}) END",
                max - min
            )
        }
        Kind::Date { precision, .. } => {
            let number = number(*offset, *width);
            let years = highest_number(*precision);
            let date = match precision {
                DatePrecision::Day => format!("date '1900-01-01' + {number}::int"),
                DatePrecision::Month => format!(
                    "to_char(date '1900-01-01' + make_interval(months => {number}::int), 'YYYY-MM')"
                ),
                DatePrecision::Year => format!("(1900 + {number})::text"),
            };
            format!("CASE WHEN {number} <= {years} THEN {date} END")
        }
        Kind::Ranking { choices, .. } => {
            let (codes, options, last) = (codes(choices), choices.len(), width - 1);
            let place = format!("get_byte(r.record, {offset} + i)");
            format!(
                "CASE WHEN {} < {options} THEN ARRAY(SELECT ({codes})[{place} + 1] \
                 FROM generate_series(0, {last}) AS i WHERE {place} < {options} ORDER BY i) END",
                byte(*offset)
            )
        }
        Kind::Statement { acknowledge: true } => {
            format!("CASE {} WHEN 1 THEN true END", byte(*offset))
        }
        Kind::Text { .. } | Kind::Statement { .. } => "NULL".to_owned(),
    }
}

/// The codes of the options, as an array of texts.
fn codes(choices: &[Choice]) -> String {
    let codes: Vec<_> = choices.iter().map(|it| it.code.as_str()).collect();
    format!("'{{{}}}'::text[]", codes.join(","))
}

/// The number of the last date that there is.
fn highest_number(precision: DatePrecision) -> u32 {
    precision.read("2099-12-31").map_or(0, |last| last.number())
}

/// The unsigned number in these bytes, as a bigint expression.
fn number(offset: usize, width: usize) -> String {
    let byte = |at: usize| {
        format!(
            "(get_byte(r.record, {})::bigint << {})",
            offset + at,
            8 * (width - 1 - at)
        )
    };
    format!("({})", (0..width).map(byte).collect::<Vec<_>>().join(" + "))
}
