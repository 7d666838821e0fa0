//! Attacks on published figures, over HTTP.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{BY_PASS, figures, fill, settle, withdraw};
use crate::support::collection::Collection;

/// Everything that is published of a group, as text.
fn published(group: &Value) -> String {
    let mut group = group.clone();
    group.as_object_mut().unwrap().remove("by");
    group.to_string()
}

#[tokio::test]
async fn a_thousand_repeats_tell_no_more_than_one() {
    let collection = Collection::start().await;
    fill(&collection, "test-campaign", 80, 21).await;
    let mut seen = BTreeSet::new();
    for round in 0..1000 {
        // Past the cache now and then, with texts in the other language, and restarted in effect.
        if round % 100 == 0 {
            collection
                .run("UPDATE tally_states SET revision = revision + 1")
                .await;
        }
        let language = ["en", "ko"][round % 2];
        let found = figures(&collection, &format!("of=meals&language={language}")).await;
        seen.insert(published(&found["groups"][0]));
    }
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn the_same_responses_have_the_same_figures_through_every_door() {
    let collection = Collection::start().await;
    fill(&collection, "test-campaign", 80, 22).await;
    let of_group = async |query: &str, by: &str| -> String {
        let found = figures(&collection, query).await;
        let groups = found["groups"].as_array().unwrap().clone();
        let group = groups.into_iter().find(|it| {
            let by = by.split(',').filter(|it| !it.is_empty());
            by.map(|it| it.split_once('=').unwrap())
                .all(|(name, code)| it["by"][name] == code)
        });
        published(&group.unwrap())
    };
    let week: String = collection
        .sql("SELECT to_char(week, 'IYYY\"-W\"IW') FROM responses LIMIT 1")
        .await;
    let table = of_group("of=meals&by=group", "group=a").await;
    for (query, by) in [
        ("of=meals&where=group:a".to_owned(), ""),
        (format!("of=meals&by=group{BY_PASS}"), "group=a"),
        (
            "of=meals&by=group,campaign".to_owned(),
            "group=a,campaign=test-campaign",
        ),
        (
            "of=meals&by=campaign,form_version,group".to_owned(),
            "group=a,form_version=1",
        ),
        (
            "of=meals&by=form_version&where=group:a&campaign=test-campaign".to_owned(),
            "form_version=1",
        ),
        (
            "of=meals&by=group&response_language=en,ko".to_owned(),
            "group=a",
        ),
        (
            format!("of=meals&by=group,week&from_week={week}"),
            "group=a",
        ),
    ] {
        assert_eq!(of_group(&query, by).await, table, "{query}");
    }
    // A cell of another measure with the same responses has the same count.
    let meals = figures(&collection, "of=meals&by=group").await;
    let groups = figures(&collection, "of=group").await;
    let meals = meals["groups"].as_array().unwrap().iter();
    let of_a = meals.clone().find(|it| it["by"]["group"] == "a").unwrap();
    let categories = &groups["groups"][0]["categories"];
    assert_eq!(of_a["responses"], categories[0]["count"]);
    // Reasons why there is no answer come behind the answers.
    let codes: Vec<_> = meals
        .map(|it| it["by"]["group"].as_str().unwrap())
        .collect();
    assert_eq!(codes[..3], ["a", "b", "c"]);
}

#[tokio::test]
async fn tables_around_one_withdrawal_move_in_its_cells_by_more_than_one() {
    let collection = Collection::start().await;
    let receipts = fill(&collection, "test-campaign", 120, 23).await;
    let (mut differences, mut unmoved) = (BTreeSet::new(), 0);
    for receipt in &receipts[..20] {
        let before = figures(&collection, "of=meals&by=group").await;
        withdraw(&collection, "test-campaign", receipt).await;
        settle(&collection).await;
        let after = figures(&collection, "of=meals&by=group").await;
        let count = |found: &Value, place: usize| -> i64 {
            let cells = found["groups"].as_array().unwrap();
            cells[place]["responses"].as_i64().unwrap()
        };
        for place in 0..3 {
            let difference = count(&before, place) - count(&after, place);
            differences.insert(difference);
            unmoved += usize::from(difference == 0);
        }
    }
    // Without noise there would be only 0 and 1, and two of three groups would not move.
    assert!(differences.iter().any(|it| *it < 0), "{differences:?}");
    assert!(differences.iter().any(|it| *it > 1), "{differences:?}");
    assert!(
        unmoved >= 20,
        "groups in which nobody withdrew keep their figures: {unmoved}"
    );
}

#[tokio::test]
async fn the_difference_of_overlapping_queries_has_noise_of_its_own() {
    let collection = Collection::start().await;
    fill(&collection, "test-campaign", 300, 24).await;
    // The responses with an answer to "alone", less those with each answer, are none; without noise this would be 0.
    let mut off = BTreeSet::new();
    for filter in [
        "",
        "&where=meals:none",
        "&where=meals:some",
        "&where=meals:much",
        "&where=group:a",
        "&where=group:b",
        "&where=group:c",
    ] {
        let found = figures(&collection, &format!("of=alone{filter}")).await;
        let group = &found["groups"][0];
        let parts = group["categories"].as_array().unwrap().iter();
        let parts: Vec<i64> = parts.map(|it| it["count"].as_i64().unwrap()).collect();
        assert!(parts.iter().all(|it| *it > 0), "below the floor: {filter}");
        let parts: i64 = parts.iter().sum();
        off.insert(group["answered"].as_i64().unwrap() - parts);
    }
    assert!(off.len() > 2, "{off:?}");
}

#[tokio::test]
async fn no_count_is_below_the_floor_and_few_look_like_none() {
    let collection = Collection::start().await;
    fill(&collection, "test-campaign", 400, 25).await;
    let (mut groups, mut cells) = (0, 0);
    for query in [
        "of=meals&by=group,alone,after",
        "of=distress&by=group,meals,language",
        "of=help_from&by=alone,distress,week",
    ] {
        let found = figures(&collection, query).await;
        for group in found["groups"].as_array().unwrap() {
            groups += 1;
            let mut counts = vec![
                group["responses"].as_u64().unwrap(),
                group["answered"].as_u64().unwrap(),
            ];
            let missing = group["missing"].as_object().unwrap().values();
            counts.extend(missing.map(|it| it.as_u64().unwrap()));
            let categories = group["categories"].as_array().unwrap().iter();
            counts.extend(categories.map(|it| it["count"].as_u64().unwrap()));
            cells += counts.len();
            assert!(
                counts.iter().all(|count| !(1..10).contains(count)),
                "{group}"
            );
            // What is listed has something to show; so a group of few that came out as 0 is not there at all.
            assert!(counts.iter().any(|count| *count > 0), "{group}");
            if group["answered"].as_u64().unwrap() < 10 {
                let shares = group["categories"].as_array().unwrap().iter();
                assert!(shares.map(|it| &it["share"]).all(Value::is_null), "{group}");
                assert!(group["mean"].is_null(), "{group}");
            }
        }
    }
    assert!(groups > 10 && cells > 100, "{groups} {cells}");
    // Nobody at all, and nobody within the filter, look the same.
    let empty = figures(&collection, "of=meals&from_week=2099-W01").await;
    assert_eq!(empty["groups"][0]["responses"], 0);
    let none = figures(&collection, "of=meals&by=group&from_week=2099-W01").await;
    assert_eq!(none["groups"], serde_json::json!([]));
    let all = figures(&collection, "of=meals&by=group,alone,after").await;
    let listed = all["groups"].as_array().unwrap().iter();
    let answers = listed.filter(|it| {
        it["by"]["after"]
            .as_str()
            .unwrap()
            .chars()
            .all(char::is_lowercase)
    });
    let there: i64 = collection
        .sql("SELECT count(*) FROM (SELECT DISTINCT \"group\", alone, after FROM form_every_kind_v1 WHERE after IS NOT NULL) AS groups")
        .await;
    assert!((answers.count() as i64) < there, "{there}");
}
