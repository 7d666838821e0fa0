//! RFC 9457 problem documents: the format of every error reply.
//!
//! Internals are not sent to clients. Causes are logged by kind only, since the database's messages can carry answers
//! of respondents.

pub mod challenge;
mod code;
mod failures;
pub mod faults;
mod field_code;
mod refusals;

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use super::request_id::RequestId;
pub use code::Code;
pub use field_code::FieldCode;
pub(crate) use refusals::{answers_invalid, form_faults};

/// The media type of problems.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem to be sent to the client.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: Option<String>,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// One wrong field of a body, or one wrong parameter of a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The place in the submitted body, as an RFC 6901 pointer. Missing for a parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/email")]
    pub pointer: Option<String>,
    /// The name of the query parameter. Missing for a field of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "limit")]
    pub parameter: Option<String>,
    /// The fault, as a stable word for programs.
    pub code: FieldCode,
    /// The fault, for people.
    pub detail: String,
}

impl FieldError {
    /// One wrong field of a body.
    pub fn new(pointer: impl Into<String>, code: FieldCode, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            parameter: None,
            code,
            detail: detail.into(),
        }
    }

    /// One wrong parameter of a query.
    pub fn parameter(name: impl Into<String>, code: FieldCode, detail: impl Into<String>) -> Self {
        Self {
            pointer: None,
            parameter: Some(name.into()),
            code,
            detail: detail.into(),
        }
    }

    /// The place in the body; that of the whole body for a parameter.
    pub fn place(&self) -> &str {
        self.pointer.as_deref().unwrap_or_default()
    }
}

/// A failure (RFC 9457), sent as `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// The URL of the explanation of this kind of problem: absolute where the server knows its public address, else
    /// relative to the address of the request. To tell problems apart, compare `code`.
    #[serde(rename = "type")]
    pub kind: String,
    /// One line for people, the same for every problem with this code.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// Details of this occurrence, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// This occurrence, as a URN: the id of the request, which is in the header `Request-Id` and in the log of the
    /// server as well. Name it when you ask about a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "urn:uuid:7f0b9c1e-52a4-4c0e-9d1a-3c5b8e6f2a10")]
    pub instance: Option<String>,
    /// The kind of problem, as a stable word for programs.
    pub code: Code,
    /// Every wrong field, when the body was at fault, or every wrong parameter, when the query was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl Problem {
    /// A problem without details.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            errors: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// A problem with all wrong fields of the body.
    pub fn fields(code: Code, errors: Vec<FieldError>) -> Self {
        Self {
            errors,
            ..Self::new(code)
        }
    }

    /// `query_invalid` with all wrong parameters. A pointer to a field counts as the parameter with its name.
    pub fn query(errors: Vec<FieldError>) -> Self {
        let errors = errors.into_iter().map(faults::of_parameter).collect();
        Self::fields(Code::QueryInvalid, errors)
    }

    /// A problem with one wrong field of the body.
    pub fn field(pointer: impl Into<String>, code: FieldCode, detail: impl Into<String>) -> Self {
        let error = FieldError::new(pointer, code, detail);
        Self::fields(Code::BodyInvalid, vec![error])
    }

    /// A bug: a state that should be impossible. The reason is logged, so it must hold no data.
    pub fn internal(reason: &str) -> Self {
        tracing::error!(reason, "internal error");
        Self::new(Code::Internal)
    }

    /// Adds details of this occurrence.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds a header to the reply. A value that is not valid in a header is left out.
    pub fn header(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.push((name, value));
        }
        self
    }

    /// Adds headers to the reply.
    pub fn headers<V: AsRef<str>>(self, headers: Vec<(HeaderName, V)>) -> Self {
        let add = |problem: Self, (name, value)| problem.header(name, value);
        headers.into_iter().fold(self, add)
    }

    /// Adds `Retry-After`.
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(header::RETRY_AFTER, seconds.to_string())
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The document as JSON, with the absolute address of the server in front of the `type`.
    pub fn json(&self, server: &str) -> String {
        let mut document = self.document();
        document.kind.insert_str(0, server);
        serde_json::to_string(&document).unwrap_or_default()
    }

    /// The document, with a `type` that begins at the path.
    pub fn document(&self) -> ProblemDocument {
        ProblemDocument {
            kind: self.code.uri(),
            title: self.code.title().to_owned(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            instance: RequestId::current().map(RequestId::urn),
            code: self.code,
            errors: self.errors.clone(),
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.code.status());
        response.insert_header((header::CONTENT_TYPE, MEDIA_TYPE));
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(challenge) = challenge::of(self.code) {
            response.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        if self.code == Code::DatabaseUnavailable {
            response.insert_header((header::RETRY_AFTER, "2"));
        }
        for (name, value) in &self.headers {
            response.insert_header((name.clone(), value.clone()));
        }
        response.body(self.json(""))
    }
}
