//! The HTTP interface. Handlers extract, check who may, call the core or the store, and answer.

pub mod app;
pub mod auth;
mod code;
pub mod docs;
pub mod extract;
pub mod faults;
pub mod headers;
pub mod health;
pub mod limits;
pub mod observe;
pub mod openapi;
pub mod page;
pub mod problem;
pub mod server;
pub mod sessions;
pub mod staff;
pub mod token;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of the interface. The server, the tests and the OpenAPI document all come from here.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .configure(health::routes)
        .configure(sessions::routes)
        .configure(staff::routes);
}
