//! The failures of each operation.
//!
//! A handler lists its specific problems in an extension, `x-problems = ["form_unknown", …]`. Problems that follow from
//! its kind of input (a body, a query, a token, the database) are added here. All of them become
//! `application/problem+json` responses with an example for each code.

use actix_web::http::StatusCode;
use serde_json::json;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{
    Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type,
};

use crate::http::problem::{Code, FieldCode, FieldError, MEDIA_TYPE, Problem};

const WAIT: &str = "Seconds to wait before the next try.";

/// Turns the problem codes of an operation into responses.
pub(super) fn describe(operation: &mut Operation) {
    let mut codes = codes_of(operation);
    codes.sort_unstable_by_key(|code| (code.status().as_u16(), code.as_str()));
    codes.dedup();
    for group in codes.chunk_by(|a, b| a.status() == b.status()) {
        let Some(first) = group.first() else { continue };
        let status = first.status().as_str().to_owned();
        let response = RefOr::T(problem_response(group));
        operation.responses.responses.insert(status, response);
    }
    if let Some(extensions) = &mut operation.extensions {
        extensions.remove("x-problems");
        extensions.remove("x-database");
    }
    operation.extensions = operation.extensions.take().filter(|rest| !rest.is_empty());
}

fn codes_of(operation: &Operation) -> Vec<Code> {
    let extension = |name: &str| operation.extensions.as_ref().and_then(|all| all.get(name));
    let own = extension("x-problems").and_then(|list| list.as_array());
    let words = own.into_iter().flatten().filter_map(|word| word.as_str());
    // An unknown code stays visible in the extension; a test fails on it.
    let mut codes: Vec<Code> = words.filter_map(Code::parse).collect();
    codes.extend([Code::BadRequest, Code::HeadTooLarge, Code::Internal]);
    if extension("x-database") != Some(&json!(false)) {
        codes.push(Code::DatabaseUnavailable);
    }
    if let Some(RefOr::T(body)) = &operation.request_body {
        codes.extend([
            Code::BodyTooLarge,
            Code::BodyTooSlow,
            Code::MediaTypeUnsupported,
        ]);
        if body.content.contains_key("application/json") {
            codes.extend([Code::JsonMalformed, Code::BodyInvalid]);
        }
    }
    for parameter in operation.parameters.iter().flatten() {
        let RefOr::T(parameter) = parameter else {
            continue;
        };
        match parameter.parameter_in {
            ParameterIn::Path => codes.push(Code::NotFound),
            ParameterIn::Query => codes.push(Code::QueryInvalid),
            _ => {}
        }
    }
    codes.extend(security_codes(operation));
    codes
}

/// The problem codes of an operation for staff.
fn security_codes(operation: &Operation) -> Vec<Code> {
    let mut codes = Vec::new();
    let security = operation
        .security
        .as_ref()
        .and_then(|list| serde_json::to_value(list).ok());
    if let Some(scopes) = security.as_ref().and_then(|list| list.pointer("/0/staff")) {
        codes.extend([
            Code::Unauthenticated,
            Code::TokenExpired,
            Code::SessionEnded,
            Code::ApiKeyOutOfScope,
        ]);
        if scopes.as_array().is_some_and(|scopes| !scopes.is_empty()) {
            codes.push(Code::Forbidden);
        }
    }
    if security.is_some_and(|list| list.pointer("/1/api_key").is_some()) {
        codes.extend([Code::ApiKeyInvalid, Code::ApiKeyExpired]);
    }
    codes
}

fn problem_response(codes: &[Code]) -> Response {
    let titles: Vec<_> = codes
        .iter()
        .map(|code| format!("`{}`: {}.", code.as_str(), code.title()))
        .collect();
    let mut content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
    for code in codes {
        let example = ExampleBuilder::new()
            .summary(code.title())
            .value(serde_json::to_value(example(*code).document()).ok());
        content = content.examples_from_iter([(code.as_str(), example.build())]);
    }
    let response = ResponseBuilder::new()
        .description(titles.join(" "))
        .content(MEDIA_TYPE, content.build());
    match codes.first().map(|code| code.status()) {
        Some(StatusCode::TOO_MANY_REQUESTS) => {
            let policy = "The limits, unless the server is only busy hashing passwords (see `RateLimit`).";
            let left = "What is left of the limit that was exceeded: nothing, and in how many seconds there is more.";
            response
                .header("RateLimit-Policy", header(Type::String, policy))
                .header("RateLimit", header(Type::String, left))
                .header("Retry-After", header(Type::Integer, WAIT))
        }
        Some(StatusCode::UNAUTHORIZED) => response.header(
            "WWW-Authenticate",
            header(
                Type::String,
                "How to authenticate: `Bearer` (RFC 6750), or `PrivateToken` (RFC 9577) with the challenge for a pass.",
            ),
        ),
        Some(StatusCode::SERVICE_UNAVAILABLE) => {
            response.header("Retry-After", header(Type::Integer, WAIT))
        }
        _ => response,
    }
    .build()
}

fn example(code: Code) -> Problem {
    match code {
        Code::BodyInvalid => {
            let detail = "Unknown field `emial`, expected one of `email`, `password`.";
            Problem::fields(
                code,
                vec![FieldError::new("/emial", FieldCode::UnknownField, detail)],
            )
        }
        Code::QueryInvalid => {
            let detail = "It must be from 1 to 200.";
            Problem::query(vec![FieldError::parameter(
                "limit",
                FieldCode::Range,
                detail,
            )])
        }
        Code::AnswersInvalid => {
            let detail = "This question must be answered.";
            let pointer = "/answers/eating_meals";
            Problem::fields(
                code,
                vec![FieldError::new(pointer, FieldCode::Required, detail)],
            )
        }
        Code::DraftInvalid => {
            let detail = "The text in \"en\" is missing.";
            let pointer = "/sections/0/questions/3/text";
            Problem::fields(
                code,
                vec![FieldError::new(pointer, FieldCode::TextMissing, detail)],
            )
        }
        code => Problem::new(code),
    }
}

fn header(kind: Type, description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(kind)))
        .description(Some(description))
        .build()
}
