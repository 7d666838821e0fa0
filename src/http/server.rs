//! The listening servers: the API, and metrics on a separate listener.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_server::{GracefulShutdownSignal, ServerBuilder};
use actix_service::{ServiceFactoryExt, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{
    AppConfig, Server, ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse, fn_service,
};
use actix_web::http::header;
use actix_web::rt::net::TcpStream;
use actix_web::{App, Error, HttpRequest, HttpResponse, web};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{Domain, Socket, Type};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use super::app;
use super::certificate::{CertificateError, server_tls};
use super::metrics_token::MetricsToken;
use super::patient_socket::{Connections, Limits, PatientSocket};
use super::state::State;
use crate::app::gauges;
use crate::store::pool::Pool;
use crate::telemetry::{METRICS_TIMEOUT, Metrics};

/// How long a connection may stay open between two requests.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// The bytes of a reply that the system keeps for a client, which it doubles. By itself it keeps up to 4 MiB.
const SEND_BUFFER: usize = 128 * 1024;
/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;
/// The most open connections, unless a setting says otherwise.
const MAX_CONNECTIONS: u64 = 10_000;
/// Files that are open beside connections to clients and to the database: logs, listeners, workers, spooled exports.
const OTHER_FILES: u64 = 64;

/// Why a server cannot listen.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {reason}; choose another address with {setting}")]
pub struct ListenError {
    address: SocketAddr,
    reason: io::Error,
    setting: &'static str,
}

impl ListenError {
    fn of_api(address: SocketAddr, reason: io::Error) -> Self {
        Self {
            address,
            reason,
            setting: "--listen or AFTERCARE_LISTEN",
        }
    }
}

/// Checks that the API can listen on this address, before work that takes a while.
///
/// # Errors
///
/// When it cannot.
pub fn check_address(address: SocketAddr) -> Result<(), ListenError> {
    match listen(address) {
        Ok(_) => Ok(()),
        Err(reason) => Err(ListenError::of_api(address, reason)),
    }
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
    let failed = |reason| ListenError::of_api(config.listen, reason);
    let limits = Limits {
        head: config.header_timeout(),
        quiet: KEEP_ALIVE + config.header_timeout(),
        reading: config.reading_timeout(),
    };
    let workers = config.workers.map(|workers| workers.max(1));
    let workers = workers.unwrap_or_else(|| available_parallelism().map_or(1, NonZero::get));
    let most = config.max_connections.unwrap_or_else(|| room(&state));
    let builder = Server::build()
        .workers(workers)
        .shutdown_timeout(config.shutdown_grace);
    let serving = Serving {
        address: config.listen,
        limits,
        most: most.max(workers),
        workers,
        tls: tls.map(|tls| TlsAcceptor::from(Arc::new(tls))),
    };
    let bound = serving.bind(builder, move || app::build(state.clone()));
    Ok(bound.map_err(failed)?)
}

/// Binds the server of the metrics. With a token, only those who send it get them.
pub fn bind_metrics(
    address: SocketAddr,
    token: Option<MetricsToken>,
    metrics: Metrics,
    state: State,
) -> Result<Bound, ListenError> {
    let failed = |reason| ListenError {
        address,
        reason,
        setting: "--metrics-listen or AFTERCARE_METRICS_LISTEN",
    };
    let limits = Limits {
        head: METRICS_TIMEOUT,
        quiet: KEEP_ALIVE,
        reading: METRICS_TIMEOUT,
    };
    let serving = Serving {
        address,
        limits,
        most: 16,
        workers: 1,
        tls: None,
    };
    let builder = Server::build().workers(1).shutdown_timeout(1);
    let shared = web::Data::new((metrics, token));
    let app = move || {
        App::new()
            .app_data(shared.clone())
            .app_data(state.clone())
            .route("/metrics", web::get().to(get_metrics))
    };
    serving.bind(builder, app).map_err(failed)
}

/// How many connections the limit on open files leaves room for. The limit is raised as far as it goes.
fn room(state: &State) -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    let files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(_) => current,
    };
    let pools = &state.app.pools;
    let most = |pool: &Pool| pool.status().max_size;
    let replica = pools.replica.as_ref().map_or(0, |it| most(it.pool()));
    let to_database = most(&pools.requests) + most(&pools.exports) + replica;
    let others = OTHER_FILES + to_database as u64;
    let left = files.map_or(MAX_CONNECTIONS, |files| files.saturating_sub(others));
    usize::try_from(left.min(MAX_CONNECTIONS)).unwrap_or(1)
}

/// How a server serves.
struct Serving {
    address: SocketAddr,
    limits: Limits,
    /// The most open connections.
    most: usize,
    workers: usize,
    tls: Option<TlsAcceptor>,
}

impl Serving {
    /// Binds an application, which is built once for each worker.
    fn bind<F, T, B>(self, builder: ServerBuilder, app: F) -> io::Result<Bound>
    where
        F: Fn() -> App<T> + Clone + Send + 'static,
        T: Application<B>,
        B: MessageBody + 'static,
    {
        let listener = listen(self.address)?;
        let address = listener.local_addr()?;
        let stopping = builder.graceful_shutdown_signal();
        let connections = Arc::new(Connections::crowded_at(self.most - self.most / 4));
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let (limits, tls) = (self.limits, self.tls);
        let service = move || {
            let accepting = Accepting {
                limits,
                tls: tls.clone(),
                connections: connections.clone(),
            };
            serve(app(), address, accepting, stopping.clone())
        };
        let server = builder
            .max_concurrent_connections(self.most.div_ceil(self.workers))
            .disable_signals()
            .listen("http", listener, service)?
            .run();
        Ok(Bound {
            address,
            server,
            scheme,
        })
    }
}

/// A socket of a client, perhaps with TLS on it.
type ClientStream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// How a worker accepts connections.
#[derive(Clone)]
struct Accepting {
    limits: Limits,
    tls: Option<TlsAcceptor>,
    connections: Arc<Connections>,
}

impl Accepting {
    /// Makes a connection of a socket. A handshake has as much time as the head of a request.
    async fn accept(
        self,
        stream: TcpStream,
    ) -> Result<(PatientSocket<ClientStream>, Protocol, Option<SocketAddr>), DispatchError> {
        let client = stream.peer_addr().ok();
        let Some(tls) = self.tls else {
            let socket = PatientSocket::new(Either::Left(stream), self.limits, self.connections);
            return Ok((socket, Protocol::Http1, client));
        };
        let handshake = tokio::time::timeout(self.limits.head, tls.accept(stream)).await;
        let stream = handshake.map_err(|_| DispatchError::SlowRequestTimeout)?;
        let stream = stream.map_err(DispatchError::Io)?;
        let protocol = match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => Protocol::Http2,
            _ => Protocol::Http1,
        };
        // HTTP/2 sends frames that begin no request, so only its silence is limited.
        let head = match protocol {
            Protocol::Http2 => self.limits.quiet,
            _ => self.limits.head,
        };
        let limits = Limits {
            head,
            ..self.limits
        };
        let stream = Either::Right(Box::new(stream));
        let socket = PatientSocket::new(stream, limits, self.connections);
        Ok((socket, protocol, client))
    }
}

/// Serves an application as `HttpServer` does it, but for the patience with each socket.
fn serve<T: Application<B>, B: MessageBody + 'static>(
    app: App<T>,
    address: SocketAddr,
    accepting: Accepting,
    stopping: GracefulShutdownSignal,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()>
{
    let http = HttpService::build()
        .graceful_shutdown_signal(move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        })
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(accepting.limits.head)
        .client_disconnect_timeout(Duration::from_secs(1))
        .local_addr(address)
        .on_connect_ext(|socket: &PatientSocket<ClientStream>, data| {
            data.insert(Arc::clone(socket.requests()));
        })
        .finish(map_config(app, |()| AppConfig::default()));
    fn_service(move |stream: TcpStream| accepting.clone().accept(stream)).and_then(http)
}

/// What can be served.
trait Application<B>:
    ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<B>,
        Error = Error,
        InitError = (),
    > + 'static
{
}

impl<T, B> Application<B> for T where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static
{
}

/// Sockets that are accepted have the options of the one that listens.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

async fn get_metrics(
    request: HttpRequest,
    shared: web::Data<(Metrics, Option<MetricsToken>)>,
    state: State,
) -> HttpResponse {
    let (metrics, token) = &**shared;
    let sent = request.headers().get(header::AUTHORIZATION);
    if token.as_ref().is_some_and(|token| !token.fits(sent)) {
        let mut refused = HttpResponse::Unauthorized();
        return refused
            .insert_header((header::WWW_AUTHENTICATE, "Bearer"))
            .finish();
    }
    gauges::set(&state.app);
    HttpResponse::Ok()
        .insert_header((
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        ))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(metrics.render())
}
