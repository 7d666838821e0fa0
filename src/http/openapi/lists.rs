//! Describes what every list in pages has: an entity tag, and a link to the next page.

use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{Header, HeaderBuilder, ObjectBuilder, RefOr, ResponseBuilder, Type};

/// Adds the headers of a list, and the reply to a client that has it. An operation with a cursor is a list.
pub(super) fn describe(operation: &mut Operation) {
    let is_cursor = |parameter: &RefOr<utoipa::openapi::path::Parameter>| match parameter {
        RefOr::T(parameter) => {
            parameter.name == "cursor" && parameter.parameter_in == ParameterIn::Query
        }
        RefOr::Ref(_) => false,
    };
    if !operation.parameters.iter().flatten().any(is_cursor) {
        return;
    }
    let responses = &mut operation.responses.responses;
    if let Some(RefOr::T(list)) = responses.get_mut("200") {
        let tag = "Names this content, in whatever encoding it is sent.";
        list.headers.insert("ETag".to_owned(), text(tag));
        let link = "Only where there is a next page: its address, with `rel=\"next\"` (RFC 8288).";
        list.headers.insert("Link".to_owned(), text(link));
    }
    let known = ResponseBuilder::new().description("The client's copy is current.");
    responses
        .entry("304".to_owned())
        .or_insert(RefOr::T(known.build()));
}

fn text(description: &str) -> RefOr<Header> {
    let header = HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some(description))
        .build();
    RefOr::T(header)
}
