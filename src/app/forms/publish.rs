//! Publishing: a checked form becomes the next version, which never changes.

use std::sync::Arc;

use super::drafts::{DraftTag, lock, lock_with_draft};
use super::{FormError, reached};
use crate::app::form_catalog::PublishedVersion;
use crate::app::{App, Caller, Failure, Transaction};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::campaign::Campaign;
use crate::domain::form::{Form, recoded_without_consent};
use crate::domain::ids::{FormId, FormKey, FormVersionId};
use crate::random;
use crate::store::forms::drafts::delete_draft;
use crate::store::forms::publish::{NewVersion, insert_version};
use crate::store::forms::{FormRow, FormVersionRow, insert_form, versions_of};

/// Publishes the draft of a form, and gives the campaigns that it reaches. `consent` names the questions that may be recoded under their old keys.
///
/// # Errors
///
/// When the caller does not reach the form, there is no such form or draft, the draft is not the expected one or has faults, nothing changed, or consent is
/// missing.
pub async fn publish_draft(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    consent: &[String],
    expected: impl Fn(Option<DraftTag>) -> bool,
) -> Result<(Arc<PublishedVersion>, Vec<Campaign>), FormError> {
    caller.scope.check_form(form)?;
    let (row, reached) = app
        .transact(async |tx| {
            let (form, draft) = lock_with_draft(tx, form).await?;
            if !expected(Some(draft.tag())) {
                return Err(FormError::Changed);
            }
            let checked = Form::check(draft.definition).map_err(FormError::Invalid)?;
            let row = publish(tx, caller.actor, &form, &checked, consent).await?;
            delete_draft(tx, form.id).await?;
            let now = tx.now();
            Ok((row, reached(tx, form.id, now).await?))
        })
        .await?;
    app.forms.forget_newest(form);
    app.named_versions.forget();
    Ok((app.forms.remember(row)?, reached))
}

/// Publishes a checked form without a draft. For the operator and the demonstration. Creates the form if it does not exist.
///
/// # Errors
///
/// When nothing changed, or consent is missing.
pub async fn publish_form(
    app: &App,
    actor: Actor,
    form: &Form,
    consent: &[String],
) -> Result<Arc<PublishedVersion>, FormError> {
    let key: FormKey = form
        .key()
        .parse()
        .map_err(|_| Failure::Internal("the key of a checked form is malformed"))?;
    let row = app
        .transact(async |tx| {
            let new = FormRow {
                id: FormId(random::uuid()?),
                key: key.clone(),
                created_at: tx.now(),
            };
            insert_form(tx, &new).await?;
            let locked = lock(tx, &key).await?;
            publish(tx, actor, &locked, form, consent).await
        })
        .await?;
    app.forms.forget_newest(&key);
    app.named_versions.forget();
    Ok(app.forms.remember(row)?)
}

/// Publishes a checked form as the next version of a locked form.
async fn publish(
    tx: &mut Transaction<'_>,
    actor: Actor,
    locked: &FormRow,
    form: &Form,
    consent: &[String],
) -> Result<FormVersionRow, FormError> {
    let earlier = versions_of(tx, locked.id).await?;
    let newest = earlier.last();
    if let Some(newest) = newest
        && newest.digest == form.digest().as_bytes()
        && newest.retired_at.is_none()
    {
        return Err(FormError::Unchanged(newest.version));
    }
    let forms: Result<Vec<Form>, _> = earlier.iter().map(FormVersionRow::form).collect();
    let forms = forms.map_err(|_| Failure::Internal("a version cannot be read by this program"))?;
    let recoded = recoded_without_consent(&forms, form, consent);
    if !recoded.is_empty() {
        return Err(FormError::Recoded(recoded));
    }
    let new = NewVersion {
        id: FormVersionId(random::uuid()?),
        form_id: locked.id,
        version: newest.map_or(1, |newest| newest.version + 1),
        form,
        published_at: tx.now(),
    };
    let row = insert_version(tx, &new).await?;
    tx.record(
        actor,
        AuditEvent::FormVersionPublished {
            form: locked.key.to_string(),
            version: row.version,
            recoded: recoded_without_consent(&forms, form, &[]),
        },
    );
    Ok(row)
}
