//! Exports of many rows: broken ones are seen to be broken, slow clients hold up nobody, memory stays small.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aftercare::app::export::selection::RowFilter;
use aftercare::app::export::{
    CampaignTable, Download, ExportError, ExportVersion, FileSpec, Limits, ResponsesExport, Spool,
    start,
};
use aftercare::domain::ids::{CampaignId, FormVersionId};
use aftercare::domain::staff::role::Role;
use aftercare::domain::week::IsoWeek;
use aftercare::http::problem::Code;
use aftercare::store::exclusive_connection::ExclusiveConnection;
use diesel::sql_types::BigInt;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::{StreamExt, TryStreamExt};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::collection::{SHIPPED, definition};
use crate::support::logs::USER_AGENT;
use crate::support::stored::{
    Version, every_kind, open_campaign, publish, respond_often, respond_synthetic,
};

const PATH: &str = "/v1/forms/every-kind/responses.csv";
/// As long as can be, so that not so many rows are needed to fill every buffer on the way.
const CAMPAIGN: &str = "a-campaign-whose-key-is-as-long-as-that-of-a-campaign-can-be";
const MANY: u32 = 80_000;
/// The size of the spool.
const SPOOL: usize = 1024 * 1024 * 1024;

fn answers() -> Value {
    json!({"group": "a", "alone": true, "meals": "much", "help_from": ["family"], "distress": 6, "sleep_hours": 7,
        "weight": 61.5, "exact": 4, "family_role": false, "after": "some"})
}

async fn app_with(count: u32) -> (TestApp, Version, Uuid) {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let version = publish(&app.state.app, &every_kind()).await;
    let campaign = open_campaign(&app.state.app, &version.form, CAMPAIGN).await;
    respond_often(&mut conn, &version, campaign, answers(), count).await;
    conn.batch_execute("ANALYZE responses").await.unwrap();
    (app, version, campaign)
}

/// A download as a plain client sees it.
async fn download(app: &TestApp) -> reqwest::Response {
    download_from(app, PATH).await
}

async fn download_from(app: &TestApp, path: &str) -> reqwest::Response {
    let token = app.with_staff(Role::Analyst).await.access_token;
    let client = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .no_proxy()
        .build()
        .unwrap();
    let url = format!("http://{}{path}", app.address);
    client.get(url).bearer_auth(token).send().await.unwrap()
}

/// An export without HTTP around it.
async fn begin(
    app: &TestApp,
    version: Version,
    campaign: Uuid,
    limits: Limits,
) -> Result<Download, ExportError> {
    begin_in(app, &app.state.app.spool, version, campaign, limits).await
}

async fn begin_in(
    app: &TestApp,
    spool: &Spool,
    version: Version,
    campaign: Uuid,
    limits: Limits,
) -> Result<Download, ExportError> {
    let export = ResponsesExport {
        versions: vec![ExportVersion {
            id: FormVersionId(version.id),
            number: version.number,
            form: Arc::new(version.form),
        }],
        campaigns: vec![CampaignTable {
            id: CampaignId(campaign),
            key: CAMPAIGN.to_owned(),
            least_k: 5,
            left_out: BTreeSet::new(),
            weights: BTreeMap::new(),
            server_key: Some(app.state.app.keys.server.oldest().clone()),
        }],
        row_filter: RowFilter::default(),
        k: None,
        sensitive: Vec::new(),
        file: FileSpec::default(),
        with_levels: true,
        plans: Arc::default(),
    };
    let conn = app.state.app.pools.exports.get().await.unwrap();
    let connection = ExclusiveConnection::new(conn);
    let started = start(connection, export, spool, limits).await?;
    started.download().await
}

/// How many exports Postgres is busy with.
async fn busy(app: &TestApp) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
               AND application_name = 'aftercare-export' AND state <> 'idle'";
    let mut conn = app.connect().await;
    diesel::sql_query(sql)
        .get_result::<Count>(&mut conn)
        .await
        .unwrap()
        .count
}

async fn wait_until_idle(app: &TestApp) {
    let started = Instant::now();
    while busy(app).await > 0 {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "an export still runs"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_large_export_is_whole_and_its_connection_goes_back() {
    let (app, ..) = app_with(20_000).await;
    for _ in 0..5 {
        let text = download(&app).await.text().await.unwrap();
        assert_eq!(text.lines().count(), 20_001);
        let widths: Vec<_> = text.lines().map(|line| line.matches(',').count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]));
    }
    wait_until_idle(&app).await;
    let status = app.state.app.pools.exports.status();
    assert_eq!(status.size, status.available);
    assert!(
        status.size <= 2,
        "one connection served them all, beside that of the tallies"
    );
}

#[tokio::test]
async fn an_export_with_a_record_that_cannot_be_read_is_a_problem_wherever_it_stands() {
    let (app, ..) = app_with(20_000).await;
    let spoil = "UPDATE responses SET record = '\\x00' WHERE id = (SELECT id FROM responses ORDER BY id DESC LIMIT 1)";
    app.connect().await.batch_execute(spoil).await.unwrap();
    let analyst = app.with_staff(Role::Analyst).await.client;
    let answer = analyst.get(PATH).expecting_failure().send().await;
    answer.expect_problem(Code::Internal);
    wait_until_idle(&app).await;
}

#[tokio::test]
async fn an_export_that_breaks_before_its_first_piece_is_a_problem() {
    let (app, ..) = app_with(20).await;
    app.connect()
        .await
        .batch_execute("UPDATE responses SET record = '\\x00'")
        .await
        .unwrap();
    let analyst = app.with_staff(Role::Analyst).await.client;
    let answer = analyst.get(PATH).expecting_failure().send().await;
    answer.expect_problem(Code::Internal);
}

#[tokio::test]
async fn an_export_whose_database_goes_away_is_seen_to_be_broken() {
    let (app, ..) = app_with(MANY).await;
    let mut response = download(&app).await;
    response.chunk().await.unwrap().unwrap();
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE datname = current_database() AND application_name = 'aftercare-export'";
    app.connect().await.batch_execute(kill).await.unwrap();
    assert!(
        response.text().await.is_err(),
        "a broken export looks whole"
    );
}

#[tokio::test]
async fn a_client_that_hangs_up_frees_its_connection() {
    let (app, ..) = app_with(MANY).await;
    // More than there are connections for exports.
    for _ in 0..5 {
        let mut response = download(&app).await;
        response.chunk().await.unwrap().unwrap();
    }
    wait_until_idle(&app).await;
    let text = download(&app).await.text().await.unwrap();
    assert_eq!(text.lines().count(), MANY as usize + 1);
}

#[tokio::test]
async fn stalled_exports_hold_up_nobody_else() {
    let (app, ..) = app_with(20_000).await;
    let mut stalled = Vec::new();
    for _ in 0..2 {
        let mut response = download(&app).await;
        response.chunk().await.unwrap().unwrap();
        stalled.push(response);
    }
    wait_until_idle(&app).await;
    let free = app.state.app.spool.free();
    assert!(free < SPOOL, "they wait in the spool");
    app.client().get("/health/ready").send().await.expect(200);
    app.client().get("/v1/forms").send().await.expect(200);
    for response in stalled {
        assert_eq!(
            response
                .text()
                .await
                .unwrap()
                .lines()
                .last()
                .unwrap()
                .matches(',')
                .count(),
            17
        );
    }
}

/// A client that sends a request for the export and reads nothing of the reply.
async fn stalled(app: &TestApp, token: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(app.address).await.unwrap();
    let request = format!(
        "GET {PATH} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {USER_AGENT}\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    // The reply has begun.
    stream.peek(&mut [0]).await.unwrap();
    stream
}

#[tokio::test]
async fn the_ninth_export_comes_at_once_while_eight_readers_stall() {
    let rows = 20_000;
    let (app, ..) = app_with(rows).await;
    let token = app.with_staff(Role::Analyst).await.access_token;
    let mut readers = Vec::new();
    for _ in 0..8 {
        readers.push(stalled(&app, &token).await);
    }
    // Without optimisation it takes a while until all files are made. They are taken by nobody.
    wait_until_idle(&app).await;
    let text = timeout(Duration::from_secs(15), download(&app).await.text()).await;
    let text = text.expect("the ninth export waits for others").unwrap();
    assert_eq!(text.lines().count(), rows as usize + 1);
    wait_until_idle(&app).await;
    // There are two connections for exports, and none of the eight files was taken.
    assert!(app.state.app.spool.free() < SPOOL);
    drop(readers);
    let started = Instant::now();
    while app.state.app.spool.free() < SPOOL {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "the spool is not given back"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_full_spool_lets_an_export_go_on_as_fast_as_its_reader() {
    let (app, version, campaign) = app_with(20_000).await;
    let spool = Spool::new(std::env::temp_dir(), 100_000);
    let download = begin_in(&app, &spool, version, campaign, Limits::default()).await;
    let mut download = pin!(download.unwrap());
    let (mut bytes, mut least_free) = (0, 100_000);
    while let Some(piece) = download.next().await {
        bytes += piece.unwrap().len();
        least_free = least_free.min(spool.free());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(bytes > 1_000_000, "{bytes}");
    assert!(least_free < 100_000, "it was used");
    wait_until_idle(&app).await;
    assert_eq!(spool.free(), 100_000);
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_given_up() {
    let (app, version, campaign) = app_with(20_000).await;
    let limits = Limits {
        stall: Duration::from_millis(300),
        ..Limits::default()
    };
    let download = begin(&app, version, campaign, limits).await.unwrap();
    wait_until_idle(&app).await;
    tokio::time::sleep(limits.stall * 2).await;
    assert_eq!(app.state.app.spool.free(), SPOOL, "nothing of it is kept");
    let pieces: Result<Vec<_>, _> = download.try_collect().await;
    assert!(matches!(pieces, Err(ExportError::BrokenOff)));
}

#[tokio::test]
async fn an_export_that_takes_too_long_is_given_up() {
    let (app, version, campaign) = app_with(20_000).await;
    let limits = Limits {
        total: Duration::from_secs(10),
        ..Limits::default()
    };
    let mut download = pin!(begin(&app, version, campaign, limits).await.unwrap());
    let mut last = Ok(());
    while let Some(piece) = download.next().await {
        tokio::time::sleep(Duration::from_millis(500)).await;
        last = piece.map(|_| ());
    }
    assert!(last.is_err());
    wait_until_idle(&app).await;
}

/// The most memory that this process has held, in kilobytes.
fn high_water() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Run it alone: `cargo test --release --test api -- --ignored --nocapture memory_does_not_grow`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes its time, and measures the whole process"]
async fn memory_does_not_grow_with_the_number_of_rows() {
    let (app, version, campaign) = app_with(10_000).await;
    let measure = async || {
        let started = Instant::now();
        let (mut bytes, mut pieces) = (0, download(&app).await.bytes_stream());
        while let Some(piece) = pieces.next().await {
            bytes += piece.unwrap().len();
        }
        (bytes, started.elapsed(), high_water())
    };
    let small = measure().await;
    let more = 990_000;
    respond_often(
        &mut app.connect().await,
        &version,
        campaign,
        answers(),
        more,
    )
    .await;
    let large = measure().await;
    for (rows, (bytes, took, high_water)) in [(10_000_u32, small), (10_000 + more, large)] {
        let rate = f64::from(rows) / took.as_secs_f64();
        eprintln!(
            "{rows} rows, {bytes} bytes in {took:?}: {rate:.0} rows/s, high water {high_water} kB"
        );
    }
    assert!(
        large.2 < small.2 + 16 * 1024,
        "it grew from {} kB to {} kB",
        small.2,
        large.2
    );
}

/// Run it alone: `cargo test --release --test api -- --ignored --nocapture a_million_different_people`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes its time, and measures the whole process"]
async fn a_million_different_people_take_the_memory_of_their_combinations() {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let version = publish(&app.state.app, &definition(SHIPPED)).await;
    let campaign = open_campaign(&app.state.app, &version.form, CAMPAIGN).await;
    let mut rng = StdRng::seed_from_u64(2027);
    let first = "2027-W01".parse::<IsoWeek>().unwrap().monday();
    let path = "/v1/forms/daily-life-after-treatment/responses.csv";
    let mut stored = 0;
    for rows in [10_000_u32, 1_000_000] {
        while stored < rows {
            let heading = |_| {
                let week = first + chrono::TimeDelta::weeks(rng.random_range(0..12));
                (
                    campaign,
                    ["ko", "en"][usize::from(rng.random_bool(0.1))],
                    week,
                )
            };
            let headings: Vec<_> = (0..10_000).map(heading).collect();
            respond_synthetic(&mut conn, &version, &headings, &mut rng).await;
            stored += 10_000;
        }
        let before = high_water();
        let started = Instant::now();
        let response = download_from(&app, path).await;
        let (head, control) = (
            started.elapsed(),
            response.headers()["disclosure-control"].clone(),
        );
        let (mut bytes, mut pieces) = (0, response.bytes_stream());
        while let Some(piece) = pieces.next().await {
            bytes += piece.unwrap().len();
        }
        let (took, after) = (started.elapsed(), high_water());
        eprintln!(
            "{rows} rows, {bytes} bytes: {head:?} to the first byte, {took:?} in all; high water {before} kB before, {after} kB after; {control:?}"
        );
        assert!(
            after < before + 768 * 1024,
            "it grew from {before} kB to {after} kB"
        );
    }
}
