//! Sending responses, beside inserts of the same row without anything around them.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use aftercare::app::intake::Intake;
use aftercare::domain::response::AnonymousResponse;
use aftercare::store::responses::arrival::Arrival;
use bytes::BytesMut;
use chrono::NaiveDate;
use serde_json::{Value, json};
use tokio_postgres::types::{IsNull, ToSql, Type};
use tokio_postgres::{Client, NoTls, Statement};

use super::crowd::{Crowd, Worker, apart};
use super::measure::{Contender, Table, in_turn};
use super::wire::Caller;
use super::world::{MadeUp, World};

const ROUNDS: usize = 5;
const SLOT: Duration = Duration::from_millis(700);
/// Rows in a bare batch, and connections that send them.
const BATCH: usize = 256;
const BATCHERS: usize = 3;

pub async fn run(world: &World, table: &mut Table) {
    for connections in [1, 8, 64] {
        at(world, connections, table).await;
    }
}

async fn at(world: &World, connections: usize, table: &mut Table) {
    let clients = apart();
    let made_up = &world.made_up;
    let bare = || Bare::connect(world.url.clone(), 1, made_up.clone());
    let sender = || {
        let made_up = made_up.clone();
        Caller::connect(world.address, "201", move |out| made_up.request(out))
    };
    let storer = || {
        let (intake, made_up) = (world.state.app.intake.clone(), made_up.clone());
        async { Storer(intake, made_up) }
    };
    let batcher = || Bare::connect(world.url.clone(), BATCH, made_up.clone());
    let mut contenders: Vec<Box<dyn Contender>> = vec![
        Box::new(Crowd::new(&clients, connections, bare).await),
        Box::new(Crowd::new(&clients, connections, sender).await),
        Box::new(Crowd::new(&clients, connections, storer).await),
    ];
    if connections > BATCHERS {
        contenders.push(Box::new(Crowd::new(&clients, BATCHERS, batcher).await));
    }
    world.clear().await;
    let samples = in_turn(ROUNDS, SLOT, &mut contenders).await;
    let label = |what: &str| format!("{what}, {connections} at once");
    let single = "INSERT of one row";
    table.compare(&label("POST a response"), &samples[1], single, &samples[0]);
    table.compare(&label("the intake alone"), &samples[2], single, &samples[0]);
    if let Some(batches) = samples.get(3) {
        let many = "INSERT of 256 rows";
        table.compare(&label("POST a response"), &samples[1], many, batches);
        table.compare(&label("the intake alone"), &samples[2], many, batches);
    }
}

/// Hands responses to the intake.
struct Storer(Intake, Arc<MadeUp>);

impl Worker for Storer {
    async fn step(&mut self) -> u64 {
        self.0
            .store(Arrival::open(self.1.response(), 0))
            .await
            .unwrap();
        1
    }
}

/// Sends rows with as little around them as there can be.
struct Bare {
    client: Client,
    insert: Statement,
    rows: usize,
    made_up: Arc<MadeUp>,
}

impl Bare {
    async fn connect(url: String, rows: usize, made_up: Arc<MadeUp>) -> Self {
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        Self {
            insert: prepare(&client, rows).await,
            client,
            rows,
            made_up,
        }
    }
}

impl Worker for Bare {
    async fn step(&mut self) -> u64 {
        insert(&self.client, &self.insert, &self.made_up, self.rows).await
    }
}

/// Puts this many rows there, or somewhat more, where nobody releases them.
pub async fn insert_many(client: &Client, made_up: &MadeUp, rows: u64) {
    let statement = prepare(client, BATCH).await;
    let mut done = 0;
    while done < rows {
        done += insert(client, &statement, made_up, BATCH).await;
    }
}

async fn prepare(client: &Client, rows: usize) -> Statement {
    let values = match rows {
        1 => "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        _ => {
            "SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::date[], $6::bytea[], $7::jsonb[])"
        }
    };
    let insert = format!(
        "INSERT INTO bare_arrivals (id, campaign_id, form_version_id, language, week, record, remarks) {values}"
    );
    client.prepare(&insert).await.unwrap()
}

async fn insert(client: &Client, statement: &Statement, made_up: &MadeUp, rows: usize) -> u64 {
    let rows: Vec<[Vec<u8>; 7]> = (0..rows).map(|_| columns(&made_up.response())).collect();
    let values: Vec<Raw> = match &rows[..] {
        [row] => row.iter().cloned().map(Raw).collect(),
        rows => (0..7).map(|place| array(rows, place)).collect(),
    };
    let values = values.iter().map(|value| value as &(dyn ToSql + Sync));
    let values: Vec<_> = values.collect();
    client.execute(statement, &values).await.unwrap()
}

/// A row in the binary format of Postgres.
fn columns(response: &AnonymousResponse) -> [Vec<u8>; 7] {
    let epoch = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();
    let days = (response.context().week.monday() - epoch).num_days();
    [
        response.id().0.as_bytes().to_vec(),
        response.context().campaign_id.0.as_bytes().to_vec(),
        response.context().form_version_id.0.as_bytes().to_vec(),
        response.context().language.clone().into_bytes(),
        i32::try_from(days).unwrap().to_be_bytes().to_vec(),
        response.record().to_vec(),
        remarks(response),
    ]
}

/// As jsonb, whose first byte is its version.
fn remarks(response: &AnonymousResponse) -> Vec<u8> {
    let written = response.remarks().iter().filter(|it| it.text.is_some());
    let written = written
        .map(|it| json!({"id": it.id, "question": it.question, "text": it.text}))
        .collect();
    let mut bytes = vec![1];
    serde_json::to_writer(&mut bytes, &Value::Array(written)).unwrap();
    bytes
}

/// One column of these rows as an array.
fn array(rows: &[[Vec<u8>; 7]], place: usize) -> Raw {
    let kinds = [
        Type::UUID,
        Type::UUID,
        Type::UUID,
        Type::TEXT,
        Type::DATE,
        Type::BYTEA,
        Type::JSONB,
    ];
    let kind = i32::try_from(kinds[place].oid()).unwrap();
    let length = |count: usize| i32::try_from(count).unwrap();
    // Dimensions, whether there are nulls, the type, how many, and from which number on they count.
    let head = [1, 0, kind, length(rows.len()), 1];
    let mut bytes: Vec<u8> = head.into_iter().flat_map(i32::to_be_bytes).collect();
    for row in rows {
        bytes.extend(length(row[place].len()).to_be_bytes());
        bytes.extend(&row[place]);
    }
    Raw(bytes)
}

/// A value that is in the binary format already.
#[derive(Debug)]
struct Raw(Vec<u8>);

impl ToSql for Raw {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}
