//! Responses, their remarks, and the tombstones of those withdrawn.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Date, Text, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::schema::{remarks, responses, tombstones};
use crate::domain::response::{AnonymousResponse, Remark};

/// A stored response.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = responses, check_for_backend(diesel::pg::Pg))]
pub struct ResponseRow {
    /// Derived from the receipt.
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

/// What became of a response that was handed to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// It is stored now.
    New,
    /// It was there already, the very same.
    Replay,
    /// Its receipt stands for other answers.
    Conflict,
    /// It was withdrawn, and stays so.
    Withdrawn,
}

/// What became of a wish to withdraw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// It is gone now.
    Done,
    /// It was gone already.
    Already,
    /// There never was such a response.
    Unknown,
}

/// Stores a batch in one transaction, and tells what became of each, in the order of the batch.
///
/// Any number of servers may do so at once, with the same responses too: the ids see to it that each
/// is stored once.
pub async fn store_responses(
    conn: &mut AsyncPgConnection,
    batch: &[AnonymousResponse],
) -> QueryResult<Vec<Stored>> {
    conn.transaction(async |conn| {
        let mut inserted = insert_responses(conn, batch).await?;
        // Looked up after the insert, not before: a withdrawal that ended in between is seen, and one
        // that was under way made the insert wait for it.
        let buried = find_tombstones(conn, batch).await?;
        if inserted.iter().any(|id| buried.contains(id)) {
            let undo = responses::id.eq_any(&buried);
            diesel::delete(responses::table.filter(undo))
                .execute(conn)
                .await?;
            inserted.retain(|id| !buried.contains(id));
        }
        // A response may stand in a batch twice; then the first of the two is the new one.
        let is_new: Vec<bool> = batch
            .iter()
            .map(|response| inserted.remove(&response.id))
            .collect();
        let new = batch
            .iter()
            .zip(&is_new)
            .filter(|(_, new)| **new)
            .map(|(response, _)| response);
        insert_remarks(conn, new).await?;
        if is_new.iter().all(|new| *new) {
            return Ok(vec![Stored::New; batch.len()]);
        }
        let known = Known::find(conn, batch).await?;
        let outcome = |(response, is_new): (&AnonymousResponse, bool)| match is_new {
            true => Stored::New,
            false if buried.contains(&response.id) => Stored::Withdrawn,
            false => known.compare(response),
        };
        Ok(batch.iter().zip(is_new).map(outcome).collect())
    })
    .await
}

/// What became of an earlier try to send this response; none when there was none.
pub async fn find_earlier(
    conn: &mut AsyncPgConnection,
    response: &AnonymousResponse,
) -> QueryResult<Option<Stored>> {
    let one = std::slice::from_ref(response);
    // One snapshot, so that the response and its remarks are seen together or not at all.
    let mut transaction = conn.build_transaction().read_only().repeatable_read();
    let found = transaction.run(async |conn| {
        if !find_tombstones(conn, one).await?.is_empty() {
            return Ok(Some(Stored::Withdrawn));
        }
        let known = Known::find(conn, one).await?;
        let is_known = known.responses.contains_key(&response.id);
        Ok(is_known.then(|| known.compare(response)))
    });
    found.await
}

/// The stored response with this id.
pub async fn find_response(
    conn: &mut AsyncPgConnection,
    id: Uuid,
) -> QueryResult<Option<ResponseRow>> {
    responses::table
        .find(id)
        .select(ResponseRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Whether the response with this id was withdrawn.
pub async fn is_withdrawn(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(tombstones::table.find(id)))
        .get_result(conn)
        .await
}

/// The texts of those of these remarks that are stored, by id.
pub async fn find_remarks(
    conn: &mut AsyncPgConnection,
    ids: &[Uuid],
) -> QueryResult<HashMap<Uuid, String>> {
    let rows: Vec<(Uuid, String)> = remarks::table
        .filter(remarks::id.eq_any(ids))
        .select((remarks::id, remarks::text))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Deletes a response with its remarks, and leaves a tombstone.
pub async fn withdraw_response(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    remark_ids: &[Uuid],
) -> QueryResult<Withdrawal> {
    conn.transaction(async |conn| {
        let deleted: Option<Uuid> = diesel::delete(responses::table.find(id))
            .returning(responses::campaign_id)
            .get_result(conn)
            .await
            .optional()?;
        let Some(campaign_id) = deleted else {
            let already = is_withdrawn(conn, id).await?;
            return Ok(if already {
                Withdrawal::Already
            } else {
                Withdrawal::Unknown
            });
        };
        diesel::delete(remarks::table.filter(remarks::id.eq_any(remark_ids)))
            .execute(conn)
            .await?;
        diesel::insert_into(tombstones::table)
            .values((
                tombstones::id.eq(id),
                tombstones::campaign_id.eq(campaign_id),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        Ok(Withdrawal::Done)
    })
    .await
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Inserts what is not there yet, and gives the ids of that.
///
/// By hand, since arrays make it one prepared statement for a batch of any size. Every server inserts
/// in the order of the ids, so that two of them never wait for each other.
async fn insert_responses(
    conn: &mut AsyncPgConnection,
    batch: &[AnonymousResponse],
) -> QueryResult<HashSet<Uuid>> {
    let mut batch: Vec<&AnonymousResponse> = batch.iter().collect();
    batch.sort_unstable_by_key(|response| response.id);
    let inserted: Vec<Id> = diesel::sql_query(
        "INSERT INTO responses (id, campaign_id, form_version_id, language, week, record) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING RETURNING id",
    )
    .bind::<Array<SqlUuid>, _>(column(&batch, |response| response.id))
    .bind::<Array<SqlUuid>, _>(column(&batch, |response| response.campaign_id))
    .bind::<Array<SqlUuid>, _>(column(&batch, |response| response.form_version_id))
    .bind::<Array<Text>, _>(column(&batch, |response| response.language.as_str()))
    .bind::<Array<Date>, _>(column(&batch, |response| response.week.monday()))
    .bind::<Array<Binary>, _>(column(&batch, |response| response.record.as_slice()))
    .load(conn)
    .await?;
    Ok(inserted.into_iter().map(|row| row.id).collect())
}

fn column<'a, T>(
    batch: &[&'a AnonymousResponse],
    value: impl Fn(&'a AnonymousResponse) -> T,
) -> Vec<T> {
    batch.iter().copied().map(value).collect()
}

async fn insert_remarks<'a>(
    conn: &mut AsyncPgConnection,
    batch: impl Iterator<Item = &'a AnonymousResponse>,
) -> QueryResult<()> {
    let written = |response: &'a AnonymousResponse| {
        response.remarks.iter().filter_map(move |remark| {
            let text = remark.text.as_ref()?;
            Some((
                remarks::id.eq(remark.id),
                remarks::campaign_id.eq(response.campaign_id),
                remarks::question.eq(&remark.question),
                remarks::language.eq(&response.language),
                remarks::text.eq(text),
            ))
        })
    };
    let rows: Vec<_> = batch.flat_map(written).collect();
    if !rows.is_empty() {
        diesel::insert_into(remarks::table)
            .values(rows)
            .execute(conn)
            .await?;
    }
    Ok(())
}

async fn find_tombstones(
    conn: &mut AsyncPgConnection,
    batch: &[AnonymousResponse],
) -> QueryResult<HashSet<Uuid>> {
    let ids: Vec<Uuid> = batch.iter().map(|response| response.id).collect();
    let found: Vec<Uuid> = tombstones::table
        .filter(tombstones::id.eq_any(ids))
        .select(tombstones::id)
        .load(conn)
        .await?;
    Ok(found.into_iter().collect())
}

/// What is stored under the ids of a batch.
struct Known {
    responses: HashMap<Uuid, ResponseRow>,
    /// Texts of the remarks that nobody has reviewed yet; a reviewer may shorten one.
    pending: HashMap<Uuid, String>,
    reviewed: HashSet<Uuid>,
}

impl Known {
    /// Looks for the remarks first: should a withdrawal end between the two queries, then the response
    /// is gone as well. The other way round it would look like a response with other remarks.
    async fn find(conn: &mut AsyncPgConnection, batch: &[AnonymousResponse]) -> QueryResult<Self> {
        let remark_ids = batch.iter().flat_map(|response| &response.remarks);
        let remark_ids: Vec<Uuid> = remark_ids.map(|remark| remark.id).collect();
        let found: Vec<(Uuid, String, String)> = remarks::table
            .filter(remarks::id.eq_any(remark_ids))
            .select((remarks::id, remarks::text, remarks::state))
            .load(conn)
            .await?;
        let ids: Vec<Uuid> = batch.iter().map(|response| response.id).collect();
        let rows: Vec<ResponseRow> = responses::table
            .filter(responses::id.eq_any(ids))
            .select(ResponseRow::as_select())
            .load(conn)
            .await?;
        let (pending, reviewed): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|(_, _, state)| state == "pending");
        Ok(Self {
            responses: rows.into_iter().map(|row| (row.id, row)).collect(),
            pending: pending
                .into_iter()
                .map(|(id, text, _)| (id, text))
                .collect(),
            reviewed: reviewed.into_iter().map(|(id, ..)| id).collect(),
        })
    }

    fn compare(&self, response: &AnonymousResponse) -> Stored {
        // It was there when the insert met it: so it has been withdrawn since.
        let Some(row) = self.responses.get(&response.id) else {
            return Stored::Withdrawn;
        };
        let same_remark = |remark: &Remark| {
            self.reviewed.contains(&remark.id)
                || self.pending.get(&remark.id) == remark.text.as_ref()
        };
        // Not the week: a retry may come on Monday for a response of Sunday.
        let same = row.campaign_id == response.campaign_id
            && row.form_version_id == response.form_version_id
            && row.language == response.language
            && row.record == response.record
            && response.remarks.iter().all(same_remark);
        if same {
            Stored::Replay
        } else {
            Stored::Conflict
        }
    }
}
