//! The console's page, script and style, as `script/web` built them into the binary.

use actix_web::http::{StatusCode, header};
use actix_web::middleware::from_fn;
use actix_web::web::Path;
use actix_web::{HttpResponse, get};
use askama::Template;
use sha2::{Digest, Sha256};

use crate::http::middleware::compression::compress;
use crate::http::middleware::security_headers::HTML;
use crate::http::problem::{Code, Problem};

type Files = &'static [(&'static str, &'static [u8])];

const FILES: Files = include!(concat!(env!("OUT_DIR"), "/console_files.rs"));

/// The console loads its own files and talks to this server, and nothing else.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The console; without a built one, how to build it.
#[derive(Template)]
#[template(path = "console.html")]
struct Shell {
    /// The addresses of script and style.
    built: Option<(String, String)>,
}

/// Whether the binary has a console.
pub fn is_built() -> bool {
    address(FILES, "console.js").is_some()
}

/// The address of the console's style, if it was built.
pub(super) fn style() -> Option<String> {
    address(FILES, "console.css")
}

#[get("/console")]
pub(super) async fn console() -> Result<HttpResponse, Problem> {
    shell(FILES)
}

/// The views have addresses that the script reads.
#[get("/console/{view:.*}")]
pub(super) async fn console_view() -> Result<HttpResponse, Problem> {
    shell(FILES)
}

#[get("/console/files/{file}", wrap = "from_fn(compress)")]
pub(super) async fn console_file(name: Path<String>) -> Result<HttpResponse, Problem> {
    let bytes = file(FILES, &name).ok_or(Code::NotFound)?;
    let kind = match name.ends_with(".css") {
        true => "text/css; charset=utf-8",
        false => "text/javascript; charset=utf-8",
    };
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(bytes))
}

fn shell(files: Files) -> Result<HttpResponse, Problem> {
    let built = address(files, "console.js").zip(address(files, "console.css"));
    let status = match built {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    };
    let html = Shell { built }.render();
    let html = html.map_err(|_| Problem::internal("the console's page cannot be written"))?;
    Ok(HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, HTML))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(html))
}

fn file(files: Files, name: &str) -> Option<&'static [u8]> {
    let found = files.iter().find(|(known, _)| *known == name);
    found.map(|(_, bytes)| *bytes)
}

/// The address of a file, which changes when it does.
fn address(files: Files, name: &str) -> Option<String> {
    let digest = hex::encode(Sha256::digest(file(files, name)?));
    Some(format!("/console/files/{name}?{}", digest.get(..12)?))
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    async fn page(files: Files) -> (StatusCode, String) {
        let reply = shell(files).unwrap();
        let status = reply.status();
        let body = to_bytes(reply.into_body()).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[actix_web::test]
    async fn the_page_loads_script_and_style_by_their_content() {
        let (status, html) = page(&[("console.css", b"p{}"), ("console.js", b"1")]).await;
        assert_eq!(status, StatusCode::OK);
        assert!(html.contains("src=\"/console/files/console.js?6b86b273ff34\""));
        let (_, other) = page(&[("console.css", b"p{}"), ("console.js", b"2")]).await;
        assert_ne!(html, other);
    }

    #[actix_web::test]
    async fn without_a_built_console_the_page_says_how_to_build_it() {
        let (status, html) = page(&[]).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(html.contains("script/web --build"), "{html}");
        assert!(!html.contains("<script"), "{html}");
    }
}
