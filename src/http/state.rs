//! The state that handlers share: the application, and data that only HTTP needs.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use actix_web::web::Data;

use super::form_body::FormBodies;
use super::openapi::Api;
use super::reply::encoded_body::EncodedBody;
use crate::app::App;
use crate::config::{HttpConfig, HttpConfigError, TlsFiles, TrustedProxies};

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
    /// The JSON Schema of a form's definition as it is sent.
    pub form_schema: EncodedBody,
    /// The cached bodies of published forms.
    pub form_bodies: FormBodies,
    /// The proxies that may name the client.
    pub trusted_proxies: Option<TrustedProxies>,
    /// Whether the operator was told that somebody names clients who is not trusted to. Once is enough.
    pub warned_of_proxy: AtomicBool,
    /// The absolute address of the server, without a path; empty where it is not known.
    pub public_url: String,
    /// The files of the certificate, if this server speaks TLS itself.
    pub tls_files: Option<TlsFiles>,
    /// Whether clients are told to use nothing but TLS with this host from now on.
    pub is_strict: bool,
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
        let tls_files = config.tls_files()?;
        let public_url = config.public_url()?;
        // The rule holds for all ports of a host. Where ours is not the usual one, others may use the host without TLS.
        let has_port = config.public_host()?.contains(':');
        Ok(Self {
            is_strict: tls_files.is_some() && !public_url.is_empty() && !has_port,
            tls_files,
            app,
            api_body: EncodedBody::new(api.json().clone()),
            form_schema: EncodedBody::new(api.form_schema(&public_url)).as_schema(),
            api: Arc::new(api),
            form_bodies: FormBodies::default(),
            trusted_proxies: config.proxies.trusted().map_err(HttpConfigError::from)?,
            warned_of_proxy: AtomicBool::new(false),
            public_url,
            origins: config.cors_origins()?,
            config,
        })
    }
}
