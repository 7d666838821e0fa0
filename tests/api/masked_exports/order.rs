//! The order of the rows says nothing, and what happens meanwhile is not seen.

use std::sync::Arc;

use aftercare::app::export::selection::RowFilter;
use aftercare::domain::ids::{CampaignId, FormVersionId};

use super::*;

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
    // Another day with a response more.
    let larger = order(&get("k=6").await);
    assert_eq!(
        larger, then,
        "another k is no other order, so that it masks the same and more"
    );
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
    let form = Arc::new(version.form.clone());
    let spool = &app.state.app.spool;
    let started = || {
        let export = ResponsesExport {
            versions: vec![ExportVersion {
                id: FormVersionId(version.id),
                number: version.number,
                form: form.clone(),
            }],
            campaigns: vec![CampaignTable {
                id: CampaignId(campaign),
                key: "spring-2027".to_owned(),
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
        let app = &app;
        async move {
            let connection =
                ExclusiveConnection::new(app.state.app.pools.exports.get().await.unwrap());
            start(connection, export, spool, Limits::default())
                .await
                .unwrap()
        }
    };
    let waiting = started().await;
    let gone = diesel::delete(responses::table).filter(responses::language.eq("ko"));
    assert_eq!(gone.execute(&mut conn).await.unwrap(), 60);
    numbered(&mut conn, &version, campaign, 100, 20).await;
    let pieces: Vec<_> = waiting
        .download()
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(pieces.concat(), before.body);
    let after = File::get(&analyst, EVERY_KIND, "").await;
    assert_eq!(after.rows.len(), 20);
    // One that is not taken up gives its connection back, and one that is dropped half-way too.
    drop(started().await);
    drop(started().await.download().await.unwrap());
    File::get(&analyst, EVERY_KIND, "").await.check(5);
}
