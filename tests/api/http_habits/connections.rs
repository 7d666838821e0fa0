//! Whether a connection goes on.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::TestApp;

/// What comes back to a request with these headers, until the server closes or says nothing more.
async fn reply(app: &TestApp, headers: &str) -> (String, bool) {
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let request = format!("GET /health/live HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    let reading = stream.read_to_end(&mut reply);
    let closed = tokio::time::timeout(std::time::Duration::from_millis(700), reading).await;
    (
        String::from_utf8(reply).unwrap().to_lowercase(),
        closed.is_ok(),
    )
}

#[tokio::test]
async fn a_connection_that_ends_after_an_offer_to_upgrade_says_so() {
    let app = TestApp::start().await;
    let offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n";
    let (text, closed) = reply(&app, offer).await;
    assert!(text.starts_with("http/1.1 200"), "{text}");
    assert!(
        closed && text.contains("\r\nconnection: close\r\n"),
        "{closed} {text}"
    );
    let (text, closed) = reply(&app, "").await;
    assert!(
        !closed && !text.contains("connection: close"),
        "{closed} {text}"
    );
}
