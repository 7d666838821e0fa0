//! The HTTP interface. Handlers extract, check who may, call the core or the store, and answer.

mod admission;
pub mod app;
pub mod audit;
pub mod auth;
pub mod campaigns;
mod code;
pub mod docs;
pub mod drafts;
mod examples;
pub mod exports;
pub mod extract;
pub mod faults;
pub mod forms;
pub mod headers;
pub mod health;
pub mod invitations;
pub mod language;
pub mod limits;
pub mod observe;
pub mod openapi;
pub mod page;
pub mod passes;
pub mod precondition;
pub mod problem;
pub mod published;
pub mod remarks;
pub mod responses;
pub mod server;
pub mod sessions;
pub mod staff;
pub mod token;
pub mod versions;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of the interface. The server, the tests and the OpenAPI document all come from here.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .configure(health::routes)
        .configure(sessions::routes)
        .configure(staff::routes)
        .configure(forms::routes)
        .configure(drafts::routes)
        .configure(versions::routes)
        .configure(campaigns::routes)
        .configure(passes::routes)
        .configure(invitations::routes)
        .configure(responses::routes)
        .configure(exports::routes)
        .configure(remarks::routes)
        .configure(audit::routes);
}
