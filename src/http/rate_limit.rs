//! The rate limits as headers (draft-ietf-httpapi-ratelimit-headers).
//!
//! Of log-ins, what is left is told of the network only. What is left of an account would tell whether somebody else has just
//! logged in to it, and so whether there is such an account. Of other limits it is told only once nothing is left, since it
//! would tell what others in the same network have just done.

use actix_web::http::header::HeaderName;

use crate::app::limiter::Rate;
use crate::app::limits::{Limited, TooMany};
use crate::app::login_limits::{LoginLimit, TooManyLogins};

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

/// The headers of a log-in that is refused.
pub fn refused(refused: &TooManyLogins) -> Headers {
    let nothing = remaining(refused.by, 0, refused.retry_after);
    vec![policies(), (RATE_LIMIT, nothing)]
}

/// The headers of another refusal.
pub fn exceeded(refused: &TooMany) -> Headers {
    let name = match refused.of {
        Limited::OpenResponses => "open-responses",
        Limited::Credentials => "credentials",
        Limited::Receipts => "receipts",
        Limited::Exports => "exports",
        Limited::Statistics => "statistics",
    };
    let nothing = format!("\"{name}\";r=0;t={}", refused.retry_after);
    vec![
        (RATE_LIMIT_POLICY, policy(name, refused.rate)),
        (RATE_LIMIT, nothing),
    ]
}

fn policies() -> (HeaderName, String) {
    let all = [LoginLimit::Network, LoginLimit::Account];
    let all = all.map(|limit| policy(name(limit), limit.rate()));
    (RATE_LIMIT_POLICY, all.join(", "))
}

fn policy(name: &str, rate: Rate) -> String {
    format!("\"{name}\";q={};w={}", rate.at_once, rate.window())
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
