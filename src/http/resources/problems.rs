//! A page for each kind of problem, at the address that `type` names, and a page that lists them all.
//!
//! People get HTML, programs get JSON. The pages have no script and load nothing.

use std::sync::LazyLock;

use actix_web::http::header::{self, Accept, ContentType, Header};
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::http::problem::{Code, FieldCode, Problem};

/// The routes of these pages, which are not part of the OpenAPI document.
pub fn routes(config: &mut ServiceConfig) {
    config.service(list_problems).service(get_problem);
}

const STYLE: &str = include_str!("problems.css");

/// Allows the style of the pages, and nothing else.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// What is written about a problem.
#[derive(Debug, Serialize)]
struct Explanation {
    #[serde(rename = "type")]
    kind: String,
    code: &'static str,
    title: &'static str,
    status: u16,
    mend: &'static str,
    #[serde(skip)]
    names_fields: bool,
}

impl From<Code> for Explanation {
    fn from(code: Code) -> Self {
        Self {
            kind: code.uri(),
            code: code.as_str(),
            title: code.title(),
            status: code.status().as_u16(),
            mend: code.mend(),
            names_fields: code.names_fields(),
        }
    }
}

/// What is written about the fault of a field.
#[derive(Debug, Serialize)]
struct FieldExplanation {
    code: &'static str,
    meaning: &'static str,
}

impl From<FieldCode> for FieldExplanation {
    fn from(code: FieldCode) -> Self {
        Self {
            code: code.as_str(),
            meaning: code.meaning(),
        }
    }
}

/// What the list holds.
#[derive(Debug, Serialize)]
struct List {
    problems: Vec<Explanation>,
    fields: Vec<FieldExplanation>,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% macro prose(text) %}{% for (is_code, part) in self::parts(text) %}{% if is_code %}<code>{{ part }}</code>{% else %}{{ part }}{% endif %}{% endfor %}{% endmacro -%}
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>{{ style|safe }}</style>
</head>
<body>
<main>
<h1>{{ title }}</h1>
{% match content -%}
{% when Content::One with (problem) -%}
<p><code>{{ problem.code }}</code>, status {{ problem.status }}</p>
<h2>What to do</h2>
<p>{{ prose(problem.mend) }}</p>
{% if problem.names_fields -%}
<p><a href="/problems#fields">What can be wrong with a field</a></p>
{% endif -%}
{% when Content::All with (list) -%}
<p>Every failure is a problem document of RFC 9457. Its <code>code</code> is one of these words.</p>
<dl>
{% for problem in list.problems -%}
<dt><a href="{{ problem.kind }}"><code>{{ problem.code }}</code></a> {{ problem.status }}</dt>
<dd>{{ problem.title }}. {{ prose(problem.mend) }}</dd>
{% endfor -%}
</dl>
<h2 id="fields">What can be wrong with a field</h2>
<p>Each entry of <code>errors</code> has one of these words as its <code>code</code>.</p>
<dl>
{% for field in list.fields -%}
<dt><code>{{ field.code }}</code></dt>
<dd>{{ prose(field.meaning) }}</dd>
{% endfor -%}
</dl>
{% endmatch -%}
<p><a href="/problems">All problems</a> · <a href="/docs">The interface</a></p>
</main>
</body>
</html>
"#
)]
struct Page<'a> {
    title: &'a str,
    style: &'static str,
    content: Content<'a>,
}

enum Content<'a> {
    One(&'a Explanation),
    All(&'a List),
}

/// The parts of a text, with whether each is code: between two backticks.
fn parts(text: &str) -> Vec<(bool, &str)> {
    let parts = text.split('`').enumerate();
    parts.map(|(index, part)| (index % 2 == 1, part)).collect()
}

#[get("/problems")]
async fn list_problems(req: HttpRequest) -> Result<HttpResponse, Problem> {
    let list = List {
        problems: Code::ALL.iter().map(|code| (*code).into()).collect(),
        fields: FieldCode::ALL.iter().map(|code| (*code).into()).collect(),
    };
    reply(&req, "Problems", Content::All(&list), &list)
}

#[get("/problems/{code}")]
async fn get_problem(req: HttpRequest, code: Path<String>) -> Result<HttpResponse, Problem> {
    let problem = Explanation::from(Code::parse(&code).ok_or(Code::NotFound)?);
    reply(&req, problem.title, Content::One(&problem), &problem)
}

/// The page for who asks for HTML, as browsers do; JSON for everybody else.
fn reply(
    req: &HttpRequest,
    title: &str,
    content: Content<'_>,
    json: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::VARY, "accept"));
    if !wants_html(req) {
        return Ok(response.json(json));
    }
    let page = Page {
        title,
        style: STYLE,
        content,
    };
    let page = page
        .render()
        .map_err(|_| Problem::internal("a page cannot be written"))?;
    Ok(response
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY.as_str()))
        .content_type(ContentType::html())
        .body(page))
}

fn wants_html(req: &HttpRequest) -> bool {
    let accepted = Accept::parse(req).map(|accept| accept.ranked());
    let named = accepted.into_iter().flatten().map(|kind| kind.to_string());
    let known = |kind: &String| kind == "text/html" || kind == "application/json";
    named
        .into_iter()
        .find(known)
        .is_some_and(|kind| kind == "text/html")
}
