//! What handlers share: the application, and what only HTTP needs.

use std::sync::Arc;

use actix_web::http::header::HeaderName;
use actix_web::web::Data;

use super::form_body::FormBodies;
use super::openapi::Api;
use crate::app::App;
use crate::config::{HttpConfig, HttpConfigError};

/// The server's state, as handlers take it.
pub type State = Data<HttpState>;

/// The application, and what only HTTP needs.
pub struct HttpState {
    /// The use cases.
    pub app: App,
    /// Settings of the HTTP interface.
    pub config: HttpConfig,
    /// The OpenAPI document, and the routes in it.
    pub api: Arc<Api>,
    /// The bodies of published forms.
    pub form_bodies: FormBodies,
    /// The header that the operator trusts for the client's address.
    pub client_address_header: Option<HeaderName>,
    /// The origins whose pages may call the interface.
    pub origins: Vec<String>,
}

impl HttpState {
    /// Puts the state together.
    ///
    /// # Errors
    ///
    /// When a setting cannot be read.
    pub fn new(app: App, config: HttpConfig, api: Api) -> Result<Self, HttpConfigError> {
        Ok(Self {
            app,
            api: Arc::new(api),
            form_bodies: FormBodies::default(),
            client_address_header: config.client_address_header()?,
            origins: config.cors_origins()?,
            config,
        })
    }
}
