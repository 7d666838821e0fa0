//! The listening servers: the API, and metrics on a separate listener.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::http::header;
use actix_web::{App, HttpResponse, HttpServer, web};

use super::app;
use super::certificate::{CertificateError, server_tls};
use super::state::State;
use crate::telemetry::{METRICS_TIMEOUT, Metrics};

/// Why a server cannot listen.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {reason}; choose another address with {setting}")]
pub struct ListenError {
    address: SocketAddr,
    reason: io::Error,
    setting: &'static str,
}

/// Why the server of the API cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// It cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Its certificate cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

/// A bound server. It serves once it is awaited.
pub struct Bound {
    /// The address, with the port that was actually bound.
    pub address: SocketAddr,
    /// Await it to serve.
    pub server: Server,
    scheme: &'static str,
}

impl Bound {
    /// The address, as clients write it.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// A handle to stop the server.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }
}

/// Binds the server of the API, over TLS if there is a certificate.
pub fn bind(state: State) -> Result<Bound, BindError> {
    let config = state.config.clone();
    let tls = state.tls_files.as_ref().map(server_tls).transpose()?;
    let failed = |reason| ListenError {
        address: config.listen,
        reason,
        setting: "--listen or AFTERCARE_LISTEN",
    };
    let mut server = HttpServer::new(move || app::build(state.clone()))
        .client_request_timeout(config.header_timeout())
        .tls_handshake_timeout(config.header_timeout())
        .client_disconnect_timeout(Duration::from_secs(1))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(config.shutdown_grace)
        .disable_signals();
    if let Some(workers) = config.workers {
        server = server.workers(workers.max(1));
    }
    let (server, scheme) = match tls {
        Some(tls) => (server.bind_rustls_0_23(config.listen, tls), "https"),
        None => (server.bind(config.listen), "http"),
    };
    let server = server.map_err(failed)?;
    let address = server.addrs().first().copied().unwrap_or(config.listen);
    Ok(Bound {
        address,
        server: server.run(),
        scheme,
    })
}

/// Binds the server of the metrics.
pub fn bind_metrics(
    address: SocketAddr,
    metrics: Metrics,
    state: State,
) -> Result<Bound, ListenError> {
    let failed = |reason| ListenError {
        address,
        reason,
        setting: "--metrics-listen or AFTERCARE_METRICS_LISTEN",
    };
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(metrics.clone()))
            .app_data(state.clone())
            .route("/metrics", web::get().to(get_metrics))
    })
    .workers(1)
    .client_request_timeout(METRICS_TIMEOUT)
    .shutdown_timeout(1)
    .disable_signals()
    .bind(address)
    .map_err(failed)?;
    let address = server.addrs().first().copied().unwrap_or(address);
    Ok(Bound {
        address,
        server: server.run(),
        scheme: "http",
    })
}

async fn get_metrics(metrics: web::Data<Metrics>, state: State) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        ))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(metrics.render(&state.app.pools))
}
