//! `aftercare health`: ask a running server whether it is ready. For health checks of containers whose images have no
//! curl.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::print;
use crate::config::HttpConfig;
use crate::tls::{AnyName, provider};

/// Ask a running server whether it is ready.
#[derive(Debug, Args)]
pub struct Health {
    #[command(flatten)]
    http: HttpConfig,
}

impl Health {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let address = reachable(self.http.listen);
        let is_secure = self.http.tls_files()?.is_some();
        let scheme = if is_secure { "https" } else { "http" };
        let asking = async {
            match is_secure {
                true => ask(secured(address).await?, address).await,
                false => ask(TcpStream::connect(address).await?, address).await,
            }
        };
        let asked = tokio::time::timeout(Duration::from_secs(5), asking).await;
        let reply = asked
            .context("timed out")
            .flatten()
            .with_context(|| format!("no server answers on {scheme}://{address}"))?;
        ensure!(reply.starts_with("HTTP/1.1 200"), "the server is not ready");
        print("ready")?;
        Ok(())
    }
}

/// The certificate is for the public host, not for this address, and nothing secret is sent. So any will do.
async fn secured(
    address: SocketAddr,
) -> anyhow::Result<impl AsyncRead + AsyncWrite + Unpin + use<>> {
    let client = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(AnyName::new(None))
        .with_no_client_auth();
    let socket = TcpStream::connect(address).await?;
    let connector = TlsConnector::from(Arc::new(client));
    Ok(connector.connect(address.ip().into(), socket).await?)
}

async fn ask(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    address: SocketAddr,
) -> anyhow::Result<String> {
    let request =
        format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut reply = String::new();
    let read = stream.take(64 * 1024).read_to_string(&mut reply).await;
    // A server may end a connection under TLS without a farewell. What came before counts.
    if reply.is_empty() {
        read?;
    }
    Ok(reply)
}

/// If the server listens on all addresses, it is asked on the loopback address.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, listen.port())
}
