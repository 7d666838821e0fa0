//! Streams responses into an export, row by row.

use super::delta::ReleasedRecord;
use crate::domain::campaign::masking::{LeftOut, MaskingWeights};
use crate::domain::ids::{CampaignId, CampaignKey, FormId, FormVersionId, ResponseId};
use crate::domain::server_key::KeyNumber;
use crate::store::schema::{campaigns, responses};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Uuid as SqlUuid};
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, TransactionManager};
use futures_util::Stream;

diesel::define_sql_function! {
    /// SHA-256.
    fn sha256(bytes: Binary) -> Binary;
}
diesel::define_sql_function! {
    /// The 16 bytes of an id.
    fn uuid_send(id: SqlUuid) -> Binary;
}

/// Which responses to export.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResponsesFilter {
    /// Responses to these versions of the form.
    pub versions: Vec<FormVersionId>,
    /// Responses of these campaigns.
    pub campaigns: Vec<CampaignId>,
}

/// The columns of a response that an export reads. The id is never written to a file.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = responses, check_for_backend(diesel::pg::Pg))]
pub struct ExportedRow {
    /// The id.
    pub id: ResponseId,
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The version of the form.
    pub form_version_id: FormVersionId,
    /// The language in which the respondent read the form.
    pub language: String,
    /// The Monday of the week of arrival.
    pub week: NaiveDate,
    /// The answers.
    pub record: Vec<u8>,
}

/// A campaign whose responses can be exported.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = campaigns, check_for_backend(diesel::pg::Pg))]
pub struct ExportedCampaign {
    /// The id.
    pub id: CampaignId,
    /// The key.
    pub key: CampaignKey,
    /// When it opens.
    pub opens_at: DateTime<Utc>,
    /// The campaign's `k`: the minimum number of records of an export that share their background answers.
    pub k: i32,
    /// Background questions whose answers are in no file of single responses.
    pub left_out: LeftOut,
    /// How much a masked cell costs, where it is not as usual.
    pub masking_weights: MaskingWeights,
    /// The number of its server key.
    pub server_key: i16,
    /// When its responses were deleted.
    pub erased_at: Option<DateTime<Utc>>,
}

impl ExportedCampaign {
    /// The server key that the campaign is under; none when nothing of it is left.
    pub fn server_key(&self) -> Option<KeyNumber> {
        self.erased_at
            .is_none()
            .then_some(KeyNumber(self.server_key))
    }
}

/// The order of the rows. Neither order reveals when a response came.
#[derive(Debug, Clone, Copy)]
pub enum Order<'a> {
    /// Any order, as the database returns the rows.
    Any,
    /// Shuffled by this salt. Without the salt, the order looks random; the same salt gives the same order.
    Shuffled(&'a [u8; 32]),
}

/// Every campaign of a form.
pub async fn campaigns_of(
    conn: &mut AsyncPgConnection,
    form_id: FormId,
) -> QueryResult<Vec<ExportedCampaign>> {
    campaigns::table
        .filter(campaigns::form_id.eq(form_id))
        .order(campaigns::key)
        .select(ExportedCampaign::as_select())
        .load(conn)
        .await
}

/// How many released responses a campaign has.
pub async fn count_of(conn: &mut AsyncPgConnection, campaign: CampaignId) -> QueryResult<u64> {
    let of_campaign = responses::table.filter(responses::campaign_id.eq(campaign));
    let count: i64 = of_campaign.count().get_result(conn).await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// The versions of the released responses of a campaign.
pub async fn versions_in_campaign(
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
) -> QueryResult<Vec<FormVersionId>> {
    responses::table
        .filter(responses::campaign_id.eq(campaign))
        .select(responses::form_version_id)
        .distinct()
        .load(conn)
        .await
}

/// Streams what can be counted of the released responses of a campaign.
pub async fn stream_of_campaign<'conn>(
    conn: &'conn mut AsyncPgConnection,
    campaign: CampaignId,
) -> QueryResult<impl Stream<Item = QueryResult<ReleasedRecord>> + Send + use<'conn>> {
    responses::table
        .filter(responses::campaign_id.eq(campaign))
        .select((responses::id, responses::form_version_id, responses::record))
        .load_stream(conn)
        .await
}

/// Starts a snapshot: from its next query on, the connection sees one state of the database, until [`end_snapshot`].
pub async fn begin_snapshot(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    AnsiTransactionManager::begin_transaction_sql(conn, begin).await
}

/// Ends the snapshot. Nothing was written, so there is nothing to commit.
pub async fn end_snapshot(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    AnsiTransactionManager::commit_transaction(conn).await
}

/// Streams responses as of the start of the query, or of the snapshot around it.
///
/// The driver buffers a few kilobytes of rows. When the rows are not read, it stops receiving, and Postgres waits. So
/// the connection is busy until the stream ends: a caller that drops the stream early must close the connection (see
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
