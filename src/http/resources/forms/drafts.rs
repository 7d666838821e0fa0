//! Drafts of forms, and their publishing. For authors.

use actix_web::http::header::{self, EntityTag};
use actix_web::web::Path;
use actix_web::{HttpResponse, delete, get, post, put};
use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::app::form_catalog::FormVersionView;
use crate::domain::fault::Fault;
use crate::domain::form::{Form, FormDefinition, FormFault, Source, Syntax};
use crate::http::auth::{Author, Staff};
use crate::http::extract::precondition::Precondition;
use crate::http::extract::{Body, Document, Format, State, from_json};
use crate::http::problem::{Code, FieldError, Problem};
use crate::random;
use crate::store::AsyncPgConnection;
use crate::store::forms::drafts::{DraftRow, delete_draft, find_draft, save_draft};
use crate::store::forms::publish::{PublishError, publish_version};
use crate::store::forms::{
    FormRow, create_form as insert_form, delete_unpublished_form, find_form, lock_form,
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(create_form)
        .service(get_form_draft)
        .service(update_form_draft)
        .service(delete_form_draft)
        .service(publish_form_draft);
}

/// A draft, and what still keeps it from being published.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftView {
    /// The form's key.
    #[schema(example = "daily-life-after-treatment")]
    pub form: String,
    /// When it was saved.
    pub updated_at: DateTime<Utc>,
    /// What it asks so far.
    pub definition: FormDefinition,
    /// Every fault that publishing would refuse.
    pub faults: Vec<FieldError>,
}

/// What the author agrees to when publishing.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"consent_to_recoding": ["sleep_hours"]}))]
pub struct PublishDraftBody {
    /// Keys of questions whose answers may mean something else from this version on. Exports then keep
    /// the old and the new coding in columns of their own.
    #[serde(default)]
    #[validate(length(max = 500))]
    #[schema(max_items = 500)]
    consent_to_recoding: Vec<String>,
}

/// Create a form
///
/// It begins as a draft, as JSON or as YAML. Unknown fields are refused at once; everything else is
/// checked at publishing, and listed in `faults` until then.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    request_body(content((FormDefinition = "application/json"), (String = "application/yaml"))),
    responses((status = 201, description = "The draft.", body = DraftView, headers(
        ("Location" = String, description = "Where the draft is."),
        ("ETag" = String, description = "Names this state of the draft; send it as `If-Match` with a change."),
    ))),
    extensions(("x-problems" = json!(["form_exists"]))),
)]
#[post("/v1/forms")]
async fn create_form(
    _author: Staff<Author>,
    state: State,
    document: Document,
) -> Result<HttpResponse, Problem> {
    let definition = read(document).await?;
    let now = state.now();
    let form = FormRow {
        id: random::uuid()?,
        key: definition.key.clone(),
        created_at: now,
    };
    // A form's key is its address, so it cannot wait for publishing.
    let key_faults: Vec<FieldError> = faults(&definition)
        .into_iter()
        .filter(|fault| fault.pointer == "/key")
        .collect();
    if !key_faults.is_empty() {
        return Err(Problem::fields(Code::BodyInvalid, key_faults));
    }
    let draft = draft_row(form.id, &definition, now)?;
    let mut conn = state.connection().await?;
    let definition = conn
        .transaction(async |conn| {
            if !insert_form(conn, &form).await? {
                return Err(Problem::from(Code::FormExists));
            }
            save(conn, &draft).await
        })
        .await?;
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, format!("/v1/forms/{}/draft", form.key)));
    Ok(response
        .insert_header((header::ETAG, tag(&definition).to_string()))
        .json(view(definition, now)))
}

/// Get the draft of a form
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(("form" = String, Path, description = "The form's key.", example = "daily-life-after-treatment")),
    responses((status = 200, description = "The draft.", body = DraftView, headers(
        ("ETag" = String, description = "Names this state of the draft; send it as `If-Match` with a change."),
    ))),
    extensions(("x-problems" = json!(["form_unknown", "draft_unknown"]))),
)]
#[get("/v1/forms/{form}/draft")]
async fn get_form_draft(
    _author: Staff<Author>,
    state: State,
    form: Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut conn = state.connection().await?;
    let form = find_form(&mut conn, &form)
        .await?
        .ok_or(Code::FormUnknown)?;
    let draft = find_draft(&mut conn, form.id)
        .await?
        .ok_or(Code::DraftUnknown)?;
    let definition = definition_of(&draft)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, tag(&definition).to_string()));
    Ok(response.json(view(definition, draft.updated_at)))
}

/// Save the draft of a form
///
/// `If-Match` with the draft's `ETag` replaces it; `If-None-Match: *` begins a new draft where there is
/// none, for the next version.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "daily-life-after-treatment"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the draft that this replaces."),
        ("If-None-Match" = Option<String>, Header, description = "`*` to begin a new draft."),
    ),
    request_body(content((FormDefinition = "application/json"), (String = "application/yaml"))),
    responses((status = 200, description = "The draft as it is now.", body = DraftView, headers(
        ("ETag" = String, description = "Names this state of the draft."),
    ))),
    extensions(("x-problems" = json!(["form_unknown", "precondition_required", "precondition_failed"]))),
)]
#[put("/v1/forms/{form}/draft")]
async fn update_form_draft(
    _author: Staff<Author>,
    precondition: Precondition,
    state: State,
    form: Path<String>,
    document: Document,
) -> Result<HttpResponse, Problem> {
    let definition = read(document).await?;
    if definition.key != *form {
        let detail = "The key of a form never changes: it must be the one in the address.";
        let error = FieldError::new("/key", "key_differs", detail);
        return Err(Problem::fields(Code::BodyInvalid, vec![error]));
    }
    let now = state.now();
    let mut conn = state.connection().await?;
    let definition = conn
        .transaction(async |conn| {
            let form = locked_form(conn, &form).await?;
            let draft = find_draft(conn, form.id).await?;
            let current = draft.as_ref().map(tag_of).transpose()?;
            precondition.admit(current.as_ref())?;
            save(conn, &draft_row(form.id, &definition, now)?).await
        })
        .await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ETAG, tag(&definition).to_string()));
    Ok(response.json(view(definition, now)))
}

/// Delete the draft of a form
///
/// A form of which no version was ever published goes with it.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "daily-life-after-treatment"),
        ("If-Match" = String, Header, description = "The `ETag` of the draft."),
    ),
    responses((status = 204, description = "It is deleted.")),
    extensions(("x-problems" = json!(["form_unknown", "draft_unknown", "precondition_required", "precondition_failed"]))),
)]
#[delete("/v1/forms/{form}/draft")]
async fn delete_form_draft(
    _author: Staff<Author>,
    precondition: Precondition,
    state: State,
    form: Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut conn = state.connection().await?;
    conn.transaction(async |conn| {
        let (form, draft) = locked_draft(conn, &form).await?;
        precondition.admit(Some(&tag_of(&draft)?))?;
        delete_draft(conn, form.id).await?;
        delete_unpublished_form(conn, form.id).await?;
        Ok::<_, Problem>(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Publish the draft of a form
///
/// Checks everything at once, then makes the draft the next version, which never changes. A question
/// that is recoded under its old key needs explicit consent.
#[utoipa::path(
    tag = "drafts",
    security(("staff" = ["author"])),
    params(
        ("form" = String, Path, description = "The form's key.", example = "daily-life-after-treatment"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the draft, to publish just what was read."),
    ),
    request_body = PublishDraftBody,
    responses((status = 201, description = "The new version.", body = FormVersionView, headers(
        ("Location" = String, description = "Where the version is."),
    ))),
    extensions(("x-problems" = json!([
        "form_unknown", "draft_unknown", "precondition_failed", "draft_invalid", "draft_unchanged",
        "recoding_needs_consent",
    ]))),
)]
#[post("/v1/forms/{form}/draft/publish")]
async fn publish_form_draft(
    _author: Staff<Author>,
    precondition: Precondition,
    state: State,
    form: Path<String>,
    body: Body<PublishDraftBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let mut conn = state.connection().await?;
    let (id, now) = (random::uuid()?, state.now());
    let row = conn
        .transaction(async |conn| {
            let (form, draft) = locked_draft(conn, &form).await?;
            if precondition.is_given() {
                precondition.admit(Some(&tag_of(&draft)?))?;
            }
            let checked = Form::check(definition_of(&draft)?)
                .map_err(|faults| Problem::fields(Code::DraftInvalid, errors(faults)))?;
            let consent = &body.consent_to_recoding;
            let row = publish_version(conn, form.id, &checked, consent, id, now).await?;
            delete_draft(conn, form.id).await?;
            Ok::<_, Problem>(row)
        })
        .await?;
    let published = state.published.get(&mut conn, row.id).await?;
    let location = format!("/v1/forms/{form}/versions/{}", row.version);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(published.view(crate::http::extract::language::Languages::All)))
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Unchanged(version) => Self::new(Code::DraftUnchanged)
                .detail(format!("Version {version} has exactly this content.")),
            PublishError::Recoded(keys) => {
                let error = |key: &String| {
                    let detail = "An answer to this question no longer means what it meant.";
                    let pointer = crate::domain::pointer::Pointer::root().child(key);
                    FieldError::new(pointer.as_str(), "recoded", detail)
                };
                Self::fields(Code::RecodingNeedsConsent, keys.iter().map(error).collect())
            }
            PublishError::Unreadable(error) => Self::internal(&error.to_string()),
            PublishError::Query(error) => error.into(),
        }
    }
}

/// Reads a definition, written as JSON or as YAML.
async fn read(document: Document) -> Result<FormDefinition, Problem> {
    let (format, bytes) = document.read(&[Format::Json, Format::Yaml]).await?;
    if format == Format::Json {
        return from_json(&bytes);
    }
    let malformed = |detail: String| Problem::new(Code::JsonMalformed).detail(detail);
    let text = std::str::from_utf8(&bytes).map_err(|error| malformed(format!("{error}.")))?;
    let source =
        Source::read(text, Syntax::Yaml).map_err(|fault| malformed(format!("{fault}.")))?;
    source.definition().map_err(|fault| {
        let error = FieldError::new(fault.pointer.as_str(), "invalid_value", fault.kind);
        Problem::fields(Code::BodyInvalid, vec![error])
    })
}

/// Saves a draft and gives it as it will be read: Postgres writes some numbers in another way, -0.0 for
/// instance, and the tag in the answer must be that of the next read.
async fn save(conn: &mut AsyncPgConnection, draft: &DraftRow) -> Result<FormDefinition, Problem> {
    save_draft(conn, draft).await?;
    let saved = find_draft(conn, draft.form_id).await?;
    definition_of(&saved.ok_or(Code::DraftUnknown)?)
}

async fn locked_draft(
    conn: &mut AsyncPgConnection,
    key: &str,
) -> Result<(FormRow, DraftRow), Problem> {
    let form = locked_form(conn, key).await?;
    let draft = find_draft(conn, form.id).await?.ok_or(Code::DraftUnknown)?;
    Ok((form, draft))
}

/// A form can go with its draft between being found and being locked.
async fn locked_form(conn: &mut AsyncPgConnection, key: &str) -> Result<FormRow, Problem> {
    let form = find_form(conn, key).await?.ok_or(Code::FormUnknown)?;
    match lock_form(conn, form.id).await? {
        true => Ok(form),
        false => Err(Code::FormUnknown.into()),
    }
}

/// The tag of a draft, to compare with what a client knows.
fn tag_of(draft: &DraftRow) -> Result<EntityTag, Problem> {
    Ok(tag(&definition_of(draft)?))
}

fn tag(definition: &FormDefinition) -> EntityTag {
    let content = serde_json::to_vec(definition).unwrap_or_default();
    EntityTag::new_strong(hex::encode(Sha256::digest(content)))
}

fn draft_row(
    form_id: uuid::Uuid,
    definition: &FormDefinition,
    updated_at: DateTime<Utc>,
) -> Result<DraftRow, Problem> {
    let definition = serde_json::to_value(definition)
        .map_err(|_| Problem::internal("a definition cannot be written"))?;
    Ok(DraftRow {
        form_id,
        definition,
        updated_at,
    })
}

fn definition_of(draft: &DraftRow) -> Result<FormDefinition, Problem> {
    serde_json::from_value(draft.definition.clone())
        .map_err(|_| Problem::internal("a draft cannot be read by this program"))
}

fn view(definition: FormDefinition, updated_at: DateTime<Utc>) -> DraftView {
    DraftView {
        form: definition.key.clone(),
        updated_at,
        faults: faults(&definition),
        definition,
    }
}

fn faults(definition: &FormDefinition) -> Vec<FieldError> {
    Form::check(definition.clone())
        .err()
        .map(errors)
        .unwrap_or_default()
}

fn errors(faults: Vec<Fault<FormFault>>) -> Vec<FieldError> {
    let error = |fault: Fault<FormFault>| {
        FieldError::new(
            fault.pointer.as_str(),
            fault.kind.code(),
            fault.kind.to_string(),
        )
    };
    faults.into_iter().map(error).collect()
}
