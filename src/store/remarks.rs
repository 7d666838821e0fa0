//! Remarks under review. The table holds released remarks only; before that, a remark is stored in its arrival, and then
//! waits for others (`waiting_remarks`).

use diesel::prelude::*;
use diesel::sql_types::Binary;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::Stream;
use uuid::Uuid;

use super::responses::stream::{sha256, uuid_send};
use super::schema::{campaigns, forms, remarks};
use crate::domain::free_text::review::RemarkState;
use crate::domain::ids::{CampaignId, CampaignKey, FormKey, RemarkId};
use crate::domain::staff::scope::RoleScope;

/// A remark.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = remarks, check_for_backend(diesel::pg::Pg))]
pub struct RemarkRow {
    /// Derived from the receipt and the question.
    pub id: RemarkId,
    /// The key of the question.
    pub question: String,
    /// The language in which the respondent read the form.
    pub language: String,
    /// The text: cleaned on arrival, and perhaps shortened by reviewers.
    pub text: String,
    /// Whether it may be exported.
    pub state: RemarkState,
}

/// A remark, with the keys of its campaign and of its form.
pub type PlacedRemark = (RemarkRow, CampaignKey, FormKey);

/// Which remarks to list.
#[derive(Debug, Clone)]
pub struct RemarksFilter {
    /// Only remarks of this campaign.
    pub campaign: Option<CampaignId>,
    /// Only remarks to this question.
    pub question: Option<String>,
    /// Only remarks to forms read in this language.
    pub language: Option<String>,
    /// Only remarks in this state.
    pub state: Option<RemarkState>,
    /// Only remarks of campaigns that this covers.
    pub scope: RoleScope,
}

/// Streams remarks in the order of their ids, which are keyed hashes and reveal nothing: all of them, or as many as
/// `limit` says behind one.
pub async fn list_remarks<'conn>(
    conn: &'conn mut AsyncPgConnection,
    filter: &RemarksFilter,
    after: Option<RemarkId>,
    limit: Option<i64>,
) -> QueryResult<impl Stream<Item = QueryResult<PlacedRemark>> + Send + use<'conn>> {
    let mut query = remarks::table
        .inner_join(campaigns::table.inner_join(forms::table))
        .order(remarks::id)
        .select((RemarkRow::as_select(), campaigns::key, forms::key))
        .into_boxed();
    if let Some(limit) = limit {
        query = query.limit(limit);
    }
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
    if let RoleScope::Only(list) = &filter.scope {
        let form = forms::key.eq_any(list.forms.clone());
        query = query.filter(form.or(campaigns::key.eq_any(list.campaigns.clone())));
    }
    query.load_stream(conn).await
}

/// The remark with this id, locked until the transaction ends: no other transaction can change or withdraw it.
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

/// Stores the outcome of a review. The previous text is lost.
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

/// Up to `limit` remarks behind one that nobody has reviewed, locked until the transaction ends, in the order of their
/// ids. Those that another transaction has locked are left out.
pub async fn lock_pending(
    conn: &mut AsyncPgConnection,
    after: Option<RemarkId>,
    limit: i64,
) -> QueryResult<Vec<(RemarkId, String)>> {
    remarks::table
        .filter(remarks::state.eq(RemarkState::Pending))
        .filter(remarks::id.gt(after.unwrap_or(RemarkId(Uuid::nil()))))
        .order(remarks::id)
        .limit(limit)
        .select((remarks::id, remarks::text))
        .for_update()
        .skip_locked()
        .load(conn)
        .await
}

/// Stores the cleaned text of a remark. The previous text is lost.
pub async fn clean_remark(
    conn: &mut AsyncPgConnection,
    id: RemarkId,
    text: &str,
) -> QueryResult<usize> {
    diesel::update(remarks::table.find(id))
        .set(remarks::text.eq(text))
        .execute(conn)
        .await
}

/// What an export reads of a remark: neither its id nor the time of its review.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = remarks, check_for_backend(diesel::pg::Pg))]
pub struct ClearedRow {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The key of the question.
    pub question: String,
    /// The language in which the form was read.
    pub language: String,
    /// The text, as shortened by reviewers.
    pub text: String,
}

/// The number of cleared remarks of these campaigns.
pub async fn count_cleared(
    conn: &mut AsyncPgConnection,
    campaigns: &[CampaignId],
) -> QueryResult<u64> {
    let count: i64 = remarks::table
        .filter(remarks::state.eq(RemarkState::Cleared))
        .filter(remarks::campaign_id.eq_any(campaigns))
        .count()
        .get_result(conn)
        .await?;
    Ok(count.unsigned_abs())
}

/// Streams the cleared remarks of these campaigns in the order that follows from the salt. Without the salt, the order
/// looks random. The connection is busy until the stream ends, as with
/// [`stream_responses`](crate::store::responses::stream::stream_responses).
pub async fn stream_cleared<'conn>(
    conn: &'conn mut AsyncPgConnection,
    campaigns: &[CampaignId],
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
