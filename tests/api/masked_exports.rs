//! Record-level exports are k-anonymous, say what that took, and are recorded before they leave.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aftercare::domain::week::IsoWeek;
use aftercare::export::CsvOptions;
use aftercare::export::stream::{Limits, ResponsesExport, prepare};
use aftercare::http::problem::Code;
use aftercare::role::Role;
use aftercare::store::AsyncPgConnection;
use aftercare::store::lease::Lease;
use aftercare::store::responses_export::ResponsesFilter;
use aftercare::store::schema::{audit_entries, campaigns, responses};
use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::TryStreamExt;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::client::{Answer, Client};
use crate::support::collection::{SHIPPED, definition};
use crate::support::logs::USER_AGENT;
use crate::support::stored::{
    Version, every_kind, open_campaign, publish, question, respond, respond_often,
    respond_synthetic,
};

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
        let identifying =
            (0..names.len()).filter(|column| *column < 4 || entries[*column][background] == "true");
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
            smallest >= k,
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
        assert!((k..=smallest).contains(&self.figures["smallest-class"]));
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
    let mut conn = app.connect().await;
    let version = publish(&mut conn, &every_kind()).await;
    let campaign = open_campaign(&mut conn, version.form_id, "spring-2027").await;
    (app, conn, version, campaign)
}

#[tokio::test]
async fn no_masked_export_has_a_class_smaller_than_k() {
    for (seed, count) in [(1, 7), (2, 40), (3, 160), (4, 400)] {
        let app = TestApp::start().await;
        let mut conn = app.connect().await;
        let mut rng = StdRng::seed_from_u64(seed);
        let mut one = every_kind();
        for key in ["help_from", "weight", "exact"] {
            question(&mut one, key)["background"] = json!(rng.random_bool(0.5));
        }
        let mut two = one.clone();
        question(&mut two, "group")["options"][0]["value"] = json!(3);
        question(&mut two, "sleep_hours")["background"] = json!(true);
        let versions = [
            publish(&mut conn, &one).await,
            publish(&mut conn, &two).await,
        ];
        let mut all = Vec::new();
        for key in ["spring-2027", "autumn-2027", "winter-2027"] {
            all.push(open_campaign(&mut conn, versions[0].form_id, key).await);
        }
        for (version, count) in versions.iter().zip([count, count / 3]) {
            let headings = headings(count, &all, &mut rng);
            respond_synthetic(&mut conn, version, &headings, &mut rng).await;
        }
        let analyst = app.with_staff(Role::Analyst).await.client;
        for (query, k) in [
            ("", 5),
            ("k=7", 7),
            ("k=10&campaign=spring-2027,winter-2027", 10),
            ("to_week=2027-W02", 5),
        ] {
            let path = format!("{EVERY_KIND}/responses.csv?{query}");
            let answer = analyst.get(&path).send().await;
            if answer.status == 409 {
                answer.expect_problem(Code::TooFewRecords);
                assert!(count < 40);
                continue;
            }
            let codebook = analyst
                .get(&format!("{EVERY_KIND}/codebook.csv"))
                .send()
                .await;
            File::read(&answer.expect(200), &codebook).check(k);
        }
    }
}

#[tokio::test]
async fn the_shipped_form_is_masked_with_all_that_hangs_on_what_is_masked() {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let version = publish(&mut conn, &definition(SHIPPED)).await;
    let campaign = open_campaign(&mut conn, version.form_id, "spring-2027").await;
    let mut rng = StdRng::seed_from_u64(9);
    let headings = headings(1_000, &[campaign], &mut rng);
    respond_synthetic(&mut conn, &version, &headings, &mut rng).await;
    let analyst = app.with_staff(Role::Analyst).await.client;
    for k in [5, 10] {
        let file = File::get(&analyst, DAILY_LIFE, &format!("k={k}")).await;
        file.check(k);
        assert_eq!(file.rows.len(), 1_000);
        assert!(file.figures["dependent-cells"] > 0);
        // Of a multiple choice all options are masked or none.
        let column_of = |name: &String| {
            let first = |other: &&String| *other == name || other.starts_with(&format!("{name}__"));
            file.names.iter().position(|other| first(&other)).unwrap()
        };
        for (column, with) in file.masked_with.iter().enumerate() {
            let with: Vec<usize> = with
                .iter()
                .filter(|name| !name.is_empty())
                .map(column_of)
                .collect();
            for row in &file.rows {
                let expected = with.iter().any(|other| row[*other] == "MSK");
                assert_eq!(
                    row[column] == "MSK",
                    expected,
                    "{}: {row:?}",
                    file.names[column]
                );
            }
        }
        let mut least = file.cells("week");
        least.retain(|cell| *cell != "MSK");
        let mut most = file.cells("sex");
        most.retain(|cell| *cell != "MSK");
        assert!(
            least.len() < most.len(),
            "the week goes before the background"
        );
    }
}

#[tokio::test]
async fn an_export_masks_at_least_as_much_as_its_campaigns_ask_for() {
    let (app, mut conn, version, spring) = app().await;
    let autumn = open_campaign(&mut conn, version.form_id, "autumn-2027").await;
    let strict = diesel::update(campaigns::table.find(autumn)).set(campaigns::k.eq(8));
    strict.execute(&mut conn).await.unwrap();
    let answers = json!({"group": "c", "meals": "none", "distress": 1});
    for campaign in [spring, autumn] {
        respond_often(&mut conn, &version, campaign, answers.clone(), 30).await;
    }
    let analyst = app.with_staff(Role::Analyst).await.client;
    for (query, k) in [
        ("", 8),
        ("campaign=spring-2027", 5),
        ("campaign=spring-2027&k=6", 6),
        ("k=30", 30),
        ("k=1000", 0),
    ] {
        let path = format!("{EVERY_KIND}/responses.csv?{query}");
        let answer = analyst.get(&path).send().await;
        if k == 0 {
            answer.expect_problem(Code::TooFewRecords);
        } else {
            let control = answer.expect(200).header("disclosure-control").to_owned();
            assert!(
                control.starts_with(&format!("k={k}, records=")),
                "{control}"
            );
        }
    }
    for query in [
        "k=7",
        "campaign=autumn-2027&k=5",
        "campaign=spring-2027&k=4",
        "k=0",
        "k=1",
        "k=-5",
        "k=",
        "k=many",
        "k=1001",
        "k=99999999999999",
        "sensitive=group",
        "sensitive=nothing",
        "sensitive=",
        "sensitive=distress,",
        "sensitive=story",
        "sensitive=help_from__family",
        "sensitive=score_load",
    ] {
        let answer = analyst
            .get(&format!("{EVERY_KIND}/responses.csv?{query}"))
            .send()
            .await;
        let answer = answer.expect_problem(Code::QueryInvalid);
        if query == "k=7" {
            assert_eq!(answer.json()["detail"], "`k` is at least 8 here.");
        }
    }
}

#[tokio::test]
async fn fewer_responses_than_k_are_not_exported_at_all() {
    let (app, mut conn, version, campaign) = app().await;
    let analyst = app.with_staff(Role::Analyst).await.client;
    let path = format!("{EVERY_KIND}/responses.csv");
    let empty = analyst.get(&path).send().await.expect(200);
    assert_eq!(empty.text().lines().count(), 1);
    let expected = "k=5, records=0, cells=0, masked-cells=0, masked-records=0, dependent-cells=0, smallest-class=0";
    assert_eq!(empty.header("disclosure-control"), expected);
    assert_eq!(empty.header("diversity"), "");
    let answers = json!({"group": "c", "meals": "none", "distress": 1});
    respond_often(&mut conn, &version, campaign, answers.clone(), 4).await;
    let few = analyst.get(&path).send().await;
    few.expect_problem(Code::TooFewRecords);
    assert_eq!(
        entries(&mut conn).await.len(),
        1,
        "what is refused is no export"
    );
    respond_often(&mut conn, &version, campaign, answers, 1).await;
    let file = File::get(&analyst, EVERY_KIND, "").await;
    assert_eq!((file.rows.len(), file.figures["masked-cells"]), (5, 0));
}

/// What the audit says, oldest first.
async fn entries(conn: &mut AsyncPgConnection) -> Vec<(Option<Uuid>, String, Value)> {
    let rows = audit_entries::table.order(audit_entries::number).select((
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

#[tokio::test]
async fn the_audit_says_who_exported_what_and_what_was_masked() {
    let (app, mut conn, version, campaign) = app().await;
    let answers = json!({"group": "c", "meals": "none", "distress": 1});
    respond_often(&mut conn, &version, campaign, answers, 6).await;
    let rare = json!({"group": "a", "meals": "none", "distress": 3, "exact": 1});
    respond(&mut conn, &version, campaign, ("en", "2027-W05"), rare).await;
    let staff = app.with_staff(Role::Analyst).await;
    let query = "k=6&campaign=spring-2027&from_week=2027-W01&sensitive=distress,meals";
    let file = File::get(&staff.client, EVERY_KIND, query).await;
    file.check(6);
    let [(who, action, details)] = &*entries(&mut conn).await else {
        panic!("one export, one entry");
    };
    assert_eq!(
        (*who, action.as_str()),
        (Some(staff.id), "responses_exported")
    );
    let expected = json!({
        "form": "every-kind",
        "filter": {"campaigns": ["spring-2027"], "from_week": "2027-W01", "to_week": null},
        "k": 6,
        "sensitive": ["distress", "meals"],
        "rows": 7,
        "masked_cells": file.figures["masked-cells"],
        "masked_records": file.figures["masked-records"],
        "dependent_cells": file.figures["dependent-cells"],
        "smallest_class": 7,
        "diversity": [
            {"question": "distress", "least": 2, "uniform_classes": 0},
            {"question": "meals", "least": 1, "uniform_classes": 1},
        ],
    });
    assert_eq!(*details, expected);
}

#[tokio::test]
async fn nothing_leaves_that_is_not_in_the_audit_before() {
    let (app, mut conn, version, campaign) = app().await;
    let answers = json!({"group": "c", "meals": "none", "distress": 1});
    respond_often(&mut conn, &version, campaign, answers, 40_000).await;
    let token = app.with_staff(Role::Analyst).await.access_token;
    let client = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .no_proxy()
        .build()
        .unwrap();
    let url = format!("http://{}{EVERY_KIND}/responses.csv", app.address);
    let mut response = client.get(&url).bearer_auth(&token).send().await.unwrap();
    response.chunk().await.unwrap().unwrap();
    assert_eq!(
        entries(&mut conn).await.len(),
        1,
        "the first bytes are there, and so is the entry"
    );
    drop(response);

    let full = "ALTER TABLE audit_entries ADD CHECK (false) NOT VALID";
    conn.batch_execute(full).await.unwrap();
    let analyst = app.with_staff(Role::Analyst).await.client;
    let call = analyst
        .get(&format!("{EVERY_KIND}/responses.csv"))
        .expecting_failure();
    call.send().await.expect_problem(Code::Internal);
}

#[tokio::test]
async fn the_diversity_of_sensitive_answers_is_reported() {
    let (app, mut conn, version, campaign) = app().await;
    for (group, meals, distress, count) in [
        ("a", "none", 1, 4),
        ("a", "none", 2, 3),
        ("c", "much", 7, 5),
    ] {
        let mut answers = json!({"group": group, "meals": meals, "distress": distress});
        if group == "a" {
            answers["exact"] = json!(distress);
        }
        respond_often(&mut conn, &version, campaign, answers, count).await;
    }
    let analyst = app.with_staff(Role::Analyst).await.client;
    let path = format!("{EVERY_KIND}/responses.csv?sensitive=meals,distress,help_from,distress");
    let answer = analyst.get(&path).send().await.expect(200);
    let expected = "meals;least=1;uniform-classes=2, distress;least=1;uniform-classes=1, help_from;least=1;uniform-classes=2";
    assert_eq!(answer.header("diversity"), expected);
}

/// As many responses as wanted, each with a number that no other has, to know it again by.
async fn numbered(
    conn: &mut AsyncPgConnection,
    version: &Version,
    campaign: Uuid,
    from: u32,
    count: u32,
) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for number in from..from + count {
        let group = ["a", "b", "c", "c", "c"][number as usize % 5];
        let mut answers = json!({"group": group, "meals": "none", "distress": number % 11, "sleep_hours": number});
        if group != "c" && number % 11 <= 8 {
            answers["exact"] = json!(1);
        }
        if number % 3 == 0 {
            answers["alone"] = json!(number % 2 == 0);
        }
        ids.push(respond(conn, version, campaign, ("ko", "2027-W05"), answers).await);
    }
    ids
}

/// How much the order of these agrees with the numbers: 1 is the same order, 0 chance (Spearman).
fn agreement(order: &[usize]) -> f64 {
    let count = order.len() as f64;
    let squares: f64 = order
        .iter()
        .enumerate()
        .map(|(place, number)| (place as f64 - *number as f64).powi(2))
        .sum();
    1.0 - 6.0 * squares / (count * (count * count - 1.0))
}

#[tokio::test]
async fn rows_stand_in_an_order_that_says_nothing_and_repeats_only_for_the_same_export() {
    let (app, mut conn, version, campaign) = app().await;
    let ids = numbered(&mut conn, &version, campaign, 0, 250).await;
    let analyst = app.with_staff(Role::Analyst).await.client;
    let path = format!("{EVERY_KIND}/responses.csv");
    let get = async |query: &str| {
        analyst
            .get(&format!("{path}?{query}"))
            .send()
            .await
            .expect(200)
            .text()
    };
    let first = get("").await;
    assert_eq!(first, get("").await, "repeating it gives nothing more");
    assert_eq!(
        first,
        get("to_week=2027-W20").await,
        "nor does asking for the same in other words"
    );
    let order = |text: &str| -> Vec<usize> {
        let (names, rows) = table(text.as_bytes());
        let column = names.iter().position(|name| name == "sleep_hours").unwrap();
        rows.iter()
            .map(|row| row[column].parse().unwrap())
            .filter(|number| *number < 250)
            .collect()
    };
    let then = order(&first);
    let mut by_id: Vec<usize> = (0..250).collect();
    by_id.sort_by_key(|number| ids[*number]);
    // Another k, and another day with a response more.
    let larger = order(&get("k=6").await);
    numbered(&mut conn, &version, campaign, 250, 1).await;
    let later = order(&get("").await);
    let place_in = |one: &[usize], other: &[usize]| -> Vec<usize> {
        one.iter()
            .map(|number| other.iter().position(|it| it == number).unwrap())
            .collect()
    };
    for (what, places) in [
        ("in the order of coming", then.clone()),
        ("in the order of ids", place_in(&then, &by_id)),
        ("with another k", place_in(&then, &larger)),
        ("on another day", place_in(&then, &later)),
    ] {
        let agreement = agreement(&places);
        // Five standard deviations.
        assert!(
            agreement.abs() < 5.0 / 250_f64.sqrt(),
            "{what}: {agreement}"
        );
        let neighbours = places
            .windows(2)
            .filter(|pair| pair[0].abs_diff(pair[1]) == 1)
            .count();
        assert!(
            neighbours < 15,
            "{what}: {neighbours} neighbours are neighbours again"
        );
    }
}

#[tokio::test]
async fn who_of_several_alike_is_masked_does_not_hang_on_the_order_of_coming() {
    let (app, mut conn, version, campaign) = app().await;
    // Sixty alike, of which some are masked to keep three others company.
    let mut numbers = HashMap::new();
    for number in 0..63 {
        let alone = (number % 21 == 20).then_some(true);
        let answers = json!({"group": "c", "meals": "some", "distress": 1, "sleep_hours": number, "alone": alone});
        let id = respond(&mut conn, &version, campaign, ("ko", "2027-W05"), answers).await;
        numbers.insert(id, number);
    }
    let analyst = app.with_staff(Role::Analyst).await.client;
    let file = File::get(&analyst, EVERY_KIND, "").await;
    file.check(5);
    let (alone, sleep) = (file.cells("alone"), file.cells("sleep_hours"));
    let masked: BTreeSet<u32> = alone
        .iter()
        .zip(&sleep)
        .filter(|(cell, _)| **cell == "MSK")
        .map(|(_, number)| number.parse().unwrap())
        .collect();
    assert_eq!(masked.len(), 5, "{masked:?}");
    let donors: Vec<_> = masked
        .into_iter()
        .filter(|number| number % 21 != 20)
        .collect();
    assert!(
        donors != [0, 1] && donors != [60, 61],
        "the first or the last: {donors:?}"
    );
}

#[tokio::test]
async fn what_changes_between_the_passes_is_not_seen() {
    let (app, mut conn, version, campaign) = app().await;
    numbered(&mut conn, &version, campaign, 0, 60).await;
    let analyst = app.with_staff(Role::Analyst).await.client;
    let before = analyst
        .get(&format!("{EVERY_KIND}/responses.csv"))
        .send()
        .await
        .expect(200);
    let filter = ResponsesFilter {
        versions: vec![version.id],
        campaigns: vec![campaign],
        ..ResponsesFilter::default()
    };
    let prepared = |form| {
        let export = ResponsesExport {
            versions: vec![(version.id, version.number, form)],
            campaigns: HashMap::from([(campaign, "spring-2027".to_owned())]),
            filter: filter.clone(),
            k: 5,
            sensitive: Vec::new(),
            key: app.state.keys.server.clone(),
            options: CsvOptions::default(),
        };
        let app = &app;
        async move {
            let lease = Lease::new(app.state.export_connection().await.unwrap());
            prepare(lease, export, Limits::default()).await.unwrap()
        }
    };
    let waiting = prepared(version.form.clone()).await;
    let gone = diesel::delete(responses::table).filter(responses::language.eq("ko"));
    assert_eq!(gone.execute(&mut conn).await.unwrap(), 60);
    numbered(&mut conn, &version, campaign, 100, 20).await;
    let pieces: Vec<_> = waiting.start().await.unwrap().try_collect().await.unwrap();
    assert_eq!(pieces.concat(), before.body);
    let after = File::get(&analyst, EVERY_KIND, "").await;
    assert_eq!(after.rows.len(), 20);
    // One that is not taken up gives its connection back, and one that is dropped half-way too.
    drop(prepared(version.form.clone()).await);
    drop(prepared(version.form.clone()).await.start().await.unwrap());
    File::get(&analyst, EVERY_KIND, "").await.check(5);
}
