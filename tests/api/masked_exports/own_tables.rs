//! Each campaign has a masked table of its own, which is kept as long as its responses do not change.

use super::*;

/// The rows of a file as they stand in it, without the header.
async fn lines(client: &Client, query: &str) -> Vec<String> {
    let path = format!("{DAILY_LIFE}/responses.csv?{query}");
    let file = client.get(&path).send().await.expect(200).text();
    file.lines().skip(1).map(str::to_owned).collect()
}

async fn promise(conn: &mut AsyncPgConnection, campaign: Uuid, k: i32) {
    let promise = diesel::update(campaigns::table.find(campaign)).set(campaigns::k.eq(k));
    promise.execute(conn).await.unwrap();
}

#[tokio::test]
async fn what_comes_to_another_campaign_leaves_the_rows_of_a_campaign_as_they_are() {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let version = publish(&app.state.app, &definition(SHIPPED)).await;
    let spring = open_campaign(&app.state.app, &version.form, "spring-2027").await;
    let autumn = open_campaign(&app.state.app, &version.form, "autumn-2027").await;
    let mut rng = StdRng::seed_from_u64(4);
    let of_spring = headings(150, &[spring], &mut rng);
    respond_synthetic(&mut conn, &version, &of_spring, &mut rng).await;
    let analyst = app.with_staff(Role::Analyst).await.client;
    let before = lines(&analyst, "").await;
    assert_eq!(before.len(), 150);
    // Another one that promises more, first with too few responses, then with many.
    promise(&mut conn, autumn, 9).await;
    for (count, of_autumn) in [(3, 0), (150, 153)] {
        let more = headings(count, &[autumn], &mut rng);
        respond_synthetic(&mut conn, &version, &more, &mut rng).await;
        assert_eq!(lines(&analyst, "campaign=spring-2027").await, before);
        let all = lines(&analyst, "").await;
        let of = |campaign: &str| -> Vec<String> {
            let mine = all.iter().filter(|line| line.starts_with(campaign));
            mine.cloned().collect()
        };
        assert_eq!(of("spring-2027"), before);
        assert_eq!(of("autumn-2027").len(), of_autumn);
        assert_eq!(all.len(), 150 + of_autumn, "no row hides its campaign");
    }
    File::get(&analyst, DAILY_LIFE, "campaign=autumn-2027")
        .await
        .check(9);
}

/// What `k` people share of a row's person in a file: the smallest class.
fn smallest(rows: &[Vec<&str>]) -> usize {
    let mut classes: BTreeMap<&[&str], usize> = BTreeMap::new();
    for row in rows {
        *classes.entry(row).or_default() += 1;
    }
    classes.into_values().min().unwrap_or_default()
}

/// Files with overlapping filters, put together by the rows that they have in common, show no smaller group than the whole
/// file does.
#[tokio::test]
async fn files_with_overlapping_filters_give_nothing_away_together() {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let version = publish(&app.state.app, &definition(SHIPPED)).await;
    let campaign = open_campaign(&app.state.app, &version.form, "spring-2027").await;
    let mut rng = StdRng::seed_from_u64(9);
    // Weeks are shown by their quarter at best, so the responses fill three of them.
    let of_week = |week| (campaign, "en", monday("2027-W01") + TimeDelta::weeks(week));
    let headings: Vec<_> = (0..900).map(|number| of_week(number % 38)).collect();
    respond_synthetic(&mut conn, &version, &headings, &mut rng).await;
    let analyst = app.with_staff(Role::Analyst).await.client;
    let whole = File::get(&analyst, DAILY_LIFE, "").await;
    whole.check(5);
    let mut rest: BTreeMap<Vec<String>, i64> = BTreeMap::new();
    for row in &whole.rows {
        *rest.entry(row.clone()).or_default() += 1;
    }
    let (one, other) = ("2027-W13", "2027-W25");
    let to = File::get(&analyst, DAILY_LIFE, &format!("to_week={other}")).await;
    let from = File::get(&analyst, DAILY_LIFE, &format!("from_week={one}")).await;
    let both = File::get(
        &analyst,
        DAILY_LIFE,
        &format!("from_week={one}&to_week={other}"),
    )
    .await;
    // What is in one file and not in the other is still made of rows of the whole file, class by class.
    for file in [&to, &from, &both] {
        assert!(file.rows.len() >= 20, "{}", file.rows.len());
        for row in &file.rows {
            assert!(
                rest.contains_key(row),
                "no row that the whole file does not have: {row:?}"
            );
        }
    }
    let only: Vec<Vec<&str>> = to
        .rows
        .iter()
        .filter(|row| !both.rows.contains(row))
        .map(|row| {
            to.identifying
                .iter()
                .map(|column| row[*column].as_str())
                .collect()
        })
        .collect();
    assert!(only.len() >= 5 && smallest(&only) >= 5, "{only:?}");
}

/// Of two files around one withdrawal each keeps its groups, and the order of their rows does not lead from one to the other.
#[tokio::test]
async fn files_of_two_days_around_a_withdrawal_each_keep_their_groups() {
    let (_app, mut conn, analyst) = shipped(300).await;
    let before = File::get(&analyst, DAILY_LIFE, "").await;
    let all: Vec<Uuid> = responses::table
        .select(responses::id)
        .load(&mut conn)
        .await
        .unwrap();
    let gone = diesel::delete(responses::table.find(all[0]));
    assert_eq!(gone.execute(&mut conn).await.unwrap(), 1);
    let after = File::get(&analyst, DAILY_LIFE, "").await;
    before.check(5);
    after.check(5);
    assert_eq!((before.rows.len(), after.rows.len()), (300, 299));
    let in_order =
        |file: &File| -> Vec<Vec<String>> { file.rows.iter().take(20).cloned().collect() };
    assert_ne!(
        in_order(&before),
        in_order(&after),
        "the order tells nothing of the place"
    );
}

#[tokio::test]
async fn a_masked_table_is_kept_until_the_responses_of_its_campaign_change() {
    let (app, mut conn, analyst) = shipped(200).await;
    let path = format!("{DAILY_LIFE}/responses.csv?columns=sex");
    let noted = "INSERT INTO tally_states (campaign_id) SELECT DISTINCT campaign_id FROM responses";
    conn.batch_execute(noted).await.unwrap();
    let first = analyst.get(&path).send().await.expect(200);
    let second = analyst.get(&path).send().await.expect(200);
    assert_eq!(first.body, second.body);
    assert_eq!(
        first.header("disclosure-control"),
        second.header("disclosure-control")
    );
    assert_eq!(app.state.app.plans.count(), 1);
    let one: Uuid = responses::table
        .select(responses::id)
        .first(&mut conn)
        .await
        .unwrap();
    let gone = diesel::delete(responses::table.find(one));
    gone.execute(&mut conn).await.unwrap();
    let changed = "UPDATE tally_states SET revision = revision + 1";
    conn.batch_execute(changed).await.unwrap();
    let after = analyst.get(&path).send().await.expect(200);
    assert_eq!(after.text().lines().count(), 200);
    assert!(after.header("disclosure-control").contains("records=199,"));
    assert_eq!(
        app.state.app.plans.count(),
        1,
        "what was kept before is of no use any more"
    );
    let more = analyst.get(&format!("{path}&k=9")).send().await.expect(200);
    assert!(more.header("disclosure-control").starts_with("k=9, "));
    assert_eq!(app.state.app.plans.count(), 2);
}
