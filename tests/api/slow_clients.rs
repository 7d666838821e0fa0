//! Clients that hold a connection and do nothing with it: they are cut, and hold up nobody else.

use std::time::{Duration, Instant};

use aftercare::config::HttpConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use crate::support::TestApp;
use crate::support::logs::USER_AGENT;

/// A script of more than a megabyte.
const LARGE: &str = "/docs/swagger-ui-bundle.js";
/// More than what waits in the buffers of both systems.
const AT_ONCE: usize = 4;

/// A connection with a small buffer.
async fn connect(app: &TestApp) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(app.address).await.unwrap()
}

async fn ask(stream: &mut TcpStream, path: &str) {
    let head =
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {USER_AGENT}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
}

/// A connection that had one request answered, and has sent the first byte of another.
async fn half_open(app: &TestApp) -> TcpStream {
    let mut stream = connect(app).await;
    ask(&mut stream, "/health/live").await;
    stream.write_all(b"G").await.unwrap();
    stream
}

/// After how long the server closes the connection.
async fn closed_after(stream: &mut TcpStream, patience: u64) -> Duration {
    let started = Instant::now();
    let read = async { while matches!(stream.read(&mut [0; 1024]).await, Ok(1..)) {} };
    let closed = timeout(Duration::from_secs(patience), read).await;
    closed.expect("the server keeps the connection open");
    started.elapsed()
}

#[tokio::test]
async fn the_head_of_a_second_request_has_as_little_time_as_that_of_the_first() {
    let app = TestApp::start_with(HttpConfig::default().with_header_timeout(1)).await;
    let mut stream = connect(&app).await;
    ask(&mut stream, "/health/live").await;
    assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
    stream.write_all(b"G").await.unwrap();
    assert!(closed_after(&mut stream, 10).await >= Duration::from_millis(900));
}

#[tokio::test]
async fn an_idle_connection_is_kept_longer_than_a_head_may_take() {
    let app = TestApp::start_with(HttpConfig::default().with_header_timeout(1)).await;
    let mut stream = connect(&app).await;
    for _ in 0..2 {
        ask(&mut stream, "/health/live").await;
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        sleep(Duration::from_secs(5)).await;
    }
    ask(&mut stream, "/health/live").await;
    assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
}

#[tokio::test]
async fn three_hundred_half_open_connections_do_not_keep_others_from_being_answered() {
    let app = TestApp::start_with(HttpConfig::default().with_max_connections(64)).await;
    let mut held = Vec::new();
    for _ in 0..300 {
        held.push(half_open(&app).await);
    }
    for _ in 0..3 {
        let answer = app.client().get("/v1/forms").send();
        let answer = timeout(Duration::from_secs(45), answer).await;
        answer.expect("nobody else is answered").expect(200);
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut() {
    let app = TestApp::start_with(HttpConfig::default().with_reading_timeout(1)).await;
    let mut stream = connect(&app).await;
    for _ in 0..AT_ONCE {
        ask(&mut stream, LARGE).await;
    }
    sleep(Duration::from_secs(6)).await;
    let mut got = 0;
    let mut buffer = vec![0; 65_536];
    while let Ok(1..) = stream.read(&mut buffer).await.inspect(|read| got += read) {}
    assert!(got > 0);
    assert!(got < 1_000_000, "it was sent {got} bytes");
}

#[tokio::test]
async fn a_client_that_reads_slowly_gets_all() {
    let app = TestApp::start_with(HttpConfig::default().with_reading_timeout(1)).await;
    let whole = app.client().get(LARGE).send().await.expect(200).body.len();
    let mut stream = connect(&app).await;
    ask(&mut stream, LARGE).await;
    let (mut got, mut buffer) = (0, vec![0; 20_000]);
    while got < whole {
        got += stream
            .read_exact(&mut buffer[..20_000.min(whole - got)])
            .await
            .unwrap();
        sleep(Duration::from_millis(60)).await;
    }
}
