//! A body whose bytes stay the same. Each coding of it is made once, when it is first asked for.

use std::io::{self, Write};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentEncoding, EntityTag, HeaderValue};
use actix_web::web::{Bytes, block};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::sync::OnceCell;

use super::{coding, entity_tag};
use crate::http::problem::Problem;

/// One body in all codings in which it is sent.
pub struct EncodedBody {
    media_type: &'static str,
    plain: Encoded,
    brotli: OnceCell<Encoded>,
    zstd: OnceCell<Encoded>,
    gzip: OnceCell<Encoded>,
}

/// The bytes in one coding, and the strong tag that names them.
struct Encoded {
    bytes: Bytes,
    tag: EntityTag,
    header: Option<HeaderValue>,
}

impl Encoded {
    fn new(bytes: Bytes) -> Self {
        let tag = entity_tag::strong(&bytes);
        let header = HeaderValue::from_str(&tag.to_string()).ok();
        Self { bytes, tag, header }
    }
}

impl EncodedBody {
    /// A body of JSON with these bytes, nothing of it compressed yet.
    pub fn new(plain: impl Into<Bytes>) -> Self {
        Self {
            media_type: "application/json",
            plain: Encoded::new(plain.into()),
            brotli: OnceCell::new(),
            zstd: OnceCell::new(),
            gzip: OnceCell::new(),
        }
    }

    /// The same body as a JSON Schema.
    #[must_use]
    pub fn as_schema(self) -> Self {
        self.with_media_type("application/schema+json")
    }

    /// The same body as one of this media type.
    #[must_use]
    pub fn with_media_type(self, media_type: &'static str) -> Self {
        Self { media_type, ..self }
    }

    /// Completes a reply with the body in the coding that the client likes best, or with 304 when the client has it.
    /// `vary` names what else the reply depends on, and `Accept-Encoding`.
    ///
    /// # Errors
    ///
    /// When the thread that compresses it was cancelled.
    pub async fn reply(
        &self,
        request: &HttpRequest,
        mut response: HttpResponseBuilder,
        vary: &'static str,
    ) -> Result<HttpResponse, Problem> {
        let coding = coding::choose(request, coding::MADE_ONCE);
        let encoded = self.encoded(coding).await?;
        response.insert_header((header::VARY, HeaderValue::from_static(vary)));
        if let Some(tag) = &encoded.header {
            response.insert_header((header::ETAG, tag.clone()));
        }
        if entity_tag::is_known(request, &encoded.tag) {
            return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
        }
        if coding != ContentEncoding::Identity {
            response.insert_header((header::CONTENT_ENCODING, coding.as_str()));
        }
        Ok(response
            .content_type(self.media_type)
            .body(encoded.bytes.clone()))
    }

    async fn encoded(&self, coding: ContentEncoding) -> Result<&Encoded, Problem> {
        let made = match coding {
            ContentEncoding::Brotli => &self.brotli,
            ContentEncoding::Zstd => &self.zstd,
            ContentEncoding::Gzip => &self.gzip,
            _ => return Ok(&self.plain),
        };
        made.get_or_try_init(|| async {
            let plain = self.plain.bytes.clone();
            // The best levels are slow, so they run off the threads that serve requests.
            let bytes = block(move || compress(coding, &plain)).await;
            let bytes = bytes.ok().and_then(Result::ok);
            bytes
                .map(|bytes| Encoded::new(bytes.into()))
                .ok_or_else(|| Problem::internal("a body cannot be compressed"))
        })
        .await
    }
}

/// Compresses at the level that makes the fewest bytes.
fn compress(coding: ContentEncoding, plain: &[u8]) -> io::Result<Vec<u8>> {
    match coding {
        ContentEncoding::Brotli => {
            let best = BrotliEncoderParams {
                quality: 11,
                ..BrotliEncoderParams::default()
            };
            let mut brotli = Vec::new();
            brotli::BrotliCompress(&mut &*plain, &mut brotli, &best)?;
            Ok(brotli)
        }
        ContentEncoding::Zstd => {
            // Browsers refuse a window of more than 8 MB (RFC 9659). That of level 19 is 8 MB.
            zstd::bulk::compress(plain, 19)
        }
        ContentEncoding::Gzip => {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
            gzip.write_all(plain)?;
            gzip.finish()
        }
        _ => Ok(plain.to_vec()),
    }
}
