//! The state that handlers share: the application, and data that only HTTP needs.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::web::Data;

use super::form_body::FormBodies;
use super::openapi::Api;
use super::reply::encoded_body::EncodedBody;
use crate::app::App;
use crate::config::{HttpConfig, HttpConfigError, TrustedProxies};

/// The state, as an argument of handlers.
pub type State = Data<HttpState>;

/// The application, and data that only HTTP needs.
pub struct HttpState {
    /// The use cases.
    pub app: App,
    /// Settings of the HTTP interface.
    pub config: HttpConfig,
    /// The OpenAPI document, with its routes.
    pub api: Arc<Api>,
    /// The OpenAPI document as it is sent.
    pub api_body: EncodedBody,
    /// The cached bodies of published forms.
    pub form_bodies: FormBodies,
    /// The proxies that may name the client.
    pub trusted_proxies: Option<TrustedProxies>,
    /// Whether the operator was told that somebody names clients who is not trusted to. Once is enough.
    pub warned_of_proxy: AtomicBool,
    /// The absolute address of the server, without a path; empty where it is not known.
    pub public_url: String,
    /// The origins whose pages may call the API.
    pub origins: Vec<String>,
}

impl HttpState {
    /// Builds the state.
    ///
    /// # Errors
    ///
    /// When a setting cannot be parsed.
    pub fn new(app: App, config: HttpConfig, api: Api) -> Result<Self, HttpConfigError> {
        Ok(Self {
            app,
            api_body: EncodedBody::new(api.json().clone()),
            api: Arc::new(api),
            form_bodies: FormBodies::default(),
            trusted_proxies: config.proxies.trusted().map_err(HttpConfigError::from)?,
            warned_of_proxy: AtomicBool::new(false),
            public_url: config.public_url()?,
            origins: config.cors_origins()?,
            config,
        })
    }
}
