//! How long sessions and their tokens are good.

use chrono::{DateTime, TimeDelta, Utc};

/// How long an access token is good.
pub const ACCESS_LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// How long a refresh token is good, and with it a session that nobody refreshes.
pub const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(30);
/// How long an ended session is kept, so that late reuse is still told from nonsense.
pub const KEPT_AFTER_END: TimeDelta = TimeDelta::days(7);
/// How long after its first use a refresh token may come again without ending the session: that is a double click, or
/// two tabs that woke up together.
const REUSE_GRACE: TimeDelta = TimeDelta::seconds(10);

/// Whether a refresh token that was used before comes again too late, so that two must hold it.
pub fn is_reuse(used_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - used_at > REUSE_GRACE
}
