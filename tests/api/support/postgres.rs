//! One Postgres for the whole test run, and a database of its own for each test, cloned from a
//! template that is migrated once.
//!
//! `TEST_DATABASE_URL` (of a role that may create databases) takes precedence. Otherwise a throw-away
//! cluster is started. A watchdog holds the other end of a pipe: when this process ends, however it
//! ends, the pipe closes, and the watchdog stops Postgres and removes its folder.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use aftercare::store::migrations;
use aftercare::store::pool::{Purpose, Target};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use tokio::sync::Mutex;

static SERVER: OnceLock<Server> = OnceLock::new();
/// Postgres clones a template only while nobody is connected to it.
static CLONING: Mutex<bool> = Mutex::const_new(false);

struct Server {
    /// Without the name of the database at its end.
    base_url: String,
    _cluster: Option<Cluster>,
}

/// A database of its own. Dropped with it.
pub struct TestDatabase {
    pub name: String,
    base_url: String,
}

impl TestDatabase {
    /// A fresh, migrated database.
    pub async fn create() -> Self {
        let template = template_name();
        let mut migrated = CLONING.lock().await;
        let mut conn = connect(&server().base_url, "postgres").await;
        if !*migrated {
            make_template(&mut conn, &template).await;
            *migrated = true;
        }
        Self::create_from(&mut conn, &server().base_url, &template).await
    }

    /// A fresh database without any table.
    pub async fn create_empty() -> Self {
        let _cloning = CLONING.lock().await;
        let base_url = &server().base_url;
        Self::create_from(
            &mut connect(base_url, "postgres").await,
            base_url,
            "template0",
        )
        .await
    }

    /// A fresh, migrated database of this cluster.
    pub async fn create_in(cluster: &Cluster) -> Self {
        let base_url = &cluster.base_url();
        let mut conn = connect(base_url, "postgres").await;
        let database = Self::create_from(&mut conn, base_url, "template0").await;
        migrations::run(&database.target()).await.unwrap();
        database
    }

    async fn create_from(conn: &mut AsyncPgConnection, base_url: &str, template: &str) -> Self {
        let name = format!("test_{}", aftercare::random::uuid().unwrap().simple());
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
        conn.batch_execute(&sql).await.unwrap();
        let base_url = base_url.to_owned();
        Self { name, base_url }
    }

    pub fn url(&self) -> String {
        format!("{}/{}", self.base_url, self.name)
    }

    pub fn target(&self) -> Target {
        self.url().parse().unwrap()
    }

    /// A connection beside those of the app, for looking and for arranging.
    pub async fn connect(&self) -> AsyncPgConnection {
        self.target().connect(Purpose::Maintenance).await.unwrap()
    }

    /// Runs statements from outside the database, such as `ALTER DATABASE`.
    pub async fn outside(&self, sql: &str) {
        let mut conn = connect(&self.base_url, "postgres").await;
        conn.batch_execute(sql).await.unwrap();
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let base_url = self.base_url.clone();
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(async {
                let mut conn = connect(&base_url, "postgres").await;
                let _ = conn.batch_execute(&sql).await;
            });
        });
        let _ = dropping.join();
    }
}

async fn connect(base_url: &str, database: &str) -> AsyncPgConnection {
    let target: Target = format!("{base_url}/{database}").parse().unwrap();
    target.connect(Purpose::Maintenance).await.unwrap()
}

async fn make_template(conn: &mut AsyncPgConnection, name: &str) {
    // Several test processes may share one server: the first one makes the template.
    conn.batch_execute("SELECT pg_advisory_lock(4711)")
        .await
        .unwrap();
    let created = conn.batch_execute(&format!("CREATE DATABASE {name}")).await;
    let target: Target = format!("{}/{name}", server().base_url).parse().unwrap();
    if created.is_ok() || !is_current(&target).await {
        migrations::run(&target).await.unwrap();
    }
    conn.batch_execute("SELECT pg_advisory_unlock(4711)")
        .await
        .unwrap();
}

async fn is_current(target: &Target) -> bool {
    let mut conn = target.connect(Purpose::Maintenance).await.unwrap();
    migrations::migration_status(&mut conn)
        .await
        .unwrap()
        .is_current()
}

/// Named after what the migrations say, so that a changed one never meets an old template.
fn template_name() -> String {
    let mut files: Vec<PathBuf> = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    for migration in std::fs::read_dir(folder).unwrap() {
        files.push(migration.unwrap().path().join("up.sql"));
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        std::fs::read_to_string(file).unwrap().hash(&mut hasher);
    }
    format!("aftercare_template_{:016x}", hasher.finish())
}

fn server() -> &'static Server {
    SERVER.get_or_init(|| match std::env::var("TEST_DATABASE_URL") {
        Ok(url) if !url.is_empty() => Server {
            base_url: url.rsplit_once('/').unwrap().0.to_owned(),
            _cluster: None,
        },
        _ => start(),
    })
}

fn start() -> Server {
    let cluster = Cluster::make();
    cluster.start(
        "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off \
         -c max_connections=300 -c max_wal_senders=0 -c wal_level=minimal",
    );
    Server {
        base_url: cluster.base_url(),
        _cluster: Some(cluster),
    }
}

/// A throw-away cluster. A watchdog ends it when this value or the process does.
pub struct Cluster {
    pub folder: PathBuf,
    bin: PathBuf,
    user: Option<(u32, u32)>,
    _watchdog: Child,
}

impl Cluster {
    /// Makes a cluster, which does not run yet. Its socket is in its folder.
    pub fn make() -> Self {
        let cluster = Self::folder();
        let data = cluster.folder.join("data").display().to_string();
        let args = "-U aftercare -A trust -E UTF8 --no-sync --locale=C";
        let args: Vec<_> = ["-D", &data].into_iter().chain(args.split(' ')).collect();
        cluster.run("initdb", &args);
        cluster
    }

    /// Makes a standby of a cluster that runs. It does not run yet.
    pub fn standby_of(primary: &Self) -> Self {
        let cluster = Self::folder();
        let data = cluster.folder.join("data").display().to_string();
        let host = primary.folder.display().to_string();
        let args = "-U aftercare -c fast --no-sync -R -X stream";
        let named = ["-D", &data, "-h", &host];
        let args: Vec<_> = named.into_iter().chain(args.split(' ')).collect();
        cluster.run("pg_basebackup", &args);
        cluster
    }

    /// The address of its databases, without the name of one.
    pub fn base_url(&self) -> String {
        let host = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://aftercare@{host}")
    }

    fn folder() -> Self {
        let unique = aftercare::random::uuid().unwrap().simple().to_string();
        let folder = roomy_and_quick().join(format!("aftercare-test-{unique}"));
        std::fs::create_dir(&folder).unwrap();
        let user = unprivileged();
        if let Some((uid, gid)) = user {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).unwrap();
        }
        let bin = bin_dir();
        let data = folder.join("data").display().to_string();
        Self {
            _watchdog: watchdog(&bin, &data, &folder, user),
            folder,
            bin,
            user,
        }
    }

    /// Stops it at once, as a machine that dies.
    pub fn stop(&self) {
        let data = self.folder.join("data").display().to_string();
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"]);
    }

    /// Starts it with these options.
    pub fn start(&self, options: &str) {
        let data = self.folder.join("data").display().to_string();
        let log = self.folder.join("log").display().to_string();
        let folder = self.folder.display();
        let options = format!("-c unix_socket_directories='{folder}' {options}");
        self.run(
            "pg_ctl",
            &["-D", &data, "-l", &log, "-w", "-o", &options, "start"],
        );
    }

    /// Writes a file that belongs to the cluster, as Postgres wants keys.
    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        let file = self.folder.join(name);
        std::fs::write(&file, content).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        if let Some((uid, gid)) = self.user {
            std::os::unix::fs::chown(&file, Some(uid), Some(gid)).unwrap();
        }
        file
    }

    fn run(&self, name: &str, args: &[&str]) {
        let mut command = Command::new(self.bin.join(name));
        command
            .args(args)
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .stdin(Stdio::null());
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        assert!(command.status().unwrap().success(), "{name} failed");
    }
}

fn watchdog(bin: &Path, data: &str, folder: &Path, user: Option<(u32, u32)>) -> Child {
    let script = format!(
        "cat >/dev/null; '{0}/pg_ctl' -D '{data}' -m immediate stop >/dev/null 2>&1; rm -rf '{1}'",
        bin.display(),
        folder.display()
    );
    // A process group of its own, so that an interrupt at the terminal does not reach it.
    Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        .process_group(0)
        .uid(user.map_or_else(|| rustix::process::geteuid().as_raw(), |(uid, _)| uid))
        .spawn()
        .unwrap()
}

/// Memory where there is plenty of it: cloning databases is most of the time of a test run.
fn roomy_and_quick() -> PathBuf {
    let asked = Command::new("df").args(["-Pk", "/dev/shm"]).output();
    let table = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let free = table.ok().and_then(|table| {
        let row: Vec<&str> = table.lines().nth(1)?.split_whitespace().collect();
        row.get(3)?.parse::<u64>().ok()
    });
    match free {
        Some(kib) if kib > 2 << 20 => PathBuf::from("/dev/shm"),
        _ => std::env::temp_dir(),
    }
}

/// Postgres refuses to run as root.
pub fn unprivileged() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let line = passwd
            .lines()
            .find(|line| line.starts_with(&format!("{name}:")))?;
        let fields: Vec<_> = line.split(':').collect();
        Some((fields[2].parse().unwrap(), fields[3].parse().unwrap()))
    };
    Some(find("postgres").or_else(|| find("nobody")).unwrap())
}

/// The folder of the programs of Postgres.
pub fn bin_dir() -> PathBuf {
    let mut candidates: Vec<PathBuf> = Vec::new();
    let asked = Command::new("pg_config").arg("--bindir").output();
    if let Ok(output) = asked {
        candidates.push(String::from_utf8_lossy(&output.stdout).trim().into());
    }
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        candidates.extend(versions.map(|version| version.unwrap().path().join("bin")));
    }
    candidates.extend(["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map(PathBuf::from));
    let complete =
        |folder: &&PathBuf| folder.join("initdb").exists() && folder.join("pg_ctl").exists();
    candidates
        .iter()
        .find(complete)
        .expect("no Postgres binaries: run script/bootstrap")
        .clone()
}

/// Every row of every table, as text.
pub async fn dump_text(conn: &mut AsyncPgConnection) -> String {
    use diesel::QueryableByName;
    use diesel::sql_types::Text;
    use diesel_async::RunQueryDsl;

    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let tables = "SELECT quote_ident(table_name) AS line FROM information_schema.tables \
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
    let tables: Vec<Line> = diesel::sql_query(tables).load(conn).await.unwrap();
    let mut dump = String::new();
    for Line { line: table } in tables {
        let query = format!("SELECT t::text AS line FROM {table} AS t");
        let rows: Vec<Line> = diesel::sql_query(query).load(conn).await.unwrap();
        for Line { line } in rows {
            dump.push_str(&format!("{table}: {line}\n"));
        }
    }
    dump
}
