//! Correction: the answers of an arrival are replaced. A response that was released is never changed, since analysts may
//! have seen it.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::insert::remarks_of;
use crate::domain::response::AnonymousResponse;
use crate::domain::week::IsoWeek;
use crate::store::schema::arrivals;

/// Replaces version, language, answers and remarks of an arrival, and returns the week of its arrival, which stays. None
/// when no arrival has this id.
///
/// When the arrival is being released at this moment, the statement waits for the release, and then finds nothing.
pub async fn correct_arrival(
    conn: &mut AsyncPgConnection,
    response: &AnonymousResponse,
) -> QueryResult<Option<IsoWeek>> {
    let context = response.context();
    let week: Option<NaiveDate> = diesel::update(arrivals::table.find(response.id()))
        .set((
            arrivals::form_version_id.eq(context.form_version_id),
            arrivals::language.eq(&context.language),
            arrivals::record.eq(response.record()),
            arrivals::remarks.eq(remarks_of(response)),
        ))
        .returning(arrivals::week)
        .get_result(conn)
        .await
        .optional()?;
    Ok(week.map(IsoWeek::of))
}
