//! Replies of the page: HTML, never kept by anybody, and faults in words that people understand.

use std::sync::LazyLock;

use actix_web::http::header::HeaderName;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use sha2::{Digest, Sha256};

use super::fault_words::of_problem;
use super::visit::{Frame, own_language};
use crate::http::middleware::security_headers::HTML;
use crate::http::problem::Problem;

/// The page loads its own files and talks to this server, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The style of every page.
pub(super) const STYLE: &str = include_str!("page.css");

/// The address of the style, which changes when it does.
pub(super) static STYLE_PATH: LazyLock<String> = LazyLock::new(|| {
    let digest = hex::encode(Sha256::digest(STYLE));
    format!("/page/page.css?{}", digest.get(..12).unwrap_or_default())
});

#[derive(Template)]
#[template(path = "page/problem.html")]
struct ProblemPage<'a> {
    frame: Frame<'a>,
    style: &'a str,
    text: &'a str,
    back: &'a str,
}

/// A page with this status.
pub(super) fn page(status: StatusCode, page: &impl Template) -> Result<HttpResponse, Problem> {
    let html = page.render();
    let html = html.map_err(|_| Problem::internal("a page cannot be written"))?;
    Ok(HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, HTML))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(html))
}

/// The headers of a refusal that say when to come again.
const WHEN_AGAIN: [&str; 3] = ["retry-after", "ratelimit", "ratelimit-policy"];

/// The reply, or a page that says what is wrong, with a way back to `back`.
pub(super) fn told(
    req: &HttpRequest,
    back: &str,
    reply: Result<HttpResponse, Problem>,
) -> Result<HttpResponse, Problem> {
    let problem = match reply {
        Ok(reply) => return Ok(reply),
        Err(problem) => problem,
    };
    let language = own_language(req, None);
    let frame = Frame::of(&language, "");
    let frame = Frame {
        title: frame.words.fault.to_owned(),
        ..frame
    };
    let told = ProblemPage {
        text: of_problem(problem.code(), frame.words),
        frame,
        style: &STYLE_PATH,
        back,
    };
    let mut reply = page(problem.code().status(), &told)?;
    let plain = problem.error_response();
    for name in WHEN_AGAIN {
        if let Some(value) = plain.headers().get(name) {
            let name = HeaderName::from_static(name);
            reply.headers_mut().insert(name, value.clone());
        }
    }
    Ok(reply)
}
