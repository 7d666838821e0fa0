//! What can be asked, what is refused, and what a reply looks like.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field as Cell;
use serde_json::{Value, json};

use super::{PATH, figures, fill, get};
use crate::support::collection::Collection;

#[tokio::test]
async fn a_mean_score_by_two_background_questions_is_one_request() {
    let collection = Collection::start().await;
    fill(&collection, "test-campaign", 300, 11).await;
    let query = "of=score_difficulty&by=group,alone";
    let found = figures(&collection, query).await;
    assert_eq!(found["measure"]["kind"], "score");
    assert_eq!(found["measure"]["text"], "Difficulty (higher = more)");
    assert_eq!(found["measure"]["lowest"], 0.0);
    assert_eq!(found["by"][0]["text"], "Group?");
    let label = |code: &str| json!({"code": code, "label": code.to_uppercase(), "number": null});
    assert_eq!(
        found["by"][0]["categories"],
        json!([label("a"), label("b"), label("c")])
    );
    // The true counts, from the view of the version.
    let mut compared = 0;
    for group in found["groups"].as_array().unwrap() {
        let (Some(code), Some(alone)) =
            (group["by"]["group"].as_str(), group["by"]["alone"].as_str())
        else {
            panic!("{group}");
        };
        let published = group["responses"].as_i64().unwrap();
        // Views show nothing for a missing answer, whatever the reason, so only answers are compared.
        if ["a", "b", "c"].contains(&code) && ["0", "1"].contains(&alone) {
            let count = truth(&collection, code, alone).await;
            assert!((published - count).abs() <= 5, "{published} for {count}");
            compared += 1;
        }
        assert!(!(1..10).contains(&published));
        let mean = &group["mean"];
        if group["answered"].as_u64().unwrap() < 10 {
            assert!(mean.is_null());
        } else {
            let (low, high) = (
                mean["lower"].as_f64().unwrap(),
                mean["upper"].as_f64().unwrap(),
            );
            let value = mean["value"].as_f64().unwrap();
            assert!(0.0 <= low && low <= value && value <= high && high <= 100.0);
        }
    }
    assert_eq!(compared, 6);
}

#[tokio::test]
async fn the_request_of_the_docs_has_an_answer() {
    let docs = include_str!("../../../docs/analysts.md");
    let (_, query) = docs.split_once("/statistics?").unwrap();
    let (query, _) = query.split_once('"').unwrap();
    assert_eq!(query, "of=score_eating&by=cancer_type,age_band&language=en");
    let form = include_str!("../../../forms/daily-life-after-treatment.yaml");
    let collection = Collection::start_with(form).await;
    let path = format!("/v1/forms/daily-life-after-treatment/statistics?{query}");
    let found = collection
        .staff
        .client
        .get(&path)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(found["measure"]["name"], "score_eating");
    let by = found["by"].as_array().unwrap().iter();
    let by: Vec<_> = by.map(|it| it["name"].clone()).collect();
    assert_eq!(by, ["cancer_type", "age_band"]);
}

/// How many responses of this group and this answer to "alone" there are.
async fn truth(collection: &Collection, group: &str, alone: &str) -> i64 {
    let alone = alone == "1";
    let sql = format!(
        "SELECT count(*) FROM form_every_kind_v1 WHERE \"group\" = '{group}' AND alone = {alone}"
    );
    collection.sql(&sql).await
}

#[tokio::test]
async fn csv_and_json_have_the_same_figures() {
    let collection = Collection::start().await;
    fill(&collection, "test-campaign", 60, 12).await;
    for query in [
        "of=meals&by=group",
        "of=help_from&by=alone,week",
        "of=weight",
        "of=score_difficulty&by=language",
    ] {
        let json = figures(&collection, query).await;
        let path = format!("{PATH}?{query}");
        let csv = collection
            .staff
            .client
            .get(&path)
            .header("accept", "text/csv")
            .send()
            .await
            .expect(200);
        assert!(csv.header("content-type").starts_with("text/csv"));
        let mut reader = csv::Reader::from_reader(csv.text().leak().as_bytes());
        let header = reader.headers().unwrap().clone();
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        let groups = json["groups"].as_array().unwrap();
        assert_eq!(rows.len(), groups.len());
        for (row, group) in rows.iter().zip(groups) {
            let cell = |name: &str| {
                row.get(header.iter().position(|it| it == name).unwrap())
                    .unwrap()
            };
            let shown = |value: &Value| match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                number => number.as_f64().unwrap().to_string(),
            };
            for (name, value) in group["by"].as_object().unwrap() {
                assert_eq!(cell(name), shown(value));
            }
            assert_eq!(cell("responses"), shown(&group["responses"]));
            assert_eq!(cell("declined"), shown(&group["missing"]["declined"]));
            if !json["measure"]["lowest"].is_null() {
                assert_eq!(cell("mean"), shown(&group["mean"]["value"]));
                assert_eq!(cell("mean_upper"), shown(&group["mean"]["upper"]));
            }
            for category in group["categories"].as_array().unwrap() {
                let code = category["code"].as_str().unwrap();
                assert_eq!(cell(&format!("{code}__count")), shown(&category["count"]));
                assert_eq!(
                    cell(&format!("{code}__share")),
                    shown(&category["share"]["value"])
                );
            }
        }
    }
}

#[tokio::test]
async fn parquet_has_the_table_of_csv_with_typed_columns() {
    let collection = Collection::start().await;
    fill(&collection, "test-campaign", 60, 13).await;
    for query in [
        "of=meals&by=group",
        "of=help_from&by=alone,week",
        "of=weight&by=form_version",
        "of=score_difficulty",
    ] {
        let path = format!("{PATH}?{query}");
        let get = async |accept: &str| {
            let call = collection.staff.client.get(&path);
            call.header("accept", accept).send().await.expect(200)
        };
        let csv = get("text/csv").await;
        let mut reader = csv::Reader::from_reader(csv.text().leak().as_bytes());
        let header = reader.headers().unwrap().clone();
        let expected: Vec<_> = reader.records().map(Result::unwrap).collect();
        let parquet = get("application/vnd.apache.parquet").await;
        let media_type = parquet.header("content-type");
        assert_eq!(media_type, "application/vnd.apache.parquet");
        let file = SerializedFileReader::new(bytes::Bytes::from(parquet.body)).unwrap();
        let schema = file.metadata().file_metadata().schema();
        let columns: Vec<_> = schema.get_fields().iter().map(|it| it.name()).collect();
        assert_eq!(columns, header.iter().collect::<Vec<_>>());
        let rows: Vec<_> = file
            .get_row_iter(None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(rows.len(), expected.len());
        for (row, expected) in rows.iter().zip(&expected) {
            for ((name, cell), expected) in row.get_column_iter().zip(expected) {
                let is_count = name.ends_with("__count")
                    || ["responses", "blank", "form_version"].contains(&name.as_str());
                match cell {
                    Cell::Null => assert_eq!(expected, "", "{name}"),
                    Cell::Long(number) => {
                        assert!(
                            is_count
                                || ["answered", "hidden", "not_asked", "declined"]
                                    .contains(&name.as_str())
                        );
                        assert_eq!(number.to_string(), expected, "{name}");
                    }
                    Cell::Double(number) => {
                        assert!(!is_count, "{name}");
                        assert_eq!(*number, expected.parse::<f64>().unwrap(), "{name}");
                    }
                    Cell::Str(text) => assert_eq!(text, expected, "{name}"),
                    other => panic!("{name}: {other:?}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn every_fault_of_a_query_is_reported_with_its_parameter() {
    let collection = Collection::start().await;
    for (query, expected) in [
        ("of=nothing", json!([["of", "measure_unknown"]])),
        ("of=week", json!([["of", "measure_unknown"]])),
        ("of=story", json!([["of", "measure_unknown"]])),
        ("by=group", json!([["of", "missing_parameter"]])),
        ("of=meals&by=nothing", json!([["by", "question_unknown"]])),
        ("of=meals&by=weight", json!([["by", "no_categories"]])),
        ("of=meals&by=score_load", json!([["by", "no_categories"]])),
        ("of=meals&by=meals", json!([["by", "named_twice"]])),
        ("of=meals&by=group,group", json!([["by", "named_twice"]])),
        (
            "of=meals&by=group,alone,week,after",
            json!([["by", "length"]]),
        ),
        ("of=meals&by=week,month,distress", json!([["by", "length"]])),
        (
            "of=meals&version=7",
            json!([["version", "version_unknown"]]),
        ),
        (
            "of=meals&response_language=fr",
            json!([["response_language", "language_not_offered"]]),
        ),
        ("of=meals&where=group", json!([["where", "invalid_value"]])),
        (
            "of=meals&where=nothing:a",
            json!([["where", "question_unknown"]]),
        ),
        (
            "of=meals&where=group:z",
            json!([["where", "option_unknown"]]),
        ),
        (
            "of=meals&where=group:a,group:b",
            json!([["where", "named_twice"]]),
        ),
        (
            "of=meals&where=group:a,alone:1,after:none",
            json!([["where", "length"]]),
        ),
        (
            "of=distress&by=group,alone&where=meals:some,after:none",
            json!([["where", "length"]]),
        ),
        (
            "of=meals&campaign=none",
            json!([["campaign", "campaign_unknown"]]),
        ),
        (
            "of=meals&from_week=2027-W06&to_week=2027-W05",
            json!([["to_week", "before_start"]]),
        ),
        (
            "of=nothing&by=other&where=x",
            json!([
                ["of", "measure_unknown"],
                ["by", "question_unknown"],
                ["where", "invalid_value"]
            ]),
        ),
    ] {
        let refused = get(&collection, query)
            .await
            .expect_problem(Code::QueryInvalid);
        let errors = refused.json()["errors"].as_array().unwrap().clone();
        let found = errors.iter().map(|it| json!([it["parameter"], it["code"]]));
        assert_eq!(Value::from_iter(found), expected, "{query}");
    }
    get(&collection, "of=meals&language=fr")
        .await
        .expect_problem(Code::LanguageNotOffered);
    let unknown = collection
        .staff
        .client
        .get("/v1/forms/none/statistics?of=meals");
    unknown.send().await.expect_problem(Code::FormUnknown);
}

#[tokio::test]
async fn who_has_the_figures_is_told_so_until_they_change() {
    let collection = Collection::start().await;
    fill(&collection, "test-campaign", 20, 13).await;
    let path = format!("{PATH}?of=meals&by=group");
    let client = &collection.staff.client;
    let first = client.get(&path).send().await.expect(200);
    let tag = first.header("etag").to_owned();
    let again = client.get(&path).header("if-none-match", &tag).send().await;
    again.expect(304);
    fill(&collection, "test-campaign", 20, 14).await;
    let changed = client.get(&path).header("if-none-match", &tag).send().await;
    assert_ne!(changed.expect(200).header("etag"), tag);
}

#[tokio::test]
async fn an_analyst_sees_figures_of_what_their_scope_reaches_and_nobody_else_sees_any() {
    let collection = Collection::start().await;
    collection.open("other-campaign", -1, 30).await;
    fill(&collection, "test-campaign", 40, 15).await;
    fill(&collection, "other-campaign", 60, 16).await;
    let scopes = json!({"analyst": {"campaigns": ["test-campaign"]}});
    let limited = collection.app.with_scopes(&[Role::Analyst], scopes).await;
    let path = format!("{PATH}?of=meals&by=group");
    let theirs = limited.client.get(&path).send().await.expect(200).json();
    let chosen = figures(&collection, "of=meals&by=group&campaign=test-campaign").await;
    assert_eq!(theirs["groups"], chosen["groups"]);
    let all = figures(&collection, "of=meals&by=group").await;
    assert_ne!(theirs["groups"], all["groups"]);
    let out = format!("{PATH}?of=meals&campaign=other-campaign");
    limited
        .client
        .get(&out)
        .send()
        .await
        .expect_problem(Code::OutOfScope);
    let scopes = json!({"analyst": {"campaigns": ["foreign"]}});
    let foreign = collection.app.with_scopes(&[Role::Analyst], scopes).await;
    foreign
        .client
        .get(&path)
        .send()
        .await
        .expect_problem(Code::OutOfScope);
    let coordinator = collection.app.with_staff(Role::Coordinator).await;
    coordinator.client.get(&path).send().await.expect(403);
    collection.app.client().get(&path).send().await.expect(401);
}

#[tokio::test]
async fn a_query_is_recorded_once_a_day() {
    let collection = Collection::start().await;
    for _ in 0..3 {
        figures(&collection, "of=meals&by=group").await;
    }
    figures(&collection, "of=meals&by=alone&where=group:a").await;
    // A filter makes another query.
    let filtered = "of=meals&by=group&version=1&response_language=KO&from_week=2026-W01";
    figures(&collection, filtered).await;
    let all = json!({"campaigns": ["test-campaign"], "from_week": null, "to_week": null});
    let entries = "SELECT coalesce(json_agg(details::json ORDER BY number), '[]')::text FROM audit_entries WHERE action = 'statistics_read'";
    let entries: Value = serde_json::from_str(&collection.sql::<String>(entries).await).unwrap();
    assert_eq!(
        entries,
        json!([
            {"form": "every-kind", "of": "meals", "by": ["group"], "filter": all},
            {"form": "every-kind", "of": "meals", "by": ["alone"], "where": ["group:a"], "filter": all},
            {"form": "every-kind", "of": "meals", "by": ["group"], "filter": {
                "campaigns": ["test-campaign"], "versions": [1], "languages": ["ko"], "from_week": "2026-W01", "to_week": null,
            }},
        ])
    );
}

#[tokio::test]
async fn campaigns_are_compared_in_the_order_in_which_they_open() {
    let collection = Collection::start().await;
    collection.open("a-later-one", 0, 30).await;
    fill(&collection, "test-campaign", 60, 17).await;
    fill(&collection, "a-later-one", 60, 18).await;
    let found = figures(&collection, "of=distress&by=campaign").await;
    let campaigns: Vec<_> = found["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["by"]["campaign"].clone())
        .collect();
    assert_eq!(campaigns, ["test-campaign", "a-later-one"]);
    let mean = |place: usize| found["groups"][place]["mean"]["value"].as_f64().unwrap();
    let change = &found["changes"][0];
    assert_eq!(
        (&change["from"], &change["to"]),
        (&json!("test-campaign"), &json!("a-later-one"))
    );
    assert!((change["mean"]["value"].as_f64().unwrap() - (mean(1) - mean(0))).abs() < 1e-3);
    assert!(change["mean"]["lower"].as_f64() < change["mean"]["value"].as_f64());
    assert_eq!(found["changes"].as_array().unwrap().len(), 1);
}
