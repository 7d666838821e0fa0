//! The codebook of a form's exports: as a table, as JSON, and as a list of codes.

use actix_web::middleware::from_fn;
use actix_web::web::Json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::query::{CodebookJsonQuery, CodebookQuery, CodesQuery};
use super::{ExportFile, csv_attachment};
use crate::app::exports;
use crate::domain::codebook::{Entry, ScoreEntry};
use crate::formats::codebook::{codebook_csv, codes_csv};
use crate::http::auth::{Analyst, StaffOrKey};
use crate::http::extract::Query;
use crate::http::extract::headers_only::HeadersOnly;
use crate::http::extract::path::FormPath;
use crate::http::middleware::compression::compress;
use crate::http::problem::Problem;
use crate::http::reply::without_body;
use crate::http::state::State;

/// Export the codebook of a form
///
/// One row for each column of the export of responses: its meaning, the versions that have it, its possible values, its
/// condition, and the computation of a score. Where versions differ, the newest one that has the column is described. With
/// `versions=each`, there is a row for each version of a column.
#[utoipa::path(
    tag = "exports",
    security(("staff" = ["analyst"]), ("api_key" = ["analyst"])),
    params(
        FormPath,
        CodebookQuery,
    ),
    responses((
        status = 200,
        description = "The table: RFC 4180, in UTF-8, with a header.",
        content_type = "text/csv",
        body = inline(ExportFile),
        headers(("Content-Disposition" = String, description = "A name for the file.")),
        example = json!("column,question,option,kind,section,section_title,text,label,versions,codes,numbers\r\neating_meals,eating_meals,,single_choice,eating,Eating,How hard is it to eat a meal?,,1 to 2,none=None; mild=Mild,none=0; mild=1\r\n"),
    )),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "language_not_offered"]))),
)]
#[get("/v1/forms/{form}/codebook.csv", wrap = "from_fn(compress)")]
pub(super) async fn export_codebook(
    analyst: StaffOrKey<Analyst>,
    state: State,
    form: FormPath,
    query: Query<CodebookQuery>,
    headers_only: HeadersOnly,
) -> Result<HttpResponse, Problem> {
    let (query, form) = (query.read()?, form.key()?);
    let (caller, language) = (analyst.caller(), query.language());
    let entries =
        exports::codebook(&state.app, caller, &form, language, query.each_version()).await?;
    if headers_only.0 {
        return Ok(without_body(&mut csv_attachment(&form, "codebook")));
    }
    let written = codebook_csv(&entries, query.csv())
        .map_err(|_| Problem::internal("the codebook cannot be written"))?;
    Ok(csv_attachment(&form, "codebook").body(written))
}

/// Export the codes of a form
///
/// One row for each code that can stand in a column of the export of responses, and for each band of a score, in each
/// version: `kind` is `code` or `band`. The number of a code is what it stands for in scores, that of a band is the least
/// score that belongs to it.
#[utoipa::path(
    tag = "exports",
    security(("staff" = ["analyst"]), ("api_key" = ["analyst"])),
    params(
        FormPath,
        CodesQuery,
    ),
    responses((
        status = 200,
        description = "The table: RFC 4180, in UTF-8, with a header.",
        content_type = "text/csv",
        body = inline(ExportFile),
        headers(("Content-Disposition" = String, description = "A name for the file.")),
        example = json!("column,version,kind,code,number,label\r\neating_meals,1,code,none,0,None\r\neating_meals,1,code,mild,1,Mild\r\nscore_eating,1,band,little,0,Little\r\n"),
    )),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "language_not_offered"]))),
)]
#[get("/v1/forms/{form}/codes.csv", wrap = "from_fn(compress)")]
pub(super) async fn export_codes(
    analyst: StaffOrKey<Analyst>,
    state: State,
    form: FormPath,
    query: Query<CodesQuery>,
    headers_only: HeadersOnly,
) -> Result<HttpResponse, Problem> {
    let (query, form) = (query.read()?, form.key()?);
    let (caller, language) = (analyst.caller(), query.language());
    let entries = exports::codebook(&state.app, caller, &form, language, true).await?;
    if headers_only.0 {
        return Ok(without_body(&mut csv_attachment(&form, "codes")));
    }
    let written = codes_csv(&entries, query.csv())
        .map_err(|_| Problem::internal("the codes cannot be written"))?;
    Ok(csv_attachment(&form, "codes").body(written))
}

/// Get the codebook of a form as JSON
///
/// The same as `codebook.csv`, with typed values and with the codes of each column as a list.
#[utoipa::path(
    tag = "exports",
    security(("staff" = ["analyst"]), ("api_key" = ["analyst"])),
    params(
        FormPath,
        CodebookJsonQuery,
    ),
    responses((status = 200, description = "The codebook.", body = Codebook)),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "language_not_offered"]))),
)]
#[get("/v1/forms/{form}/codebook.json", wrap = "from_fn(compress)")]
pub(super) async fn export_codebook_json(
    analyst: StaffOrKey<Analyst>,
    state: State,
    form: FormPath,
    query: Query<CodebookJsonQuery>,
) -> Result<Json<Codebook>, Problem> {
    let (query, form) = (query.read()?, form.key()?);
    let (caller, language) = (analyst.caller(), query.language());
    let each = query.each_version();
    let entries = exports::codebook(&state.app, caller, &form, language, each).await?;
    Ok(Json(Codebook {
        form: form.to_string(),
        columns: entries.into_iter().map(Into::into).collect(),
    }))
}

/// The description of the columns of an export.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "form": "daily-life-after-treatment",
    "columns": [{
        "column": "eating_meals", "question": "eating_meals", "kind": "single_choice",
        "section": {"key": "eating", "title": "Eating"}, "text": "How hard is it to eat a meal?", "versions": [1, 2],
        "codes": [{"code": "none", "label": "None", "number": 0}, {"code": "mild", "label": "Mild", "number": 1}],
        "background": false, "required": true, "masked_with": [], "external": [],
    }],
}))]
pub struct Codebook {
    /// The key of the form.
    form: String,
    /// The columns, in the order of the table.
    columns: Vec<CodebookColumn>,
}

/// The description of a column. What does not apply to it is left out.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodebookColumn {
    /// The name of the column.
    column: String,
    /// The key of the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<String>,
    /// The code of the option, for a column of a multiple choice or a ranking.
    #[serde(skip_serializing_if = "Option::is_none")]
    option: Option<String>,
    /// The kind of the question, or `score`; for metadata `text`, `integer` or `week`.
    kind: String,
    /// The section of the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<CodebookSection>,
    /// The question, the title of the score, or what the metadata are.
    text: String,
    /// The label of the option, for a column of a multiple choice or a ranking.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// The versions that have the column.
    versions: Vec<i32>,
    /// The possible values, where these are a list; for a number, the values that have a meaning of their own.
    codes: Vec<CodebookCode>,
    /// The minimum: a number, or a date as the form has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<String>,
    /// The maximum.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<String>,
    /// The digits after the point.
    #[serde(skip_serializing_if = "Option::is_none")]
    decimals: Option<u8>,
    /// The step between two numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    /// The unit of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<CodebookUnit>,
    /// The precision of a date: `day`, `month` or `year`.
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<String>,
    /// Whether the question describes the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    background: Option<bool>,
    /// Whether whoever sees the question must answer or decline.
    #[serde(skip_serializing_if = "Option::is_none")]
    required: Option<bool>,
    /// The condition under which the question is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    show_when: Option<String>,
    /// The level of the group that the column tells, from 1 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<u8>,
    /// The concept that the question measures.
    #[serde(skip_serializing_if = "Option::is_none")]
    concept: Option<CodebookConcept>,
    /// The computation of a score.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<CodebookScore>,
    /// The columns, without their options, with which this one is masked.
    masked_with: Vec<String>,
    /// Codes of other terminologies, as in `codebook.csv`.
    external: Vec<String>,
}

/// A section of a form.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodebookSection {
    /// The key.
    key: String,
    /// The title.
    title: String,
}

/// A possible value of a column.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodebookCode {
    /// The value.
    code: String,
    /// The meaning.
    label: String,
    /// The number that it stands for in scores.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<i32>,
    /// The level of a group of answers, from 1 on; none for an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<u8>,
}

/// The unit of a number.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodebookUnit {
    /// The code in UCUM.
    #[serde(skip_serializing_if = "Option::is_none")]
    ucum: Option<String>,
    /// What a person reads behind the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
}

/// A concept of a terminology.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodebookConcept {
    /// The terminology.
    system: String,
    /// The code.
    code: String,
}

/// The computation of a score.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodebookScore {
    /// The columns that the score is computed from.
    of: Vec<String>,
    /// The method.
    method: String,
    /// The range onto which each of them is mapped.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<[f64; 2]>,
    /// The share of the questions shown that must be answered.
    at_least_answered: f64,
    /// The bands, ascending.
    bands: Vec<CodebookBand>,
    /// All of it in words.
    formula: String,
}

/// A band of a score.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodebookBand {
    /// The minimum score of the band.
    from: f64,
    /// The code.
    code: String,
    /// The label.
    label: String,
}

impl From<Entry> for CodebookColumn {
    fn from(entry: Entry) -> Self {
        let codes = entry.codes.into_iter().map(|code| CodebookCode {
            code: code.code,
            label: code.label,
            number: code.number,
            level: code.level,
        });
        Self {
            column: entry.column,
            question: entry.question,
            option: entry.option,
            level: entry.level,
            kind: entry.kind.to_owned(),
            section: (entry.section).map(|(key, title)| CodebookSection { key, title }),
            text: entry.text,
            label: entry.label,
            versions: entry.versions,
            codes: codes.collect(),
            min: entry.min,
            max: entry.max,
            decimals: entry.decimals,
            step: entry.step,
            unit: entry.unit.map(|unit| CodebookUnit {
                ucum: unit.ucum,
                label: unit.label,
            }),
            precision: entry.precision.map(str::to_owned),
            background: entry.background,
            required: entry.required,
            show_when: entry.show_when,
            concept: entry.concept.map(|concept| CodebookConcept {
                system: concept.system,
                code: concept.code,
            }),
            score: entry.score.map(Into::into),
            masked_with: entry.masked_with,
            external: entry.external,
        }
    }
}

impl From<ScoreEntry> for CodebookScore {
    fn from(score: ScoreEntry) -> Self {
        let bands = score.bands.into_iter().map(|band| CodebookBand {
            from: band.from,
            code: band.code,
            label: band.label,
        });
        Self {
            of: score.of,
            method: score.method.name().to_owned(),
            range: score.to,
            at_least_answered: score.at_least_answered,
            bands: bands.collect(),
            formula: score.formula,
        }
    }
}
