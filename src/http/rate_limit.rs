//! The limits on log-ins as headers (draft-ietf-httpapi-ratelimit-headers).
//!
//! What is left is told of the network only. What is left of an account would tell whether somebody else has just
//! logged in to it, and so whether there is such an account.

use actix_web::http::header::HeaderName;

use crate::app::login_limits::{LoginLimit, Rate, TooManyLogins};

/// The limits there are: a list of strings with parameters (RFC 9651).
pub const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of a limit: a list of strings with parameters (RFC 9651).
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Headers of a reply.
pub type Headers = Vec<(HeaderName, String)>;

/// The headers after an attempt, with what is left of the attempts from this network.
pub fn after_attempt(left: Option<u32>) -> Headers {
    let more_in = LoginLimit::Network.rate().then_one_in.as_secs();
    let left = left.map(|left| (RATE_LIMIT, remaining(LoginLimit::Network, left, more_in)));
    [policies()].into_iter().chain(left).collect()
}

/// The headers of a refusal.
pub fn refused(refused: &TooManyLogins) -> Headers {
    let nothing = remaining(refused.by, 0, refused.retry_after);
    vec![policies(), (RATE_LIMIT, nothing)]
}

fn policies() -> (HeaderName, String) {
    let policy = |limit: LoginLimit| {
        let rate: Rate = limit.rate();
        format!("\"{}\";q={};w={}", name(limit), rate.at_once, rate.window())
    };
    let all = [LoginLimit::Network, LoginLimit::Account].map(policy);
    (RATE_LIMIT_POLICY, all.join(", "))
}

fn remaining(limit: LoginLimit, left: u32, more_in: u64) -> String {
    format!("\"{}\";r={left};t={more_in}", name(limit))
}

fn name(limit: LoginLimit) -> &'static str {
    match limit {
        LoginLimit::Network => "network",
        LoginLimit::Account => "account",
    }
}
