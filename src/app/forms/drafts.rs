//! Drafts: the version of a form that is being written.
//!
//! Whether the caller reaches a form is decided by its key, before anything is looked up. So whoever does not reach it
//! never learns whether there is a form that is not published yet.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{FormError, reached};
use crate::app::{App, Caller, Failure, Transaction};
use crate::domain::campaign::Campaign;
use crate::domain::form::{Form, FormDefinition};
use crate::domain::ids::{FormId, FormKey};
use crate::random;
use crate::store::AsyncPgConnection;
use crate::store::forms::drafts::{DraftRow, delete_draft, find_draft, list_drafts, save_draft};
use crate::store::forms::{FormRow, delete_unpublished_form, find_form, insert_form, lock_form};

/// A draft. It may have faults that prevent publishing.
#[derive(Debug, Clone)]
pub struct Draft {
    /// When it was saved.
    pub updated_at: DateTime<Utc>,
    /// The definition as last saved.
    pub definition: FormDefinition,
}

/// The tag of a draft's state: SHA-256 over its definition.
pub type DraftTag = [u8; 32];

impl Draft {
    fn read(row: DraftRow) -> Result<Self, Failure> {
        let definition = serde_json::from_value(row.definition)
            .map_err(|_| Failure::Internal("a draft cannot be read by this program"))?;
        Ok(Self {
            updated_at: row.updated_at,
            definition,
        })
    }

    /// The tag of the draft's state.
    pub fn tag(&self) -> DraftTag {
        let content = serde_json::to_vec(&self.definition).unwrap_or_default();
        Sha256::digest(content).into()
    }
}

/// Drafts that the caller reaches, by the keys of their forms, starting after this one.
///
/// # Errors
///
/// A failure of the database.
pub async fn list(
    app: &App,
    caller: &Caller,
    after: Option<&str>,
    rows: i64,
) -> Result<Vec<Draft>, Failure> {
    let reached = caller.scope.list();
    let reached = reached.map(|list| list.forms.iter().map(FormKey::as_str).collect());
    let mut conn = app.connection().await?;
    let drafts = list_drafts(&mut conn, reached, after, rows).await?;
    drafts
        .into_iter()
        .map(|(_, row)| Draft::read(row))
        .collect()
}

/// Creates a form with its first draft. The key is the form's address, so it must be valid at once; everything else is
/// checked at publishing. An author whose scope is a list creates the forms on it, and no others.
///
/// # Errors
///
/// When the caller does not reach the form, or the key is taken or malformed.
pub async fn create(
    app: &App,
    caller: &Caller,
    definition: FormDefinition,
) -> Result<(FormKey, Draft), FormError> {
    if let Err(mut faults) = Form::check(definition.clone()) {
        faults.retain(|fault| fault.pointer.as_str() == "/key");
        if !faults.is_empty() {
            return Err(FormError::KeyInvalid(faults));
        }
    }
    let key: FormKey = definition
        .key
        .parse()
        .map_err(|_| Failure::Internal("the key of a checked form is malformed"))?;
    caller.scope.check_form(&key)?;
    app.transact(async |tx| {
        let form = FormRow {
            id: FormId(random::uuid()?),
            key: key.clone(),
            created_at: tx.now(),
        };
        if !insert_form(tx, &form).await? {
            return Err(FormError::Exists);
        }
        let draft = save(tx, form.id, &definition).await?;
        Ok((form.key, draft))
    })
    .await
}

/// The draft of a form, and the campaigns that its publishing would reach.
///
/// # Errors
///
/// When the caller does not reach the form, there is no such form, or it has no draft.
pub async fn find(
    app: &App,
    caller: &Caller,
    form: &FormKey,
) -> Result<(Draft, Vec<Campaign>), FormError> {
    caller.scope.check_form(form)?;
    let mut conn = app.connection().await?;
    let form = find_form(&mut conn, form)
        .await?
        .ok_or(FormError::Unknown)?;
    let draft = find_draft(&mut conn, form.id).await?;
    let draft = Draft::read(draft.ok_or(FormError::DraftUnknown)?)?;
    let reached = reached(&mut conn, form.id, app.now()).await?;
    Ok((draft, reached))
}

/// Saves the draft of a form. `expected` gets the tag of the current draft, if there is one, and decides whether the
/// author knows this state. Gives the draft with the campaigns that its publishing would reach.
///
/// # Errors
///
/// When the caller does not reach the form, there is no such form, the definition has another key, or the draft is not the expected one.
pub async fn update(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    definition: FormDefinition,
    expected: impl Fn(Option<DraftTag>) -> bool,
) -> Result<(Draft, Vec<Campaign>), FormError> {
    caller.scope.check_form(form)?;
    if definition.key != form.as_str() {
        return Err(FormError::KeyDiffers);
    }
    app.transact(async |tx| {
        let form = lock(tx, form).await?;
        let draft = find_draft(tx, form.id).await?;
        let draft = draft.map(Draft::read).transpose()?;
        if !expected(draft.as_ref().map(Draft::tag)) {
            return Err(FormError::Changed);
        }
        let saved = save(tx, form.id, &definition).await?;
        let now = tx.now();
        Ok((saved, reached(tx, form.id, now).await?))
    })
    .await
}

/// Deletes the draft of a form, and the form itself when it never had a published version.
///
/// # Errors
///
/// When the caller does not reach the form, there is no such form or draft, or the draft is not the expected one.
pub async fn delete(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    expected: impl Fn(Option<DraftTag>) -> bool,
) -> Result<(), FormError> {
    caller.scope.check_form(form)?;
    app.transact(async |tx| {
        let (form, draft) = lock_with_draft(tx, form).await?;
        if !expected(Some(draft.tag())) {
            return Err(FormError::Changed);
        }
        delete_draft(tx, form.id).await?;
        delete_unpublished_form(tx, form.id).await?;
        Ok(())
    })
    .await
}

/// Saves a draft and returns it as it will be read. Postgres writes some numbers differently, -0.0 for instance, and
/// the tag must equal that of the next read.
async fn save(
    tx: &mut Transaction<'_>,
    form_id: FormId,
    definition: &FormDefinition,
) -> Result<Draft, FormError> {
    let row = DraftRow {
        form_id,
        definition: serde_json::to_value(definition)
            .map_err(|_| Failure::Internal("a definition cannot be written"))?,
        updated_at: tx.now(),
    };
    save_draft(tx, &row).await?;
    let saved = find_draft(tx, form_id).await?;
    let saved = Draft::read(saved.ok_or(FormError::DraftUnknown)?)?;
    Ok(Draft {
        updated_at: row.updated_at,
        ..saved
    })
}

/// A locked form with its draft.
pub(super) async fn lock_with_draft(
    conn: &mut AsyncPgConnection,
    key: &FormKey,
) -> Result<(FormRow, Draft), FormError> {
    let form = lock(conn, key).await?;
    let draft = find_draft(conn, form.id).await?;
    let draft = Draft::read(draft.ok_or(FormError::DraftUnknown)?)?;
    Ok((form, draft))
}

/// Finds and locks a form, so that changes of its draft and of its versions run one at a time. The form may be deleted
/// together with its draft between the find and the lock.
pub(super) async fn lock(
    conn: &mut AsyncPgConnection,
    key: &FormKey,
) -> Result<FormRow, FormError> {
    let form = find_form(conn, key).await?.ok_or(FormError::Unknown)?;
    match lock_form(conn, form.id).await? {
        true => Ok(form),
        false => Err(FormError::Unknown),
    }
}
