//! The lifetimes of sessions and their tokens.

use chrono::{DateTime, TimeDelta, Utc};

/// The lifetime of an access token.
pub const ACCESS_LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// The lifetime of a refresh token, and so of a session that is not refreshed, unless the session ends before.
pub const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(30);
/// The lifetime of a session, however often it is refreshed.
pub const SESSION_LIFETIME: TimeDelta = TimeDelta::days(90);
/// The lifetime of a session that a provider opened. Who leaves the house is removed there, so people are sent there anew each
/// day.
pub const PROVIDER_SESSION_LIFETIME: TimeDelta = TimeDelta::hours(12);
/// How long an ended session is kept, so that late reuse of its tokens can be told from an unknown token.
pub const KEPT_AFTER_END: TimeDelta = TimeDelta::days(7);
/// How long after its first use a refresh token may be used again without ending the session. Such a second use is a
/// double click, or two tabs that resumed together.
const REUSE_GRACE: TimeDelta = TimeDelta::seconds(10);

/// The lifetime of a session, by whether a provider opened it.
pub const fn lifetime(by_provider: bool) -> TimeDelta {
    match by_provider {
        true => PROVIDER_SESSION_LIFETIME,
        false => SESSION_LIFETIME,
    }
}

/// When a session ends that was opened and is refreshed at these times: with its refresh token, but never later than its
/// own lifetime allows.
pub fn ends_at(
    opened_at: DateTime<Utc>,
    refreshed_at: DateTime<Utc>,
    lifetime: TimeDelta,
) -> DateTime<Utc> {
    (refreshed_at + REFRESH_LIFETIME).min(opened_at + lifetime)
}

/// Whether this second use of a refresh token comes too late, so that two clients must hold the token.
pub fn is_reuse(used_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - used_at > REUSE_GRACE
}
