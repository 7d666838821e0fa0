//! The HTTP interface. Handlers extract, check permissions, call a use case, and reply.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`app`] [`server`] | building the application; listening |
//! | [`certificate`] [`patient_socket`] [`parser_refusal`] | the certificate of the server; limits on clients that do nothing; problems of requests that are no HTTP |
//! | [`state`] [`form_body`] | what handlers share; the bodies of published forms, made once |
//! | [`swagger_ui`] | the files of the documentation at `/docs/` |
//! | [`request_id`] | the id that joins a reply to its lines in the log |
//! | [`metrics_token`] | the token that opens the metrics |
//! | [`resources`] | one folder or file a resource: the operations and their wire types |
//! | [`page`] | the respondent's page |
//! | [`console`] | the console of staff |
//! | [`problem`] | the table of problems, and the conversions of errors into problems |
//! | [`extract`] | extractors of handlers |
//! | [`auth`] | authentication and authorisation of staff |
//! | [`reply`] | what many replies have in common: content coding, entity tag, pages of a list |
//! | [`rate_limit`] | the limits on log-ins as headers |
//! | [`middleware`] | middleware for every request |
//! | [`openapi`] | the OpenAPI document and its pages |

pub mod app;
pub mod auth;
pub mod certificate;
pub mod console;
pub mod extract;
pub mod form_body;
pub mod metrics_token;
pub mod middleware;
pub mod openapi;
pub mod page;
pub mod parser_refusal;
pub mod patient_socket;
pub mod problem;
pub mod rate_limit;
pub mod reply;
pub mod request_id;
pub mod resources;
pub mod server;
pub mod state;
pub mod swagger_ui;
