//! The OpenAPI document, a self-hosted Swagger UI, and the JSON Schema of forms.

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};

use crate::http::middleware::compression::compress;
use crate::http::problem::{Code, Problem};
use crate::http::state::State;
use crate::http::swagger_ui;

/// Swagger UI sets inline styles. Scripts and data are loaded from this server only.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The routes of these pages, which are not part of the OpenAPI document.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(openapi_json)
        .service(form_schema)
        .service(docs)
        .service(docs_file);
}

#[get("/openapi.json")]
async fn openapi_json(request: HttpRequest, state: State) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-cache"));
    let body = &state.api_body;
    body.reply(&request, response, "accept-encoding").await
}

#[get("/v1/form-definition.schema.json")]
async fn form_schema(request: HttpRequest, state: State) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, max-age=3600"));
    let body = &state.form_schema;
    body.reply(&request, response, "accept-encoding").await
}

#[get("/docs")]
async fn docs() -> HttpResponse {
    let mut response = HttpResponse::PermanentRedirect();
    response
        .insert_header((header::LOCATION, "/docs/"))
        .finish()
}

#[get("/docs/{file:.*}", wrap = "from_fn(compress)")]
async fn docs_file(path: Path<String>) -> Result<HttpResponse, Problem> {
    let file = swagger_ui::file(&path).ok_or(Code::NotFound)?;
    let mut response = HttpResponse::Ok();
    Ok(response
        .content_type(file.media_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .body(file.bytes.clone()))
}
