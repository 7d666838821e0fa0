//! `aftercare health`: ask a running server whether it is ready. For health checks of containers whose images have no
//! curl.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::print;
use crate::config::HttpConfig;

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
        let asked = tokio::time::timeout(Duration::from_secs(5), ask(address)).await;
        let reply = asked
            .context("timed out")
            .flatten()
            .with_context(|| format!("no server answers on http://{address}"))?;
        ensure!(reply.starts_with("HTTP/1.1 200"), "the server is not ready");
        print("ready")?;
        Ok(())
    }
}

async fn ask(address: SocketAddr) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request =
        format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut reply = String::new();
    stream.take(64 * 1024).read_to_string(&mut reply).await?;
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
