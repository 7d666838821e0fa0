//! Opens connections to Postgres: one host after another, each within a limit.
//!
//! The driver limits only the opening of a socket. A host that accepts the socket and then says nothing, as one that hangs
//! does, would keep it waiting for ever and hide the hosts after it.

use std::io::{self, ErrorKind};
use std::time::Duration;

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::time::timeout;
use tokio_postgres::config::{Config, Host, SslMode, SslNegotiation, TargetSessionAttrs};
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::{MakeTlsConnect, TlsStream};
use tokio_postgres::{Client, Connection, Error, NoTls, SimpleQueryMessage};

use super::patient_stream::{Patience, PatientStream};
use super::tls::{Mode, PatientTls, Tls, advice};

/// How long one host may take to accept a connection.
pub(super) const HOST_TIMEOUT: Duration = Duration::from_secs(2);

/// Why no host accepted the connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    /// The socket cannot be opened.
    #[error("{0}")]
    Socket(#[from] io::Error),
    /// Postgres or the protocol refused.
    #[error("{}", advice(.0).unwrap_or_else(|| with_cause(.0)))]
    Refused(#[from] Error),
    /// The host does not answer.
    #[error("it does not answer within {} s", HOST_TIMEOUT.as_secs())]
    Silent,
    /// The host does not allow what the address demands of it.
    #[error("{0}")]
    Unfit(&'static str),
}

/// How to connect to a database.
#[derive(Clone)]
pub(super) struct Connector {
    pub config: Config,
    pub tls: Tls,
    pub patience: Patience,
}

impl Connector {
    /// Connects to the first host that accepts, and drives the connection on the current runtime.
    pub(super) async fn connect(&self) -> Result<Client, ConnectError> {
        let config = &self.config;
        let mut failed = ConnectError::Unfit("the address names no host");
        for index in 0..config.get_hosts().len().max(config.get_hostaddrs().len()) {
            match timeout(HOST_TIMEOUT, self.connect_host(index)).await {
                Ok(Ok(client)) => return Ok(client),
                Ok(Err(error)) => failed = error,
                Err(_) => failed = ConnectError::Silent,
            }
        }
        Err(failed)
    }

    async fn connect_host(&self, index: usize) -> Result<Client, ConnectError> {
        let ports = self.config.get_ports();
        let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
        let address = self.config.get_hostaddrs().get(index);
        match (self.config.get_hosts().get(index), address) {
            // As in libpq, TLS is for networks only.
            #[cfg(unix)]
            (Some(Host::Unix(folder)), None) => {
                let socket = UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await?;
                self.greet_plainly(socket).await
            }
            (Some(Host::Tcp(name)), Some(address)) => {
                self.connect_tcp(name, (&address.to_string(), port)).await
            }
            (Some(Host::Tcp(name)), None) => self.connect_tcp(name, (name, port)).await,
            (_, Some(address)) => {
                let address = address.to_string();
                self.connect_tcp(&address, (&address, port)).await
            }
            (None, None) => Err(io::Error::from(ErrorKind::NotFound).into()),
        }
    }

    /// Connects with as much TLS as the mode asks for. The certificate must be for `name`, whatever the address.
    async fn connect_tcp(&self, name: &str, address: (&str, u16)) -> Result<Client, ConnectError> {
        let mut socket = open(address).await?;
        if self.tls.mode == Mode::Disable {
            return self.greet_plainly(socket).await;
        }
        let optional = self.tls.mode == Mode::Prefer;
        let is_asked = self.config.get_ssl_negotiation() == SslNegotiation::Postgres;
        if is_asked && !speaks_tls(&mut socket).await? {
            return match optional {
                true => self.greet_plainly(socket).await,
                false => Err(ConnectError::Unfit(
                    "it does not speak TLS, which sslmode demands",
                )),
            };
        }
        match self.greet_under_tls(name, socket).await {
            Err(error) if optional && is_about_tls(&error) => {
                let socket = open(address).await?;
                self.greet_plainly(socket).await.or(Err(error))
            }
            greeted => greeted,
        }
    }

    async fn greet_plainly<S>(&self, socket: S) -> Result<Client, ConnectError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut config = self.config.clone();
        config.ssl_mode(SslMode::Disable);
        let stream = PatientStream::new(socket, self.patience.clone());
        let (client, connection) = config.connect_raw(stream, NoTls).await?;
        self.settle(client, connection).await
    }

    async fn greet_under_tls(&self, name: &str, socket: TcpStream) -> Result<Client, ConnectError> {
        let mut config = self.config.clone();
        // The server was asked already, so the driver begins with the handshake.
        config.ssl_mode(SslMode::Require);
        config.ssl_negotiation(SslNegotiation::Direct);
        let mut connector = self.tls.connector.clone();
        let made = MakeTlsConnect::<TcpStream>::make_tls_connect(&mut connector, name);
        let connector = match made {
            Ok(connector) => connector,
            Err(never) => match never {},
        };
        let patience = self.patience.clone();
        let tls = PatientTls {
            connector,
            patience,
        };
        let (client, connection) = config.connect_raw(socket, tls).await?;
        self.settle(client, connection).await
    }

    /// Drives the connection, and checks that the host is the one that is wanted.
    async fn settle<S, T>(
        &self,
        client: Client,
        connection: Connection<S, T>,
    ) -> Result<Client, ConnectError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: TlsStream + Unpin + Send + 'static,
    {
        // The connection ends when the client is dropped. Its queries report why it failed.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        let wanted = self.config.get_target_session_attrs();
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
}

async fn open(address: (&str, u16)) -> io::Result<TcpStream> {
    let socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    Ok(socket)
}

/// Asks a server whether it speaks TLS. Nothing but its one byte is read, so that nothing that came unenciphered is taken
/// for an answer later.
async fn speaks_tls(socket: &mut TcpStream) -> io::Result<bool> {
    let mut request = BytesMut::new();
    frontend::ssl_request(&mut request);
    socket.write_all(&request).await?;
    Ok(socket.read_u8().await? == b'S')
}

/// Whether the same server might accept without TLS: the handshake failed, or it wants this user without.
fn is_about_tls(error: &ConnectError) -> bool {
    match error {
        ConnectError::Refused(error) => error
            .code()
            .is_none_or(|code| *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION),
        _ => false,
    }
}

/// The useful half of the driver's messages is in the source of the error.
pub(super) fn with_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
