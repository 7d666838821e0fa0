//! What the curious operator sees: every byte of every connection, both ways, in the order in which they came.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Everything that went over one connection.
pub type Exchange = Arc<Mutex<Vec<u8>>>;

/// A proxy in front of the server that writes everything down.
pub struct Wiretap {
    /// Where clients connect to.
    pub address: SocketAddr,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl Wiretap {
    pub async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let exchanges = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(listen(listener, server, Arc::clone(&exchanges)));
        Self { address, exchanges }
    }

    /// What was recorded so far, a connection each, by the time of their coming.
    pub fn recorded(&self) -> Vec<Vec<u8>> {
        let exchanges = self.exchanges.lock().unwrap();
        exchanges
            .iter()
            .map(|exchange| exchange.lock().unwrap().clone())
            .collect()
    }
}

async fn listen(listener: TcpListener, server: SocketAddr, exchanges: Arc<Mutex<Vec<Exchange>>>) {
    while let Ok((client, _)) = listener.accept().await {
        let exchange = Exchange::default();
        exchanges.lock().unwrap().push(Arc::clone(&exchange));
        let Ok(server) = TcpStream::connect(server).await else {
            return;
        };
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::spawn(pass_on(from_client, to_server, Arc::clone(&exchange)));
        tokio::spawn(pass_on(from_server, to_client, exchange));
    }
}

async fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, exchange: Exchange) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        exchange.lock().unwrap().extend(&buffer[..length]);
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
