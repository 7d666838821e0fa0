//! TLS to Postgres: what each mode protects from, held against a real server with a certificate.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aftercare::config::DatabaseConfig;
use aftercare::store::pool::{Purpose, Target};
use aftercare::store::pools::Pools;
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Integer};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::support::certificates::{Ca, Issued};
use crate::support::gate::Gate;
use crate::support::postgres::{Cluster, TestDatabase};

/// Who must come how.
const RULES: &str = "local all all trust
hostssl all bound all scram-sha-256
hostssl all certified all cert
host all aftercare all trust
";

/// A Postgres with TLS, on a port of 127.0.0.1.
struct Secured {
    cluster: Cluster,
    port: u16,
    /// The file with its CA.
    ca: PathBuf,
}

impl Secured {
    fn start(ca: &Ca, server: &Issued) -> Self {
        let cluster = Cluster::make();
        let ca = cluster.write("ca.pem", &ca.pem());
        let certificate = cluster.write("server.pem", &server.certificate);
        let key = cluster.write("server.key", &server.key);
        let rules = cluster.write("rules", RULES);
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        cluster.start(&format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c fsync=off -c ssl=on -c hba_file='{}' \
             -c ssl_ca_file='{}' -c ssl_cert_file='{}' -c ssl_key_file='{}'",
            rules.display(),
            ca.display(),
            certificate.display(),
            key.display()
        ));
        Self { cluster, port, ca }
    }

    fn url(&self, host: &str, parameters: &str) -> String {
        let port = self.port;
        format!("postgres://aftercare@{host}:{port}/postgres?{parameters}")
    }

    /// Whether a connection to this host is enciphered; why there is none.
    async fn connect(&self, host: &str, parameters: &str) -> Result<bool, String> {
        is_enciphered(&self.url(host, parameters)).await
    }

    fn trusting(&self, mode: &str) -> String {
        format!("sslmode={mode}&sslrootcert={}", self.ca.display())
    }
}

async fn connected(url: &str) -> Result<AsyncPgConnection, String> {
    let target: Target = url.parse().map_err(|error| format!("{error}"))?;
    let connection = target.connect(Purpose::Maintenance).await;
    connection.map_err(|error| error.to_string())
}

async fn is_enciphered(url: &str) -> Result<bool, String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        ssl: bool,
    }
    let mut connection = connected(url).await?;
    let query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let row: Row = diesel::sql_query(query)
        .get_result(&mut connection)
        .await
        .unwrap();
    Ok(row.ssl)
}

fn expect_refusal(result: Result<bool, String>, words: &str) {
    let error = result.unwrap_err();
    assert!(error.contains(words), "{error}");
}

#[tokio::test]
async fn each_mode_of_tls_protects_as_in_libpq() {
    let ca = Ca::new("The CA of the database");
    let postgres = Secured::start(&ca, &ca.issue(&["localhost"]));
    let other = Ca::new("Another CA").pem();
    let other = postgres.cluster.write("other.pem", &other);
    let other = |mode: &str| format!("sslmode={mode}&sslrootcert={}", other.display());
    let own = |mode: &str| postgres.trusting(mode);

    // Name and CA are looked at.
    let full = own("verify-full");
    assert_eq!(postgres.connect("localhost", &full).await, Ok(true));
    expect_refusal(
        postgres.connect("127.0.0.1", &full).await,
        "it is for another name",
    );
    let wrong = other("verify-full");
    expect_refusal(postgres.connect("localhost", &wrong).await, "name its CA");
    // The CAs of the machine do not know it either.
    let system = postgres.connect("localhost", "sslmode=verify-full").await;
    assert!(system.is_err());
    // The CA is looked at.
    let chain = own("verify-ca");
    assert_eq!(postgres.connect("127.0.0.1", &chain).await, Ok(true));
    for mode in ["verify-ca", "require"] {
        let wrong = postgres.connect("localhost", &other(mode)).await;
        expect_refusal(wrong, "name its CA");
    }
    // Nothing is looked at.
    for mode in ["require", "prefer"] {
        let mode = format!("sslmode={mode}");
        assert_eq!(postgres.connect("127.0.0.1", &mode).await, Ok(true));
    }
    let plain = postgres.connect("127.0.0.1", "sslmode=disable").await;
    assert_eq!(plain, Ok(false));
}

#[tokio::test]
async fn the_name_is_that_of_the_host_that_is_tried() {
    let ca = Ca::new("The CA of the database");
    let postgres = Secured::start(&ca, &ca.issue(&["localhost"]));
    let (port, full) = (postgres.port, postgres.trusting("verify-full"));
    // The first host has the wrong name.
    let list = format!("postgres://aftercare@127.0.0.1:{port},localhost:{port}/postgres?{full}");
    assert_eq!(is_enciphered(&list).await, Ok(true));
    let addressed = postgres.url("localhost", &format!("hostaddr=127.0.0.1&{full}"));
    assert_eq!(is_enciphered(&addressed).await, Ok(true));
    // The CA of the setting does as well as that of the address.
    let url = postgres.url("localhost", "sslmode=verify-full");
    let target = Target::new(&url, Some(&postgres.ca)).unwrap();
    target.connect(Purpose::Maintenance).await.unwrap();
}

#[tokio::test]
async fn passwords_are_bound_to_the_channel_and_certificates_of_clients_are_sent() {
    let ca = Ca::new("The CA of the database");
    let postgres = Secured::start(&ca, &ca.issue(&["localhost"]));
    let full = postgres.trusting("verify-full");
    let mut connection = connected(&postgres.url("localhost", &full)).await.unwrap();
    let roles = "CREATE ROLE bound LOGIN PASSWORD 'a-password'; CREATE ROLE certified LOGIN";
    connection.batch_execute(roles).await.unwrap();

    let port = postgres.port;
    let bound = format!(
        "postgres://bound:a-password@localhost:{port}/postgres?channel_binding=require&{full}"
    );
    assert_eq!(is_enciphered(&bound).await, Ok(true));
    let wrong = bound.replace("a-password", "another");
    expect_refusal(
        is_enciphered(&wrong).await,
        "password authentication failed",
    );

    let certified = format!("postgres://certified@localhost:{port}/postgres?{full}");
    expect_refusal(is_enciphered(&certified).await, "certificate");
    let client = ca.issue(&["certified"]);
    let certificate = postgres.cluster.write("client.pem", &client.certificate);
    let key = postgres.cluster.write("client.key", &client.key);
    let files = |it: &Path| it.display().to_string();
    let certified = format!(
        "{certified}&sslcert={}&sslkey={}",
        files(&certificate),
        files(&key)
    );
    assert_eq!(is_enciphered(&certified).await, Ok(true));
}

#[tokio::test]
async fn an_expired_certificate_of_the_database_is_refused() {
    let ca = Ca::new("The CA of the database");
    let postgres = Secured::start(&ca, &ca.issue_until(&["localhost"], 2020));
    for mode in ["verify-full", "verify-ca"] {
        let refused = postgres
            .connect("localhost", &postgres.trusting(mode))
            .await;
        expect_refusal(refused, "it has expired");
    }
    // "require" alone looks at nothing.
    let required = postgres.connect("localhost", "sslmode=require").await;
    assert_eq!(required, Ok(true));
}

#[tokio::test]
async fn the_certificate_of_a_ca_itself_is_refused_with_the_mend() {
    let ca = Ca::new("The CA of the database");
    let postgres = Secured::start(&ca, &ca.itself());
    let full = postgres.trusting("verify-full");
    let refused = postgres.connect("localhost", &full).await;
    expect_refusal(refused, "it is the certificate of a CA");
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_required() {
    let database = TestDatabase::create_empty().await;
    let gate = Gate::to(&database.url()).await;
    let url = |mode: &str| format!("{}?sslmode={mode}", Gate::url(&[&gate]));
    expect_refusal(is_enciphered(&url("require")).await, "does not speak TLS");
    assert_eq!(is_enciphered(&url("prefer")).await, Ok(false));
    assert_eq!(is_enciphered(&Gate::url(&[&gate])).await, Ok(false));
    assert_eq!(is_enciphered(&url("disable")).await, Ok(false));
}

#[tokio::test]
async fn a_connection_under_tls_may_be_idle_and_is_given_up_when_the_database_hangs() {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Integer)]
        pid: i32,
    }
    let ca = Ca::new("The CA of the database");
    let postgres = Secured::start(&ca, &ca.issue(&["127.0.0.1"]));
    let gate = Gate::to(&postgres.url("127.0.0.1", "")).await;
    let url = format!(
        "{}?{}",
        Gate::url(&[&gate]),
        postgres.trusting("verify-full")
    );
    let config = DatabaseConfig::new(&url, "/nonexistent").with_pool_sizes(1, 1);
    let pools = Pools::new(&url.parse().unwrap(), &config).unwrap();
    let asking = async || {
        let mut connection = pools.requests.get().await.unwrap();
        let asked = diesel::sql_query("SELECT pg_backend_pid() AS pid");
        asked.get_result::<Row>(&mut connection).await
    };

    let before = asking().await.unwrap().pid;
    // Longer than the patience of a request.
    tokio::time::sleep(Duration::from_secs(14)).await;
    assert_eq!(asking().await.unwrap().pid, before);

    gate.shut();
    let started = Instant::now();
    assert!(asking().await.is_err());
    assert!(started.elapsed() < Duration::from_secs(20));
    gate.reopen();
    assert_ne!(asking().await.unwrap().pid, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_goes_over_the_same_tls_and_its_password_is_on_no_command_line() {
    let ca = Ca::new("The CA of the database");
    let postgres = Secured::start(&ca, &ca.issue(&["localhost"]));
    let full = postgres.trusting("verify-full");
    let mut connection = connected(&postgres.url("localhost", &full)).await.unwrap();
    for sql in [
        "CREATE ROLE bound LOGIN PASSWORD 'a-password'",
        "CREATE DATABASE first OWNER bound",
        "CREATE DATABASE second OWNER bound",
    ] {
        connection.batch_execute(sql).await.unwrap();
    }
    let port = postgres.port;
    let folder = postgres.cluster.folder.join("backups");
    std::fs::create_dir(&folder).unwrap();
    let backup = folder.join("one").display().to_string();
    let run = |host: &str, name: &str, arguments: &[&str]| {
        let url = format!("postgres://bound:a-password@{host}:{port}/{name}?{full}");
        let mut command = crate::cli::command(arguments);
        command
            .env("DATABASE_URL", url)
            .env("AFTERCARE_DATA_DIR", &folder);
        command
    };
    let output = |mut command: std::process::Command| command.output().unwrap();
    crate::cli::printed(&output(run("localhost", "first", &["migrate"])));
    // The dump waits for a table that is locked, so that its processes can be looked at.
    let first = format!("postgres://bound:a-password@localhost:{port}/first?{full}");
    let mut locking = connected(&first).await.unwrap();
    let lock = "BEGIN; LOCK TABLE campaigns IN ACCESS EXCLUSIVE MODE";
    locking.batch_execute(lock).await.unwrap();
    let child = run("localhost", "first", &["backup", "--out", &backup])
        .spawn()
        .unwrap();
    let mut dumping = Vec::new();
    let started = Instant::now();
    while dumping.is_empty() && started.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        dumping = command_lines()
            .into_iter()
            .filter(|it| it.contains(&backup) && it.contains("pg_dump"))
            .collect();
    }
    assert!(!dumping.is_empty());
    assert!(
        dumping.iter().all(|it| !it.contains("a-password")),
        "{dumping:?}"
    );
    locking.batch_execute("ROLLBACK").await.unwrap();
    assert!(child.wait_with_output().unwrap().status.success());

    let restored = output(run("localhost", "second", &["restore", &backup]));
    crate::cli::printed(&restored);
    // The certificate is not for this name, and programs of Postgres look at it too.
    let elsewhere = output(run("127.0.0.1", "first", &["backup", "--out", &backup]));
    assert!(!elsewhere.status.success());
}

fn command_lines() -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap();
    let lines =
        processes.filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .collect()
}
