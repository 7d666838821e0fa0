//! Extractors. Every failure is a problem that names the field.
//!
//! Bodies and queries are lazy: a handler that takes a [`Body`] or a [`Query`] gets it unread, and reads it itself. The
//! extractors of a handler are polled together, and the first that fails decides the reply. Since these two cannot
//! fail, a caller without a token always gets 401, whatever the body and the query, and cannot make the server buffer
//! anything.

mod all_faults;
pub mod credential;
pub mod headers_only;
pub mod language;
pub mod media_type;
pub mod page;
pub mod path;
pub mod precondition;
pub mod query;
pub mod receipt;
mod stand_in;

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use validator::Validate;

use self::all_faults::Reading;
pub use self::query::Query;
use super::problem::faults;
use super::problem::{Code, FieldCode, FieldError, Problem};
use super::state::State;
use crate::domain::whole_number::text_with_whole_numbers;
use crate::formats::{fhir, redcap, xlsform};

/// The maximum time for a body to arrive.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The format of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `application/json`
    Json,
    /// `application/yaml`
    Yaml,
    /// `application/private-token-request`
    TokenRequest,
    /// `application/vnd.openxmlformats-officedocument.spreadsheetml.sheet`
    Workbook,
    /// `text/csv`
    Csv,
    /// `application/fhir+json`
    Fhir,
    /// `application/x-www-form-urlencoded`, what a page sends without a script
    Fields,
}

/// A JSON body that is not read yet.
pub struct Body<T> {
    document: Document,
    of: PhantomData<T>,
}

impl<T: DeserializeOwned> Body<T> {
    /// Reads the body, and checks its shape and the rules of `validator`. All faults of both are reported at once.
    pub async fn read(self) -> Result<T, Problem>
    where
        T: Validate,
    {
        let (_, bytes) = self.document.read(&[Format::Json]).await?;
        let reading = match serde_json::from_slice(bytes_of_object(&bytes)?) {
            Ok(value) => Reading::good(value),
            Err(_) => faulty(&bytes)?,
        };
        let checked = reading.validate().complete();
        checked.map_err(|errors| Problem::fields(Code::BodyInvalid, errors))
    }

    /// Reads the body as [`Self::read`] does; the default where the request has none.
    pub async fn read_or_default(self) -> Result<T, Problem>
    where
        T: Validate + Default,
    {
        let headers = self.document.request.headers();
        let none = match headers.get(header::CONTENT_LENGTH) {
            Some(length) => length == "0",
            None => {
                let signs = [header::TRANSFER_ENCODING, header::CONTENT_TYPE];
                !signs.iter().any(|sign| headers.contains_key(sign))
            }
        };
        match none {
            true => Ok(T::default()),
            false => self.read().await,
        }
    }

    /// Reads the body and checks its shape only.
    pub async fn parse(self) -> Result<T, Problem> {
        let (_, bytes) = self.document.read(&[Format::Json]).await?;
        from_json(&bytes)
    }
}

impl<T: 'static> FromRequest for Body<T> {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self {
            document: Document::take(req, payload),
            of: PhantomData,
        }))
    }
}

/// The bytes of a body that is not read yet, for handlers that parse it themselves.
pub struct Document {
    request: HttpRequest,
    payload: Payload,
}

impl Document {
    fn take(req: &HttpRequest, payload: &mut Payload) -> Self {
        Self {
            request: req.clone(),
            payload: payload.take(),
        }
    }

    /// Reads the body, if it has one of these formats and is not too large.
    pub async fn read(self, formats: &[Format]) -> Result<(Format, Bytes), Problem> {
        self.read_at_most(formats, |_| 0).await
    }

    /// The same for a body that may have so many bytes, even where others may have fewer.
    pub async fn read_at_most(
        self,
        formats: &[Format],
        bytes: impl Fn(Format) -> usize,
    ) -> Result<(Format, Bytes), Problem> {
        match tokio::time::timeout(TIMEOUT, self.read_slowly(formats, bytes)).await {
            Ok(result) => result,
            Err(_) => Err(Code::BodyTooSlow.into()),
        }
    }

    async fn read_slowly(
        mut self,
        formats: &[Format],
        at_least: impl Fn(Format) -> usize,
    ) -> Result<(Format, Bytes), Problem> {
        let headers = self.request.headers();
        let format = format_of(headers, formats)?;
        let limit = self
            .request
            .app_data::<State>()
            .map_or(0, |state| state.config.max_body)
            .max(at_least(format));
        let too_large =
            || Problem::new(Code::BodyTooLarge).detail(format!("A body may have {limit} bytes."));
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let mut bytes = BytesMut::with_capacity(announced.unwrap_or(0));
        while let Some(chunk) = self.payload.next().await {
            let chunk = chunk.map_err(|_| {
                Problem::new(Code::BadRequest).detail("The body broke off while it was read.")
            })?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok((format, bytes.freeze()))
    }
}

impl FromRequest for Document {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self::take(req, payload)))
    }
}

fn format_of(headers: &HeaderMap, formats: &[Format]) -> Result<Format, Problem> {
    let refuse = || {
        let accepted: Vec<_> = formats.iter().map(|format| format.media_type()).collect();
        let accepted = accepted.join(", ");
        Problem::new(Code::MediaTypeUnsupported)
            .detail(format!(
                "Send it as {accepted}, text in UTF-8, and not compressed."
            ))
            .header(header::ACCEPT, accepted)
    };
    let text = |value: &HeaderValue| value.to_str().map(str::to_ascii_lowercase).ok();
    let compressed = headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|value| text(value).as_deref() != Some("identity"));
    let kind = headers.get(header::CONTENT_TYPE).and_then(text);
    let kind = kind.filter(|_| !compressed).ok_or_else(refuse)?;
    let (essence, parameters) = kind.split_once(';').unwrap_or((&kind, ""));
    let charset = parameters.trim().strip_prefix("charset=");
    if charset.is_some_and(|charset| charset.trim_matches('"') != "utf-8") {
        return Err(refuse());
    }
    let found = formats.iter().find(|f| f.media_type() == essence.trim());
    found.copied().ok_or_else(refuse)
}

impl Format {
    /// The media type of the format.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Yaml => "application/yaml",
            Self::TokenRequest => "application/private-token-request",
            Self::Workbook => xlsform::MEDIA_TYPE,
            Self::Csv => redcap::MEDIA_TYPE,
            Self::Fhir => fhir::MEDIA_TYPE,
            Self::Fields => "application/x-www-form-urlencoded",
        }
    }
}

/// Parses a JSON object. All its faults are reported at once, each with its field.
pub fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    match serde_json::from_slice(bytes_of_object(bytes)?) {
        Ok(value) => Ok(value),
        Err(_) => faulty(bytes)?
            .complete()
            .map_err(|errors| Problem::fields(Code::BodyInvalid, errors)),
    }
}

/// Reads a field that is an object or null. serde by itself accepts an array as well, and assigns its items by the order
/// of the fields: `[]` would be an object with every default.
///
/// # Errors
///
/// When it is neither an object of this type nor null.
pub fn optional_object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::<Object<T>>::deserialize(deserializer)?.map(|object| object.0))
}

struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FromMap<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for FromMap<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_map(FromMap(PhantomData)).map(Self)
    }
}

/// The same bytes, if they may be those of an object without U+0000.
fn bytes_of_object(bytes: &[u8]) -> Result<&[u8], Problem> {
    // serde would accept an array for an object, and assign its items by the order of the fields.
    if bytes.trim_ascii_start().starts_with(b"[") {
        let error = FieldError::new("", FieldCode::WrongType, "The body must be an object.");
        return Err(Problem::fields(Code::BodyInvalid, vec![error]));
    }
    if let Some(pointer) = faults::find_nul(bytes) {
        let error = FieldError::new(
            pointer,
            FieldCode::NulCharacter,
            "Text may not hold U+0000.",
        );
        return Err(Problem::fields(Code::BodyInvalid, vec![error]));
    }
    Ok(bytes)
}

/// Finds the faults of a body that cannot be read as it stands. It may have none but numbers such as 44.0.
fn faulty<T: DeserializeOwned>(bytes: &[u8]) -> Result<Reading<T>, Problem> {
    serde_json::from_slice::<IgnoredAny>(bytes).map_err(|error| faults::malformed(&error))?;
    let bytes = text_with_whole_numbers(bytes);
    let mut json = serde_json::Deserializer::from_slice(&bytes);
    let first = match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Ok(value) => return Ok(Reading::good(value)),
        Err(error) => faults::of_shape(&error),
    };
    let json = serde_json::from_slice(&bytes).map_err(|error| faults::malformed(&error))?;
    // Some faults are seen only while the bytes are read, such as a field that is given twice.
    Ok(Reading::of(json, Vec::new(), false).or(Some(first)))
}
