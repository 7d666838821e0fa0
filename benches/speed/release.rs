//! The release of arrivals, beside the copying of the same rows from one table into another.

use std::time::{Duration, Instant};

use aftercare::app::App;
use aftercare::app::tasks::release::release_on;
use aftercare::store::pool::Purpose;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tokio_postgres::NoTls;

use super::measure::{Contender, Sample, Table, in_turn};
use super::world::World;

const ROUNDS: usize = 5;
const SLOT: Duration = Duration::from_millis(600);
/// Whole batches of those that are inserted; and one release.
const ROWS: u64 = 39 * 256;

/// The server's own releaser finds the campaign taken, so that nobody releases but the one who is measured.
const TAKE: &str = "SELECT pg_advisory_lock(hashtextextended(id::text, 7301)) FROM campaigns";
const FILL: &str = "TRUNCATE arrivals, responses, remarks; \
    INSERT INTO arrivals (id, campaign_id, form_version_id, language, week, record, remarks) \
    SELECT gen_random_uuid(), campaign_id, form_version_id, language, week, record, '[]' FROM bare_arrivals";
/// The same columns into a table with the same key, in the order in which they lie.
const COPY: &str = "INSERT INTO bare_released SELECT id, campaign_id, form_version_id, language, week, record FROM arrivals";

pub async fn run(world: &World, table: &mut Table) {
    world.clear().await;
    let (client, connection) = tokio_postgres::connect(&world.url, NoTls).await.unwrap();
    tokio::spawn(connection);
    super::responses::insert_many(&client, &world.made_up, ROWS).await;
    let bare = "CREATE TABLE bare_released (LIKE responses INCLUDING ALL)";
    client.batch_execute(bare).await.unwrap();
    let mut conn = world.target.connect(Purpose::Maintenance).await.unwrap();
    conn.batch_execute(TAKE).await.unwrap();
    let copier = world.target.connect(Purpose::Maintenance).await.unwrap();
    let mut contenders: Vec<Box<dyn Contender>> = vec![
        Box::new(Copier(copier)),
        Box::new(ByHand(conn, world.state.app.clone())),
    ];
    let samples = in_turn(ROUNDS, SLOT, &mut contenders).await;
    let limit = "INSERT … SELECT of the same rows";
    table.compare("arrivals released", &samples[1], limit, &samples[0]);
    drop(contenders);
    client
        .batch_execute("DROP TABLE bare_released")
        .await
        .unwrap();
}

/// Releases what is ripe, without the filling before it.
struct ByHand(AsyncPgConnection, App);

impl Contender for ByHand {
    fn run(&mut self, time: Duration) -> LocalBoxFuture<'_, Sample> {
        async move {
            let (mut spent, mut rows) = (Duration::ZERO, 0);
            while spent < time {
                self.0.batch_execute(FILL).await.unwrap();
                let started = Instant::now();
                rows += release_on(&self.1, &mut self.0, self.1.now())
                    .await
                    .unwrap();
                spent += started.elapsed();
            }
            sample(rows as u64, spent)
        }
        .boxed_local()
    }
}

struct Copier(AsyncPgConnection);

impl Contender for Copier {
    fn run(&mut self, time: Duration) -> LocalBoxFuture<'_, Sample> {
        async move {
            let (mut spent, mut rows) = (Duration::ZERO, 0);
            while spent < time {
                self.0.batch_execute(FILL).await.unwrap();
                let empty = "TRUNCATE bare_released";
                self.0.batch_execute(empty).await.unwrap();
                let started = Instant::now();
                self.0.batch_execute(COPY).await.unwrap();
                spent += started.elapsed();
                rows += ROWS;
            }
            sample(rows, spent)
        }
        .boxed_local()
    }
}

fn sample(rows: u64, spent: Duration) -> Sample {
    assert!(rows >= ROWS, "only {rows} rows");
    Sample {
        a_second: rows as f64 / spent.as_secs_f64(),
        latencies: Vec::new(),
    }
}
