//! What the masking of an export took away, in headers and in the audit.

use actix_web::http::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::export::Report;

/// What was masked: a dictionary of integers (RFC 9651).
pub const DISCLOSURE_CONTROL: HeaderName = HeaderName::from_static("disclosure-control");
/// How different sensitive answers are: a list of tokens with parameters (RFC 9651).
pub const DIVERSITY: HeaderName = HeaderName::from_static("diversity");

/// The figures as headers.
pub fn headers(report: &Report) -> Vec<(HeaderName, HeaderValue)> {
    let Report {
        k,
        records,
        cells,
        masked_cells,
        masked_records,
        dependent_cells,
        smallest_class,
        diversity,
    } = report;
    let control = format!(
        "k={k}, records={records}, cells={cells}, masked-cells={masked_cells}, \
         masked-records={masked_records}, dependent-cells={dependent_cells}, smallest-class={smallest_class}"
    );
    // The keys of questions are tokens: lower-case letters, digits and `_`, a letter first.
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

/// The figures for the audit.
pub fn details(report: &Report) -> Value {
    let diversity: Vec<Value> = report
        .diversity
        .iter()
        .map(|question| {
            json!({
                "question": question.question,
                "least": question.least_distinct,
                "uniform_classes": question.uniform_classes,
            })
        })
        .collect();
    json!({
        "rows": report.records,
        "masked_cells": report.masked_cells,
        "masked_records": report.masked_records,
        "dependent_cells": report.dependent_cells,
        "smallest_class": report.smallest_class,
        "diversity": diversity,
    })
}
