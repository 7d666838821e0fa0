//! The report of a form: the figures of all statistics at once.

use aftercare::http::problem::Code;
use serde_json::Value;

use super::{figures, fill};
use crate::cli::{Place, printed, refused};
use crate::support::collection::{Collection, EVERY_KIND, definition};

const PATH: &str = "/v1/forms/every-kind/report";

async fn report(collection: &Collection, query: &str) -> Value {
    let path = format!("{PATH}{query}");
    collection
        .staff
        .client
        .get(&path)
        .send()
        .await
        .expect(200)
        .json()
}

async fn page(collection: &Collection, query: &str) -> String {
    let path = format!("{PATH}{query}");
    let client = &collection.staff.client;
    let page = client
        .get(&path)
        .header("accept", "text/html,*/*")
        .send()
        .await
        .expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    page.text()
}

#[tokio::test]
async fn a_report_has_the_figures_of_the_statistics() {
    let collection = Collection::start().await;
    collection.open("a-later-one", 0, 30).await;
    fill(&collection, "test-campaign", 60, 31).await;
    fill(&collection, "a-later-one", 50, 32).await;
    for (of_report, of_statistics) in [("", ""), ("&campaign=a-later-one", "&campaign=a-later-one")]
    {
        let found = report(&collection, &format!("?detail=full{of_report}")).await;
        let items = found["items"].as_array().unwrap();
        assert_eq!(items.len(), super::MEASURES.len());
        for item in items {
            let name = item["measure"]["name"].as_str().unwrap();
            let overall = figures(&collection, &format!("of={name}{of_statistics}")).await;
            assert_eq!(item["measure"], overall["measure"]);
            assert_eq!(item["overall"], overall["groups"], "{name}");
            for by in item["by"].as_array().unwrap() {
                let dimension = by["dimension"]["name"].as_str().unwrap();
                let table = figures(
                    &collection,
                    &format!("of={name}&by={dimension}{of_statistics}"),
                )
                .await;
                assert_eq!(by["groups"], table["groups"], "{name} by {dimension}");
                assert_eq!(by["dimension"], table["by"][0]);
                if dimension == "campaign" {
                    assert_eq!(item["changes"], table["changes"]);
                    assert_eq!(item["changes"].as_array().unwrap().len(), 1);
                }
            }
        }
        let by = items[2]["by"].as_array().unwrap().iter();
        let by: Vec<_> = by
            .map(|it| it["dimension"]["name"].as_str().unwrap())
            .collect();
        let expected: &[&str] = match of_report {
            "" => &["campaign", "group", "alone"],
            _ => &["group", "alone"],
        };
        assert_eq!(by, expected);
        // The short one has the same figures, and nothing by background question.
        let short = report(&collection, &format!("?detail=overall{of_report}")).await;
        assert_eq!(short["detail"], "overall");
        for (short, full) in short["items"].as_array().unwrap().iter().zip(items) {
            assert_eq!(short["overall"], full["overall"]);
            assert_eq!(short["changes"], full["changes"]);
            assert_eq!(short["by"], serde_json::json!([]));
        }
    }
    // Where tallies are not built yet, the same comes out.
    let told = report(&collection, "?detail=full").await;
    collection
        .run("DELETE FROM tallies; UPDATE tally_states SET built = false")
        .await;
    assert_eq!(report(&collection, "?detail=full").await, told);
}

#[tokio::test]
async fn the_page_shows_what_the_report_says_and_needs_no_script() {
    let collection = Collection::start().await;
    fill(&collection, "test-campaign", 80, 33).await;
    let found = report(&collection, "?language=ko").await;
    let page = page(&collection, "?language=ko").await;
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"ko\" dir=\"ltr\">"));
    for forbidden in ["<script", "http://", "https://", " style=", "onload"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    for item in found["items"].as_array().unwrap() {
        let measure = &item["measure"];
        let name = measure["name"].as_str().unwrap();
        let start = page.find(&format!("<h2 id=\"{name}\">")).unwrap();
        let section = &page[start..];
        let section = &section[..section.find("</section>").unwrap()];
        let group = &item["overall"][0];
        assert!(
            section.contains(&format!("답함: {}", group["answered"])),
            "{name}"
        );
        if let Some(mean) = group["mean"]["value"].as_f64() {
            assert!(section.contains(&format!("평균: {mean:.1} (")), "{name}");
        }
        let labels = measure["categories"].as_array().unwrap().iter();
        for (category, count) in labels.zip(group["categories"].as_array().unwrap()) {
            let Some(label) = category["label"].as_str() else {
                continue;
            };
            let row = section
                .find(&format!("<th scope=\"row\">{label}</th>"))
                .unwrap();
            let row = &section[row..];
            let row = &row[..row.find("</tr>").unwrap()];
            assert!(
                row.contains(&format!("<td>{}</td>", count["count"])),
                "{name} {label}"
            );
            match count["share"]["value"].as_f64() {
                Some(share) => {
                    assert!(
                        row.contains(&format!("</svg>{:.0}\u{a0}% (", share * 100.0)),
                        "{row}"
                    );
                    assert!(
                        row.contains(&format!("class=\"bar\" width=\"{:.1}%\"", share * 100.0)),
                        "{row}"
                    );
                }
                None => assert!(!row.contains("class=\"bar\""), "{row}"),
            }
        }
    }
    assert!(page.contains("예") && page.contains("아니요"));
}

#[tokio::test]
async fn the_short_page_compares_with_the_last_campaign_and_the_full_one_breaks_down() {
    let collection = Collection::start().await;
    collection.open("a-later-one", 0, 30).await;
    fill(&collection, "test-campaign", 60, 34).await;
    fill(&collection, "a-later-one", 60, 35).await;
    let short = page(&collection, "").await;
    assert!(short.contains("<body class=\"overall\">"));
    assert!(short.contains("<th scope=\"col\">Change since test-campaign</th>"));
    assert!(short.contains("<p class=\"change\">Change since test-campaign, Mean: "));
    assert!(!short.contains("By: Group?"));
    let full = page(&collection, "?detail=full").await;
    assert!(full.contains("<h3>By: Group?</h3>") && full.contains("<h3>By campaign</h3>"));
    assert!(full.len() > 2 * short.len());
    let client = &collection.staff.client;
    let wrong = client.get(&format!("{PATH}?detail=long")).send().await;
    wrong.expect_problem(Code::QueryInvalid);
}

#[tokio::test]
async fn a_report_of_nothing_and_of_what_is_not_there() {
    let collection = Collection::start().await;
    let empty = report(&collection, "").await;
    assert_eq!(empty["items"][0]["overall"][0]["responses"], 0);
    assert!(page(&collection, "").await.contains("too few"));
    let client = &collection.staff.client;
    for (path, code) in [
        (format!("{PATH}?campaign=none"), Code::QueryInvalid),
        (format!("{PATH}?language=fr"), Code::LanguageNotOffered),
        ("/v1/forms/none/report".to_owned(), Code::FormUnknown),
    ] {
        client.get(&path).send().await.expect_problem(code);
    }
    let first = client.get(PATH).send().await.expect(200);
    let again = client
        .get(PATH)
        .header("if-none-match", first.header("etag"))
        .send()
        .await;
    again.expect(304);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_writes_the_page_once_and_whole() {
    let place = Place::started_before().await;
    let form = definition(EVERY_KIND).to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("form.yaml");
    std::fs::write(&file, form).unwrap();
    printed(&place.run(&["form", "publish", file.to_str().unwrap()]));
    let out = folder.path().join("report.html");
    let arguments = [
        "report",
        "--form",
        "every-kind",
        "--language",
        "ko",
        "--out",
        out.to_str().unwrap(),
    ];
    printed(&place.run(&arguments));
    let page = std::fs::read_to_string(&out).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert!(page.contains("모든 종류") && page.contains("<body class=\"overall\">"));
    assert!(refused(&place.run(&arguments)).contains("exists already"));
    let long = folder.path().join("full.html");
    let mut full = arguments.to_vec();
    full[6] = long.to_str().unwrap();
    full.push("--full");
    printed(&place.run(&full));
    let long = std::fs::read_to_string(&long).unwrap();
    assert!(long.contains("<body class=\"full\">"));
    let mut unknown = arguments;
    unknown[2] = "nothing";
    let other = folder.path().join("other.html");
    unknown[6] = other.to_str().unwrap();
    assert!(refused(&place.run(&unknown)).contains("no published form"));
    assert!(!other.exists());
}
