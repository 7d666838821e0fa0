//! Builds the HTTP application.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::from_fn;
use actix_web::{App, Error, HttpRequest, HttpResponse, web};
use utoipa_actix_web::AppExt;

use super::console;
use super::middleware::{cors, crowd, deprecation, observe, security_headers};
use super::openapi::Api;
use super::page;
use super::problem::{Code, Problem};
use super::resources::{docs, parameter_types, problems, routes, welcome};
use super::state::State;

/// The OpenAPI document of all operations.
pub fn api() -> Api {
    Api::collect(routes, parameter_types())
}

/// The application of one worker.
pub fn build(
    state: State,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let origins = state.origins.clone();
    App::new()
        .app_data(state)
        .app_data(path_config())
        .into_utoipa_app()
        .configure(routes)
        .into_app()
        .configure(docs::routes)
        .configure(welcome::routes)
        .configure(page::routes)
        .configure(console::routes)
        .configure(problems::routes)
        .default_service(web::to(fallback))
        .wrap(from_fn(deprecation::announce))
        .wrap(cors::cors(&origins))
        .wrap(from_fn(crowd::refuse))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(observe::observe))
}

/// The reply when no route matches: an unknown path, or a known path with another method.
async fn fallback(request: HttpRequest, state: State) -> Result<HttpResponse, Problem> {
    let Some(methods) = state.api.methods(request.path()) else {
        return without_slash(&request, &state).ok_or(Code::NotFound.into());
    };
    if request.method() == Method::OPTIONS {
        let mut response = HttpResponse::NoContent();
        return Ok(response.insert_header((header::ALLOW, methods)).finish());
    }
    Err(wrong_method(methods))
}

fn wrong_method(methods: String) -> Problem {
    Problem::new(Code::MethodNotAllowed)
        .detail(format!("It knows {methods}."))
        .header(header::ALLOW, methods)
}

/// The reply to a path segment that cannot be parsed.
///
/// It is 404, except where the path is another operation's: `PATCH /v1/staff/own` leads to the handler of
/// `PATCH /v1/staff/{id}`, but `own` is no id.
fn path_config() -> web::PathConfig {
    web::PathConfig::default().error_handler(|_, request| {
        let meant = request.app_data::<State>().and_then(|state| {
            let (template, _) = state.api.template(request.path())?;
            let another = request
                .match_pattern()
                .is_some_and(|matched| matched != template);
            another.then(|| state.api.methods(request.path())).flatten()
        });
        meant
            .map_or_else(|| Code::NotFound.into(), wrong_method)
            .into()
    })
}

/// Leads from an address with a slash too many to the one without, and keeps method, body and query.
///
/// Only the path of an operation is led to, so nobody can be led to another server by a path such as `//host/`.
fn without_slash(request: &HttpRequest, state: &State) -> Option<HttpResponse> {
    let path = request.uri().path().strip_suffix('/')?;
    state.api.template(path)?;
    let location = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut response = HttpResponse::PermanentRedirect();
    Some(
        response
            .insert_header((header::LOCATION, location))
            .finish(),
    )
}
