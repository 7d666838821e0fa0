//! The operations of the API, one module for each resource.

pub mod api_keys;
pub mod audit;
pub mod campaigns;
pub mod docs;
pub mod exports;
pub mod forms;
pub mod health;
pub mod insights;
pub mod invitations;
pub mod own_account;
pub mod passes;
pub mod problems;
pub mod remarks;
pub mod responses;
pub mod sessions;
pub mod staff;
pub mod statistics;
pub mod welcome;

use utoipa::openapi::{Components, ComponentsBuilder};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::formats::csv::Formulas;
use crate::formats::table::shape::{LayoutKind, MissingShown, Values};

/// The types of query parameters.
pub fn parameter_types() -> Components {
    ComponentsBuilder::new()
        .schema_from::<api_keys::ApiKeyFilter>()
        .schema_from::<campaigns::CampaignFilter>()
        .schema_from::<invitations::InvitationFormat>()
        .schema_from::<remarks::RemarkFilter>()
        .schema_from::<exports::CodebookVersions>()
        .schema_from::<Formulas>()
        .schema_from::<LayoutKind>()
        .schema_from::<MissingShown>()
        .schema_from::<Values>()
        .build()
}

/// Registers every operation of the API. The server, the tests and the OpenAPI document all use it.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .configure(health::routes)
        .configure(sessions::routes)
        .configure(own_account::routes)
        .configure(staff::routes)
        .configure(api_keys::routes)
        .configure(forms::routes)
        .configure(forms::drafts::routes)
        .configure(forms::versions::routes)
        .configure(forms::try_out::routes)
        .configure(campaigns::routes)
        .configure(passes::routes)
        .configure(invitations::routes)
        .configure(responses::routes)
        .configure(exports::routes)
        .configure(statistics::routes)
        .configure(insights::routes)
        .configure(remarks::routes)
        .configure(audit::routes);
}
