//! Publishing: a version with its SQL view.

use chrono::{DateTime, Utc};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::sql_view::view_of;
use super::{FormVersionRow, serialization};
use crate::domain::form::Form;
use crate::domain::ids::{FormId, FormVersionId};
use crate::store::schema::form_versions;

/// A version to insert.
#[derive(Debug, Clone, Copy)]
pub struct NewVersion<'a> {
    /// A random id.
    pub id: FormVersionId,
    /// The form, which the caller has locked.
    pub form_id: FormId,
    /// The number of the newest version plus one.
    pub version: i32,
    /// The checked form.
    pub form: &'a Form,
    /// The time of publishing.
    pub published_at: DateTime<Utc>,
}

/// Inserts a version and creates its view. Call it in a transaction, so that both happen or neither.
pub async fn insert_version(
    conn: &mut AsyncPgConnection,
    new: &NewVersion<'_>,
) -> diesel::QueryResult<FormVersionRow> {
    let row = FormVersionRow {
        id: new.id,
        form_id: new.form_id,
        version: new.version,
        definition: serde_json::to_value(new.form.definition()).map_err(serialization)?,
        layout: serde_json::to_value(new.form.layout()).map_err(serialization)?,
        digest: new.form.digest().as_bytes().to_vec(),
        published_at: new.published_at,
        retired_at: None,
        accepts_until: None,
    };
    diesel::insert_into(form_versions::table)
        .values(&row)
        .execute(conn)
        .await?;
    // DDL takes no bound parameters. The keys and codes in this statement were checked to be plain words.
    let (_, view) = view_of(new.form, row.version, row.id);
    diesel::sql_query(view).execute(conn).await?;
    Ok(row)
}
