//! The page's script, as `script/web` built it into the binary. Without it the page works as it does where scripts are off.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get};
use sha2::{Digest, Sha256};

use crate::http::problem::{Code, Problem};
use crate::http::reply::encoded_body::EncodedBody;

const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/page_files.rs"));

const WORKER_POLICY: &str = "default-src 'none'; connect-src 'self'";

/// The address of the script, which changes when it does; none where it was not built.
pub static SCRIPT_PATH: LazyLock<Option<String>> = LazyLock::new(|| {
    let file = file("page.js")?;
    let digest = hex::encode(Sha256::digest(file));
    Some(format!("/page/page.js?{}", digest.get(..12)?))
});

/// The files as they are sent. They are compressed once, as far as it goes: on a bad connection each kilobyte counts.
static BODIES: LazyLock<BTreeMap<&str, EncodedBody>> = LazyLock::new(|| {
    let body = |bytes: &'static [u8]| {
        EncodedBody::new(bytes).with_media_type("text/javascript; charset=utf-8")
    };
    let files = FILES.iter();
    files.map(|(name, bytes)| (*name, body(bytes))).collect()
});

fn file(name: &str) -> Option<&'static [u8]> {
    let found = FILES.iter().find(|(known, _)| *known == name);
    found.map(|(_, bytes)| *bytes)
}

/// A file of the script. The service worker looks after the pages of campaigns.
#[get("/page/{file}")]
pub(super) async fn page_file(
    req: HttpRequest,
    name: Path<String>,
) -> Result<HttpResponse, Problem> {
    let body = BODIES.get(name.as_str()).ok_or(Code::NotFound)?;
    let mut response = HttpResponse::Ok();
    match name.as_str() {
        // It fetches in the name of the page, by a policy of its own.
        "worker.js" => response
            .insert_header((header::CONTENT_SECURITY_POLICY, WORKER_POLICY))
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .insert_header(("service-worker-allowed", "/c/")),
        _ => response.insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable")),
    };
    body.reply(&req, response, "accept-encoding").await
}
