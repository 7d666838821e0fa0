//! The remarks of arrivals: cleaning them again while they wait.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use super::arrival::ArrivedRemark;
use crate::domain::ids::ResponseId;
use crate::store::schema::arrivals;

/// The remarks of an arrival.
pub struct ArrivedRemarks {
    /// The arrival.
    pub id: ResponseId,
    remarks: Vec<ArrivedRemark>,
}

impl ArrivedRemarks {
    /// The texts, to be replaced.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.remarks.iter_mut().map(|remark| &mut remark.text)
    }
}

/// Up to `limit` arrivals behind one, locked until the transaction ends, in the order of their ids. Those that another
/// transaction has locked are left out: they are being released, corrected or withdrawn.
pub async fn lock_arrivals(
    conn: &mut AsyncPgConnection,
    after: ResponseId,
    limit: i64,
) -> QueryResult<Vec<ArrivedRemarks>> {
    let rows: Vec<(ResponseId, Value)> = arrivals::table
        .filter(arrivals::id.gt(after))
        .order(arrivals::id)
        .limit(limit)
        .select((arrivals::id, arrivals::remarks))
        .for_update()
        .skip_locked()
        .load(conn)
        .await?;
    let arrivals = rows.into_iter().map(|(id, remarks)| ArrivedRemarks {
        id,
        remarks: serde_json::from_value(remarks).unwrap_or_default(),
    });
    Ok(arrivals.collect())
}

/// Stores the cleaned remarks of an arrival. The previous texts are lost.
pub async fn clean_arrival(
    conn: &mut AsyncPgConnection,
    arrival: &ArrivedRemarks,
) -> QueryResult<usize> {
    let remarks = serde_json::to_value(&arrival.remarks).unwrap_or_default();
    diesel::update(arrivals::table.find(arrival.id))
        .set(arrivals::remarks.eq(remarks))
        .execute(conn)
        .await
}
