//! Opens connections to Postgres: one host after another, each within a limit.
//!
//! The driver limits only the opening of a socket. A host that accepts the socket and then says nothing, as one that hangs
//! does, would keep it waiting for ever and hide the hosts after it.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::time::timeout;
use tokio_postgres::config::{Config, Host, TargetSessionAttrs};
use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage};

use super::patient_stream::PatientStream;
use super::stalls::Stalls;

/// How long one host may take to accept a connection.
pub(super) const HOST_TIMEOUT: Duration = Duration::from_secs(2);

/// Why no host accepted the connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    /// The socket cannot be opened.
    #[error("{0}")]
    Socket(#[from] io::Error),
    /// Postgres or the protocol refused.
    #[error("{}", with_cause(.0))]
    Refused(#[from] Error),
    /// The host does not answer.
    #[error("it does not answer within {} s", HOST_TIMEOUT.as_secs())]
    Silent,
    /// The host does not allow what the address demands of it.
    #[error("{0}")]
    Unfit(&'static str),
}

/// How a connection waits.
#[derive(Clone)]
pub(super) struct Patience {
    /// How long Postgres may owe an answer.
    pub limit: Duration,
    /// Where losing patience is noted.
    pub stalls: Arc<Stalls>,
}

/// Connects to the first host that accepts, and drives the connection on the current runtime.
pub(super) async fn connect(config: &Config, patience: &Patience) -> Result<Client, ConnectError> {
    let mut failed = ConnectError::Unfit("the address names no host");
    for index in 0..config.get_hosts().len().max(config.get_hostaddrs().len()) {
        match timeout(HOST_TIMEOUT, connect_host(config, index, patience)).await {
            Ok(Ok(client)) => return Ok(client),
            Ok(Err(error)) => failed = error,
            Err(_) => failed = ConnectError::Silent,
        }
    }
    Err(failed)
}

async fn connect_host(
    config: &Config,
    index: usize,
    patience: &Patience,
) -> Result<Client, ConnectError> {
    let ports = config.get_ports();
    let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
    let host = match config.get_hostaddrs().get(index) {
        Some(address) => Some(Host::Tcp(address.to_string())),
        None => config.get_hosts().get(index).cloned(),
    };
    match host {
        Some(Host::Tcp(name)) => {
            let socket = TcpStream::connect((&*name, port)).await?;
            socket.set_nodelay(true)?;
            greet(config, socket, patience).await
        }
        #[cfg(unix)]
        Some(Host::Unix(folder)) => {
            let socket = UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await?;
            greet(config, socket, patience).await
        }
        None => Err(io::Error::from(ErrorKind::NotFound).into()),
    }
}

/// Logs in over an open socket, and checks that the host is the one that is wanted.
async fn greet<S>(config: &Config, socket: S, patience: &Patience) -> Result<Client, ConnectError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stream = PatientStream::new(socket, patience.limit, Arc::clone(&patience.stalls));
    let (client, connection) = config.connect_raw(stream, NoTls).await?;
    // The connection ends when the client is dropped. Its queries report why it failed.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let wanted = config.get_target_session_attrs();
    if wanted == TargetSessionAttrs::Any {
        return Ok(client);
    }
    let is_read_only = client.simple_query("SHOW transaction_read_only").await?;
    let is_read_only = is_read_only.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0) == Some("on"),
        _ => false,
    });
    match (wanted, is_read_only) {
        (TargetSessionAttrs::ReadWrite, true) => {
            Err(ConnectError::Unfit("it does not allow writes"))
        }
        (TargetSessionAttrs::ReadOnly, false) => Err(ConnectError::Unfit("it allows writes")),
        _ => Ok(client),
    }
}

/// The useful half of the driver's messages is in the source of the error.
pub(super) fn with_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
