//! Response counts of a campaign. The exact numbers must not be shown.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::domain::ids::CampaignId;
use crate::store::schema::{arrivals, responses};

/// The counts of one campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponseCounts {
    /// Released responses.
    pub released: i64,
    /// Arrivals that wait to be released.
    pub waiting: i64,
}

/// Counts the responses of a campaign.
pub async fn count_responses(
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
) -> QueryResult<ResponseCounts> {
    let released = responses::table.filter(responses::campaign_id.eq(campaign));
    let waiting = arrivals::table.filter(arrivals::campaign_id.eq(campaign));
    Ok(ResponseCounts {
        released: released.count().get_result(conn).await?,
        waiting: waiting.count().get_result(conn).await?,
    })
}
