//! Exports of a form's responses, and their codebook. For analysts.

use std::collections::HashMap;

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::middleware::Compress;
use actix_web::web::Path;
use actix_web::{HttpResponse, HttpResponseBuilder, get};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::auth::{Analyst, Staff};
use super::extract::{Query, State};
use super::problem::{Code, Problem};
use crate::domain::codebook::Columns;
use crate::domain::form::{Form, look_up};
use crate::domain::week::IsoWeek;
use crate::export::codebook::codebook_csv;
use crate::export::stream::{Limits, ResponsesExport, start};
use crate::export::{CsvOptions, ExportError, Formulas};
use crate::store::AsyncPgConnection;
use crate::store::forms::{FormVersionRow, UnreadableVersion, find_form, versions_of};
use crate::store::lease::Lease;
use crate::store::responses_export::{ResponsesFilter, campaigns_of};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(export_responses).service(export_codebook);
}

/// Which responses, and how they are written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ResponsesQuery {
    /// Only responses of these campaigns: their keys, separated by commas.
    #[param(example = "world-cancer-day-2027,spring-2027")]
    campaign: Option<String>,
    /// Only responses of this ISO week and later ones.
    #[param(example = "2027-W05")]
    from_week: Option<String>,
    /// Only responses of this ISO week and earlier ones.
    #[param(example = "2027-W08")]
    to_week: Option<String>,
    /// Starts the file with a byte order mark, from which Excel knows that it is UTF-8.
    #[serde(default)]
    #[param(default = false)]
    bom: bool,
    /// Whether text that a spreadsheet would run as a formula gets an apostrophe in front.
    #[serde(default)]
    #[param(inline)]
    formulas: Formulas,
}

/// How the codebook is written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CodebookQuery {
    /// Language of texts and labels: one of those of the newest version, of which the first is the default.
    #[param(example = "en")]
    language: Option<String>,
    /// Starts the file with a byte order mark, from which Excel knows that it is UTF-8.
    #[serde(default)]
    #[param(default = false)]
    bom: bool,
    /// Whether text that a spreadsheet would run as a formula gets an apostrophe in front.
    #[serde(default)]
    #[param(inline)]
    formulas: Formulas,
}

/// Export the responses to a form
///
/// One table over all versions of the form: a row a response, a column a question, `question__option` with 1 and 0
/// for each option of a multiple choice, a column a score. A question that was recoded in version 3 has a column for
/// each coding, `key` and `key@3`, so that a name never changes its meaning. Choices are given as codes; what is
/// missing is empty. Free text is not in it, since it is stored apart. There is no id of a response, since with one
/// two exports could be joined.
///
/// The file is streamed. A transfer that breaks off is not whole and must be fetched again.
#[utoipa::path(
    tag = "exports",
    security(("staff" = ["analyst"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "daily-life-after-treatment"),
        ResponsesQuery,
    ),
    responses((
        status = 200,
        description = "The table: RFC 4180, in UTF-8, with a header.",
        content_type = "text/csv",
        body = String,
        headers(("Content-Disposition" = String, description = "A name for the file.")),
        example = json!("campaign,form_version,language,week,cancer_type,eating_meals,help_from__family,score_eating\r\nworld-cancer-day-2027,1,ko,2027-W05,stomach,severe,1,66.7\r\nworld-cancer-day-2027,1,en,2027-W05,breast,,,\r\n"),
    )),
    extensions(("x-problems" = json!(["form_unknown", "bad_request"]))),
)]
#[get("/v1/forms/{form}/responses.csv", wrap = "Compress::default()")]
async fn export_responses(
    _analyst: Staff<Analyst>,
    state: State,
    form: Path<String>,
    Query(query): Query<ResponsesQuery>,
) -> Result<HttpResponse, Problem> {
    let weeks = query.weeks()?;
    let mut conn = state.export_connection().await?;
    let (form_id, versions) = published(&mut conn, &form).await?;
    let campaigns = campaigns_of(&mut conn, form_id).await?;
    let campaigns = query.chosen(campaigns)?;
    let export = ResponsesExport {
        filter: ResponsesFilter {
            versions: versions.iter().map(|(id, ..)| *id).collect(),
            campaigns: campaigns.keys().copied().collect(),
            from_week: weeks.0.map(IsoWeek::monday),
            to_week: weeks.1.map(IsoWeek::monday),
        },
        versions,
        campaigns,
        options: CsvOptions {
            bom: query.bom,
            formulas: query.formulas,
        },
    };
    let download = start(Lease::new(conn), export, Limits::default()).await?;
    Ok(attachment(&form, "responses").streaming(download))
}

/// Export the codebook of a form
///
/// A row for each column of the export of its responses: what it means, in which versions it exists, what can stand in
/// it, when it is shown, and how a score is computed. Where versions differ, the newest one that has the column speaks.
#[utoipa::path(
    tag = "exports",
    security(("staff" = ["analyst"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "daily-life-after-treatment"),
        CodebookQuery,
    ),
    responses((
        status = 200,
        description = "The table: RFC 4180, in UTF-8, with a header.",
        content_type = "text/csv",
        body = String,
        headers(("Content-Disposition" = String, description = "A name for the file.")),
        example = json!("column,question,option,kind,section,section_title,text,label,versions,codes,numbers\r\neating_meals,eating_meals,,single_choice,eating,Eating,How hard is it to eat a meal?,,1 to 2,none=None; mild=Mild,none=0; mild=1\r\n"),
    )),
    extensions(("x-problems" = json!(["form_unknown", "language_not_offered", "bad_request"]))),
)]
#[get("/v1/forms/{form}/codebook.csv", wrap = "Compress::default()")]
async fn export_codebook(
    _analyst: Staff<Analyst>,
    state: State,
    form: Path<String>,
    Query(query): Query<CodebookQuery>,
) -> Result<HttpResponse, Problem> {
    let mut conn = state.connection().await?;
    let (_, versions) = published(&mut conn, &form).await?;
    drop(conn);
    let forms: Vec<_> = versions
        .iter()
        .map(|(_, number, form)| (*number, form))
        .collect();
    let columns = Columns::of(&forms);
    let entries = columns.codebook(query.language(&columns)?);
    let options = CsvOptions {
        bom: query.bom,
        formulas: query.formulas,
    };
    let written = codebook_csv(&entries, options)
        .map_err(|_| Problem::internal("the codebook cannot be written"))?;
    Ok(attachment(&form, "codebook").body(written))
}

/// The id of the form with this key, and all its versions, ascending; a form without any is unknown.
async fn published(
    conn: &mut AsyncPgConnection,
    key: &str,
) -> Result<(Uuid, Vec<(Uuid, i32, Form)>), Problem> {
    let form = find_form(conn, key).await?.ok_or(Code::FormUnknown)?;
    let rows = versions_of(conn, form.id).await?;
    if rows.is_empty() {
        return Err(Problem::new(Code::FormUnknown).detail("No version of it is published yet."));
    }
    let read = |row: &FormVersionRow| Ok((row.id, row.version, row.form()?));
    let versions: Result<_, UnreadableVersion> = rows.iter().map(read).collect();
    let versions = versions.map_err(|error| Problem::internal(&error.to_string()))?;
    Ok((form.id, versions))
}

fn attachment(form: &str, what: &str) -> HttpResponseBuilder {
    let name = DispositionParam::Filename(format!("{form}-{what}.csv"));
    let mut response = HttpResponse::Ok();
    response
        .insert_header((
            header::CONTENT_TYPE,
            "text/csv; charset=utf-8; header=present",
        ))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(ContentDisposition {
            disposition: DispositionType::Attachment,
            parameters: vec![name],
        });
    response
}

impl ResponsesQuery {
    /// The first and the last week.
    fn weeks(&self) -> Result<(Option<IsoWeek>, Option<IsoWeek>), Problem> {
        let from = week("from_week", self.from_week.as_deref())?;
        let to = week("to_week", self.to_week.as_deref())?;
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(wrong("`from_week` is later than `to_week`."));
        }
        Ok((from, to))
    }

    /// Those of the campaigns that were asked for; all of them if none was named.
    fn chosen(&self, campaigns: Vec<(Uuid, String)>) -> Result<HashMap<Uuid, String>, Problem> {
        let Some(asked) = &self.campaign else {
            return Ok(campaigns.into_iter().collect());
        };
        let find = |key: &str| {
            let found = campaigns.iter().find(|(_, known)| known == key);
            found
                .cloned()
                .ok_or_else(|| wrong("`campaign` names a campaign that this form does not have."))
        };
        asked.split(',').map(|key| find(key.trim())).collect()
    }
}

impl CodebookQuery {
    /// The language asked for, or the default of the newest version.
    fn language<'a>(&self, columns: &Columns<'a>) -> Result<&'a str, Problem> {
        let newest = columns.versions().last().map(|(_, form)| *form);
        let offered = newest.map_or(&[][..], |form| &form.definition().languages);
        match &self.language {
            None => Ok(offered.first().map_or("", String::as_str)),
            Some(asked) => look_up(offered, asked).ok_or_else(|| {
                let detail = format!("It is offered in {}.", offered.join(", "));
                Problem::new(Code::LanguageNotOffered).detail(detail)
            }),
        }
    }
}

fn week(name: &str, text: Option<&str>) -> Result<Option<IsoWeek>, Problem> {
    let parse = |text: &str| text.parse::<IsoWeek>();
    let week = text.map(parse).transpose();
    week.map_err(|error| wrong(format!("`{name}` {error}.")))
}

fn wrong(detail: impl Into<String>) -> Problem {
    Problem::new(Code::QueryInvalid).detail(detail)
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Query(error) => error.into(),
            other => Self::internal(&other.to_string()),
        }
    }
}
