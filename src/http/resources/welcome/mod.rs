//! Where a developer goes on: a page for people, and the same for programs at the root. Not part of the OpenAPI document.

use std::sync::LazyLock;

use actix_web::http::header::{self, Accept, Header};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::app::campaigns;
use crate::domain::campaign::{Campaign, CampaignState};
use crate::http::problem::Problem;
use crate::http::state::State;

/// The campaigns that are shown at most.
const SHOWN: i64 = 20;

const STYLE: &str = include_str!("welcome.css");

/// The page has one style, named by its hash, and loads nothing.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// Search engines may find the page at the root, and nothing else.
const ROBOTS: &str = "User-agent: *\nAllow: /$\nDisallow: /\n";

/// Where the description of the interface is (RFC 8631).
const LINKS: &str = "</openapi.json>; rel=\"service-desc\"; type=\"application/json\", \
    </docs/>; rel=\"service-doc\"; type=\"text/html\"";

/// The routes of this file.
pub fn routes(config: &mut ServiceConfig) {
    config.service(welcome).service(robots);
}

/// The same for programs.
#[derive(Serialize)]
struct Places {
    name: &'static str,
    documentation: &'static str,
    openapi: &'static str,
    forms: &'static str,
    campaigns: &'static str,
}

const PLACES: Places = Places {
    name: "Aftercare",
    documentation: "/docs/",
    openapi: "/openapi.json",
    forms: "/v1/forms",
    campaigns: "/v1/campaigns",
};

/// The page. askama escapes the titles of campaigns.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html lang="ko">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Aftercare</title>
<style>{{ STYLE|safe }}</style>
</head>
<body>
<main>
<h1>Aftercare</h1>
<section lang="ko">
<p>암 치료 후의 일상에 관한 익명 설문을 운영하는 서버입니다. 설문은 <a href="/">이곳</a>이나 초대한 기관이 안내한 앱에서 작성합니다.</p>
</section>
<section lang="en">
<p>This server runs anonymous surveys about daily life after cancer treatment. You fill in a form <a href="/">here</a>,
or in the app of those who invited you.</p>
</section>
{% if !campaigns.is_empty() -%}
<h2><span lang="ko">진행 중인 설문</span> · <span lang="en">Open now</span></h2>
<ul>
{% for campaign in campaigns %}<li><a href="/c/{{ campaign.key }}">
{%- for (language, title) in campaign.title.0 %}{% if !loop.first %} · {% endif %}<span lang="{{ language }}" dir="auto">{{ title }}</span>{% endfor -%}
</a></li>
{% endfor %}</ul>
{% endif -%}
<h2><span lang="ko">개발자용</span> · <span lang="en">For developers of clients</span></h2>
<ul>
<li><a href="{{ places.documentation }}"><span lang="ko">모든 기능</span> · <span lang="en">All operations</span></a></li>
<li><a href="{{ places.openapi }}"><span lang="ko">OpenAPI 문서</span> · <span lang="en">OpenAPI document</span></a></li>
<li><a href="{{ places.forms }}"><span lang="ko">설문지</span> · <span lang="en">Forms</span></a></li>
<li><a href="{{ places.campaigns }}"><span lang="ko">진행 중인 설문</span> · <span lang="en">Open campaigns</span></a></li>
</ul>
</main>
</body>
</html>
"#
)]
struct Page {
    campaigns: Vec<Campaign>,
    places: Places,
}

/// The page for developers.
#[get("/welcome")]
async fn welcome(state: State) -> Result<HttpResponse, Problem> {
    page(&state, begin()).await
}

/// The reply at the root for a program; a person gets the respondent's page there.
pub fn places() -> HttpResponse {
    begin().insert_header((header::VARY, "accept")).json(PLACES)
}

fn begin() -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::LINK, LINKS))
        .insert_header((header::CACHE_CONTROL, "no-cache"));
    response
}

async fn page(state: &State, mut response: HttpResponseBuilder) -> Result<HttpResponse, Problem> {
    let open = Some(CampaignState::Open);
    let found = campaigns::list(&state.app, open, None, SHOWN).await;
    let page = Page {
        // The page says where one is, also when the database is away.
        campaigns: found.unwrap_or_default(),
        places: PLACES,
    };
    let html = page.render();
    let html = html.map_err(|_| Problem::internal("the page at the root cannot be written"))?;
    Ok(response
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY.as_str()))
        .body(html))
}

#[get("/robots.txt")]
async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(ROBOTS)
}

/// Whether the client names HTML before JSON. Who takes anything, as most programs do, gets JSON.
pub fn prefers_html(request: &HttpRequest) -> bool {
    let accepted = Accept::parse(request).map(|accepted| accepted.ranked());
    let named = accepted.unwrap_or_default().into_iter();
    let mut named = named.map(|kind| kind.essence_str().to_owned());
    let first = named.find(|kind| ["text/html", "application/json"].contains(&&**kind));
    first.as_deref() == Some("text/html")
}
