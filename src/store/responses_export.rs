//! Responses on their way into an export: row by row, never all at once.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::Stream;
use uuid::Uuid;

use super::schema::{campaigns, responses};

/// Which responses to export.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResponsesFilter {
    /// To these versions of the form.
    pub versions: Vec<Uuid>,
    /// Of these campaigns.
    pub campaigns: Vec<Uuid>,
    /// From the week of this Monday on.
    pub from_week: Option<NaiveDate>,
    /// Up to the week of this Monday.
    pub to_week: Option<NaiveDate>,
}

/// What an export sees of a response: everything but its id.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = responses, check_for_backend(diesel::pg::Pg))]
pub struct ExportedRow {
    /// The campaign.
    pub campaign_id: Uuid,
    /// The version of the form.
    pub form_version_id: Uuid,
    /// The language in which it was filled.
    pub language: String,
    /// The Monday of its week.
    pub week: NaiveDate,
    /// The answers.
    pub record: Vec<u8>,
}

/// The id and the key of every campaign of a form.
pub async fn campaigns_of(
    conn: &mut AsyncPgConnection,
    form_id: Uuid,
) -> QueryResult<Vec<(Uuid, String)>> {
    campaigns::table
        .filter(campaigns::form_id.eq(form_id))
        .order(campaigns::key)
        .select((campaigns::id, campaigns::key))
        .load(conn)
        .await
}

/// Streams responses as they were when the query began, in the order of their ids, which tells nothing.
///
/// The driver holds a few kilobytes of rows; when nobody takes them it stops reading, and Postgres waits. So the
/// connection is busy until the stream ends: one that drops the stream before must close it (see
/// [`Lease`](super::lease::Lease)).
pub async fn stream_responses<'conn>(
    conn: &'conn mut AsyncPgConnection,
    filter: &ResponsesFilter,
) -> QueryResult<impl Stream<Item = QueryResult<ExportedRow>> + Send + use<'conn>> {
    let mut query = responses::table
        .filter(responses::form_version_id.eq_any(filter.versions.clone()))
        .filter(responses::campaign_id.eq_any(filter.campaigns.clone()))
        .order(responses::id)
        .select(ExportedRow::as_select())
        .into_boxed();
    if let Some(week) = filter.from_week {
        query = query.filter(responses::week.ge(week));
    }
    if let Some(week) = filter.to_week {
        query = query.filter(responses::week.le(week));
    }
    query.load_stream(conn).await
}
