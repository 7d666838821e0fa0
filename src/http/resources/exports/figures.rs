//! Headers with the figures of the suppression of an export.

use actix_web::http::header::{HeaderName, HeaderValue};

use crate::app::export::Report;
use crate::http::middleware::cors::{DISCLOSURE_CONTROL, DIVERSITY};

/// The figures as headers.
pub fn headers(report: &Report) -> Vec<(HeaderName, HeaderValue)> {
    let Report {
        k,
        records,
        cells,
        masked_cells,
        left_out_cells,
        masked_records,
        dependent_cells,
        smallest_class,
        withheld_records,
        coarser_cells,
        coarser_records,
        diversity,
        columns: _,
    } = report;
    let control = format!(
        "k={k}, records={records}, cells={cells}, masked-cells={masked_cells}, \
         masked-records={masked_records}, dependent-cells={dependent_cells}, smallest-class={smallest_class}, \
         withheld-records={withheld_records}, coarser-cells={coarser_cells}, coarser-records={coarser_records}, \
         left-out-cells={left_out_cells}"
    );
    // Keys of questions are valid tokens: lower-case letters, digits and `_`, beginning with a letter.
    let questions = diversity.iter().map(|question| {
        format!(
            "{};least={};uniform-classes={}",
            question.question, question.least_distinct, question.uniform_classes
        )
    });
    let diversity = questions.collect::<Vec<_>>().join(", ");
    [(DISCLOSURE_CONTROL, control), (DIVERSITY, diversity)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(name, value)| Some((name, HeaderValue::from_str(&value).ok()?)))
        .collect()
}
