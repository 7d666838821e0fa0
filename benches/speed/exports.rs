//! The CSV export, beside a bare COPY of the same rows, and beside the same rows written without any masking, which the
//! server does not do.

use std::sync::Arc;
use std::time::Duration;

use aftercare::app::export::ExportVersion;
use aftercare::app::export::rows::{RowReader, Rows};
use aftercare::app::export::tables::Tables;
use aftercare::domain::disclosure::codebook;
use aftercare::domain::form::Form;
use aftercare::domain::ids::{CampaignId, FormVersionId};
use aftercare::domain::response::validate;
use aftercare::formats::csv::CsvOptions;
use aftercare::formats::csv_table::CsvTable;
use aftercare::formats::table::{Layout, Shape, TableWriter};
use aftercare::sample::synthetic;
use aftercare::store::AsyncPgConnection;
use aftercare::store::pool::{Purpose, Target};
use aftercare::store::responses::stream::Order;
use futures_util::TryStreamExt;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use super::crowd::{Crowd, Worker, apart};
use super::measure::{Contender, Table, in_turn};
use super::wire::Caller;
use super::world::{World, occasion};

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
    let writer = || {
        Writer::connect(
            world.url.clone(),
            world.target.clone(),
            Form::clone(&world.form),
        )
    };
    let mut contenders: Vec<Box<dyn Contender>> = vec![
        Box::new(Crowd::new(&clients, 1, copier).await),
        Box::new(Crowd::new(&clients, 1, writer).await),
        Box::new(Crowd::new(&clients, 1, exporter).await),
    ];
    let samples = in_turn(ROUNDS, SLOT, &mut contenders).await;
    let bare = "COPY of the rows as they are stored";
    table.compare(
        "rows written without masking",
        &samples[1],
        bare,
        &samples[0],
    );
    table.compare("rows of the CSV export", &samples[2], bare, &samples[0]);
    let unmasked = "the same rows written without masking";
    table.compare("rows of the CSV export", &samples[2], unmasked, &samples[1]);
}

/// Released responses of twelve weeks, all of them different people, put there directly.
async fn fill(world: &World) {
    world.clear().await;
    let (client, connection) = tokio_postgres::connect(&world.url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let mut rng = StdRng::seed_from_u64(2027);
    let (mut weeks, mut records) = (Vec::new(), Vec::new());
    for _ in 0..ROWS {
        let answers = synthetic(&world.form, "ko", &mut rng);
        let valid = validate(&world.form, &answers, occasion()).unwrap();
        records.push(
            world
                .form
                .layout()
                .encode(world.form.questions(), valid.as_slice()),
        );
        weeks.push(rng.random_range(0..12_i32));
    }
    let insert = "INSERT INTO responses (id, campaign_id, form_version_id, language, week, record) \
        SELECT gen_random_uuid(), campaigns.id, form_versions.id, 'ko', date '2027-01-04' + 7 * week, record \
        FROM campaigns, form_versions, unnest($1::int[], $2::bytea[]) AS made_up (week, record)";
    client.execute(insert, &[&weeks, &records]).await.unwrap();
    client
        .batch_execute("VACUUM ANALYZE responses")
        .await
        .unwrap();
}

/// Reads the rows once and writes them as they are.
struct Writer {
    conn: AsyncPgConnection,
    versions: Vec<ExportVersion>,
    campaign: CampaignId,
}

impl Writer {
    async fn connect(url: String, target: Target, form: Form) -> Self {
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let ids = "SELECT campaigns.id, form_versions.id FROM campaigns, form_versions";
        let row = client.query_one(ids, &[]).await.unwrap();
        let campaign = CampaignId(row.get::<_, Id>(0).0);
        Self {
            conn: target.connect(Purpose::Exports).await.unwrap(),
            versions: vec![ExportVersion {
                id: FormVersionId(row.get::<_, Id>(1).0),
                number: 1,
                form: Arc::new(form),
            }],
            campaign,
        }
    }
}

/// An id, for a driver that knows none.
struct Id(Uuid);

impl<'a> tokio_postgres::types::FromSql<'a> for Id {
    fn from_sql(
        _: &tokio_postgres::types::Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(Uuid::from_slice(raw)?))
    }

    fn accepts(kind: &tokio_postgres::types::Type) -> bool {
        *kind == tokio_postgres::types::Type::UUID
    }
}

impl Worker for Writer {
    async fn step(&mut self) -> u64 {
        let tables = Tables::of(&self.versions);
        let reader = RowReader::new(&tables, &self.versions, (self.campaign, "bench"));
        let columns = &tables.columns;
        let mut csv = CsvTable::new(CsvOptions::default());
        let entries = codebook(columns, "en");
        let (mut layout, _) = Layout::of(columns, &entries, Shape::default(), |_| true);
        let rows = Rows::open(&mut self.conn, Order::Any, &reader);
        let mut rows = rows.await.unwrap();
        let mut count = 0;
        while let Some(row) = rows.next().await.unwrap() {
            layout.write(row.cells(), &mut csv).unwrap();
            count += 1;
            if csv.is_full() {
                std::hint::black_box(csv.take());
            }
        }
        assert_eq!(count, ROWS);
        count
    }
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
