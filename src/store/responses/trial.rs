//! Tests: responses that are sent to try out a campaign before it opens. They have a table of their own, so that nothing
//! that counts, releases or exports responses can meet one. All of a campaign are deleted when it opens.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Binary, Date, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use super::find::{ResponseRow, StoredResponse, arrived};
use super::insert::{Stored, compare, remarks_of};
use crate::domain::ids::{CampaignId, RemarkId, ResponseId};
use crate::domain::response::AnonymousResponse;
use crate::domain::week::IsoWeek;
use crate::store::schema::{campaigns, invitations, test_responses};

/// A test with the texts of its remarks.
pub type StoredTest = (ResponseRow, HashMap<RemarkId, String>);

/// Stores a response as a test; none when the campaign takes no tests at this time.
///
/// The lock on the campaign makes this statement and the end of the tests wait for each other: no test comes after it.
pub async fn insert_test(
    conn: &mut AsyncPgConnection,
    response: &AnonymousResponse,
    now: DateTime<Utc>,
) -> QueryResult<Option<Stored>> {
    let context = response.context();
    // Raw SQL: the query builder has no locking WITH.
    let inserted = diesel::sql_query(
        "WITH campaign AS (SELECT id FROM campaigns \
           WHERE id = $2 AND testing AND closed_at IS NULL AND opens_at > $8 FOR SHARE) \
         INSERT INTO test_responses (id, campaign_id, form_version_id, language, week, record, remarks) \
         SELECT $1, campaign.id, $3, $4, $5, $6, $7 FROM campaign ON CONFLICT (id) DO NOTHING",
    )
    .bind::<SqlUuid, _>(response.id())
    .bind::<SqlUuid, _>(context.campaign_id)
    .bind::<SqlUuid, _>(context.form_version_id)
    .bind::<Text, _>(&context.language)
    .bind::<Date, _>(context.week.monday())
    .bind::<Binary, _>(response.record())
    .bind::<Jsonb, _>(remarks_of(response))
    .bind::<Timestamptz, _>(now)
    .execute(conn)
    .await?;
    if inserted == 1 {
        return Ok(Some(Stored::New));
    }
    let earlier = find_test(conn, response.id()).await?;
    Ok(earlier.map(|(row, texts)| compare(&StoredResponse { row, texts }, response)))
}

/// The test with this id.
pub async fn find_test(
    conn: &mut AsyncPgConnection,
    id: ResponseId,
) -> QueryResult<Option<StoredTest>> {
    let columns = (
        test_responses::id,
        test_responses::campaign_id,
        test_responses::form_version_id,
        test_responses::language,
        test_responses::week,
        test_responses::record,
    );
    let found: Option<(ResponseRow, Value)> = test_responses::table
        .find(id)
        .select((columns, test_responses::remarks))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(row, remarks)| (row, arrived(remarks).collect())))
}

/// Replaces version, language, answers and remarks of a test, and returns its week; none when no test has this id.
pub async fn correct_test(
    conn: &mut AsyncPgConnection,
    response: &AnonymousResponse,
) -> QueryResult<Option<IsoWeek>> {
    let context = response.context();
    let week: Option<NaiveDate> = diesel::update(test_responses::table.find(response.id()))
        .set((
            test_responses::form_version_id.eq(context.form_version_id),
            test_responses::language.eq(&context.language),
            test_responses::record.eq(response.record()),
            test_responses::remarks.eq(remarks_of(response)),
        ))
        .returning(test_responses::week)
        .get_result(conn)
        .await
        .optional()?;
    Ok(week.map(IsoWeek::of))
}

/// Deletes the test with this id, and leaves nothing.
pub async fn delete_test(conn: &mut AsyncPgConnection, id: ResponseId) -> QueryResult<usize> {
    diesel::delete(test_responses::table.find(id))
        .execute(conn)
        .await
}

/// Deletes all tests of a campaign, which is locked and takes none any more.
pub async fn delete_tests(conn: &mut AsyncPgConnection, id: CampaignId) -> QueryResult<usize> {
    let tests = test_responses::table.filter(test_responses::campaign_id.eq(id));
    diesel::delete(tests).execute(conn).await
}

/// Ends the tests of every campaign that has opened or was closed at this time: all are deleted.
pub async fn end_tests(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> QueryResult<()> {
    let opened = campaigns::testing.and(
        campaigns::opens_at
            .le(now)
            .or(campaigns::closed_at.is_not_null()),
    );
    conn.transaction(async |conn| {
        let ended: Vec<CampaignId> = diesel::update(campaigns::table.filter(opened))
            // No new revision: that it has opened is known from the time.
            .set(campaigns::testing.eq(false))
            .returning(campaigns::id)
            .get_results(conn)
            .await?;
        // A second statement, which sees the tests that the first one waited for.
        for id in ended {
            delete_tests(conn, id).await?;
        }
        Ok(())
    })
    .await
}

/// Whether the invitation with this hash was redeemed; none when there is no such invitation.
pub async fn is_redeemed(
    conn: &mut AsyncPgConnection,
    invitation: &[u8; 32],
) -> QueryResult<Option<bool>> {
    invitations::table
        .find(&invitation[..])
        .select(invitations::redeemed)
        .first(conn)
        .await
        .optional()
}
