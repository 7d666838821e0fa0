//! Statistics and the report over 1,000,000 responses, beside the same over 10,000: what tallies tell costs the same.
//!
//! Filling takes a minute, so it runs only when it is named: `cargo bench -- statistics`.

use std::time::{Duration, Instant};

use aftercare::app::statistics::{ReportRequest, StatisticsRequest, report, statistics};
use aftercare::app::tallies::renew;
use aftercare::app::{App, Caller};
use aftercare::domain::response::validate;
use aftercare::domain::statistics::Asked;
use aftercare::formats::report::report_html;
use aftercare::sample::synthetic;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio_postgres::{Client, NoTls};

use super::measure::{Contender, Sample, Table, in_turn};
use super::world::{World, occasion};

const ROUNDS: usize = 3;
const SLOT: Duration = Duration::from_millis(300);
/// Different people; each stands for as many as are needed.
const PEOPLE: usize = 5_000;
const SIZES: [(&str, usize); 2] = [("small", 10_000), ("large", 1_000_000)];

pub async fn run(world: &World, table: &mut Table) {
    world.clear().await;
    let (client, connection) = tokio_postgres::connect(&world.url, NoTls).await.unwrap();
    tokio::spawn(connection);
    fill(world, &client).await;
    let app = &world.state.app;
    let started = Instant::now();
    renew(app).await.unwrap();
    eprintln!(
        "tallies of 1,010,000 responses built in {:.1?}",
        started.elapsed()
    );
    for (what, by) in [
        ("a score by one background question", "cancer_type"),
        (
            "a score by two background questions",
            "cancer_type,age_band",
        ),
        (
            "a score by week, sex and another question",
            "week,sex,home_housework",
        ),
        ("the report as a page", ""),
    ] {
        let mut contenders: Vec<Box<dyn Contender>> = Vec::new();
        for (campaign, _) in SIZES {
            contenders.push(Box::new(Asker {
                app: app.clone(),
                form: world.form.key().to_owned(),
                campaign,
                by,
                uncached: 0,
            }));
        }
        let samples = in_turn(ROUNDS, SLOT, &mut contenders).await;
        let limit = "the same over 10,000";
        table.compare(
            &format!("{what}, over 1,000,000"),
            &samples[1],
            limit,
            &samples[0],
        );
    }
}

async fn fill(world: &World, client: &Client) {
    let mut rng = StdRng::seed_from_u64(2027);
    let (mut weeks, mut records) = (Vec::new(), Vec::new());
    for _ in 0..PEOPLE {
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
    for (campaign, size) in SIZES {
        let make = "INSERT INTO campaigns SELECT (jsonb_populate_record(c, jsonb_build_object(\
            'id', gen_random_uuid(), 'key', $1::text))).* FROM (SELECT * FROM campaigns ORDER BY created_at LIMIT 1) c";
        client.execute(make, &[&campaign]).await.unwrap();
        let copies = i32::try_from(size / PEOPLE).unwrap();
        let insert = "INSERT INTO responses (id, campaign_id, form_version_id, language, week, record) \
            SELECT gen_random_uuid(), c.id, v.id, 'ko', date '2027-01-04' + 7 * week, record \
            FROM campaigns c, form_versions v, unnest($1::int[], $2::bytea[]) AS made_up (week, record), \
            generate_series(1, $3) WHERE c.key = $4";
        client
            .execute(insert, &[&weeks, &records, &copies, &campaign])
            .await
            .unwrap();
    }
    let states = "INSERT INTO tally_states (campaign_id, built) SELECT DISTINCT campaign_id, false FROM responses; \
        VACUUM ANALYZE responses";
    for statement in states.split("; ") {
        client.batch_execute(statement).await.unwrap();
    }
}

/// Asks again and again, never the same twice, so that nothing comes from memory.
struct Asker {
    app: App,
    form: String,
    campaign: &'static str,
    by: &'static str,
    uncached: i32,
}

impl Contender for Asker {
    fn run(&mut self, time: Duration) -> LocalBoxFuture<'_, Sample> {
        async move {
            let (started, mut latencies) = (Instant::now(), Vec::new());
            while started.elapsed() < time || latencies.is_empty() {
                let one = Instant::now();
                self.ask().await;
                latencies.push(one.elapsed());
            }
            latencies.sort_unstable();
            Sample {
                a_second: latencies.len() as f64 / started.elapsed().as_secs_f64(),
                latencies,
            }
        }
        .boxed_local()
    }
}

impl Asker {
    async fn ask(&mut self) {
        let form = self.form.parse().unwrap();
        let campaigns = Some(vec![self.campaign.to_owned()]);
        let caller = Caller::OPERATOR;
        if self.by.is_empty() {
            let request = ReportRequest {
                campaigns,
                language: None,
            };
            let found = report(&self.app, &caller, &form, request).await.unwrap();
            std::hint::black_box(report_html(&found).unwrap());
            return;
        }
        // Another order of versions is another query with the same answer.
        self.uncached += 1;
        let versions = vec!["1".to_owned(); usize::try_from(self.uncached).unwrap()];
        let asked = Asked {
            of: "score_eating".to_owned(),
            by: self.by.split(',').map(str::to_owned).collect(),
            versions: Some(versions),
            ..Asked::default()
        };
        let request = StatisticsRequest {
            asked,
            campaigns,
            language: None,
        };
        let found = statistics(&self.app, &caller, &form, request)
            .await
            .unwrap();
        assert!(found.groups.len() > 5);
    }
}
