//! A gate in front of Postgres that can be shut: what is behind it then seems to hang.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio_postgres::config::{Config, Host};

pub struct Gate {
    pub address: SocketAddr,
    user: String,
    database: String,
    open: watch::Sender<bool>,
}

impl Gate {
    /// An open gate to the database at this address.
    pub async fn to(url: &str) -> Self {
        let config: Config = url.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (open, is_open) = watch::channel(true);
        let (user, database) = (
            config.get_user().unwrap().to_owned(),
            config.get_dbname().unwrap().to_owned(),
        );
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, config.clone(), is_open.clone()));
            }
        });
        Self {
            address,
            user,
            database,
            open,
        }
    }

    /// From now on nothing gets through, and nobody is told.
    pub fn shut(&self) {
        self.open.send_replace(false);
    }

    /// Everything that waits gets through.
    pub fn reopen(&self) {
        self.open.send_replace(true);
    }

    /// The address of the database behind this gate, or behind the first of several that lets through.
    pub fn url(gates: &[&Self]) -> String {
        let hosts: Vec<_> = gates.iter().map(|gate| gate.address.to_string()).collect();
        let (user, database) = (&gates[0].user, &gates[0].database);
        format!("postgres://{user}@{}/{database}", hosts.join(","))
    }
}

async fn serve(client: TcpStream, config: Config, is_open: watch::Receiver<bool>) {
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let (from_client, to_client) = client.into_split();
    match config.get_hosts().first().unwrap() {
        Host::Tcp(name) => {
            let server = TcpStream::connect((&**name, port)).await.unwrap();
            let (from_server, to_server) = server.into_split();
            tokio::spawn(pass_on(from_client, to_server, is_open.clone()));
            pass_on(from_server, to_client, is_open).await;
        }
        Host::Unix(folder) => {
            let socket = folder.join(format!(".s.PGSQL.{port}"));
            let server = UnixStream::connect(socket).await.unwrap();
            let (from_server, to_server) = server.into_split();
            tokio::spawn(pass_on(from_client, to_server, is_open.clone()));
            pass_on(from_server, to_client, is_open).await;
        }
    }
}

async fn pass_on(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut is_open: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if is_open.wait_for(|open| *open).await.is_err() {
            return;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
