//! The HTTP interface. Handlers extract, check who may, call a use case, and reply.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`app`] [`server`] | putting the application together; listening |
//! | [`state`] [`form_body`] | what handlers share; the bodies of published forms, made once |
//! | [`resources`] | one folder or file a resource: the operations and their wire types |
//! | [`problem`] | the one table of problems, and what becomes one |
//! | [`extract`] | what handlers take out of a request |
//! | [`auth`] | who asks, and whether they may |
//! | [`middleware`] | what is done for every request |
//! | [`openapi`] | the OpenAPI document and its pages |

pub mod app;
pub mod auth;
pub mod extract;
pub mod form_body;
pub mod middleware;
pub mod openapi;
pub mod problem;
pub mod resources;
pub mod server;
pub mod state;
