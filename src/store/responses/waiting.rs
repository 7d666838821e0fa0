//! Remarks that wait to be released, in their arrivals or behind them: cleaning them again.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::arrival::ArrivedRemark;
use crate::domain::ids::{RemarkId, ResponseId};
use crate::store::schema::{arrivals, waiting_remarks};

/// The remarks of an arrival.
pub struct WaitingRemarks {
    /// The arrival.
    pub id: ResponseId,
    remarks: Vec<ArrivedRemark>,
}

impl WaitingRemarks {
    /// The texts, to be replaced.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.remarks.iter_mut().map(|remark| &mut remark.text)
    }
}

/// Up to `limit` arrivals behind one, locked until the transaction ends, in the order of their ids. Those that another
/// transaction has locked are left out: they are being released, corrected or withdrawn.
pub async fn lock_waiting(
    conn: &mut AsyncPgConnection,
    after: Option<ResponseId>,
    limit: i64,
) -> QueryResult<Vec<WaitingRemarks>> {
    let rows: Vec<(ResponseId, Value)> = arrivals::table
        .filter(arrivals::id.gt(after.unwrap_or(ResponseId(Uuid::nil()))))
        .order(arrivals::id)
        .limit(limit)
        .select((arrivals::id, arrivals::remarks))
        .for_update()
        .skip_locked()
        .load(conn)
        .await?;
    let waiting = rows.into_iter().map(|(id, remarks)| WaitingRemarks {
        id,
        remarks: serde_json::from_value(remarks).unwrap_or_default(),
    });
    Ok(waiting.collect())
}

/// Stores the cleaned remarks of an arrival. The previous texts are lost.
pub async fn clean_waiting(
    conn: &mut AsyncPgConnection,
    waiting: &WaitingRemarks,
) -> QueryResult<usize> {
    let remarks = serde_json::to_value(&waiting.remarks).unwrap_or_default();
    diesel::update(arrivals::table.find(waiting.id))
        .set(arrivals::remarks.eq(remarks))
        .execute(conn)
        .await
}

/// Up to `limit` remarks behind one whose responses are released and that wait themselves, locked until the transaction
/// ends, in the order of their ids. Those that another transaction has locked are left out.
pub async fn lock_unreleased(
    conn: &mut AsyncPgConnection,
    after: Option<RemarkId>,
    limit: i64,
) -> QueryResult<Vec<(RemarkId, String)>> {
    waiting_remarks::table
        .filter(waiting_remarks::id.gt(after.unwrap_or(RemarkId(Uuid::nil()))))
        .order(waiting_remarks::id)
        .limit(limit)
        .select((waiting_remarks::id, waiting_remarks::text))
        .for_update()
        .skip_locked()
        .load(conn)
        .await
}

/// Stores the cleaned text of a remark that waits. The previous text is lost.
pub async fn clean_unreleased(
    conn: &mut AsyncPgConnection,
    id: RemarkId,
    text: &str,
) -> QueryResult<usize> {
    diesel::update(waiting_remarks::table.find(id))
        .set(waiting_remarks::text.eq(text))
        .execute(conn)
        .await
}
