//! Stores responses as arrivals, in batches, each with the credential that admits it.

use std::collections::{HashMap, HashSet};
use std::iter;

use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, Binary, Bool, Date, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use super::arrival::Arrival;
use super::find::{ResponseRow, StoredResponse, find_stored, is_withdrawn};
use super::redeem::{Redeemed, Refusal};
use crate::domain::campaign::access::{Access, Credential};
use crate::domain::ids::{CampaignId, FormVersionId, ResponseId};
use crate::domain::response::AnonymousResponse;
use crate::store::schema::{arrivals, responses, tombstones};

/// The outcome for a response that was given to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// The response was stored by this call.
    New,
    /// A response that says the same was stored before, like this.
    Replay(ResponseRow),
    /// The receipt was used for other answers.
    Conflict,
    /// The response was withdrawn, so it is not stored again.
    Withdrawn,
    /// The credential was not accepted, so nothing was stored.
    Refused(Refusal),
}

/// Stores a batch in one transaction, and returns the outcome of each response, in the order of the batch.
///
/// Several servers may do so at once, even with the same responses: the primary key ensures that each is stored once.
pub async fn store_arrivals(
    conn: &mut AsyncPgConnection,
    batch: &[Arrival],
) -> QueryResult<Vec<Stored>> {
    conn.transaction(async |conn| {
        let mut inserted = insert_arrivals(conn, batch).await?;
        // Looked up after the insert, not before. So a release or a withdrawal that ended in between is seen, and one
        // that was still moving the arrival made the insert wait for it.
        let gone = find_gone(conn, batch.iter().map(|arrival| &arrival.response)).await?;
        if inserted.iter().any(|id| gone.contains_key(id)) {
            delete_arrivals(conn, gone.keys().copied().collect()).await?;
            inserted.retain(|id| !gone.contains_key(id));
        }
        let refused = redeem(conn, batch, &inserted).await?;
        // A batch may hold a response twice; then the first of the two counts as the new one.
        let outcomes: Vec<Option<Stored>> = batch
            .iter()
            .map(|Arrival { response, .. }| {
                if let Some(refusal) = refused.get(&response.id()) {
                    return Some(Stored::Refused(*refusal));
                }
                inserted.remove(&response.id()).then_some(Stored::New)
            })
            .collect();
        if outcomes.iter().all(Option::is_some) {
            return Ok(outcomes.into_iter().flatten().collect());
        }
        let earlier = compare_all(conn, batch, &gone).await?;
        let outcome = |(outcome, earlier): (Option<Stored>, _)| outcome.unwrap_or(earlier);
        Ok(outcomes.into_iter().zip(earlier).map(outcome).collect())
    })
    .await
}

/// Redeems the credentials of the inserted responses, and deletes those that are refused; returns the reasons by id.
async fn redeem(
    conn: &mut AsyncPgConnection,
    batch: &[Arrival],
    inserted: &HashSet<ResponseId>,
) -> QueryResult<HashMap<ResponseId, Refusal>> {
    let mut seen = HashSet::new();
    let new: Vec<&Arrival> = batch
        .iter()
        .filter(|Arrival { response, .. }| {
            inserted.contains(&response.id()) && seen.insert(response.id())
        })
        .collect();
    if new.iter().all(|new| new.credential == Credential::Open) {
        return Ok(HashMap::new());
    }
    let mut redeemed = Redeemed::redeem(conn, &new).await?;
    let refused: HashMap<ResponseId, Refusal> = new
        .into_iter()
        .filter_map(|new| Some((new.response.id(), redeemed.refusal(new.credential)?)))
        .collect();
    if !refused.is_empty() {
        delete_arrivals(conn, refused.keys().copied().collect()).await?;
    }
    Ok(refused)
}

async fn delete_arrivals(conn: &mut AsyncPgConnection, ids: Vec<ResponseId>) -> QueryResult<usize> {
    diesel::delete(arrivals::table.filter(arrivals::id.eq_any(ids)))
        .execute(conn)
        .await
}

/// Compares each response with what is stored under its id, as if the batch had inserted nothing.
async fn compare_all(
    conn: &mut AsyncPgConnection,
    batch: &[Arrival],
    gone: &HashMap<ResponseId, Gone>,
) -> QueryResult<Vec<Stored>> {
    let stored = find_stored(conn, batch.iter().map(|arrival| &arrival.response)).await?;
    let mut outcomes = Vec::with_capacity(batch.len());
    for Arrival { response, .. } in batch {
        outcomes.push(
            match (gone.get(&response.id()), stored.get(&response.id())) {
                (Some(Gone::Withdrawn), _) => Stored::Withdrawn,
                (_, Some(stored)) => compare(stored, response),
                // The id is in no table: the response was withdrawn after the insert met it, or the insert skipped it.
                (_, None) if is_withdrawn(conn, response.id()).await? => Stored::Withdrawn,
                (_, None) => Stored::Refused(Refusal::AccessChanged),
            },
        );
    }
    Ok(outcomes)
}

/// The outcome for a response that an earlier request may have stored; none when there is no trace of one.
pub async fn find_earlier(
    conn: &mut AsyncPgConnection,
    response: &AnonymousResponse,
) -> QueryResult<Option<Stored>> {
    // One snapshot, so that the response is seen in exactly one table.
    let mut transaction = conn.build_transaction().read_only().repeatable_read();
    let found = transaction.run(async |conn| {
        if find_gone(conn, iter::once(response))
            .await?
            .get(&response.id())
            == Some(&Gone::Withdrawn)
        {
            return Ok(Some(Stored::Withdrawn));
        }
        let stored = find_stored(conn, iter::once(response)).await?;
        let earlier = stored.get(&response.id());
        Ok(earlier.map(|earlier| compare(earlier, response)))
    });
    found.await
}

/// The batch by columns. With arrays, one statement serves a batch of any size, and so, unlike [`diesel::sql_query`],
/// it stays prepared.
#[derive(Default)]
struct InsertArrivals<'a> {
    ids: Vec<ResponseId>,
    campaigns: Vec<CampaignId>,
    versions: Vec<FormVersionId>,
    languages: Vec<&'a str>,
    weeks: Vec<NaiveDate>,
    records: Vec<&'a [u8]>,
    remarks: Vec<Value>,
    access: Vec<Access>,
}

impl QueryFragment<Pg> for InsertArrivals<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // The foreign key takes this lock anyway. Taken here, it makes the statement wait for a concurrent change of
        // the access rule, and see its result.
        out.push_sql("WITH campaign AS (SELECT id, access FROM campaigns WHERE id = ANY(");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.campaigns)?;
        out.push_sql(
            ") AND erased_at IS NULL FOR KEY SHARE) \
             INSERT INTO arrivals (id, campaign_id, form_version_id, language, week, record, remarks) \
             SELECT a.id, a.campaign_id, a.form_version_id, a.language, a.week, a.record, a.remarks FROM unnest(",
        );
        out.push_bind_param::<Array<SqlUuid>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.campaigns)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.versions)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.languages)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Date>, _>(&self.weeks)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(&self.records)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Jsonb>, _>(&self.remarks)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.access)?;
        out.push_sql(
            ") AS a (id, campaign_id, form_version_id, language, week, record, remarks, access) \
             JOIN campaign ON campaign.id = a.campaign_id AND campaign.access = a.access \
             ORDER BY a.id ON CONFLICT (id) DO NOTHING RETURNING id",
        );
        Ok(())
    }
}

impl QueryId for InsertArrivals<'_> {
    type QueryId = InsertArrivals<'static>;
}

impl Query for InsertArrivals<'_> {
    type SqlType = SqlUuid;
}

/// Inserts the arrivals whose ids are not stored yet, and returns the ids inserted.
///
/// Every server inserts in the order of the ids, which prevents deadlocks.
async fn insert_arrivals(
    conn: &mut AsyncPgConnection,
    batch: &[Arrival],
) -> QueryResult<HashSet<ResponseId>> {
    let mut rows = InsertArrivals::default();
    let mut seen = HashSet::new();
    for Arrival {
        response,
        credential,
    } in batch
    {
        // Of two arrivals with one id, the database would choose which one to keep, and under which access rule.
        if !seen.insert(response.id()) {
            continue;
        }
        rows.ids.push(response.id());
        let context = response.context();
        rows.campaigns.push(context.campaign_id);
        rows.versions.push(context.form_version_id);
        rows.languages.push(&context.language);
        rows.weeks.push(context.week.monday());
        rows.records.push(response.record());
        rows.remarks.push(remarks_of(response));
        rows.access.push(credential.access());
    }
    let inserted: Vec<ResponseId> = rows.load(conn).await?;
    Ok(inserted.into_iter().collect())
}

pub(super) fn remarks_of(response: &AnonymousResponse) -> Value {
    let written = response.remarks().iter().filter_map(|remark| {
        let text = remark.text.as_ref()?;
        Some(serde_json::json!({"id": remark.id, "question": remark.question, "text": text}))
    });
    Value::Array(written.collect())
}

/// The place of a response that is no longer an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gone {
    Released,
    Withdrawn,
}

/// The responses of a batch that were released or withdrawn; both tables in one round trip.
async fn find_gone<'a>(
    conn: &mut AsyncPgConnection,
    batch: impl Iterator<Item = &'a AnonymousResponse>,
) -> QueryResult<HashMap<ResponseId, Gone>> {
    let ids: Vec<ResponseId> = batch.map(|response| response.id()).collect();
    let released = responses::table
        .filter(responses::id.eq_any(&ids))
        .select((responses::id, false.into_sql::<Bool>()));
    let withdrawn = tombstones::table
        .filter(tombstones::id.eq_any(&ids))
        .select((tombstones::id, true.into_sql::<Bool>()));
    let rows: Vec<(ResponseId, bool)> = released.union_all(withdrawn).load(conn).await?;
    let gone = |withdrawn| {
        if withdrawn {
            Gone::Withdrawn
        } else {
            Gone::Released
        }
    };
    Ok(rows
        .into_iter()
        .map(|(id, withdrawn)| (id, gone(withdrawn)))
        .collect())
}

/// Whether a stored response equals the one that was sent.
pub(super) fn compare(stored: &StoredResponse, response: &AnonymousResponse) -> Stored {
    // The week is not compared: a response sent on Sunday may be retried on Monday. Nor is the language: who switches it
    // between two tries has said the same.
    let (row, context) = (&stored.row, response.context());
    let same = row.campaign_id == context.campaign_id
        && row.form_version_id == context.form_version_id
        && response.says_the_same(&row.record)
        && response.remarks().iter().all(|remark| stored.has(remark));
    if same {
        Stored::Replay(row.clone())
    } else {
        Stored::Conflict
    }
}
