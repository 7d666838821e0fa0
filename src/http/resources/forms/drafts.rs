//! Drafts of forms, and their publishing. For authors.

use actix_web::http::header::{self, EntityTag};
use actix_web::middleware::from_fn;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, delete, get, post, put};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::{Validate, ValidationError};

use crate::app::forms::drafts::{self, Draft, DraftTag};
use crate::app::forms::publish::publish_draft;
use crate::domain::campaign::Campaign;
use crate::domain::fault::Fault;
use crate::domain::form::{Form, FormDefinition, Source, Syntax, Text, is_language_tag};
use crate::domain::pointer::Pointer;
use crate::formats::fhir::{self, ReadFault};
use crate::formats::imported::Remark;
use crate::formats::redcap::{self, DictionaryFault};
use crate::formats::xlsform::{self, WorkbookFault};
use crate::http::auth::{Author, Staff};
use crate::http::extract::language::Languages;
use crate::http::extract::page::{Page, PageParams, PageQuery};
use crate::http::extract::path::FormPath;
use crate::http::extract::precondition::Precondition;
use crate::http::extract::{Body, Document, Format, Query, from_json};
use crate::http::form_body::FormVersionView;
use crate::http::middleware::compression::compress;
use crate::http::problem::{Code, FieldCode, FieldError, Problem, form_faults};
use crate::http::reply::list;
use crate::http::resources::campaigns::CampaignState;
use crate::http::resources::forms::Questionnaire;
use crate::http::state::State;

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_form_drafts)
        .service(create_form)
        .service(get_form_draft)
        .service(update_form_draft)
        .service(delete_form_draft)
        .service(publish_form_draft);
}

/// A draft, and the faults that prevent its publishing.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftView {
    /// The form's key.
    #[schema(example = "daily-life-after-treatment")]
    pub form: String,
    /// When it was saved.
    pub updated_at: DateTime<Utc>,
    /// The definition as last saved.
    pub definition: FormDefinition,
    /// Every fault that prevents publishing.
    pub faults: Vec<FieldError>,
    /// The campaigns, running or to come, whose respondents would fill in this version once it is published: those that
    /// follow the newest version.
    pub reaches: Vec<ReachedCampaignView>,
    /// After a workbook, a data dictionary or a Questionnaire was sent: what was read otherwise than it stands, and what was
    /// left out, each with its sheet, row and column, or with its pointer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["survey, row 12, column name: \"Sleep\" is no valid key, or taken, and becomes \"sleep\""]))]
    pub import_notes: Vec<String>,
}

/// A draft in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "form": "sleep-after-treatment", "title": {"en": "Sleep"}, "updated_at": "2027-01-04T09:00:00Z", "faults": 0,
}))]
pub struct DraftSummaryView {
    /// The form's key.
    pub form: String,
    /// The title, in all its languages.
    pub title: Text,
    /// When it was saved.
    pub updated_at: DateTime<Utc>,
    /// How many faults prevent its publishing.
    pub faults: usize,
}

impl From<Draft> for DraftSummaryView {
    fn from(draft: Draft) -> Self {
        Self {
            form: draft.definition.key.clone(),
            title: draft.definition.title.clone(),
            updated_at: draft.updated_at,
            faults: Form::check(draft.definition).map_or_else(|faults| faults.len(), |_| 0),
        }
    }
}

/// A campaign that a new version reaches.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReachedCampaignView {
    /// The campaign's key.
    #[schema(example = "world-cancer-day-2027")]
    pub campaign: String,
    /// Its present state.
    pub state: CampaignState,
}

/// The reply to publishing: the new version, and whom it reaches.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishedVersionView {
    /// The form's key.
    #[schema(example = "daily-life-after-treatment")]
    pub form: String,
    /// The number of the version; a response must name it.
    #[schema(example = 2)]
    pub version: i32,
    /// SHA-256 over content and record layout, in hexadecimal.
    #[schema(example = "9f2b8c0d1e3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4")]
    pub digest: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// The definition in all languages.
    pub definition: FormDefinition,
    /// The campaigns, running or to come, whose respondents fill in this version from now on.
    pub reaches: Vec<ReachedCampaignView>,
}

/// The bytes of a workbook.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
struct WorkbookBytes(#[allow(dead_code, reason = "only its schema is used")] Vec<u8>);

/// How a workbook, a data dictionary or a Questionnaire is read.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// For a workbook, a data dictionary or a Questionnaire: leave out what cannot be carried. If missing or `false`, a file
    /// with such parts is refused, and all that cannot be carried is named.
    #[param(example = true)]
    leave_out: Option<bool>,
    /// For a data dictionary: the language of its texts, which it does not name. If missing: `und`.
    #[validate(custom(function = language_tag))]
    #[param(
        example = "en",
        pattern = "^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$",
        max_length = 35
    )]
    language: Option<String>,
}

fn language_tag(tag: &str) -> Result<(), ValidationError> {
    match is_language_tag(tag) {
        true => Ok(()),
        false => {
            let message = "It is a BCP 47 language tag, such as `ko` or `pt-BR`.";
            Err(ValidationError::new("language_malformed").with_message(message.into()))
        }
    }
}

/// The author's consent for publishing.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"consent_to_recoding": ["sleep_hours"]}))]
pub struct PublishDraftBody {
    /// Keys of questions whose answers may change their meaning with this version, and `score_` with the key of scores
    /// whose numbers or bands may. Exports then keep the old and the new coding in separate columns.
    #[serde(default)]
    #[validate(length(max = 500))]
    #[schema(max_items = 500)]
    consent_to_recoding: Vec<String>,
}

/// List drafts
///
/// Lists the drafts that you can write, by the keys of their forms.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(PageParams),
    responses((status = 200, description = "A page of drafts.", body = Page<DraftSummaryView>, example = json!({
        "items": [{"form": "sleep-after-treatment", "title": {"en": "Sleep"}, "updated_at": "2027-01-04T09:00:00Z", "faults": 0}],
        "next_cursor": null,
    }))),
)]
#[get("/v1/drafts", wrap = "from_fn(compress)")]
async fn list_form_drafts(
    author: Staff<Author>,
    state: State,
    page: Query<PageQuery<String>>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let page = page.read()?;
    let after = page.after().map(String::as_str);
    let drafts = drafts::list(&state.app, &author.caller(), after, page.rows()).await?;
    let key = |draft: &Draft| draft.definition.key.clone();
    let page = page.page(drafts, key, DraftSummaryView::from);
    list::reply(
        &request,
        HttpResponse::Ok(),
        &page,
        page.next_cursor.as_deref(),
    )
}

/// Create a form
///
/// The form starts as a draft, in JSON, in YAML, as an XLSForm workbook, as a FHIR R4 Questionnaire or as a data dictionary of REDCap, which is CSV. Unknown fields are refused at once; everything else is checked at
/// publishing, and listed in `faults` until then. An author whose scope is a list of forms creates those on the list.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(ImportQuery),
    request_body(content(
        (FormDefinition = "application/json"), (String = "application/yaml"),
        (inline(WorkbookBytes) = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv"),
        (Questionnaire = "application/fhir+json"),
    )),
    responses((status = 201, description = "The draft.", body = DraftView, headers(
        ("Location" = String, description = "Where the draft is."),
        ("ETag" = String, description = "Names this state of the draft; send it as `If-Match` with a change."),
    ))),
    extensions(("x-problems" = json!(["out_of_scope", "form_exists"]))),
)]
#[post("/v1/forms")]
async fn create_form(
    author: Staff<Author>,
    state: State,
    query: Query<ImportQuery>,
    document: Document,
) -> Result<HttpResponse, Problem> {
    let (definition, notes) = read(document, &query.read()?).await?;
    let (key, draft) = drafts::create(&state.app, &author.caller(), definition).await?;
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, format!("/v1/forms/{key}/draft")));
    // A form that was never published has no campaign.
    Ok(reply(response, draft, Vec::new(), notes))
}

/// Get the draft of a form
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "sleep-after-treatment"),
    ),
    responses((status = 200, description = "The draft.", body = DraftView, headers(
        ("ETag" = String, description = "Names this state of the draft; send it as `If-Match` with a change."),
    ))),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "draft_unknown"]))),
)]
#[get("/v1/forms/{form}/draft")]
async fn get_form_draft(
    author: Staff<Author>,
    state: State,
    form: FormPath,
) -> Result<HttpResponse, Problem> {
    let form = form.key()?;
    let (draft, reached) = drafts::find(&state.app, &author.caller(), &form).await?;
    let reaches = reached_views(&state, reached);
    Ok(reply(HttpResponse::Ok(), draft, reaches, Vec::new()))
}

/// Save the draft of a form
///
/// `If-Match` with the draft's `ETag` replaces the draft. `If-None-Match: *` creates a draft for the next version where
/// there is none.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "sleep-after-treatment"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the draft that this replaces. `*` replaces whatever there is.", example = "*"),
        ("If-None-Match" = Option<String>, Header, description = "`*` to begin a new draft."),
        ImportQuery,
    ),
    request_body(content(
        (FormDefinition = "application/json"), (String = "application/yaml"),
        (inline(WorkbookBytes) = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv"),
        (Questionnaire = "application/fhir+json"),
    )),
    responses((status = 200, description = "The draft as it is now.", body = DraftView, headers(
        ("ETag" = String, description = "Names this state of the draft."),
    ))),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "precondition_required", "precondition_failed"]))),
)]
#[put("/v1/forms/{form}/draft")]
async fn update_form_draft(
    author: Staff<Author>,
    precondition: Precondition,
    state: State,
    form: FormPath,
    query: Query<ImportQuery>,
    document: Document,
) -> Result<HttpResponse, Problem> {
    let (definition, notes) = read(document, &query.read()?).await?;
    let expected = |current: Option<DraftTag>| precondition.allows(current.map(entity_tag));
    let (caller, form) = (author.caller(), form.key()?);
    let saved = drafts::update(&state.app, &caller, &form, definition, expected).await;
    let (saved, reached) = precondition.explain(saved)?;
    let reaches = reached_views(&state, reached);
    Ok(reply(HttpResponse::Ok(), saved, reaches, notes))
}

/// Delete the draft of a form
///
/// The form is deleted as well if it never had a published version.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "sleep-after-treatment"),
        ("If-Match" = String, Header, description = "The `ETag` of the draft. `*` deletes whatever there is.", example = "*"),
    ),
    responses((status = 204, description = "It is deleted.")),
    extensions(("x-problems" = json!(["out_of_scope", "form_unknown", "draft_unknown", "precondition_required", "precondition_failed"]))),
)]
#[delete("/v1/forms/{form}/draft")]
async fn delete_form_draft(
    author: Staff<Author>,
    precondition: Precondition,
    state: State,
    form: FormPath,
) -> Result<HttpResponse, Problem> {
    let expected = |current: Option<DraftTag>| precondition.allows(current.map(entity_tag));
    let deleted = drafts::delete(&state.app, &author.caller(), &form.key()?, expected).await;
    precondition.explain(deleted)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Publish the draft of a form
///
/// Checks the whole draft at once, then publishes it as the next version, which never changes. A question that is
/// recoded under its old key needs explicit consent. Campaigns that follow the newest version are filled in by it from
/// then on: `reaches` of the draft names them beforehand.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "sleep-after-treatment"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the draft, to publish just what was read. `*` publishes whatever there is.", example = "*"),
    ),
    request_body = PublishDraftBody,
    responses((status = 201, description = "The new version.", body = PublishedVersionView, headers(
        ("Location" = String, description = "Where the version is."),
    ))),
    extensions(("x-problems" = json!([
        "out_of_scope", "form_unknown", "draft_unknown", "precondition_failed", "draft_invalid", "draft_unchanged",
        "recoding_needs_consent",
    ]))),
)]
#[post("/v1/forms/{form}/draft/publish")]
async fn publish_form_draft(
    author: Staff<Author>,
    precondition: Precondition,
    state: State,
    form: FormPath,
    body: Body<PublishDraftBody>,
) -> Result<HttpResponse, Problem> {
    let consent = body.read().await?.consent_to_recoding;
    let form = form.key()?;
    let expected = |current: Option<DraftTag>| {
        !precondition.is_given() || precondition.allows(current.map(entity_tag))
    };
    let caller = author.caller();
    let (published, reached) =
        publish_draft(&state.app, &caller, &form, &consent, expected).await?;
    let location = format!("/v1/forms/{form}/versions/{}", published.version);
    let version = FormVersionView::of(&published, Languages::All);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(PublishedVersionView {
            form: version.form,
            version: version.version,
            digest: version.digest,
            published_at: version.published_at,
            definition: version.definition,
            reaches: reached_views(&state, reached),
        }))
}

/// The bytes of a definition: room for 500 questions in two languages, and a list of 200 options that they share.
const MAX_DEFINITION: usize = 2 * 1024 * 1024;

/// Parses a definition in JSON, YAML or a format of other tools. Gives what is to be said of the latter as well.
async fn read(
    document: Document,
    query: &ImportQuery,
) -> Result<(FormDefinition, Vec<String>), Problem> {
    let formats = [
        Format::Json,
        Format::Yaml,
        Format::Workbook,
        Format::Csv,
        Format::Fhir,
    ];
    let at_most = |format| match format {
        Format::Fhir => fhir::MAX_FILE,
        _ => MAX_DEFINITION,
    };
    let (format, bytes) = document.read_at_most(&formats, at_most).await?;
    match format {
        Format::Fhir => read_questionnaire(bytes, query.leave_out.unwrap_or_default()).await,
        Format::Workbook | Format::Csv => read_table(format, bytes, query).await,
        Format::Yaml => Ok((read_yaml(&bytes)?, Vec::new())),
        _ => {
            let definition = from_json(&bytes).map(FormDefinition::as_written_today)?;
            Ok((definition, Vec::new()))
        }
    }
}

/// Parses a workbook or a dictionary. A fault names its cell: the pointer is the sheet, the row and the column.
async fn read_table(
    format: Format,
    bytes: Bytes,
    query: &ImportQuery,
) -> Result<(FormDefinition, Vec<String>), Problem> {
    let language = query.language.clone();
    let read = tokio::task::spawn_blocking(move || match format {
        Format::Csv => redcap::read(&bytes, language.as_deref()).map_err(of_dictionary),
        _ => xlsform::read(&bytes).map_err(of_workbook),
    });
    let read = read.await;
    let imported = read.map_err(|_| Problem::internal("a table could not be read"))??;
    let leave_out = query.leave_out.unwrap_or_default();
    if !leave_out && !imported.left_out.is_empty() {
        let error = |remark: &Remark| {
            let place = Pointer::root().child(remark.sheet).child(remark.row);
            let place = place.child(&remark.column);
            FieldError::new(place.as_str(), FieldCode::NotCarried, remark.to_string())
        };
        let errors = imported.left_out.iter().map(error).collect();
        return Err(Problem::fields(Code::BodyInvalid, errors));
    }
    let left_out = imported
        .left_out
        .iter()
        .map(|it| format!("{it} (left out)"));
    let notes = imported.notes.iter().map(ToString::to_string);
    let notes = left_out.chain(notes).collect();
    Ok((imported.definition, notes))
}

fn of_workbook(fault: WorkbookFault) -> Problem {
    let code = match fault {
        WorkbookFault::NotAWorkbook(_) => Code::JsonMalformed,
        WorkbookFault::TooLarge(_) => Code::BodyTooLarge,
    };
    Problem::new(code).detail(format!("{fault}."))
}

fn of_dictionary(fault: DictionaryFault) -> Problem {
    let code = match fault {
        DictionaryFault::NotADictionary(_) => Code::JsonMalformed,
        DictionaryFault::TooLarge(_) => Code::BodyTooLarge,
    };
    Problem::new(code).detail(format!("{fault}."))
}

/// Parses a Questionnaire. A fault names its place in the resource.
async fn read_questionnaire(
    bytes: Bytes,
    leave_out: bool,
) -> Result<(FormDefinition, Vec<String>), Problem> {
    let read = tokio::task::spawn_blocking(move || fhir::read(&bytes)).await;
    let read = read.map_err(|_| Problem::internal("a Questionnaire could not be read"))?;
    let imported = read.map_err(|fault| match fault {
        ReadFault::Malformed(_) => Problem::new(Code::JsonMalformed).detail(format!("{fault}.")),
        ReadFault::TooLarge => Problem::new(Code::BodyTooLarge).detail(format!("{fault}.")),
        ReadFault::At(place, what) => {
            Problem::field(place.as_str(), FieldCode::InvalidValue, format!("{what}."))
        }
    })?;
    if !leave_out && !imported.left_out.is_empty() {
        let error = |fault: &Fault<String>| {
            let detail = format!("{}.", fault.kind);
            FieldError::new(fault.pointer.as_str(), FieldCode::NotCarried, detail)
        };
        let errors = imported.left_out.iter().map(error).collect();
        return Err(Problem::fields(Code::BodyInvalid, errors));
    }
    let said = |fault: &Fault<String>| format!("{}: {}", fault.pointer, fault.kind);
    let left_out = imported.left_out.iter();
    let left_out = left_out.map(|it| format!("{} (left out)", said(it)));
    let notes = left_out.chain(imported.notes.iter().map(said)).collect();
    Ok((imported.definition, notes))
}

fn read_yaml(bytes: &[u8]) -> Result<FormDefinition, Problem> {
    let malformed = |detail: String| Problem::new(Code::JsonMalformed).detail(detail);
    let text = std::str::from_utf8(bytes).map_err(|error| malformed(format!("{error}.")))?;
    let source =
        Source::read(text, Syntax::Yaml).map_err(|fault| malformed(format!("{fault}.")))?;
    source.definition().map_err(|fault| {
        let error = FieldError::new(fault.pointer.as_str(), FieldCode::InvalidValue, fault.kind);
        Problem::fields(Code::BodyInvalid, vec![error])
    })
}

fn entity_tag(tag: DraftTag) -> EntityTag {
    EntityTag::new_strong(hex::encode(tag))
}

/// The campaigns that a new version of the form reaches.
fn reached_views(state: &State, reached: Vec<Campaign>) -> Vec<ReachedCampaignView> {
    let now = state.app.now();
    let view = |campaign: Campaign| ReachedCampaignView {
        state: campaign.state(now).into(),
        campaign: campaign.key.to_string(),
    };
    reached.into_iter().map(view).collect()
}

fn reply(
    mut response: HttpResponseBuilder,
    draft: Draft,
    reaches: Vec<ReachedCampaignView>,
    import_notes: Vec<String>,
) -> HttpResponse {
    let tag = entity_tag(draft.tag());
    response.insert_header((header::ETAG, tag.to_string()));
    let faults = Form::check(draft.definition.clone()).err();
    response.json(DraftView {
        form: draft.definition.key.clone(),
        updated_at: draft.updated_at,
        faults: faults.map(form_faults).unwrap_or_default(),
        definition: draft.definition,
        reaches,
        import_notes,
    })
}
