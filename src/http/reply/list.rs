//! A list as a reply: its weak entity tag, and the link to the next page.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use super::entity_tag;
use crate::http::problem::Problem;

/// Completes a reply with a list, or with 304 when the client has it. `next_cursor` leads to the next page.
///
/// The tag is weak, since the list is compressed for each client anew.
///
/// # Errors
///
/// When the list cannot be written as JSON.
pub fn reply(
    request: &HttpRequest,
    mut response: HttpResponseBuilder,
    list: &impl Serialize,
    next_cursor: Option<&str>,
) -> Result<HttpResponse, Problem> {
    let json =
        serde_json::to_vec(list).map_err(|_| Problem::internal("a list cannot be written"))?;
    let tag = entity_tag::weak(&json);
    response.insert_header((header::ETAG, tag.to_string()));
    if let Some(cursor) = next_cursor {
        response.insert_header((header::LINK, link_to_next(request, cursor)));
    }
    if entity_tag::is_known(request, &tag) {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    Ok(response.content_type(ContentType::json()).body(json))
}

/// The link to the next page (RFC 8288): the same address, with all other parameters kept.
///
/// It begins at the path, so that it is right behind every proxy, and no `Host` header gets into it.
fn link_to_next(request: &HttpRequest, cursor: &str) -> String {
    let asked = form_urlencoded::parse(request.query_string().as_bytes());
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(asked.filter(|(name, _)| name != "cursor"))
        .append_pair("cursor", cursor)
        .finish();
    format!("<{}?{query}>; rel=\"next\"", request.uri().path())
}
