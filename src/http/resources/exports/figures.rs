//! What the masking of an export took away, in headers and in the audit.

use actix_web::http::header::{HeaderName, HeaderValue};
use chrono::NaiveDate;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::app::export::{Report, ResponsesExport};
use crate::domain::week::IsoWeek;

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
        withheld_records,
        diversity,
    } = report;
    let control = format!(
        "k={k}, records={records}, cells={cells}, masked-cells={masked_cells}, \
         masked-records={masked_records}, dependent-cells={dependent_cells}, smallest-class={smallest_class}, \
         withheld-records={withheld_records}"
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

/// What was asked for, for the audit.
pub fn asked(form: &str, export: &ResponsesExport) -> Map<String, Value> {
    let chosen = |campaign: &&Uuid| {
        let asked = &export.row_filter.campaigns;
        asked.is_empty() || asked.contains(campaign)
    };
    let campaigns = export.campaigns.keys().filter(chosen);
    let mut campaigns: Vec<&String> = campaigns
        .filter_map(|id| export.campaigns.get(id))
        .collect();
    campaigns.sort_unstable();
    let week = |monday: Option<NaiveDate>| monday.map(|monday| IsoWeek::of(monday).to_string());
    let filter = json!({
        "campaigns": campaigns,
        "from_week": week(export.row_filter.from_week),
        "to_week": week(export.row_filter.to_week),
    });
    let parts = [
        ("form", json!(form)),
        ("filter", filter),
        ("k", json!(export.k)),
        ("sensitive", json!(export.sensitive)),
    ];
    parts
        .map(|(name, part)| (name.to_owned(), part))
        .into_iter()
        .collect()
}

/// What was found and masked, for the audit.
pub fn found(report: &Report) -> Map<String, Value> {
    let diversity = report.diversity.iter().map(|question| {
        json!({
            "question": question.question,
            "least": question.least_distinct,
            "uniform_classes": question.uniform_classes,
        })
    });
    let parts = [
        ("rows", json!(report.records)),
        ("masked_cells", json!(report.masked_cells)),
        ("masked_records", json!(report.masked_records)),
        ("dependent_cells", json!(report.dependent_cells)),
        ("smallest_class", json!(report.smallest_class)),
        ("withheld_records", json!(report.withheld_records)),
        ("diversity", diversity.collect()),
    ];
    parts
        .map(|(name, part)| (name.to_owned(), part))
        .into_iter()
        .collect()
}
