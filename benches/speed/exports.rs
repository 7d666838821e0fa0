//! The CSV export, beside a bare COPY of the same rows.

use std::time::Duration;

use futures_util::TryStreamExt;
use tokio_postgres::{Client, NoTls};

use super::crowd::{Crowd, Worker, apart};
use super::measure::{Contender, Table, in_turn};
use super::wire::Caller;
use super::world::World;

const ROUNDS: usize = 5;
const SLOT: Duration = Duration::from_millis(600);
const ROWS: u64 = 20_000;

pub async fn run(world: &World, table: &mut Table) {
    let clients = apart();
    fill(world).await;
    let request = format!(
        "GET /v1/forms/{}/responses.csv HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\n\r\n",
        world.form.key(),
        world.analyst().await
    );
    let exporter = || {
        let (address, request) = (world.address, request.clone().into_bytes());
        async move {
            let write = move |out: &mut Vec<u8>| out.extend_from_slice(&request);
            Exporter(Caller::connect(address, "200", write).await)
        }
    };
    let copier = || Copier::connect(world.url.clone());
    let mut contenders: Vec<Box<dyn Contender>> = vec![
        Box::new(Crowd::new(&clients, 1, copier).await),
        Box::new(Crowd::new(&clients, 1, exporter).await),
    ];
    let samples = in_turn(ROUNDS, SLOT, &mut contenders).await;
    let bare = "COPY of the rows as they are stored";
    table.compare("rows of the CSV export", &samples[1], bare, &samples[0]);
}

/// Released responses, put there directly.
async fn fill(world: &World) {
    world.clear().await;
    let (client, connection) = tokio_postgres::connect(&world.url, NoTls).await.unwrap();
    tokio::spawn(connection);
    super::responses::insert_many(&client, &world.made_up, ROWS).await;
    let release = "INSERT INTO responses (id, campaign_id, form_version_id, language, week, record) \
        SELECT id, campaign_id, form_version_id, language, week, record FROM bare_arrivals";
    client.execute(release, &[]).await.unwrap();
    client
        .batch_execute("VACUUM ANALYZE responses")
        .await
        .unwrap();
}

struct Exporter<F>(Caller<F>);

impl<F: FnMut(&mut Vec<u8>) + Send + 'static> Worker for Exporter<F> {
    async fn step(&mut self) -> u64 {
        let length = self.0.drain().await;
        // Each row has a hundred bytes and more.
        assert!(length > 100 * usize::try_from(ROWS).unwrap(), "{length}");
        ROWS
    }
}

struct Copier(Client);

impl Copier {
    async fn connect(url: String) -> Self {
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        Self(client)
    }
}

impl Worker for Copier {
    async fn step(&mut self) -> u64 {
        let copy = "COPY (SELECT campaign_id, form_version_id, language, week, record FROM responses) TO STDOUT";
        let pieces = self.0.copy_out(copy).await.unwrap();
        let bytes = pieces.try_fold(0, async |sum, piece| Ok(sum + piece.len()));
        assert!(bytes.await.unwrap() > 0);
        ROWS
    }
}
