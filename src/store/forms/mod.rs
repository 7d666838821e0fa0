//! Forms and their published versions.

pub mod drafts;
pub mod publish;
pub mod sql_view;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use super::schema::{form_versions, forms};
use crate::domain::form::{Form, FormDefinition};
use crate::domain::ids::{FormId, FormKey, FormVersionId};

/// A form.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = forms, check_for_backend(diesel::pg::Pg))]
pub struct FormRow {
    /// The id.
    pub id: FormId,
    /// The key.
    pub key: FormKey,
    /// When it was created.
    pub created_at: DateTime<Utc>,
}

/// A published version of a form.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = form_versions, check_for_backend(diesel::pg::Pg))]
pub struct FormVersionRow {
    /// The id.
    pub id: FormVersionId,
    /// The form.
    pub form_id: FormId,
    /// The number, from 1.
    pub version: i32,
    /// The definition.
    pub definition: Value,
    /// The layout of its records: the place of each answer.
    pub layout: Value,
    /// SHA-256 over definition and layout.
    pub digest: Vec<u8>,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// When it was retired; none while it is in use.
    pub retired_at: Option<DateTime<Utc>>,
    /// The end of its grace period: until then a retired version takes responses that were filled in offline.
    pub accepts_until: Option<DateTime<Utc>>,
}

/// A stored version that this program cannot read, for instance because a newer program wrote it.
#[derive(Debug, thiserror::Error)]
#[error("version {version} of the form cannot be read by this program")]
pub struct UnreadableVersion {
    version: i32,
}

impl FormVersionRow {
    /// The form as it was checked at publishing.
    ///
    /// # Errors
    ///
    /// When the definition no longer passes the checks, or yields a layout other than the stored one.
    pub fn form(&self) -> Result<Form, UnreadableVersion> {
        let unreadable = || UnreadableVersion {
            version: self.version,
        };
        let definition: FormDefinition =
            serde_json::from_value(self.definition.clone()).map_err(|_| unreadable())?;
        let form = Form::check(definition).map_err(|_| unreadable())?;
        let same = serde_json::to_value(form.layout()).is_ok_and(|layout| layout == self.layout);
        if same { Ok(form) } else { Err(unreadable()) }
    }
}

/// The form with this key.
pub async fn find_form(
    conn: &mut AsyncPgConnection,
    key: &FormKey,
) -> QueryResult<Option<FormRow>> {
    forms::table
        .filter(forms::key.eq(key))
        .select(FormRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Inserts a form unless its key is taken; tells whether it was inserted.
pub async fn insert_form(conn: &mut AsyncPgConnection, form: &FormRow) -> QueryResult<bool> {
    let inserted = diesel::insert_into(forms::table)
        .values(form)
        .on_conflict(forms::key)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}

/// Deletes a form that has never had a published version.
pub async fn delete_unpublished_form(conn: &mut AsyncPgConnection, id: FormId) -> QueryResult<()> {
    let published = form_versions::table.filter(form_versions::form_id.eq(id));
    diesel::delete(forms::table.find(id))
        .filter(diesel::dsl::not(diesel::dsl::exists(published)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Locks a form, so that changes of its draft and of its versions run one at a time; tells whether the form still
/// exists.
pub async fn lock_form(conn: &mut AsyncPgConnection, id: FormId) -> QueryResult<bool> {
    let locked = forms::table.find(id).select(forms::id).for_update();
    let locked: Option<FormId> = locked.first(conn).await.optional()?;
    Ok(locked.is_some())
}

/// A page of the forms that have a version in use, by key, each with its newest version in use.
pub async fn list_published_forms(
    conn: &mut AsyncPgConnection,
    after: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<(FormRow, FormVersionRef)>> {
    forms::table
        .inner_join(form_versions::table)
        .filter(form_versions::retired_at.is_null())
        .filter(forms::key.gt(after.unwrap_or_default()))
        .distinct_on(forms::key)
        .order((forms::key, form_versions::version.desc()))
        .limit(limit)
        .select((FormRow::as_select(), FormVersionRef::as_select()))
        .load(conn)
        .await
}

/// All versions of a form, oldest first.
pub async fn versions_of(
    conn: &mut AsyncPgConnection,
    form_id: FormId,
) -> QueryResult<Vec<FormVersionRow>> {
    form_versions::table
        .filter(form_versions::form_id.eq(form_id))
        .order(form_versions::version)
        .select(FormVersionRow::as_select())
        .load(conn)
        .await
}

/// One version of a form.
pub async fn find_version(
    conn: &mut AsyncPgConnection,
    form_id: FormId,
    version: i32,
) -> QueryResult<Option<FormVersionRow>> {
    form_versions::table
        .filter(form_versions::form_id.eq(form_id))
        .filter(form_versions::version.eq(version))
        .select(FormVersionRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// The newest version of a form, retired or not.
pub async fn newest_version(
    conn: &mut AsyncPgConnection,
    form_id: FormId,
) -> QueryResult<Option<FormVersionRow>> {
    form_versions::table
        .filter(form_versions::form_id.eq(form_id))
        .order(form_versions::version.desc())
        .select(FormVersionRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// All versions of a form without their content, oldest first.
pub async fn list_version_refs(
    conn: &mut AsyncPgConnection,
    form_id: FormId,
) -> QueryResult<Vec<FormVersionRef>> {
    form_versions::table
        .filter(form_versions::form_id.eq(form_id))
        .order(form_versions::version)
        .select(FormVersionRef::as_select())
        .load(conn)
        .await
}

/// Retires a version unless it is retired already; tells whether this call retired it.
pub async fn retire_version(
    conn: &mut AsyncPgConnection,
    id: FormVersionId,
    now: DateTime<Utc>,
    accepts_until: DateTime<Utc>,
) -> QueryResult<bool> {
    let retired = diesel::update(form_versions::table.find(id))
        .filter(form_versions::retired_at.is_null())
        .set((
            form_versions::retired_at.eq(now),
            form_versions::accepts_until.eq(accepts_until),
        ))
        .execute(conn)
        .await?;
    Ok(retired == 1)
}

/// The identity of a version without its content. The content never changes and is cached in memory.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = form_versions, check_for_backend(diesel::pg::Pg))]
pub struct FormVersionRef {
    /// The id.
    pub id: FormVersionId,
    /// The number.
    pub version: i32,
    /// The end of its grace period; none while it is in use.
    pub accepts_until: Option<DateTime<Utc>>,
}

impl FormVersionRef {
    /// Whether the version is not retired.
    pub fn is_in_use(&self) -> bool {
        self.accepts_until.is_none()
    }

    /// Whether the version takes responses at this time.
    pub fn accepts(&self, now: DateTime<Utc>) -> bool {
        self.accepts_until.is_none_or(|until| now < until)
    }
}

/// The version of the form with this key: the requested number, or the newest version in use.
pub async fn find_version_ref(
    conn: &mut AsyncPgConnection,
    form: &FormKey,
    version: Option<i32>,
) -> QueryResult<Option<FormVersionRef>> {
    let query = form_versions::table
        .inner_join(forms::table)
        .filter(forms::key.eq(form))
        .order(form_versions::version.desc())
        .select(FormVersionRef::as_select());
    let found = match version {
        Some(version) => {
            query
                .filter(form_versions::version.eq(version))
                .first(conn)
                .await
        }
        None => {
            query
                .filter(form_versions::retired_at.is_null())
                .first(conn)
                .await
        }
    };
    found.optional()
}

/// The version with this id.
pub async fn get_version(
    conn: &mut AsyncPgConnection,
    id: FormVersionId,
) -> QueryResult<FormVersionRow> {
    form_versions::table
        .find(id)
        .select(FormVersionRow::as_select())
        .first(conn)
        .await
}

pub(super) fn serialization(error: serde_json::Error) -> diesel::result::Error {
    diesel::result::Error::SerializationError(Box::new(error))
}
