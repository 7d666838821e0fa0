//! A demonstration in a folder of its own, which is killed and counted.

use std::fmt;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::load::Sent;
use crate::cli::{Serving, command};
use crate::embedded::psql;

/// The campaign of the demonstration, open to everybody.
pub const OPEN: &str = "world-cancer-day-2027";
/// The one that takes invitations.
pub const INVITED: &str = "killed";
const PASSWORD: &str = "a password for the test";

/// A server with its own Postgres.
pub struct World {
    pub address: String,
    metrics: String,
    pub data_dir: PathBuf,
    path: Option<PathBuf>,
    /// Where its database is, if it is not its own.
    database: Option<String>,
    serving: Option<Serving>,
    http: reqwest::Client,
}

/// What was found at the end.
pub struct Figures {
    /// Acknowledged, and not there as it was acknowledged.
    pub lost: usize,
    /// Rows, or redeemed invitations, that are too many or too few.
    pub doubled: u64,
    rows: u64,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            lost,
            doubled,
            rows,
        } = self;
        write!(f, "{rows} rows; lost {lost}, doubled {doubled}")
    }
}

/// Asks whether the server is live, all the time.
pub struct Probe {
    stop: Arc<AtomicBool>,
    asking: JoinHandle<usize>,
}

impl Probe {
    /// The number of times that it did not say so.
    pub async fn await_all_live(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.asking.await.unwrap()
    }
}

/// A new name of a folder.
pub fn folder() -> PathBuf {
    let unique = aftercare::random::uuid().unwrap().simple().to_string();
    std::env::temp_dir().join(format!("aftercare-chaos-{unique}"))
}

impl World {
    pub async fn start() -> Self {
        Self::start_in(folder(), None).await
    }

    /// On a database that is not its own.
    pub async fn start_on(database: String) -> Self {
        Self::open(folder(), None, Some(database)).await
    }

    /// With the data in this folder, and with programs found first in another.
    pub async fn start_in(data_dir: PathBuf, path: Option<PathBuf>) -> Self {
        Self::open(data_dir, path, None).await
    }

    async fn open(data_dir: PathBuf, path: Option<PathBuf>, database: Option<String>) -> Self {
        // The next server takes the place of one that was killed, at the same address.
        let free = |_| TcpListener::bind("127.0.0.1:0").unwrap();
        let [api, metrics] = [0, 1].map(free).map(|it| it.local_addr().unwrap());
        let mut world = Self {
            address: format!("http://{api}"),
            metrics: metrics.to_string(),
            data_dir,
            path,
            database,
            serving: None,
            http: reqwest::Client::new(),
        };
        world.serve();
        let campaign = json!({
            "key": INVITED, "form": "daily-life-after-treatment", "title": {"en": "Killed"}, "access": "code",
            "opens_at": "2026-01-01T00:00:00Z", "closes_at": "2090-01-01T00:00:00Z",
        });
        let token = world.log_in().await;
        world.create(&token, "campaigns", &campaign).await;
        world
    }

    fn serve(&mut self) {
        let mut command = command(&["demo"]);
        command
            .env("AFTERCARE_DATA_DIR", &self.data_dir)
            .env("AFTERCARE_DEMO_PASSWORD", PASSWORD)
            .env(
                "AFTERCARE_LISTEN",
                self.address.trim_start_matches("http://"),
            )
            .env("AFTERCARE_METRICS_LISTEN", &self.metrics);
        if let Some(url) = &self.database {
            command.env("DATABASE_URL", url);
        }
        if let Some(first) = &self.path {
            let path = std::env::var_os("PATH").unwrap();
            let all = std::iter::once(first.clone()).chain(std::env::split_paths(&path));
            command.env("PATH", std::env::join_paths(all).unwrap());
        }
        self.serving = Some(Serving::start(command));
    }

    /// Logs in as a coordinator; how often one may do so is limited.
    async fn log_in(&self) -> String {
        let login = json!({"email": "demo@aftercare.example", "password": PASSWORD});
        let call = self.http.post(format!("{}/v1/sessions", self.address));
        let session = call.json(&login).send().await.unwrap();
        let session: Value = session.json().await.unwrap();
        session["access_token"].as_str().unwrap().to_owned()
    }

    async fn create(&self, token: &str, path: &str, body: &Value) -> Value {
        let call = self.http.post(format!("{}/v1/{path}", self.address));
        let reply = call.bearer_auth(token).json(body).send().await.unwrap();
        assert_eq!(reply.status(), 201);
        reply.json().await.unwrap()
    }

    /// Makes invitations.
    pub async fn invite(&self, count: usize) -> Vec<String> {
        let (token, path) = (
            self.log_in().await,
            format!("campaigns/{INVITED}/invitations"),
        );
        let mut all = Vec::new();
        while all.len() < count {
            let some = json!({"count": (count - all.len()).min(1000)});
            let made = self.create(&token, &path, &some).await;
            let made = made["invitations"].as_array().unwrap().iter();
            all.extend(made.map(|it| it.as_str().unwrap().to_owned()));
        }
        all
    }

    fn postmaster(&self) -> Option<Pid> {
        let file = self.data_dir.join("postgres/cluster/postmaster.pid");
        let text = std::fs::read_to_string(file).ok()?;
        Pid::from_raw(text.lines().next()?.parse().ok()?)
    }

    /// Waits for a Postgres to kill, and kills it.
    pub async fn kill_postgres(&self) {
        let until = Instant::now() + Duration::from_mins(2);
        while Instant::now() < until {
            let pid = self.postmaster();
            if pid.is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("Postgres is not started again");
    }

    /// Kills the server, and starts the next one.
    pub fn kill_server(&mut self) {
        let serving = self.serving.take().unwrap();
        serving.signal(Signal::KILL);
        serving.end();
        self.serve();
    }

    /// Stops the server; gives its log.
    pub fn stop(&mut self, signal: Signal) -> String {
        let serving = self.serving.take().unwrap();
        serving.signal(signal);
        let (success, _, log) = serving.end();
        assert!(success, "{log}");
        log
    }

    pub fn probe_liveness(&self) -> Probe {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopping, http) = (Arc::clone(&stop), self.http.clone());
        let address = format!("{}/health/live", self.address);
        let asking = tokio::spawn(async move {
            let mut failed = 0;
            while !stopping.load(Ordering::Relaxed) {
                let reply = http.get(&address).send().await;
                failed += usize::from(!reply.is_ok_and(|reply| reply.status() == 200));
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            failed
        });
        Probe { stop, asking }
    }

    /// The status of readiness, and whether it says when to ask again.
    pub async fn readiness(&self) -> (u16, bool) {
        let call = self.http.get(format!("{}/health/ready", self.address));
        let reply = call.send().await.unwrap();
        let retry = reply.headers().contains_key("retry-after");
        (reply.status().as_u16(), retry)
    }

    pub async fn wait_until_ready(&self) {
        let until = Instant::now() + Duration::from_mins(2);
        while self.readiness().await.0 != 200 {
            assert!(Instant::now() < until, "it does not heal");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The restarts of Postgres that the server counted, whatever came of them.
    pub async fn restarts(&self) -> u64 {
        let metrics = reqwest::get(format!("http://{}/metrics", self.metrics)).await;
        let metrics = metrics.unwrap().text().await.unwrap();
        let lines = metrics.lines();
        let ours = lines.filter(|line| line.starts_with("aftercare_postgres_restarts_total{"));
        let counts = ours.map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap());
        counts.sum()
    }

    /// Sends everything once more, and counts the rows.
    pub async fn check(&self, sent: &Sent) -> Figures {
        let again = sent.acknowledged.iter().map(async |(sending, first)| {
            let reply = sending.send(&self.http, &self.address).await.unwrap();
            let status = reply.status();
            let body = reply.text().await.unwrap();
            usize::from(status != 200 || body != *first)
        });
        let lost = stream::iter(again)
            .buffer_unordered(32)
            .fold(0, async |sum, it| sum + it)
            .await;
        let url = self.database.clone().unwrap_or_else(|| {
            std::fs::read_to_string(self.data_dir.join("postgres/url")).unwrap()
        });
        let count = |sql: &str| psql(url.trim(), sql).unwrap().parse::<u64>().unwrap();
        let of = |key: &str| {
            count(&format!(
                "SELECT count(*) FROM (SELECT campaign_id FROM arrivals UNION ALL SELECT campaign_id FROM responses) AS r \
                 JOIN campaigns AS c ON c.id = r.campaign_id WHERE c.key = '{key}'"
            ))
        };
        let expected = |invited: bool| {
            let mine = sent.acknowledged.iter();
            mine.filter(|(sending, _)| sending.invitation.is_some() == invited)
                .count() as u64
        };
        let (open, invited) = (of(OPEN), of(INVITED));
        let redeemed = count("SELECT count(*) FROM invitations WHERE redeemed");
        Figures {
            lost,
            doubled: open.abs_diff(expected(false))
                + invited.abs_diff(expected(true))
                + redeemed.abs_diff(invited),
            rows: open + invited,
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.signal(Signal::TERM);
            serving.end();
        }
        let _ = std::fs::remove_dir_all(&self.data_dir);
    }
}
