//! Looks up responses by id, in arrivals and released responses.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use super::arrival::ArrivedRemark;
use crate::domain::free_text::review::is_same;
use crate::domain::ids::{CampaignId, FormVersionId, RemarkId, ResponseId};
use crate::domain::response::{AnonymousResponse, Remark};
use crate::store::schema::{arrivals, remarks, responses, tombstones, waiting_remarks};

/// A stored response: the columns that arrivals and released responses have in common.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = responses, check_for_backend(diesel::pg::Pg))]
pub struct ResponseRow {
    /// Derived from the receipt.
    pub id: ResponseId,
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The version of the form.
    pub form_version_id: FormVersionId,
    /// The language in which the respondent read the form.
    pub language: String,
    /// The Monday of the week of arrival.
    pub week: NaiveDate,
    /// The answers, encoded by the version's layout.
    pub record: Vec<u8>,
}

/// A stored response with its remarks.
#[derive(Debug, Clone)]
pub struct StoredResponse {
    /// The response.
    pub row: ResponseRow,
    /// The texts of its remarks, by id.
    pub texts: HashMap<RemarkId, String>,
}

impl StoredResponse {
    /// Whether the stored text of this remark matches the one that was sent, or both are missing. A reviewer may have
    /// shortened the stored text, and rules of another time may have cleaned it.
    pub(super) fn has(&self, remark: &Remark) -> bool {
        match (&remark.text, self.texts.get(&remark.id)) {
            (Some(came), Some(stored)) => is_same(came, stored),
            (came, stored) => came.as_ref() == stored,
        }
    }
}

/// The stored response with this id, released or not, without its remarks.
pub async fn find_response(
    conn: &mut AsyncPgConnection,
    id: ResponseId,
) -> QueryResult<Option<ResponseRow>> {
    let found = find_with_release(conn, id).await?;
    Ok(found.map(|(row, _)| row))
}

/// The same, with whether it was released.
pub async fn find_with_release(
    conn: &mut AsyncPgConnection,
    id: ResponseId,
) -> QueryResult<Option<(ResponseRow, bool)>> {
    let arrival = arrivals::table
        .find(id)
        .select(ARRIVAL)
        .first(conn)
        .await
        .optional()?;
    if let Some(arrival) = arrival {
        return Ok(Some((arrival, false)));
    }
    let released = responses::table
        .find(id)
        .select(ResponseRow::as_select())
        .first(conn)
        .await
        .optional()?;
    Ok(released.map(|row| (row, true)))
}

/// The texts of those of the given remarks that are stored with the response `id`, by remark id.
pub async fn find_texts(
    conn: &mut AsyncPgConnection,
    id: ResponseId,
    remark_ids: &[RemarkId],
) -> QueryResult<HashMap<RemarkId, String>> {
    let waiting = arrivals::table
        .find(id)
        .select(arrivals::remarks)
        .first(conn)
        .await
        .optional()?;
    if let Some(waiting) = waiting {
        return Ok(arrived(waiting).collect());
    }
    let rows = find_remarks(conn, remark_ids).await?;
    Ok(rows.into_iter().collect())
}

/// The texts of those of these remarks whose responses are released. One statement, so that a remark that is being released
/// is seen in one table.
async fn find_remarks(
    conn: &mut AsyncPgConnection,
    ids: &[RemarkId],
) -> QueryResult<Vec<(RemarkId, String)>> {
    let waiting = waiting_remarks::table
        .filter(waiting_remarks::id.eq_any(ids))
        .select((waiting_remarks::id, waiting_remarks::text));
    remarks::table
        .filter(remarks::id.eq_any(ids))
        .select((remarks::id, remarks::text))
        .union_all(waiting)
        .load(conn)
        .await
}

/// Whether the response with this id was withdrawn.
pub async fn is_withdrawn(conn: &mut AsyncPgConnection, id: ResponseId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(tombstones::table.find(id)))
        .get_result(conn)
        .await
}

const ARRIVAL: (
    arrivals::id,
    arrivals::campaign_id,
    arrivals::form_version_id,
    arrivals::language,
    arrivals::week,
    arrivals::record,
) = (
    arrivals::id,
    arrivals::campaign_id,
    arrivals::form_version_id,
    arrivals::language,
    arrivals::week,
    arrivals::record,
);

/// Looks up all ids of a batch.
///
/// Arrivals are read first, since responses move from there to the released ones. Remarks are read before released
/// responses: if a withdrawal commits between the two reads, the response is missing as well. In the other order, the
/// response would be found with its remarks missing, and a replay would look like a different response.
pub(super) async fn find_stored<'a>(
    conn: &mut AsyncPgConnection,
    batch: impl Iterator<Item = &'a AnonymousResponse>,
) -> QueryResult<HashMap<ResponseId, StoredResponse>> {
    // Each text is given to its own response only: texts are long, and a batch has many.
    let mut owners: HashMap<RemarkId, ResponseId> = HashMap::new();
    let mut ids: Vec<ResponseId> = Vec::new();
    for response in batch {
        ids.push(response.id());
        owners.extend(response.remarks().iter().map(|it| (it.id, response.id())));
    }
    let waiting: Vec<(ResponseRow, Value)> = arrivals::table
        .filter(arrivals::id.eq_any(&ids))
        .select((ARRIVAL, arrivals::remarks))
        .load(conn)
        .await?;
    let mut stored: HashMap<ResponseId, StoredResponse> = waiting
        .into_iter()
        .map(|(row, remarks)| {
            let texts = arrived(remarks).collect();
            (row.id, StoredResponse { row, texts })
        })
        .collect();
    let remark_ids: Vec<RemarkId> = owners.keys().copied().collect();
    let found = find_remarks(conn, &remark_ids).await?;
    let released: Vec<ResponseRow> = responses::table
        .filter(responses::id.eq_any(&ids))
        .select(ResponseRow::as_select())
        .load(conn)
        .await?;
    for row in released {
        stored.entry(row.id).or_insert(StoredResponse {
            row,
            texts: HashMap::new(),
        });
    }
    for (id, text) in found {
        let owner = owners.get(&id).and_then(|owner| stored.get_mut(owner));
        if let Some(owner) = owner {
            owner.texts.insert(id, text);
        }
    }
    Ok(stored)
}

/// The remarks of an arrival.
pub(super) fn arrived(remarks: Value) -> impl Iterator<Item = (RemarkId, String)> {
    let remarks: Vec<ArrivedRemark> = serde_json::from_value(remarks).unwrap_or_default();
    remarks.into_iter().map(|remark| (remark.id, remark.text))
}
