//! Forms. For everybody: published versions. For authors: drafts, trying them out, publishing, retiring and comparing.

pub mod drafts;
pub mod publish;
pub mod try_out;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::form_catalog::PublishedVersion;
use super::{App, Caller, Failure, failures, out_of_reach};
use crate::domain::audit::AuditEvent;
use crate::domain::campaign::Campaign;
use crate::domain::fault::Fault;
use crate::domain::form::{Changes, FormFault};
use crate::domain::ids::{FormId, FormKey};
use crate::domain::staff::scope::OutOfReach;
use crate::store::AsyncPgConnection;
use crate::store::campaigns::campaigns_of;
use crate::store::forms::{
    FormVersionRef, FormVersionRow, find_form, find_version, find_version_ref, get_version,
    list_published_forms, list_version_refs, retire_version, versions_of,
};

/// Why something about a form was refused.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// There is no form with this key, or none that is published.
    #[error("there is no such form")]
    Unknown,
    /// The role of the caller does not reach the form.
    #[error("{0}")]
    OutOfReach(OutOfReach),
    /// It has no such version.
    #[error("the form has no such version")]
    VersionUnknown,
    /// It has no draft.
    #[error("the form has no draft")]
    DraftUnknown,
    /// There is a form with this key already.
    #[error("there is a form with this key already")]
    Exists,
    /// The key in the definition is not the key of the form.
    #[error("the definition has the key of another form")]
    KeyDiffers,
    /// The key of a new form is malformed.
    #[error("the key of the form is malformed")]
    KeyInvalid(Vec<Fault<FormFault>>),
    /// The form cannot be published as it is.
    #[error("the form has faults")]
    Invalid(Vec<Fault<FormFault>>),
    /// The draft was changed by someone else meanwhile, or is not there.
    #[error("the draft was changed meanwhile")]
    Changed,
    /// The newest version has the very same content: its number.
    #[error("version {0} has exactly this content")]
    Unchanged(i32),
    /// These questions are recoded under their old keys, and the author did not consent.
    #[error("questions are recoded without consent")]
    Recoded(Vec<String>),
    /// Campaigns that run or are to come need the version: their keys.
    #[error("campaigns need the version")]
    Needed(Vec<String>),
    /// The machinery.
    #[error("{0}")]
    Failure(Failure),
}

failures!(FormError);
out_of_reach!(FormError);

/// A page of the newest versions in use, by the keys of their forms.
///
/// # Errors
///
/// A failure of the database.
pub async fn list(
    app: &App,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Arc<PublishedVersion>>, Failure> {
    let mut conn = app.connection().await?;
    let rows = list_published_forms(&mut conn, after, limit).await?;
    let mut versions = Vec::with_capacity(rows.len());
    for (_, version) in rows {
        versions.push(app.forms.get(&mut conn, version.id).await?);
    }
    Ok(versions)
}

/// The newest version in use of a form.
///
/// # Errors
///
/// When there is no such form, or none of its versions is in use.
pub async fn newest(app: &App, form: &FormKey) -> Result<Arc<PublishedVersion>, FormError> {
    app.newest_version(form).await?.ok_or(FormError::Unknown)
}

/// A version of a form, retired or not.
///
/// # Errors
///
/// When there is no such version.
pub async fn version(
    app: &App,
    form: FormKey,
    version: i32,
) -> Result<Arc<PublishedVersion>, FormError> {
    let name = (form, version);
    if let Some(known) = app.forms.known_by_number(&name) {
        return Ok(known);
    }
    let mut conn = app.connection().await?;
    let found = find_version_ref(&mut conn, &name.0, Some(version)).await?;
    let found = found.ok_or(FormError::VersionUnknown)?;
    Ok(app.forms.get(&mut conn, found.id).await?)
}

/// All versions of a form, oldest first. A form without a published version is unknown to the public.
///
/// # Errors
///
/// When there is no such form.
pub async fn versions(app: &App, form: &FormKey) -> Result<Vec<FormVersionRow>, FormError> {
    let mut conn = app.connection().await?;
    let form = find_form(&mut conn, form)
        .await?
        .ok_or(FormError::Unknown)?;
    let versions = versions_of(&mut conn, form.id).await?;
    if versions.is_empty() {
        return Err(FormError::Unknown);
    }
    Ok(versions)
}

/// Retires a version. It takes no new responses, except those that were filled in offline, for the given number of
/// days. Retiring a retired version again keeps its dates.
///
/// # Errors
///
/// When the caller does not reach the form, there is no such version, or nobody could respond to a campaign any more.
pub async fn retire(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    version: i32,
    grace_days: i64,
) -> Result<FormVersionRow, FormError> {
    caller.scope.check_form(form)?;
    let retired = app.transact(async |tx| {
        let locked = match drafts::lock(tx, form).await {
            Err(FormError::Unknown) => return Err(FormError::VersionUnknown),
            locked => locked?,
        };
        let versions = list_version_refs(tx, locked.id).await?;
        let found = versions.iter().find(|found| found.version == version);
        let found = found.ok_or(FormError::VersionUnknown)?;
        let now = tx.now();
        let accepts_until = now + TimeDelta::days(grace_days);
        if found.is_in_use() {
            let others = |other: &FormVersionRef| other.version != version && other.is_in_use();
            let others = versions.iter().any(others);
            let mut needing = campaigns_of(tx, locked.id).await?;
            needing.retain(|campaign| campaign.needs_version(version, others, now, accepts_until));
            if !needing.is_empty() {
                let keys = needing.iter().map(|campaign| campaign.key.to_string());
                return Err(FormError::Needed(keys.collect()));
            }
        }
        if retire_version(tx, found.id, now, accepts_until).await? {
            tx.record(
                caller.actor,
                AuditEvent::FormVersionRetired {
                    form: form.to_string(),
                    version,
                    accepts_until,
                },
            );
        }
        Ok(get_version(tx, found.id).await?)
    });
    let retired = retired.await;
    app.forms.forget_newest(form);
    app.named_versions.forget();
    retired
}

/// The campaigns that run or are to come whose respondents would fill in a new version of the form.
async fn reached(
    conn: &mut AsyncPgConnection,
    form: FormId,
    now: DateTime<Utc>,
) -> Result<Vec<Campaign>, Failure> {
    let mut reached = campaigns_of(conn, form).await?;
    reached.retain(|campaign| campaign.is_reached_by_new_version(now));
    Ok(reached)
}

/// What changed from one version of a form to another.
///
/// # Errors
///
/// When there is no such form or version.
pub async fn changes(app: &App, form: &FormKey, from: i32, to: i32) -> Result<Changes, FormError> {
    let mut conn = app.connection().await?;
    let form = find_form(&mut conn, form)
        .await?
        .ok_or(FormError::Unknown)?;
    let mut pair = Vec::with_capacity(2);
    for version in [from, to] {
        let row = find_version(&mut conn, form.id, version).await?;
        pair.push(app.forms.remember(row.ok_or(FormError::VersionUnknown)?)?);
    }
    match pair.as_slice() {
        [from, to] => Ok(Changes::between(&from.form, &to.form)),
        _ => Err(FormError::VersionUnknown),
    }
}
