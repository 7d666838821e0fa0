//! TLS of the server itself: a round over it, and a certificate that changes while it runs.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use aftercare::config::{HttpConfig, TlsFiles};
use aftercare::http::app::api;
use aftercare::http::server;
use aftercare::http::state::HttpState;
use aftercare::tls::provider;
use bytes::Bytes;
use h2::client::SendRequest;
use http::{HeaderMap, Request};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, HandshakeKind, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::cli::{Place, command};
use crate::hung_database::{open_campaign, response};
use crate::support::TestApp;
use crate::support::certificates::{Ca, Issued};

/// The files of a certificate, in a folder of their own.
struct Files(PathBuf);

impl Files {
    fn new(issued: &Issued) -> Self {
        let unique = aftercare::random::uuid().unwrap().simple().to_string();
        let folder = std::env::temp_dir().join(format!("aftercare-tls-{unique}"));
        std::fs::create_dir(&folder).unwrap();
        let files = Self(folder);
        files.write(issued);
        files
    }

    fn write(&self, issued: &Issued) {
        std::fs::write(self.key(), &issued.key).unwrap();
        std::fs::write(self.certificate(), &issued.certificate).unwrap();
    }

    fn certificate(&self) -> PathBuf {
        self.0.join("server.pem")
    }

    fn key(&self) -> PathBuf {
        self.0.join("server.key")
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server over TLS, beside the one of the app.
struct Secure {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Secure {
    fn beside(app: &TestApp, files: &Files, config: HttpConfig) -> Self {
        let mut config = config.with_tls_files(TlsFiles {
            certificate: files.certificate(),
            key: files.key(),
        });
        config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.workers = Some(1);
        let state = HttpState::new(app.state.app.clone(), config, api()).unwrap();
        let bound = server::bind(Data::new(state)).unwrap();
        assert!(bound.url().starts_with("https://"));
        let (address, handle) = (bound.address, bound.handle());
        tokio::spawn(bound.server);
        Self { address, handle }
    }

    async fn connect(&self, ca: &Ca, protocol: &str) -> std::io::Result<TlsStream<TcpStream>> {
        self.connect_with(client(ca, protocol)).await
    }

    async fn connect_with(
        &self,
        client: Arc<ClientConfig>,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let socket = TcpStream::connect(self.address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(client).connect(name, socket).await
    }

    /// The head of the reply to a request by HTTP/1.1.
    async fn get(&self, ca: &Ca, path: &str) -> std::io::Result<String> {
        let mut stream = self.connect(ca, "http/1.1").await?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply).await;
        Ok(String::from_utf8_lossy(&reply).to_ascii_lowercase())
    }

    /// Waits until the certificate is one of this CA.
    async fn until_of(&self, ca: &Ca) {
        let started = Instant::now();
        while self.connect(ca, "http/1.1").await.is_err() {
            assert!(started.elapsed() < Duration::from_secs(30));
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

fn client(ca: &Ca, protocol: &str) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(ca.pem().as_bytes()).unwrap();
    roots.add(root).unwrap();
    let mut client = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    Arc::new(client)
}

/// A request by HTTP/2, with the reply's status, headers and length.
async fn send(
    sender: &SendRequest<Bytes>,
    method: &str,
    path: &str,
    body: String,
) -> (u16, HeaderMap, usize) {
    let request = Request::builder()
        .method(method)
        .uri(format!("https://localhost{path}"))
        .header("receipt", "a-receipt-over-tls-aaaaaaa")
        .header("content-type", "application/json")
        .body(())
        .unwrap();
    let mut sender = sender.clone().ready().await.unwrap();
    let (reply, mut sending) = sender.send_request(request, body.is_empty()).unwrap();
    if !body.is_empty() {
        sending.send_data(body.into(), true).unwrap();
    }
    let (head, mut body) = reply.await.unwrap().into_parts();
    let mut length = 0;
    while let Some(piece) = body.data().await {
        let piece = piece.unwrap();
        body.flow_control().release_capacity(piece.len()).unwrap();
        length += piece.len();
    }
    (head.status.as_u16(), head.headers, length)
}

#[tokio::test]
async fn a_round_goes_over_tls_and_http_2() {
    let app = TestApp::start().await;
    open_campaign(&app).await;
    let ca = Ca::new("The CA of the server");
    let files = Files::new(&ca.issue(&["localhost"]));
    let config = HttpConfig::default().with_public_host("survey.example.org");
    let secure = Secure::beside(&app, &files, config);

    let stream = secure.connect(&ca, "h2").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (sender, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let (status, headers, length) =
        send(&sender, "GET", "/v1/forms/every-kind", String::new()).await;
    assert_eq!(status, 200);
    assert!(length > 100);
    assert_eq!(headers["strict-transport-security"], "max-age=31536000");
    let responses = "/v1/campaigns/test-campaign/responses";
    let own = format!("{responses}/own");
    for (method, path, body, expected) in [
        ("POST", responses, response().to_string(), 201),
        ("POST", responses, response().to_string(), 200),
        ("GET", &own, String::new(), 200),
        ("DELETE", &own, String::new(), 204),
        ("GET", &own, String::new(), 410),
    ] {
        let (status, ..) = send(&sender, method, path, body).await;
        assert_eq!(status, expected, "{method} {path}");
    }
    let reply = secure.get(&ca, "/v1/campaigns").await.unwrap();
    assert!(reply.starts_with("http/1.1 200"), "{reply}");
}

#[tokio::test]
async fn a_connection_with_very_many_requests_at_once_is_told_to_wait() {
    let app = TestApp::start().await;
    open_campaign(&app).await;
    let ca = Ca::new("The CA of the server");
    let files = Files::new(&ca.issue(&["localhost"]));
    let secure = Secure::beside(&app, &files, HttpConfig::default());
    let stream = secure.connect(&ca, "h2").await.unwrap();
    let (sender, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);

    // Their bodies never come, so all of them are being answered.
    let mut open = Vec::new();
    for number in 0..100 {
        let request = Request::builder()
            .method("POST")
            .uri("https://localhost/v1/campaigns/test-campaign/responses")
            .header("receipt", format!("a-receipt-of-many-{number:08}"))
            .header("content-type", "application/json")
            .body(())
            .unwrap();
        let mut sender = sender.clone().ready().await.unwrap();
        open.push(sender.send_request(request, false).unwrap());
    }
    let forms = || send(&sender, "GET", "/v1/forms", String::new());
    for _ in 0..3 {
        let (status, headers, _) = forms().await;
        assert_eq!(
            (status, &headers["retry-after"]),
            (429, &"1".parse().unwrap())
        );
        assert_eq!(headers["content-type"], "application/problem+json");
        assert_eq!(headers["x-content-type-options"], "nosniff");
    }
    // Others are not concerned, and neither is this one once it has less to wait for.
    let reply = secure.get(&ca, "/v1/forms").await.unwrap();
    assert!(reply.starts_with("http/1.1 200"), "{reply}");
    for (_, sending) in &mut open {
        sending.send_reset(h2::Reason::CANCEL);
    }
    let started = Instant::now();
    while forms().await.0 != 200 {
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

#[tokio::test]
async fn a_client_that_goes_on_although_it_is_told_to_wait_is_cut() {
    let app = TestApp::start().await;
    let ca = Ca::new("The CA of the server");
    let files = Files::new(&ca.issue(&["localhost"]));
    let secure = Secure::beside(&app, &files, HttpConfig::default());
    let stream = secure.connect(&ca, "h2").await.unwrap();
    // It takes nothing of any reply, so that none is ever answered.
    let mut client = h2::client::Builder::new();
    let (sender, connection) = client
        .initial_window_size(0)
        .handshake::<_, Bytes>(stream)
        .await
        .unwrap();
    let ended = tokio::spawn(connection);
    let mut open = Vec::new();
    for _ in 0..1_000 {
        let request = Request::get("https://localhost/v1/forms").body(()).unwrap();
        let Ok(mut sender) = sender.clone().ready().await else {
            break;
        };
        let Ok((reply, _)) = sender.send_request(request, true) else {
            break;
        };
        open.push(reply);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(open.len() > 200, "{}", open.len());
    let ended = tokio::time::timeout(Duration::from_secs(10), ended).await;
    assert!(ended.unwrap().unwrap().is_err());
}

#[tokio::test]
async fn a_connection_that_begins_and_resets_requests_without_end_is_closed() {
    let app = TestApp::start().await;
    let ca = Ca::new("The CA of the server");
    let files = Files::new(&ca.issue(&["localhost"]));
    let secure = Secure::beside(&app, &files, HttpConfig::default());
    let stream = secure.connect(&ca, "h2").await.unwrap();
    let (sender, connection) = h2::client::handshake(stream).await.unwrap();
    let ended = tokio::spawn(connection);
    for _ in 0..10_000 {
        let request = Request::get("https://localhost/v1/forms").body(()).unwrap();
        let Ok(mut sender) = sender.clone().ready().await else {
            break;
        };
        match sender.send_request(request, true) {
            Ok((_, mut sending)) => sending.send_reset(h2::Reason::CANCEL),
            Err(_) => break,
        }
    }
    let ended = tokio::time::timeout(Duration::from_secs(10), ended).await;
    assert!(ended.unwrap().unwrap().is_err());
    let reply = secure.get(&ca, "/v1/forms").await.unwrap();
    assert!(reply.starts_with("http/1.1 200"), "{reply}");
}

#[tokio::test]
async fn a_certificate_is_exchanged_while_the_server_runs_and_a_broken_one_is_not_taken() {
    let app = TestApp::start().await;
    let (first, second) = (Ca::new("The first CA"), Ca::new("The second CA"));
    let files = Files::new(&first.issue(&["localhost"]));
    let secure = Secure::beside(&app, &files, HttpConfig::default());
    let mut open = secure.connect(&first, "http/1.1").await.unwrap();

    files.write(&second.issue(&["localhost"]));
    secure.until_of(&second).await;
    assert!(secure.connect(&first, "http/1.1").await.is_err());
    // A connection that was open stays open.
    open.write_all(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    assert!(open.read(&mut [0; 64]).await.unwrap() > 0);

    // A file that is cut off, and a key that belongs to another certificate.
    let other = first.issue(&["localhost"]);
    for broken in ["-----BEGIN CERTIFICATE-----\nAAAA", &other.certificate] {
        std::fs::write(files.certificate(), broken).unwrap();
        tokio::time::sleep(Duration::from_secs(7)).await;
        secure.connect(&second, "http/1.1").await.unwrap();
    }
    files.write(&other);
    secure.until_of(&first).await;
}

#[tokio::test]
async fn no_session_of_tls_is_resumed_so_that_nothing_ties_two_connections() {
    let app = TestApp::start().await;
    let ca = Ca::new("The CA of the server");
    let files = Files::new(&ca.issue(&["localhost"]));
    let secure = Secure::beside(&app, &files, HttpConfig::default());
    // This client would resume a session if it could.
    let client = client(&ca, "http/1.1");
    for _ in 0..3 {
        let mut stream = secure.connect_with(Arc::clone(&client)).await.unwrap();
        stream
            .write_all(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            .await
            .unwrap();
        assert!(stream.read(&mut [0; 64]).await.unwrap() > 0);
        let (_, session) = stream.get_ref();
        assert_eq!(session.handshake_kind(), Some(HandshakeKind::Full));
        assert_eq!(session.tls13_tickets_received(), 0);
    }
}

#[tokio::test]
async fn what_is_no_tls_ends_and_harms_nobody() {
    let app = TestApp::start().await;
    let ca = Ca::new("The CA of the server");
    let files = Files::new(&ca.issue(&["localhost"]));
    let config = HttpConfig::default().with_header_timeout(1);
    let secure = Secure::beside(&app, &files, config);
    for sent in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\x16\x03", ""] {
        let mut socket = TcpStream::connect(secure.address).await.unwrap();
        socket.write_all(sent.as_bytes()).await.unwrap();
        let mut reply = Vec::new();
        let ended = socket.read_to_end(&mut reply);
        let ended = tokio::time::timeout(Duration::from_secs(5), ended).await;
        assert!(ended.is_ok(), "{sent:?}");
        assert!(!reply.starts_with(b"HTTP"), "{sent:?}");
    }
    let reply = secure.get(&ca, "/health/live").await.unwrap();
    assert!(reply.starts_with("http/1.1 200"), "{reply}");
}

#[tokio::test]
async fn clients_are_bound_to_tls_only_where_the_host_is_the_servers_own() {
    let app = TestApp::start().await;
    let ca = Ca::new("The CA of the server");
    let files = Files::new(&ca.issue(&["localhost"]));
    for (host, expected) in [
        ("survey.example.org", true),
        ("survey.example.org:8443", false),
        ("", false),
    ] {
        let config = HttpConfig::default().with_public_host(host);
        let secure = Secure::beside(&app, &files, config);
        for path in ["/health/live", "/nowhere"] {
            let reply = secure.get(&ca, path).await.unwrap();
            let bound = reply.contains("strict-transport-security: max-age=31536000");
            assert_eq!(bound, expected, "{host} {path}");
        }
    }
    // A server without a certificate leaves this to the proxy.
    let reply = app.client().get("/health/live").send().await;
    assert!(!reply.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn the_binary_serves_over_tls_or_says_what_is_wrong() {
    let place = Place::migrated().await;
    let ca = Ca::new("The CA of the server");
    let (issued, other) = (ca.issue(&["localhost"]), ca.issue(&["localhost"]));
    let files = Files::new(&issued);
    let (certificate, key) = (files.certificate(), files.key());
    let with = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env("AFTERCARE_TLS_CERT_FILE", &certificate);
        command.env("AFTERCARE_TLS_KEY_FILE", &key);
        command
    };
    let serving = crate::cli::Serving::start(with(&["serve"]));
    let address = serving.address.strip_prefix("https://").unwrap().to_owned();
    let mut health = with(&["health"]);
    let healthy = health.env("AFTERCARE_LISTEN", address).output().unwrap();
    assert!(healthy.status.success(), "{healthy:?}");
    drop(serving);

    let failure = |mut command: std::process::Command| {
        let output = command.output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let mut half = place.command(&["serve"]);
    half.env("AFTERCARE_TLS_CERT_FILE", &certificate);
    assert!(failure(half).contains("set both, or none"));
    std::fs::write(&key, &other.key).unwrap();
    assert!(failure(with(&["serve"])).contains("does not fit the certificate"));
    std::fs::write(&key, "no key").unwrap();
    assert!(failure(with(&["serve"])).contains("holds no private key"));
    std::fs::remove_file(&certificate).unwrap();
    let missing = failure(with(&["serve"]));
    assert!(missing.contains("cannot be read"), "{missing}");
    assert!(missing.contains("AFTERCARE_TLS_CERT_FILE"), "{missing}");

    // The same for the CA of the database.
    let mut weak = command(&["serve"]);
    weak.env("DATABASE_URL", place.url());
    weak.env("AFTERCARE_DATABASE_CA_FILE", &key);
    assert!(failure(weak).contains("sslmode=verify-full"));
}
