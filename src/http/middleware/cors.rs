//! CORS: which origins may call the API, and which headers their pages may send and read.

use actix_cors::Cors;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};

/// The figures of the suppression of an export: a dictionary of integers (RFC 9651).
pub const DISCLOSURE_CONTROL: HeaderName = HeaderName::from_static("disclosure-control");
/// The diversity of sensitive answers: a list of tokens with parameters (RFC 9651).
pub const DIVERSITY: HeaderName = HeaderName::from_static("diversity");

/// The CORS rules for these origins.
pub fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allowed_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            header::ACCEPT_LANGUAGE,
            HeaderName::from_static("receipt"),
            HeaderName::from_static("invitation"),
        ])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            header::CONTENT_LOCATION,
            header::CONTENT_LANGUAGE,
            header::CONTENT_DISPOSITION,
            header::WWW_AUTHENTICATE,
            DISCLOSURE_CONTROL,
            DIVERSITY,
        ])
        .max_age(3600);
    origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin))
}
