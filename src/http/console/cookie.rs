//! The cookies of the console: the refresh token, and an attempt to log in by a provider; and who may make the browser send
//! them.

use actix_web::HttpRequest;
use actix_web::http::header::{COOKIE, HOST, HeaderName, ORIGIN};

use crate::http::problem::{Code, Problem};

const NAME: &str = "aftercare-console";
const ATTEMPT: &str = "aftercare-log-in";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The value of `Set-Cookie` that keeps this token for so many seconds; zero forgets it.
pub(super) fn kept(req: &HttpRequest, token: &str, seconds: i64) -> String {
    let secure = secure(req);
    format!(
        "{NAME}={token}; Path=/console/session; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    )
}

/// The value of `Set-Cookie` that keeps an attempt to log in by a provider for so many seconds; zero forgets it. The browser
/// sends it when the provider sends the person back, so it is not as strict.
pub(super) fn attempt_kept(req: &HttpRequest, sealed: &str, seconds: i64) -> String {
    let secure = secure(req);
    format!(
        "{ATTEMPT}={sealed}; Path=/console/oidc; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    )
}

fn secure(req: &HttpRequest) -> &'static str {
    // Browsers do not keep a secure cookie of a server without TLS; some make no exception for their own computer.
    match is_this_computer(host(req)) {
        true => "",
        false => "; Secure",
    }
}

/// The token that the browser kept.
pub(super) fn token(req: &HttpRequest) -> Option<String> {
    named(req, NAME)
}

/// The attempt to log in that the browser kept.
pub(super) fn attempt(req: &HttpRequest) -> Option<String> {
    named(req, ATTEMPT)
}

fn named(req: &HttpRequest, wanted: &str) -> Option<String> {
    let values = req.headers().get_all(COOKIE);
    let pairs = values.filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|value| value.split(';'));
    pairs.find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == wanted && !value.is_empty()).then(|| value.to_owned())
    })
}

/// Refuses whatever a page of the console does not send: a page of another site could log people out, or into an account of
/// its own. `SameSite` alone would let in the other services of one's own site.
pub(super) fn refuse_foreign(req: &HttpRequest) -> Result<(), Problem> {
    let header = |name: HeaderName| req.headers().get(name).map(|value| value.as_bytes());
    let is_own = match (header(SEC_FETCH_SITE), header(ORIGIN)) {
        (Some(site), _) => site == b"same-origin",
        // Older browsers say no more than the origin.
        (None, Some(origin)) => {
            let authority = origin
                .strip_prefix(b"https://")
                .or_else(|| origin.strip_prefix(b"http://"));
            authority == Some(host(req).as_bytes())
        }
        (None, None) => false,
    };
    match is_own {
        true => Ok(()),
        false => Err(Problem::new(Code::PreflightRefused).detail(
            "Only the console itself logs in here. Programs use /v1/sessions, and get the same tokens.",
        )),
    }
}

/// The host and port that the client asked for.
fn host(req: &HttpRequest) -> &str {
    let header = req.headers().get(HOST).and_then(|it| it.to_str().ok());
    let target = req.uri().authority().map(|it| it.as_str());
    header.or(target).unwrap_or_default()
}

fn is_this_computer(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn asked(headers: &[(&str, &str)]) -> HttpRequest {
        let request = TestRequest::post().insert_header(("host", "survey.example.org"));
        let add = |request: TestRequest, it: &(&str, &str)| request.append_header(*it);
        headers.iter().fold(request, add).to_http_request()
    }

    #[test]
    fn only_a_page_of_the_same_origin_is_let_in() {
        for (headers, is_own) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("sec-fetch-site", "cross-site")], false),
            (vec![("sec-fetch-site", "none")], false),
            (vec![("origin", "https://survey.example.org")], true),
            (vec![("origin", "https://evil.example.org")], false),
            (
                vec![("origin", "https://survey.example.org.evil.example")],
                false,
            ),
            (vec![("origin", "null")], false),
            (
                vec![
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://survey.example.org"),
                ],
                false,
            ),
            (vec![], false),
        ] {
            let refused = refuse_foreign(&asked(&headers));
            assert_eq!(refused.is_ok(), is_own, "{headers:?}");
        }
    }

    #[test]
    fn the_cookie_is_for_the_console_alone_and_needs_tls_elsewhere_than_on_this_computer() {
        let kept_by = |host: &'static str| {
            let request = TestRequest::post().insert_header(("host", host));
            kept(&request.to_http_request(), "abc", 60)
        };
        let here =
            "aftercare-console=abc; Path=/console/session; Max-Age=60; HttpOnly; SameSite=Strict";
        for host in ["localhost:8080", "127.0.0.1", "[::1]:8080"] {
            assert_eq!(kept_by(host), here);
        }
        for host in [
            "survey.example.org",
            "localhost.example.org:8080",
            "[2001:db8::1]",
        ] {
            assert_eq!(kept_by(host), format!("{here}; Secure"));
        }
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let request = asked(&[("cookie", "a=b; aftercare-console=abc"), ("cookie", "c=d")]);
        assert_eq!(token(&request).as_deref(), Some("abc"));
        assert_eq!(token(&asked(&[("cookie", "aftercare-console=")])), None);
        assert_eq!(token(&asked(&[])), None);
    }
}
