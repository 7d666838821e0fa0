//! What `WWW-Authenticate` says: which credentials are missing, or what is wrong with those that were sent (RFC 6750).

use actix_web::http::StatusCode;
use actix_web::http::header;

use super::{Code, Problem};

/// The challenge of a problem that has none of its own. A 401 must have one (RFC 9110, section 15.5.2).
///
/// It is bare where no token was sent. That is so for a log-in and for a refresh too: their credentials are in the body,
/// and `invalid_token` would speak of an access token.
pub(super) fn of(code: Code) -> Option<String> {
    match code {
        Code::TokenExpired | Code::SessionEnded | Code::ApiKeyInvalid | Code::ApiKeyExpired => {
            Some(invalid_token(code))
        }
        Code::ApiKeyOutOfScope | Code::OutOfScope => {
            Some("Bearer error=\"insufficient_scope\"".to_owned())
        }
        code if code.status() == StatusCode::UNAUTHORIZED => Some("Bearer".to_owned()),
        _ => None,
    }
}

/// The problem of an access token that is none of ours.
pub fn token_refused() -> Problem {
    let code = Code::Unauthenticated;
    Problem::new(code).header(header::WWW_AUTHENTICATE, invalid_token(code))
}

/// The problem of an account without any of these roles.
pub fn role_missing(needed: &[&str]) -> Problem {
    let detail = format!("This operation needs the role {}.", needed.join(" or "));
    let scope = needed.join(" ");
    let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
    Problem::new(Code::Forbidden)
        .detail(detail)
        .header(header::WWW_AUTHENTICATE, challenge)
}

fn invalid_token(code: Code) -> String {
    let description = code.title();
    format!("Bearer error=\"invalid_token\", error_description=\"{description}\"")
}
