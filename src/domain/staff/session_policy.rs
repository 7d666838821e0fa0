//! The lifetimes of sessions and their tokens.

use chrono::{DateTime, TimeDelta, Utc};

/// The lifetime of an access token.
pub const ACCESS_LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// The lifetime of a refresh token, and so of a session that is not refreshed.
pub const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(30);
/// How long an ended session is kept, so that late reuse of its tokens can be told from an unknown token.
pub const KEPT_AFTER_END: TimeDelta = TimeDelta::days(7);
/// How long after its first use a refresh token may be used again without ending the session. Such a second use is a
/// double click, or two tabs that resumed together.
const REUSE_GRACE: TimeDelta = TimeDelta::seconds(10);

/// Whether this second use of a refresh token comes too late, so that two clients must hold the token.
pub fn is_reuse(used_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - used_at > REUSE_GRACE
}
