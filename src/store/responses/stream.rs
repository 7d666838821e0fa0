//! Responses on their way into an export: row by row, never all at once.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Uuid as SqlUuid};
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, TransactionManager};
use futures_util::Stream;
use uuid::Uuid;

use crate::store::schema::{campaigns, responses};

diesel::define_sql_function! {
    /// SHA-256.
    fn sha256(bytes: Binary) -> Binary;
}
diesel::define_sql_function! {
    /// The sixteen bytes of an id.
    fn uuid_send(id: SqlUuid) -> Binary;
}

/// Which responses to export.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResponsesFilter {
    /// To these versions of the form.
    pub versions: Vec<Uuid>,
    /// Of these campaigns.
    pub campaigns: Vec<Uuid>,
}

/// What an export reads of a response. The id is never written.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = responses, check_for_backend(diesel::pg::Pg))]
pub struct ExportedRow {
    /// The id.
    pub id: Uuid,
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

/// A campaign whose responses can be exported.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = campaigns, check_for_backend(diesel::pg::Pg))]
pub struct ExportedCampaign {
    /// Its id.
    pub id: Uuid,
    /// Its key.
    pub key: String,
    /// How many records of an export share their background answers at least.
    pub k: i32,
}

/// The order of the rows. None tells when a response came.
#[derive(Debug, Clone, Copy)]
pub enum Order<'a> {
    /// Whatever comes first.
    Any,
    /// Shuffled by this salt: whoever does not know it sees nothing but chance in the order, and the same salt gives the same order.
    Shuffled(&'a [u8; 32]),
}

/// Every campaign of a form.
pub async fn campaigns_of(
    conn: &mut AsyncPgConnection,
    form_id: Uuid,
) -> QueryResult<Vec<ExportedCampaign>> {
    campaigns::table
        .filter(campaigns::form_id.eq(form_id))
        .order(campaigns::key)
        .select(ExportedCampaign::as_select())
        .load(conn)
        .await
}

/// From now on the connection sees the database as it is at its next query, until [`end_snapshot`].
pub async fn begin_snapshot(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    AnsiTransactionManager::begin_transaction_sql(conn, begin).await
}

/// Lets go of the snapshot. There was nothing to be written.
pub async fn end_snapshot(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    AnsiTransactionManager::commit_transaction(conn).await
}

/// Streams responses as they were when the query, or the snapshot around it, began.
///
/// The driver holds a few kilobytes of rows; when nobody takes them it stops reading, and Postgres waits. So the
/// connection is busy until the stream ends: one that drops the stream before must close it (see
/// [`ExclusiveConnection`](crate::store::exclusive_connection::ExclusiveConnection)).
pub async fn stream_responses<'conn>(
    conn: &'conn mut AsyncPgConnection,
    filter: &ResponsesFilter,
    order: Order<'_>,
) -> QueryResult<impl Stream<Item = QueryResult<ExportedRow>> + Send + use<'conn>> {
    let mut query = responses::table
        .filter(responses::form_version_id.eq_any(filter.versions.clone()))
        .filter(responses::campaign_id.eq_any(filter.campaigns.clone()))
        .select(ExportedRow::as_select())
        .into_boxed();
    if let Order::Shuffled(salt) = order {
        let salt = salt.to_vec().into_sql::<Binary>();
        query = query.order(sha256(salt.concat(uuid_send(responses::id))));
    }
    query.load_stream(conn).await
}
