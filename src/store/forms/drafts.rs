//! Drafts: the version of a form that is being written.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use crate::domain::ids::FormId;
use crate::store::schema::{form_drafts, forms};

/// A draft. Its definition is well-formed, but may have faults that prevent publishing.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = form_drafts, check_for_backend(diesel::pg::Pg))]
pub struct DraftRow {
    /// The form.
    pub form_id: FormId,
    /// The definition as last saved.
    pub definition: Value,
    /// When it was saved.
    pub updated_at: DateTime<Utc>,
}

/// The draft of a form.
pub async fn find_draft(
    conn: &mut AsyncPgConnection,
    form_id: FormId,
) -> QueryResult<Option<DraftRow>> {
    form_drafts::table
        .find(form_id)
        .select(DraftRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// A page of drafts, by the keys of their forms; of these forms only, if some are named.
pub async fn list_drafts(
    conn: &mut AsyncPgConnection,
    of: Option<Vec<&str>>,
    after: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<(String, DraftRow)>> {
    let mut drafts = form_drafts::table
        .inner_join(forms::table)
        .filter(forms::key.gt(after.unwrap_or_default()))
        .order(forms::key)
        .limit(limit)
        .select((forms::key, DraftRow::as_select()))
        .into_boxed();
    if let Some(keys) = of {
        drafts = drafts.filter(forms::key.eq_any(keys));
    }
    drafts.load(conn).await
}

/// Saves a draft and replaces the previous one.
pub async fn save_draft(conn: &mut AsyncPgConnection, draft: &DraftRow) -> QueryResult<()> {
    diesel::insert_into(form_drafts::table)
        .values(draft)
        .on_conflict(form_drafts::form_id)
        .do_update()
        .set((
            form_drafts::definition.eq(&draft.definition),
            form_drafts::updated_at.eq(draft.updated_at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes the draft of a form.
pub async fn delete_draft(conn: &mut AsyncPgConnection, form_id: FormId) -> QueryResult<()> {
    diesel::delete(form_drafts::table.find(form_id))
        .execute(conn)
        .await?;
    Ok(())
}
