//! Stores responses as arrivals, in batches, each with the credential that admits it.

use std::collections::{HashMap, HashSet};
use std::iter;

use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error::DeserializationError;
use diesel::sql_types::{Array, Binary, Date, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use super::arrival::Arrival;
use super::find::{ResponseRow, StoredResponse, find_stored, is_withdrawn};
use super::redeem::{Redeemed, Refusal};
use crate::domain::campaign::access::{Access, Credential};
use crate::domain::ids::{CampaignId, FormVersionId, ResponseId};
use crate::domain::response::AnonymousResponse;
use crate::store::schema::arrivals;

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
    if batch.iter().all(|it| it.credential == Credential::Open) {
        // One statement is a transaction by itself.
        let places = insert_arrivals(conn, batch).await?;
        return outcomes(conn, batch, places, HashMap::new()).await;
    }
    conn.transaction(async |conn| {
        let places = insert_arrivals(conn, batch).await?;
        let refused = redeem(conn, batch, &places).await?;
        outcomes(conn, batch, places, refused).await
    })
    .await
}

/// The outcome of each response of a batch that was given to the database.
async fn outcomes(
    conn: &mut AsyncPgConnection,
    batch: &[Arrival],
    mut places: Places,
    refused: HashMap<ResponseId, Refusal>,
) -> QueryResult<Vec<Stored>> {
    let mut outcomes = Vec::with_capacity(batch.len());
    for Arrival { response, .. } in batch {
        let id = response.id();
        outcomes.push(match (refused.get(&id), places.get(&id)) {
            (Some(refusal), _) => Some(Stored::Refused(*refusal)),
            (None, Some(Place::Stored)) => {
                // A batch may hold a response twice; then the first of the two counts as the new one.
                places.remove(&id);
                Some(Stored::New)
            }
            (None, _) => None,
        });
    }
    if outcomes.iter().all(Option::is_some) {
        return Ok(outcomes.into_iter().flatten().collect());
    }
    let earlier = compare_all(conn, batch, &places).await?;
    let outcome = |(outcome, earlier): (Option<Stored>, _)| outcome.unwrap_or(earlier);
    Ok(outcomes.into_iter().zip(earlier).map(outcome).collect())
}

/// Redeems the credentials of the inserted responses, and deletes those that are refused; returns the reasons by id.
async fn redeem(
    conn: &mut AsyncPgConnection,
    batch: &[Arrival],
    places: &Places,
) -> QueryResult<HashMap<ResponseId, Refusal>> {
    let mut seen = HashSet::new();
    let new: Vec<&Arrival> = batch
        .iter()
        .filter(|Arrival { response, .. }| {
            places.get(&response.id()) == Some(&Place::Stored) && seen.insert(response.id())
        })
        .collect();
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
    places: &Places,
) -> QueryResult<Vec<Stored>> {
    let stored = find_stored(conn, batch.iter().map(|arrival| &arrival.response)).await?;
    let mut outcomes = Vec::with_capacity(batch.len());
    for Arrival { response, .. } in batch {
        outcomes.push(
            match (places.get(&response.id()), stored.get(&response.id())) {
                (Some(Place::Withdrawn), _) => Stored::Withdrawn,
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
        if is_withdrawn(conn, response.id()).await? {
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
        out.push_sql("SELECT response, place FROM store_arrivals(");
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
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for InsertArrivals<'_> {
    type QueryId = InsertArrivals<'static>;
}

impl Query for InsertArrivals<'_> {
    type SqlType = (SqlUuid, Text);
}

/// Inserts the arrivals whose ids are not stored yet, and returns where each response is, as far as the database said.
async fn insert_arrivals(conn: &mut AsyncPgConnection, batch: &[Arrival]) -> QueryResult<Places> {
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
    let rows: Vec<(ResponseId, String)> = rows.load(conn).await?;
    let place = |(id, place): (ResponseId, String)| {
        let place = match place.as_str() {
            "stored" => Place::Stored,
            "released" => Place::Released,
            "withdrawn" => Place::Withdrawn,
            _ => return Err(DeserializationError(place.into())),
        };
        Ok((id, place))
    };
    rows.into_iter().map(place).collect()
}

pub(super) fn remarks_of(response: &AnonymousResponse) -> Value {
    let written = response.remarks().iter().filter_map(|remark| {
        let text = remark.text.as_ref()?;
        Some(serde_json::json!({"id": remark.id, "question": remark.question, "text": text}))
    });
    Value::Array(written.collect())
}

/// Where a response of a batch is after the insert. One that was an arrival before has no place here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Among the arrivals, by this insert.
    Stored,
    /// Among the released responses.
    Released,
    /// It was withdrawn.
    Withdrawn,
}

type Places = HashMap<ResponseId, Place>;

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
