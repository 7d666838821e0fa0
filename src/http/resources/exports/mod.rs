//! Exports of a form's responses, and their codebook. For analysts.

mod codebook;
mod figures;
mod query;
mod remarks;

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, HttpResponseBuilder, get};

use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub use self::query::CodebookVersions;
use self::query::{ResponsesCsvQuery, ResponsesQuery};
use crate::app::Caller;
use crate::app::exports::{self, ResponsesRequest};
use crate::domain::ids::FormKey;
use crate::formats::file_format::FileFormat;
use crate::http::auth::{Analyst, StaffOrKey};
use crate::http::extract::Query;
use crate::http::extract::headers_only::HeadersOnly;
use crate::http::extract::path::FormPath;
use crate::http::middleware::compression::compress;
use crate::http::problem::Problem;
use crate::http::reply::without_body;
use crate::http::state::State;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(export_responses)
        .service(export_responses_ndjson)
        .service(export_responses_parquet)
        .service(export_responses_xlsx)
        .service(export_responses_sav)
        .service(export_data_package)
        .service(codebook::export_codebook)
        .service(codebook::export_codebook_json)
        .service(codebook::export_codes)
        .service(remarks::export_remarks);
}

/// Export the responses to a form
///
/// One table over all versions of the form: one row for each response and one column for each question, each score, and
/// each option of a multiple choice (`question__option` with 1 and 0). A question that was recoded in version 3 has a
/// column for each coding, `key` and `key@3`, so that a name never changes its meaning. Choices are given as codes;
/// missing values are empty. Free text is not included, since it is stored separately. There is no id of a response,
/// since an id would allow two exports to be joined.
///
/// Small cells are always suppressed: each row shares its visible values of campaign, version, language, week and all
/// background questions with at least `k` - 1 others. Cells that would make a row rarer hold `MSK`, and so do cells of
/// other columns from which these could be derived. The header `Disclosure-Control` says how many cells were
/// suppressed. With fewer than `k` responses there is no export. Every export is recorded in the audit before its first
/// byte is sent.
///
/// A value that is too rare is first given as a group of values or a longer period, where the form or the week has one, and
/// suppressed (`MSK`) where that is not enough.
///
/// Suppression is computed over all responses of a campaign, by its own `k`; only then are rows selected, by their visible values. A
/// response whose week is suppressed is in no file that is limited to weeks. So all files of the same responses are
/// parts of one table of each campaign, which no other campaign changes, and together reveal no more than that table.
///
/// `HEAD` exports nothing: it tells whether the query is right, and not how many responses there are.
///
/// Rows are in a random order, which stays the same as long as the responses do. The file is streamed. A transfer that
/// breaks off is incomplete and must be repeated.
#[utoipa::path(
    tag = "exports",
    security(("staff" = ["analyst"]), ("api_key" = ["analyst"])),
    params(
        FormPath,
        ResponsesCsvQuery,
    ),
    responses((
        status = 200,
        description = "The table: RFC 4180, in UTF-8, with a header.",
        content_type = "text/csv",
        body = inline(ExportFile),
        headers(
            ("Content-Disposition" = String, description = "A name for the file."),
            ("Disclosure-Control" = String, description = "Figures of the suppression, as a dictionary of integers (RFC 9651): \
                `k`, the minimum number of rows of an equivalence class; `records`, the number of rows; \
                `cells`, the number of cells of campaign, version, language, week and background columns; `masked-cells`, the number \
                of these that hold `MSK`; `masked-records`, the number of rows with such a cell; `dependent-cells`, the number of \
                cells of other columns that hold `MSK`; `smallest-class`, the size of the smallest equivalence class; \
                `withheld-records`, the number of responses left out because their version, language or week, by which rows were selected, is suppressed, or because \
                their campaign has fewer than `k`; `coarser-cells`, the number of cells that hold a group or a longer period; \
                `coarser-records`, the number of rows with a value that is given as a group; \
                `left-out-cells`, the number of the `masked-cells` whose question the campaign leaves out of such files. \
                For example `k=5, records=1000, cells=18000, masked-cells=130, masked-records=101, dependent-cells=44, smallest-class=5, withheld-records=0, coarser-cells=81, coarser-records=70, left-out-cells=0`."),
            ("Diversity" = String, description = "Only with `sensitive`. A list of tokens with parameters (RFC 9651): \
                for each question, `least` is the minimum number of different answers in an equivalence class, counted up to 20, and \
                `uniform-classes` is the number of classes in which all answers are equal. For example `distress;least=3;uniform-classes=0`."),
        ),
        example = json!("campaign,form_version,language,week,cancer_type,eating_meals,help_from__family,score_eating\r\nworld-cancer-day-2027,1,ko,2027-W05,stomach,severe,1,66.7\r\nworld-cancer-day-2027,1,MSK,MSK,breast,,,\r\n"),
    )),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "too_few_records", "too_many_requests"]))),
)]
#[get("/v1/forms/{form}/responses.csv", wrap = "from_fn(compress)")]
async fn export_responses(
    analyst: StaffOrKey<Analyst>,
    state: State,
    form: FormPath,
    query: Query<ResponsesCsvQuery>,
    headers_only: HeadersOnly,
) -> Result<HttpResponse, Problem> {
    let (query, form) = (query.read()?, form.key()?);
    let request = query.request(FileFormat::Csv(query.csv()));
    responses_file(&state, analyst.caller(), &form, request, headers_only).await
}

/// Export the responses to a form as NDJSON
///
/// The table of `responses.csv` with a JSON object for each row, under the same suppression and with the same choices.
/// Numbers are numbers, other values are strings, and missing values are `null`, so that a member has one type in all
/// rows. The member `_missing` names the reasons, and is left out where there are none: `{"age_band": "MSK"}`.
///
/// Each line is one object. In the long layout, `value` is always a string.
#[utoipa::path(
    tag = "exports",
    security(("staff" = ["analyst"]), ("api_key" = ["analyst"])),
    params(
        FormPath,
        ResponsesQuery,
    ),
    responses((
        status = 200,
        description = "The table: a JSON object on each line, in UTF-8.",
        content_type = "application/x-ndjson",
        body = inline(ExportFile),
        headers(
            ("Content-Disposition" = String, description = "A name for the file."),
            ("Disclosure-Control" = String, description = "Figures of the suppression, as with `responses.csv`."),
            ("Diversity" = String, description = "Only with `sensitive`, as with `responses.csv`."),
        ),
        example = json!("{\"campaign\":\"world-cancer-day-2027\",\"form_version\":1,\"language\":\"ko\",\"week\":null,\"eating_meals\":\"severe\",\"score_eating\":66.7,\"_missing\":{\"week\":\"MSK\"}}\n"),
    )),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "too_few_records", "too_many_requests"]))),
)]
#[get("/v1/forms/{form}/responses.ndjson", wrap = "from_fn(compress)")]
async fn export_responses_ndjson(
    analyst: StaffOrKey<Analyst>,
    state: State,
    form: FormPath,
    query: Query<ResponsesQuery>,
    headers_only: HeadersOnly,
) -> Result<HttpResponse, Problem> {
    let (request, form) = (query.read()?.request(FileFormat::Ndjson), form.key()?);
    responses_file(&state, analyst.caller(), &form, request, headers_only).await
}

/// Export the responses to a form as a Parquet file
///
/// The table of `responses.csv` under the same suppression and with the same choices, with typed columns: booleans for yes
/// and no and for the options of a multiple choice, integers, doubles, dates, and strings by a dictionary. What is missing
/// is null; the column `_missing` names the reasons as a JSON object, `{"age_band": "MSK"}`, and is null where there are
/// none. The key-value metadata hold under `codebook` what each column means, as JSON.
#[utoipa::path(
    tag = "exports",
    security(("staff" = ["analyst"]), ("api_key" = ["analyst"])),
    params(
        FormPath,
        ResponsesQuery,
    ),
    responses((
        status = 200,
        description = "The Parquet file.",
        content_type = "application/vnd.apache.parquet",
        body = inline(ExportFile),
        headers(
            ("Content-Disposition" = String, description = "A name for the file."),
            ("Disclosure-Control" = String, description = "Figures of the suppression, as with `responses.csv`."),
            ("Diversity" = String, description = "Only with `sensitive`, as with `responses.csv`."),
        ),
    )),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "too_few_records", "too_many_requests"]))),
)]
#[get("/v1/forms/{form}/responses.parquet")]
async fn export_responses_parquet(
    analyst: StaffOrKey<Analyst>,
    state: State,
    form: FormPath,
    query: Query<ResponsesQuery>,
    headers_only: HeadersOnly,
) -> Result<HttpResponse, Problem> {
    let (request, form) = (query.read()?.request(FileFormat::Parquet), form.key()?);
    responses_file(&state, analyst.caller(), &form, request, headers_only).await
}

/// Export the responses to a form as an Excel workbook
///
/// The table of `responses.csv` under the same suppression and with the same choices, on the sheet `responses`; the sheets
/// `columns` and `codes` say what stands in it. Numbers are numbers, everything else is text, so that Excel makes no dates
/// and no formulas of it. More than 1,048,575 rows go on in sheets `responses 2` and further.
#[utoipa::path(
    tag = "exports",
    security(("staff" = ["analyst"]), ("api_key" = ["analyst"])),
    params(
        FormPath,
        ResponsesQuery,
    ),
    responses((
        status = 200,
        description = "The workbook.",
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        body = inline(ExportFile),
        headers(
            ("Content-Disposition" = String, description = "A name for the file."),
            ("Disclosure-Control" = String, description = "Figures of the suppression, as with `responses.csv`."),
            ("Diversity" = String, description = "Only with `sensitive`, as with `responses.csv`."),
        ),
    )),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "too_few_records", "too_many_requests"]))),
)]
#[get("/v1/forms/{form}/responses.xlsx")]
async fn export_responses_xlsx(
    analyst: StaffOrKey<Analyst>,
    state: State,
    form: FormPath,
    query: Query<ResponsesQuery>,
    headers_only: HeadersOnly,
) -> Result<HttpResponse, Problem> {
    let (request, form) = (query.read()?.request(FileFormat::Xlsx), form.key()?);
    responses_file(&state, analyst.caller(), &form, request, headers_only).await
}

/// Export the responses to a form as an SPSS system file
///
/// The table of `responses.csv` under the same suppression and with the same choices, but for `values=labels`: choices are
/// codes or numbers, with value labels beside them. SPSS, PSPP, Stata, R and Python read it. A missing number is
/// system-missing, or one of five numbers below all that the question takes, which are declared as missing and labelled with
/// the reason. Of a string, `MSK`, `NA` and `NASK` are declared as missing, since SPSS takes three values.
#[utoipa::path(
    tag = "exports",
    security(("staff" = ["analyst"]), ("api_key" = ["analyst"])),
    params(
        FormPath,
        ResponsesQuery,
    ),
    responses((
        status = 200,
        description = "The system file.",
        content_type = "application/x-spss-sav",
        body = inline(ExportFile),
        headers(
            ("Content-Disposition" = String, description = "A name for the file."),
            ("Disclosure-Control" = String, description = "Figures of the suppression, as with `responses.csv`."),
            ("Diversity" = String, description = "Only with `sensitive`, as with `responses.csv`."),
        ),
    )),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "too_few_records", "too_many_requests"]))),
)]
#[get("/v1/forms/{form}/responses.sav", wrap = "from_fn(compress)")]
async fn export_responses_sav(
    analyst: StaffOrKey<Analyst>,
    state: State,
    form: FormPath,
    query: Query<ResponsesQuery>,
    headers_only: HeadersOnly,
) -> Result<HttpResponse, Problem> {
    let (request, form) = (query.read()?.request(FileFormat::Sav), form.key()?);
    responses_file(&state, analyst.caller(), &form, request, headers_only).await
}

/// Export the responses to a form as a data package
///
/// A Frictionless Data Package in a zip archive: `responses.csv` under the same suppression and with the same choices as
/// the operation of that name, `codebook.csv`, `codes.csv` with a row for each code of each version, and
/// `datapackage.json` with types, permitted values, labels and missing values of each column, and with size and SHA-256 of
/// each file.
#[utoipa::path(
    tag = "exports",
    security(("staff" = ["analyst"]), ("api_key" = ["analyst"])),
    params(
        FormPath,
        ResponsesCsvQuery,
    ),
    responses((
        status = 200,
        description = "The archive.",
        content_type = "application/zip",
        body = inline(ExportFile),
        headers(
            ("Content-Disposition" = String, description = "A name for the file."),
            ("Disclosure-Control" = String, description = "Figures of the suppression, as with `responses.csv`."),
            ("Diversity" = String, description = "Only with `sensitive`, as with `responses.csv`."),
        ),
    )),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "too_few_records", "too_many_requests"]))),
)]
#[get("/v1/forms/{form}/data-package.zip")]
async fn export_data_package(
    analyst: StaffOrKey<Analyst>,
    state: State,
    form: FormPath,
    query: Query<ResponsesCsvQuery>,
    headers_only: HeadersOnly,
) -> Result<HttpResponse, Problem> {
    let (query, form) = (query.read()?, form.key()?);
    let request = query.request(FileFormat::DataPackage(query.csv()));
    responses_file(&state, analyst.caller(), &form, request, headers_only).await
}

/// The reply with a file of responses.
async fn responses_file(
    state: &State,
    caller: &Caller,
    form: &FormKey,
    request: ResponsesRequest,
    headers_only: HeadersOnly,
) -> Result<HttpResponse, Problem> {
    let format = request.format;
    let mut response = attachment(form, format.ending(), media_type(format));
    if headers_only.0 {
        exports::check_responses(&state.app, caller, form, request).await?;
        return Ok(without_body(&mut response));
    }
    let file = exports::responses(&state.app, caller, form, request).await?;
    for header in figures::headers(&file.report) {
        response.insert_header(header);
    }
    Ok(response.streaming(file.download))
}

/// A file, which clients write to disk as it comes.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
struct ExportFile(#[allow(dead_code, reason = "only its schema is used")] Vec<u8>);

fn csv_attachment(form: &FormKey, what: &str) -> HttpResponseBuilder {
    attachment(form, &format!("{what}.csv"), CSV)
}

const CSV: &str = "text/csv; charset=utf-8; header=present";

fn attachment(form: &FormKey, file: &str, media_type: &'static str) -> HttpResponseBuilder {
    let name = DispositionParam::Filename(format!("{form}-{file}"));
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(ContentDisposition {
            disposition: DispositionType::Attachment,
            parameters: vec![name],
        });
    response
}

const fn media_type(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Csv(_) => CSV,
        FileFormat::Ndjson => "application/x-ndjson",
        FileFormat::Sav => "application/x-spss-sav",
        FileFormat::DataPackage(_) => "application/zip",
        FileFormat::Parquet => "application/vnd.apache.parquet",
        FileFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
}
