//! CORS: which origins may call the API, and which headers their pages may send and read.

use actix_cors::{Cors, CorsError};
use actix_web::Error;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};

use crate::http::problem::{Code, Problem};
use crate::http::rate_limit::{RATE_LIMIT, RATE_LIMIT_POLICY};
use crate::http::request_id::REQUEST_ID;

/// The figures of the suppression of an export: a dictionary of integers (RFC 9651).
pub const DISCLOSURE_CONTROL: HeaderName = HeaderName::from_static("disclosure-control");
/// The diversity of sensitive answers: a list of tokens with parameters (RFC 9651).
pub const DIVERSITY: HeaderName = HeaderName::from_static("diversity");

/// The methods that pages may use.
const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

/// The headers that pages may send.
const SENT: [HeaderName; 9] = [
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::ACCEPT_LANGUAGE,
    HeaderName::from_static("receipt"),
    HeaderName::from_static("invitation"),
    HeaderName::from_static("proof-of-work"),
    HeaderName::from_static("replaces"),
];

/// The CORS rules for these origins.
pub fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(METHODS)
        .allowed_headers(SENT)
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            header::CONTENT_LOCATION,
            header::CONTENT_LANGUAGE,
            header::CONTENT_DISPOSITION,
            header::WWW_AUTHENTICATE,
            RATE_LIMIT_POLICY,
            RATE_LIMIT,
            HeaderName::from_static("deprecation"),
            HeaderName::from_static("sunset"),
            DISCLOSURE_CONTROL,
            DIVERSITY,
            REQUEST_ID,
        ])
        .max_age(3600);
    origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// Why a preflight was refused, if this is the error of one. The browser shows it to developers only.
///
/// The origin is neither repeated nor logged: it tells which page a person is on.
pub fn refusal(error: &Error) -> Option<Problem> {
    let (reason, detail) = reason(error.as_error()?);
    tracing::debug!(reason, "a preflight was refused");
    Some(Problem::new(Code::PreflightRefused).detail(detail))
}

/// What was refused, in a word for the log and in sentences for developers.
fn reason(refused: &CorsError) -> (&'static str, String) {
    match refused {
        CorsError::MethodNotAllowed | CorsError::BadRequestMethod => {
            let allowed = METHODS.map(|method| method.to_string()).join(", ");
            ("method", format!("Pages may use the methods {allowed}."))
        }
        CorsError::HeadersNotAllowed | CorsError::BadRequestHeaders => {
            let allowed = SENT.map(|name| name.to_string()).join(", ");
            ("header", format!("Pages may send the headers {allowed}."))
        }
        _ => {
            let detail = "Pages of this origin may not call the API. The operator allows origins by the setting \
                AFTERCARE_CORS_ORIGINS, exactly as the browser writes them: https://survey.example.org.";
            ("origin", detail.to_owned())
        }
    }
}
