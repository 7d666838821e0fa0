//! Published forms, for everybody.

pub mod drafts;
pub mod try_out;
pub mod versions;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, CacheControl, CacheDirective, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::app::form_catalog::PublishedVersion;
use crate::app::forms;
use crate::domain::form::Text;
use crate::formats::fhir;
use crate::http::extract::Query;
use crate::http::extract::language::{Languages, negotiate};
use crate::http::extract::media_type::preferred;
use crate::http::extract::page::{Page, PageParams, PageQuery};
use crate::http::extract::path::{FormPath, FormVersionPath};
use crate::http::form_body::{FormVersionView, Representation};
use crate::http::middleware::compression::compress;
use crate::http::problem::Problem;
use crate::http::reply::list;
use crate::http::state::State;
use crate::store::forms::FormVersionRow;

/// Which page of the forms. They go by key.
type FormsQuery = PageQuery<String>;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_forms)
        .service(get_form)
        .service(list_form_versions)
        .service(get_form_version);
}

/// A form that can be filled in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "key": "daily-life-after-treatment", "title": {"ko": "치료 후의 일상", "en": "Daily life after treatment"},
    "languages": ["ko", "en"], "version": 1, "published_at": "2027-01-04T09:00:00Z",
}))]
pub struct FormView {
    /// The form's key.
    pub key: String,
    /// The title, in all its languages.
    pub title: Text,
    /// The languages; the first is the default.
    pub languages: Vec<String>,
    /// The number of its newest version.
    pub version: i32,
    /// When the newest version was published.
    pub published_at: DateTime<Utc>,
}

impl FormView {
    fn of(published: &PublishedVersion) -> Self {
        let definition = published.form.definition();
        Self {
            key: definition.key.clone(),
            title: definition.title.clone(),
            languages: definition.languages.clone(),
            version: published.version,
            published_at: published.published_at,
        }
    }
}

/// The state of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VersionState {
    /// The version takes responses.
    Published,
    /// The version takes no new responses, except from offline clients until its grace period ends.
    Retired,
}

/// A version in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "version": 1, "state": "published", "digest": "9f2b8c0d1e3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4",
    "published_at": "2027-01-04T09:00:00Z", "retired_at": null, "accepts_until": null,
}))]
pub struct FormVersionSummary {
    /// The number of the version.
    pub version: i32,
    /// The state of the version.
    pub state: VersionState,
    /// SHA-256 over content and record layout, in hexadecimal.
    pub digest: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// When it was retired; null while it is in use.
    #[schema(required)]
    pub retired_at: Option<DateTime<Utc>>,
    /// The end of its grace period, until which it takes responses from offline clients.
    #[schema(required)]
    pub accepts_until: Option<DateTime<Utc>>,
}

impl From<FormVersionRow> for FormVersionSummary {
    fn from(row: FormVersionRow) -> Self {
        let retired = row.retired_at.is_some();
        Self {
            version: row.version,
            state: if retired {
                VersionState::Retired
            } else {
                VersionState::Published
            },
            digest: hex::encode(row.digest),
            published_at: row.published_at,
            retired_at: row.retired_at,
            accepts_until: row.accepts_until,
        }
    }
}

/// A FHIR R4 Questionnaire, by the conventions of Structured Data Capture.
#[derive(ToSchema)]
#[schema(value_type = std::collections::HashMap<String, serde_json::Value>, example = json!({
    "resourceType": "Questionnaire", "language": "en", "url": "urn:aftercare:form:sleep", "status": "draft", "title": "Sleep",
    "item": [{
        "linkId": "nights", "type": "group", "text": "Nights",
        "item": [{"linkId": "sleep_well", "type": "boolean", "text": "Do you sleep well?"}],
    }],
}))]
pub struct Questionnaire(#[allow(dead_code, reason = "only its schema is used")] serde_json::Value);

/// The language of the texts.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LanguageQuery {
    /// A BCP 47 tag, or `*` for all languages. If missing, `Accept-Language` decides.
    #[param(example = "ko")]
    language: Option<String>,
}

/// List forms
///
/// Lists every form that has a version in use, by key.
#[utoipa::path(
    tag = "forms",
    params(PageParams),
    responses((status = 200, description = "A page of forms.", body = Page<FormView>, example = json!({
        "items": [{
            "key": "daily-life-after-treatment", "title": {"ko": "치료 후의 일상", "en": "Daily life after treatment"},
            "languages": ["ko", "en"], "version": 1, "published_at": "2027-01-04T09:00:00Z",
        }],
        "next_cursor": null,
    }))),
)]
#[get("/v1/forms", wrap = "from_fn(compress)")]
async fn list_forms(
    state: State,
    page: Query<FormsQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let page = page.read()?;
    let after = page.after().map(String::as_str);
    let found = forms::list(&state.app, after, page.rows()).await?;
    let key = |version: &Arc<PublishedVersion>| version.form.key().to_owned();
    let page = page.page(found, key, |version| FormView::of(&version));
    let mut response = HttpResponse::Ok();
    response.insert_header(for_a_minute());
    list::reply(&request, response, &page, page.next_cursor.as_deref())
}

/// Get the newest version of a form
///
/// `Content-Location` names the version, which can be cached permanently. With `Accept: application/fhir+json` it is a
/// FHIR R4 Questionnaire.
#[utoipa::path(
    tag = "forms",
    params(
        FormPath,
        LanguageQuery,
        ("Accept-Language" = Option<String>, Header, description = "The languages that the person reads (RFC 9110), if the query names none.", example = "ko, en;q=0.8"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the copy that the client has."),
    ),
    responses(
        (status = 200, description = "The newest version in use. Generated clients take one media type a reply, so the others stand in `x-other-media-types`.", body = FormVersionView, headers(
            ("ETag" = String, description = "Names this content in this language and encoding."),
            ("Content-Language" = String, description = "The language of the texts, where it is one."),
            ("Content-Location" = String, description = "The address of the version."),
        )),
        (status = 304, description = "The client's copy is current."),
    ),
    extensions(("x-other-media-types" = json!(["application/fhir+json"])), ("x-problems" = json!(["form_unknown", "language_not_offered"]))),
)]
#[get("/v1/forms/{form}")]
async fn get_form(
    req: HttpRequest,
    state: State,
    form: FormPath,
    query: Query<LanguageQuery>,
) -> Result<HttpResponse, Problem> {
    let (query, form) = (query.read()?, form.key()?);
    let published = forms::newest(&state.app, &form).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header(for_a_minute()).insert_header((
        header::CONTENT_LOCATION,
        format!("/v1/forms/{form}/versions/{}", published.version),
    ));
    send(&req, &state, &published, &query, response).await
}

/// List the versions of a form
///
/// Lists published and retired versions. A draft is no version.
#[utoipa::path(
    tag = "forms",
    params(FormPath),
    responses(
        (status = 200, description = "All its versions, oldest first.", body = Vec<FormVersionSummary>, example = json!([{
        "version": 1, "state": "published", "digest": "9f2b8c0d1e3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4",
        "published_at": "2027-01-04T09:00:00Z", "retired_at": null, "accepts_until": null,
    }])),
        (status = 304, description = "The client's copy is current."),
    ),
    extensions(("x-problems" = json!(["form_unknown"]))),
)]
#[get("/v1/forms/{form}/versions", wrap = "from_fn(compress)")]
async fn list_form_versions(
    state: State,
    form: FormPath,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let versions = forms::versions(&state.app, &form.key()?).await?;
    let versions: Vec<FormVersionSummary> = versions.into_iter().map(Into::into).collect();
    let mut response = HttpResponse::Ok();
    response.insert_header(for_a_minute());
    list::reply(&request, response, &versions, None)
}

/// Get a version of a form
///
/// A version never changes: clients and caches may keep it for a year. Retired versions remain available, for reading
/// old responses. With `Accept: application/fhir+json` it is a FHIR R4 Questionnaire.
#[utoipa::path(
    tag = "forms",
    params(
        FormVersionPath,
        LanguageQuery,
        ("Accept-Language" = Option<String>, Header, description = "The languages that the person reads (RFC 9110), if the query names none.", example = "ko, en;q=0.8"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the copy that the client has."),
    ),
    responses(
        (status = 200, description = "The version. Generated clients take one media type a reply, so the others stand in `x-other-media-types`.", body = FormVersionView, headers(
            ("ETag" = String, description = "Names this content in this language and encoding."),
            ("Content-Language" = String, description = "The language of the texts, where it is one."),
        )),
        (status = 304, description = "The client's copy is current."),
    ),
    extensions(("x-other-media-types" = json!(["application/fhir+json"])), ("x-problems" = json!(["version_unknown", "language_not_offered"]))),
)]
#[get("/v1/forms/{form}/versions/{version}")]
async fn get_form_version(
    req: HttpRequest,
    state: State,
    path: FormVersionPath,
    query: Query<LanguageQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.read()?;
    let published = forms::version(&state.app, path.key()?, path.version).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header(CacheControl(vec![
        CacheDirective::Public,
        CacheDirective::MaxAge(31_536_000),
        CacheDirective::Extension("immutable".to_owned(), None),
    ]));
    send(&req, &state, &published, &query, response).await
}

fn for_a_minute() -> CacheControl {
    CacheControl(vec![CacheDirective::Public, CacheDirective::MaxAge(60)])
}

/// Sends a version in the language and the encoding that the client accepts, or 304 when the client has it.
async fn send(
    req: &HttpRequest,
    state: &State,
    published: &PublishedVersion,
    query: &LanguageQuery,
    response: HttpResponseBuilder,
) -> Result<HttpResponse, Problem> {
    let offered = &published.form.definition().languages;
    let languages = negotiate(req, query.language.as_deref(), offered)?;
    let representation = match preferred(req, &["application/json", fhir::MEDIA_TYPE]) {
        fhir::MEDIA_TYPE => Representation::Questionnaire,
        _ => Representation::Version,
    };
    let body = state
        .form_bodies
        .get(published, languages, representation)?;
    let mut response = body
        .reply(req, response, "accept, accept-encoding, accept-language")
        .await?;
    if let (Languages::One(language), StatusCode::OK) = (languages, response.status()) {
        let language = HeaderValue::from_str(language);
        let language = language.map_err(|_| Problem::internal("a language is no header"))?;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LANGUAGE, language);
    }
    Ok(response)
}
