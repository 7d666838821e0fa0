//! Record-level exports are k-anonymous, say what that took, and are recorded before they leave.
//!
//! | module | holds |
//! | --- | --- |
//! | `own_tables` | each campaign has a masked table of its own, which is kept as long as it does not change |
//! | `classes` | how many rows are alike, and what is masked for it |
//! | `left_out` | what a campaign leaves out of its rows |
//! | `measured` | what an export would mask, measured without one |
//! | `report` | what the headers and the audit say |
//! | `weights` | what masked cells cost |
//! | `unmasked` | a campaign that says that its files are not masked |
//! | `order` | the order of the rows, and of what happens at the same time |

mod classes;
mod left_out;
mod measured;
mod order;
mod own_tables;
mod report;
mod unmasked;
mod weights;

use crate::support::TestApp;
use crate::support::client::{Answer, Client};
use crate::support::collection::{SHIPPED, definition};
use crate::support::logs::USER_AGENT;
use crate::support::stored::{
    Version, every_kind, open_campaign, publish, question, respond, respond_often,
    respond_synthetic,
};
use aftercare::app::export::{
    CampaignTable, ExportVersion, FileSpec, Limits, ResponsesExport, start,
};
use aftercare::domain::codebook::MetadataColumn;
use aftercare::domain::staff::role::Role;
use aftercare::domain::week::IsoWeek;
use aftercare::http::problem::Code;
use aftercare::store::AsyncPgConnection;
use aftercare::store::exclusive_connection::ExclusiveConnection;
use aftercare::store::schema::{audit_entries, campaigns, responses};
use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::TryStreamExt;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// A form, as it is asked for.
const EVERY_KIND: &str = "/v1/forms/every-kind";
const DAILY_LIFE: &str = "/v1/forms/daily-life-after-treatment";

/// A file, with what the codebook says of its columns.
struct File {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
    /// The columns by which somebody could be found.
    identifying: Vec<usize>,
    /// The columns with which a column is masked.
    masked_with: Vec<Vec<String>>,
    figures: BTreeMap<String, u64>,
}

impl File {
    async fn get(client: &Client, form: &str, query: &str) -> Self {
        let answer = client
            .get(&format!("{form}/responses.csv?{query}"))
            .send()
            .await;
        let codebook = client.get(&format!("{form}/codebook.csv")).send().await;
        Self::read(&answer.expect(200), &codebook.expect(200))
    }

    fn read(answer: &Answer, codebook: &Answer) -> Self {
        let (names, rows) = table(&answer.body);
        let (described, entries) = table(&codebook.body);
        let place = |name: &str| described.iter().position(|other| other == name).unwrap();
        let background = place("background");
        let is_metadata = |name: &str| MetadataColumn::ALL.iter().any(|it| it.name() == name);
        let identifying = (0..names.len()).filter(|column| {
            is_metadata(&names[*column]) || entries[*column][background] == "true"
        });
        let masked_with = place("masked_with");
        let lists = entries
            .iter()
            .map(|entry| entry[masked_with].split("; ").map(str::to_owned).collect());
        let figures = answer
            .header("disclosure-control")
            .split(", ")
            .map(|figure| {
                let (name, number) = figure.split_once('=').unwrap();
                (name.to_owned(), number.parse().unwrap())
            });
        Self {
            identifying: identifying.collect(),
            masked_with: lists.collect(),
            figures: figures.collect(),
            names,
            rows,
        }
    }

    /// The rows by what is shown of the person.
    fn classes(&self) -> BTreeMap<Vec<&str>, usize> {
        let mut classes = BTreeMap::new();
        for row in &self.rows {
            let shown = self.identifying.iter().map(|column| row[*column].as_str());
            *classes.entry(shown.collect()).or_default() += 1;
        }
        classes
    }

    /// Checks what must hold for every file: its classes, and that its header tells the truth.
    fn check(&self, k: u64) {
        let smallest = self.classes().into_values().min().unwrap_or(0) as u64;
        assert!(
            smallest >= k || self.rows.is_empty(),
            "{smallest} of {} are alike, and not {k}",
            self.rows.len()
        );
        let is_identifying = |column: &usize| self.identifying.contains(column);
        let (mut masked, mut dependent, mut records) = (0, 0, 0);
        for row in &self.rows {
            let cells: Vec<usize> = (0..row.len())
                .filter(|column| row[*column] == "MSK")
                .collect();
            let own = cells.iter().filter(|column| is_identifying(column)).count() as u64;
            masked += own;
            dependent += cells.len() as u64 - own;
            records += u64::from(own > 0);
            assert!(own > 0 || cells.is_empty(), "masked with nothing: {row:?}");
        }
        let rows = self.rows.len() as u64;
        let expected = [
            ("cells", rows * self.identifying.len() as u64),
            ("dependent-cells", dependent),
            ("k", k),
            ("masked-cells", masked),
            ("masked-records", records),
            ("records", rows),
        ];
        for (name, number) in expected {
            assert_eq!(self.figures[name], number, "{name}");
        }
        let least = self.figures["smallest-class"];
        let said = if self.rows.is_empty() {
            least == 0
        } else {
            (k..=smallest).contains(&least)
        };
        assert!(said, "{least} is said, of {smallest}");
    }

    fn column(&self, name: &str) -> usize {
        self.names.iter().position(|other| other == name).unwrap()
    }

    fn cells(&self, name: &str) -> Vec<&str> {
        let column = self.column(name);
        self.rows.iter().map(|row| row[column].as_str()).collect()
    }
}

fn table(csv: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::ReaderBuilder::new().from_reader(csv);
    let owned = |row: &csv::StringRecord| row.iter().map(str::to_owned).collect::<Vec<_>>();
    let names = owned(reader.headers().unwrap());
    (
        names,
        reader.records().map(|row| owned(&row.unwrap())).collect(),
    )
}

fn monday(week: &str) -> NaiveDate {
    week.parse::<IsoWeek>().unwrap().monday()
}

/// Campaign, language and week of so many responses.
fn headings(
    count: usize,
    campaigns: &[Uuid],
    rng: &mut StdRng,
) -> Vec<(Uuid, &'static str, NaiveDate)> {
    let heading = |_| {
        let week = monday("2027-W01") + TimeDelta::weeks(rng.random_range(0..6));
        let language = ["en", "ko"][usize::from(rng.random_bool(0.8))];
        (
            campaigns[rng.random_range(0..campaigns.len())],
            language,
            week,
        )
    };
    (0..count).map(heading).collect()
}

/// An app with one version of the form with every kind of question, and a campaign.
async fn app() -> (TestApp, AsyncPgConnection, Version, Uuid) {
    let app = TestApp::start().await;
    let conn = app.connect().await;
    let version = publish(&app.state.app, &every_kind()).await;
    let campaign = open_campaign(&app.state.app, &version.form, "spring-2027").await;
    (app, conn, version, campaign)
}
/// Made-up responses to the shipped form, and an analyst.
async fn shipped(count: usize) -> (TestApp, AsyncPgConnection, Client) {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let version = publish(&app.state.app, &definition(SHIPPED)).await;
    let campaign = open_campaign(&app.state.app, &version.form, "spring-2027").await;
    let mut rng = StdRng::seed_from_u64(9);
    let headings = headings(count, &[campaign], &mut rng);
    respond_synthetic(&mut conn, &version, &headings, &mut rng).await;
    let analyst = app.with_staff(Role::Analyst).await.client;
    (app, conn, analyst)
}

/// What the audit says, oldest first.
async fn entries(conn: &mut AsyncPgConnection) -> Vec<(Option<Uuid>, String, Value)> {
    let exports = audit_entries::action.eq("responses_exported");
    let rows = audit_entries::table
        .filter(exports)
        .order(audit_entries::number);
    let rows = rows.select((
        audit_entries::staff_id,
        audit_entries::action,
        audit_entries::details,
    ));
    let rows: Vec<(Option<Uuid>, String, String)> = rows.load(conn).await.unwrap();
    let read = |(who, action, details): (_, _, String)| {
        (who, action, serde_json::from_str(&details).unwrap())
    };
    rows.into_iter().map(read).collect()
}
