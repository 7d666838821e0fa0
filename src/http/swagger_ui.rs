//! The files of Swagger UI, which shows the OpenAPI document at `/docs/`.
//!
//! They are read from the archive of its release, when one of them is first asked for. The crate `utoipa-swagger-ui` would unpack
//! them while it is built, and then every build in another folder would make another program.

use std::io::{Cursor, Read};
use std::sync::LazyLock;

use actix_web::web::Bytes;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;
use zip::result::ZipError;

const PAGE: &str = include_str!("../../templates/swagger_ui.html");
const START: &str = include_str!("../../templates/swagger_ui.js");

/// What of the archive the page loads, with its media type.
const RELEASED: [(&str, &str); 4] = [
    ("swagger-ui.css", "text/css; charset=utf-8"),
    ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("favicon-16x16.png", "image/png"),
    ("favicon-32x32.png", "image/png"),
];

/// One of the files.
pub struct File {
    name: &'static str,
    /// The media type, with its charset if it is text.
    pub media_type: &'static str,
    /// The whole file, not compressed.
    pub bytes: Bytes,
}

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let own = [
        ("", "text/html; charset=utf-8", PAGE),
        ("index.html", "text/html; charset=utf-8", PAGE),
        (
            "swagger-initializer.js",
            "text/javascript; charset=utf-8",
            START,
        ),
    ];
    let own = own.map(|(name, media_type, text)| File {
        name,
        media_type,
        bytes: Bytes::from_static(text.as_bytes()),
    });
    let released = released().unwrap_or_else(|error| {
        tracing::error!(%error, "Swagger UI cannot be read from its archive, so /docs/ does not work");
        Vec::new()
    });
    own.into_iter().chain(released).collect()
});

/// The file of this name, which is empty for the page itself.
pub fn file(name: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.name == name)
}

fn released() -> Result<Vec<File>, ZipError> {
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    let first = archive.by_index(0)?.name()?.into_owned();
    let folder = first.split('/').next().unwrap_or_default();
    let mut files = Vec::new();
    for (name, media_type) in RELEASED {
        let mut bytes = Vec::new();
        archive
            .by_name(&format!("{folder}/dist/{name}"))?
            .read_to_end(&mut bytes)?;
        files.push(File {
            name,
            media_type,
            bytes: bytes.into(),
        });
    }
    Ok(files)
}
