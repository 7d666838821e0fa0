//! Remarks under review. Only what was released is here: before that, remarks lie in their arrivals.

use diesel::prelude::*;
use diesel::sql_types::Binary;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::Stream;
use uuid::Uuid;

use super::responses::stream::{sha256, uuid_send};
use super::schema::{campaigns, forms, remarks};
use crate::domain::free_text::review::RemarkState;
use crate::domain::ids::{CampaignId, CampaignKey, FormKey, RemarkId};

/// A remark.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = remarks, check_for_backend(diesel::pg::Pg))]
pub struct RemarkRow {
    /// Derived from the receipt and the question.
    pub id: RemarkId,
    /// The key of the question.
    pub question: String,
    /// The language in which the form was read.
    pub language: String,
    /// What was written, cleaned, and as far as reviewers left it.
    pub text: String,
    /// Whether it may be exported.
    pub state: RemarkState,
}

/// A remark, with the keys of its campaign and of its form.
pub type PlacedRemark = (RemarkRow, CampaignKey, FormKey);

/// Which remarks to list.
#[derive(Debug, Clone, Default)]
pub struct RemarksFilter {
    /// Only those of this campaign.
    pub campaign: Option<CampaignId>,
    /// Only those to this question.
    pub question: Option<String>,
    /// Only those to forms read in this language.
    pub language: Option<String>,
    /// Only those in this state.
    pub state: Option<RemarkState>,
}

/// A page of remarks in the order of their ids, which are keyed hashes and tell nothing.
pub async fn list_remarks(
    conn: &mut AsyncPgConnection,
    filter: &RemarksFilter,
    after: Option<RemarkId>,
    limit: i64,
) -> QueryResult<Vec<PlacedRemark>> {
    let mut query = remarks::table
        .inner_join(campaigns::table.inner_join(forms::table))
        .order(remarks::id)
        .limit(limit)
        .select((RemarkRow::as_select(), campaigns::key, forms::key))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(remarks::id.gt(after));
    }
    if let Some(campaign) = filter.campaign {
        query = query.filter(remarks::campaign_id.eq(campaign));
    }
    if let Some(question) = &filter.question {
        query = query.filter(remarks::question.eq(question.clone()));
    }
    if let Some(language) = &filter.language {
        query = query.filter(remarks::language.eq(language.clone()));
    }
    if let Some(state) = filter.state {
        query = query.filter(remarks::state.eq(state));
    }
    query.load(conn).await
}

/// The remark with this id, kept from being changed or withdrawn by anybody else until the transaction ends.
pub async fn lock_remark(
    conn: &mut AsyncPgConnection,
    id: RemarkId,
) -> QueryResult<Option<PlacedRemark>> {
    // The lock first: a query with joins would lock the campaign as well.
    let locked = remarks::table
        .find(id)
        .select((remarks::campaign_id, RemarkRow::as_select()))
        .for_update()
        .first::<(CampaignId, RemarkRow)>(conn)
        .await
        .optional()?;
    let Some((campaign_id, remark)) = locked else {
        return Ok(None);
    };
    let (campaign, form) = campaigns::table
        .find(campaign_id)
        .inner_join(forms::table)
        .select((campaigns::key, forms::key))
        .first(conn)
        .await?;
    Ok(Some((remark, campaign, form)))
}

/// Keeps the outcome of a review. The text before is gone.
pub async fn review_remark(
    conn: &mut AsyncPgConnection,
    id: RemarkId,
    state: RemarkState,
    text: &str,
) -> QueryResult<RemarkRow> {
    diesel::update(remarks::table.find(id))
        .set((remarks::state.eq(state), remarks::text.eq(text)))
        .returning(RemarkRow::as_returning())
        .get_result(conn)
        .await
}

/// What an export sees of a remark: neither its id nor when it was reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = remarks, check_for_backend(diesel::pg::Pg))]
pub struct ClearedRow {
    /// The campaign.
    pub campaign_id: Uuid,
    /// The key of the question.
    pub question: String,
    /// The language in which the form was read.
    pub language: String,
    /// What was written, as far as reviewers left it.
    pub text: String,
}

/// How many remarks of these campaigns were cleared.
pub async fn count_cleared(conn: &mut AsyncPgConnection, campaigns: &[Uuid]) -> QueryResult<u64> {
    let count: i64 = remarks::table
        .filter(remarks::state.eq(RemarkState::Cleared))
        .filter(remarks::campaign_id.eq_any(campaigns))
        .count()
        .get_result(conn)
        .await?;
    Ok(count.unsigned_abs())
}

/// Streams the remarks of these campaigns that were cleared, in the order that follows from the salt: whoever does not know it
/// sees nothing but chance in the order. The connection is busy until the stream ends, as with
/// [`stream_responses`](crate::store::responses::stream::stream_responses).
pub async fn stream_cleared<'conn>(
    conn: &'conn mut AsyncPgConnection,
    campaigns: &[Uuid],
    salt: &[u8; 32],
) -> QueryResult<impl Stream<Item = QueryResult<ClearedRow>> + Send + use<'conn>> {
    let salt = salt.to_vec().into_sql::<Binary>();
    remarks::table
        .filter(remarks::state.eq(RemarkState::Cleared))
        .filter(remarks::campaign_id.eq_any(campaigns.to_vec()))
        .order(sha256(salt.concat(uuid_send(remarks::id))))
        .select(ClearedRow::as_select())
        .load_stream(conn)
        .await
}
