//! The operations of the API, one module for each resource.

pub mod audit;
pub mod campaigns;
pub mod docs;
pub mod exports;
pub mod forms;
pub mod health;
pub mod invitations;
pub mod passes;
pub mod remarks;
pub mod responses;
pub mod sessions;
pub mod staff;
pub mod welcome;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers every operation of the API. The server, the tests and the OpenAPI document all use it.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .configure(health::routes)
        .configure(sessions::routes)
        .configure(staff::routes)
        .configure(forms::routes)
        .configure(forms::drafts::routes)
        .configure(forms::versions::routes)
        .configure(campaigns::routes)
        .configure(passes::routes)
        .configure(invitations::routes)
        .configure(responses::routes)
        .configure(exports::routes)
        .configure(remarks::routes)
        .configure(audit::routes);
}
