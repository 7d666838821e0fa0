//! `aftercare form preview`: a form as people will see it, on a page of this computer.
//!
//! Nothing is stored: the page sends its answers back, and is written anew with the domain's own routing, validation and
//! scores. The file is read each time, so the page follows it.

mod fill;
mod input;
mod page;
mod view;

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use actix_web::guard::{GuardContext, fn_guard};
use actix_web::http::header;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::Context;
use clap::Args;
use sha2::{Digest, Sha256};

use super::form_file::{FileFault, FormFile};
use super::{print, say};
use crate::clock::{Clock, SystemClock};
use crate::domain::week::IsoWeek;
use crate::http::page::posted::Posted;

/// The page loads its own script and style, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Show a form as people will see it.
#[derive(Debug, Args)]
pub struct Preview {
    /// The definition, in YAML or (with the ending .json) in JSON
    file: PathBuf,
    /// The port of the page; a free one unless it is given
    #[arg(long, default_value_t = 0)]
    port: u16,
}

impl Preview {
    /// Serves the page until it is stopped.
    pub async fn run(self) -> anyhow::Result<()> {
        // A wrong name is told now, and a fault in the file on the page.
        std::fs::metadata(&self.file)
            .with_context(|| format!("the form {} cannot be read", self.file.display()))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))
            .with_context(|| format!("port {} cannot be used", self.port))?;
        let address = listener.local_addr()?;
        print(&format!("http://{address}/"))?;
        say("The page follows the file. Stop it with Ctrl-C.");
        let file = Data::new(self.file);
        let server = HttpServer::new(move || {
            App::new().app_data(file.clone()).service(
                web::scope("")
                    .guard(fn_guard(is_ours))
                    .route("/", web::get().to(show))
                    .route("/", web::post().to(show))
                    .route("/version", web::get().to(version))
                    .route("/preview.css", web::get().to(style))
                    .route("/preview.js", web::get().to(script)),
            )
        });
        server
            .workers(1)
            .shutdown_timeout(1)
            .listen(listener)?
            .run()
            .await?;
        Ok(())
    }
}

/// A page of another name must not read this one, whatever its name resolves to.
fn is_ours(request: &GuardContext<'_>) -> bool {
    let host = request.head().headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.split(':').next();
    matches!(name, Some("127.0.0.1" | "localhost"))
}

async fn show(file: Data<PathBuf>, body: Bytes) -> HttpResponse {
    let posted = Posted::read(&body);
    let form = FormFile::open(&file)
        .map_err(|error| {
            vec![FileFault {
                place: String::new(),
                what: format!("{error:#}"),
            }]
        })
        .and_then(|file| file.form());
    let week = IsoWeek::of(SystemClock.now().date_naive());
    let page = match form {
        Ok(form) => page::form(&form, &posted, week),
        Err(faults) => page::faults(faults, &posted),
    };
    match page {
        Ok(page) => reply("text/html; charset=utf-8").body(page),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// Changes when the file does, so that the page knows.
async fn version(file: Data<PathBuf>) -> HttpResponse {
    reply("text/plain; charset=utf-8").body(version_of(&file))
}

fn version_of(file: &Path) -> String {
    let text = std::fs::read(file).unwrap_or_default();
    hex::encode(Sha256::digest(text))
}

async fn style() -> HttpResponse {
    reply("text/css; charset=utf-8").body(include_str!("preview.css"))
}

async fn script() -> HttpResponse {
    reply("text/javascript; charset=utf-8").body(include_str!("preview.js"))
}

fn reply(media_type: &'static str) -> actix_web::HttpResponseBuilder {
    let mut reply = HttpResponse::Ok();
    reply
        .content_type(media_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    reply
}
