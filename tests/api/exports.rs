//! The exports for analysts: what is in them, and who gets them.

use std::io::Read;

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::stored::{Version, every_kind, open_campaign, publish, question, respond};

const RESPONSES: &str = "/v1/forms/every-kind/responses.csv";
const CODEBOOK: &str = "/v1/forms/every-kind/codebook.csv";

/// How often each response is there, so that none is rare and nothing is masked.
const COPIES: usize = 5;

/// Two versions, the second with `meals` recoded and an option more; two campaigns; four kinds of responses.
pub struct Collected {
    pub app: TestApp,
    pub analyst: Client,
    versions: [Version; 2],
    ids: Vec<Uuid>,
    pub spring: Uuid,
}

impl Collected {
    pub fn newest(&self) -> &Version {
        &self.versions[1]
    }
}

pub async fn collected() -> Collected {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let one = every_kind();
    let mut two = one.clone();
    two["scales"]["difficulty"][2]["value"] = json!(5);
    let options = question(&mut two, "help_from")["options"]
        .as_array_mut()
        .unwrap();
    options.push(json!({"code": "clinic", "label": {"en": "=Clinic, \"ours\"", "ko": "병원"}}));
    let versions = [
        publish(&app.state.app, &one).await,
        publish(&app.state.app, &two).await,
    ];
    let spring = open_campaign(&app.state.app, &versions[0].form, "spring-2027").await;
    let autumn = open_campaign(&app.state.app, &versions[0].form, "autumn-2027").await;
    let mut ids = Vec::new();
    for (version, campaign, heading, answers) in [
        (
            0,
            spring,
            ("en", "2026-W53"),
            json!({"group": "c", "meals": "much", "distress": 10, "sleep_hours": -5}),
        ),
        (
            0,
            spring,
            ("ko", "2027-W05"),
            json!({"group": "a", "alone": true, "meals": null, "help_from": [],
            "distress": 0, "weight": 60.25, "after": "some", "exact": 2, "story": "secret story"}),
        ),
        (
            1,
            autumn,
            ("ko", "2027-W05"),
            json!({"group": "c", "meals": "much", "help_from": ["clinic"], "distress": 3}),
        ),
        (
            1,
            spring,
            ("en", "2027-W06"),
            json!({"group": "c", "alone": false, "meals": "none", "distress": null}),
        ),
    ] {
        for _ in 0..COPIES {
            let answers = answers.clone();
            ids.push(respond(&mut conn, &versions[version], campaign, heading, answers).await);
        }
    }
    let analyst = app.with_staff(Role::Analyst).await.client;
    Collected {
        app,
        analyst,
        versions,
        ids,
        spring,
    }
}

/// Header and rows of a file; the rows sorted, since their order says nothing.
fn table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let header = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect());
    let mut rows: Vec<Vec<String>> = rows.collect();
    rows.sort();
    (header, rows)
}

/// How many rows a query gives.
async fn count(client: &Client, query: &str) -> usize {
    let answer = client.get(&format!("{RESPONSES}?{query}")).send().await;
    table(&answer.expect(200).text()).1.len()
}

#[tokio::test]
async fn the_responses_to_all_versions_stand_in_one_table() {
    let all = collected().await;
    let answer = all.analyst.get(RESPONSES).send().await.expect(200);
    assert_eq!(
        answer.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    let disposition = "attachment; filename=\"every-kind-responses.csv\"";
    assert_eq!(answer.header("content-disposition"), disposition);
    assert_eq!(answer.header("cache-control"), "no-store");
    let text = answer.text();
    let (header, rows) = table(&text);
    let expected = "campaign form_version language week group alone meals meals@2 help_from__family help_from__friends \
                    help_from__nobody help_from__clinic distress sleep_hours weight family_role exact after after@2 \
                    score_difficulty score_difficulty@2 score_load score_load@2";
    assert_eq!(header.join(" "), expected);
    let rows: Vec<_> = rows.iter().map(|row| row.join(",")).collect();
    let alike: Vec<_> = rows.chunk_by(|one, other| one == other).collect();
    assert!(alike.iter().all(|rows| rows.len() == COPIES));
    let rows: Vec<_> = alike.iter().map(|rows| &*rows[0]).collect();
    assert_eq!(
        rows,
        [
            "autumn-2027,2,ko,2027-W05,c,,,much,0,0,0,1,3,,,,,,,,65.0,,5.0",
            "spring-2027,1,en,2026-W53,c,,much,,,,,,10,-5,,,,,,100.0,,2.0,",
            "spring-2027,1,ko,2027-W05,a,1,,,0,0,0,,0,,60.25,,2,some,,25.0,,,",
            "spring-2027,2,en,2027-W06,c,0,,none,,,,,,,,,,,,,0.0,,0.0",
        ]
    );
    assert!(text.ends_with("\r\n") && !text.contains("secret story"));
    for id in &all.ids {
        assert!(!text.contains(&id.to_string()) && !text.contains(&id.simple().to_string()));
    }
    let head = all
        .analyst
        .call(Method::HEAD, RESPONSES)
        .send()
        .await
        .expect(200);
    assert_eq!(head.header("content-disposition"), disposition);
    assert!(head.body.is_empty());
    let again = all.analyst.get(RESPONSES).send().await;
    assert_eq!(again.text(), text, "the same data is the same file");
}

#[tokio::test]
async fn responses_are_chosen_by_campaign_and_week() {
    let all = collected().await;
    for (query, expected) in [
        ("", 4),
        ("campaign=spring-2027", 3),
        ("campaign=autumn-2027,spring-2027", 4),
        ("from_week=2027-W05", 3),
        ("to_week=2027-W05", 3),
        ("from_week=2027-W05&to_week=2027-W05", 2),
        (
            "campaign=spring-2027&from_week=2027-W05&to_week=2027-W05",
            1,
        ),
        ("from_week=2030-W01", 0),
    ] {
        assert_eq!(
            count(&all.analyst, query).await,
            COPIES * expected,
            "{query}"
        );
    }
    for query in [
        "campaign=winter",
        "campaign=",
        "campaign=spring-2027,",
        "campaign=spring-2027&campaign=autumn-2027",
        "from_week=2027-5",
        "to_week=2027-W60",
        "to_week=",
        "from_week=2027-W06&to_week=2027-W05",
        "bom=1",
        "bom=",
        "formulas=no",
        "values=words",
        "layout=tall",
        "missing=never",
        "version=3",
        "version=",
        "response_language=fr",
        "columns=",
        "columns=story",
        "language=fr",
    ] {
        let answer = all
            .analyst
            .get(&format!("{RESPONSES}?{query}"))
            .send()
            .await;
        answer.expect_problem(Code::QueryInvalid);
    }
    // A campaign of another form is none of this one.
    let mut other = every_kind();
    other["key"] = json!("another");
    let other = publish(&all.app.state.app, &other).await;
    open_campaign(&all.app.state.app, &other.form, "elsewhere").await;
    let answer = all
        .analyst
        .get(&format!("{RESPONSES}?campaign=elsewhere"))
        .send()
        .await;
    answer.expect_problem(Code::QueryInvalid);
}

#[tokio::test]
async fn a_form_without_responses_gives_the_header_alone() {
    let app = TestApp::start().await;
    publish(&app.state.app, &every_kind()).await;
    let analyst = app.with_staff(Role::Analyst).await.client;
    let text = analyst.get(RESPONSES).send().await.expect(200).text();
    assert_eq!(text.lines().count(), 1);
    assert!(text.starts_with("campaign,form_version,language,week,group,alone,meals,"));
}

#[tokio::test]
async fn the_codebook_describes_every_column_in_the_language_asked_for() {
    let all = collected().await;
    let header = table(&all.analyst.get(RESPONSES).send().await.text()).0;
    let answer = all.analyst.get(CODEBOOK).send().await.expect(200);
    let disposition = "attachment; filename=\"every-kind-codebook.csv\"";
    assert_eq!(answer.header("content-disposition"), disposition);
    let described: Vec<String> = csv::Reader::from_reader(answer.body.as_slice())
        .records()
        .map(|row| row.unwrap()[0].to_owned())
        .collect();
    assert_eq!(described, header);
    let row = |text: &str, column: &str| {
        let (names, rows) = table(text);
        let row = rows.into_iter().find(|row| row[0] == column).unwrap();
        names
            .into_iter()
            .zip(row)
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let english = answer.text();
    assert_eq!(row(&english, "meals")["versions"], "1");
    let recoded = row(&english, "meals@2");
    assert_eq!(
        (&*recoded["question"], &*recoded["versions"]),
        ("meals", "2")
    );
    assert_eq!(recoded["numbers"], "none=0; some=1; much=5");
    assert_eq!(row(&english, "help_from__family")["versions"], "1 to 2");
    let clinic = row(&english, "help_from__clinic");
    assert_eq!(
        (&*clinic["versions"], &*clinic["label"]),
        ("2", "'=Clinic, \"ours\"")
    );

    let raw = all
        .analyst
        .get(&format!("{CODEBOOK}?formulas=raw&language=en-GB"))
        .send()
        .await;
    assert_eq!(
        row(&raw.expect(200).text(), "help_from__clinic")["label"],
        "=Clinic, \"ours\""
    );
    let korean = all
        .analyst
        .get(&format!("{CODEBOOK}?language=ko"))
        .send()
        .await
        .expect(200)
        .text();
    assert_eq!(row(&korean, "meals")["text"], "식사?");
    let none = all
        .analyst
        .get(&format!("{CODEBOOK}?language=fr"))
        .send()
        .await;
    none.expect_problem(Code::LanguageNotOffered);
}

#[tokio::test]
async fn a_byte_order_mark_comes_only_when_it_is_asked_for() {
    let all = collected().await;
    for path in [RESPONSES, CODEBOOK] {
        let plain = all.analyst.get(path).send().await.expect(200).body;
        let marked = all
            .analyst
            .get(&format!("{path}?bom=true"))
            .send()
            .await
            .expect(200)
            .body;
        assert_eq!(marked, [b"\xef\xbb\xbf", plain.as_slice()].concat());
    }
}

#[tokio::test]
async fn an_export_is_compressed_for_those_who_ask() {
    let all = collected().await;
    for path in [RESPONSES, CODEBOOK] {
        let plain = all.analyst.get(path).send().await.expect(200);
        assert_eq!(plain.header("content-encoding"), "");
        let call = all.analyst.get(path).header("accept-encoding", "gzip");
        let packed = call.send().await.expect(200);
        assert_eq!(packed.header("content-encoding"), "gzip");
        let mut unpacked = Vec::new();
        let mut decoder = flate2::read::GzDecoder::new(packed.body.as_slice());
        decoder.read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain.body);
        // RFC 9110, 12.4.1: a preference that cannot be met may be disregarded.
        let none = all
            .analyst
            .get(path)
            .header("accept-encoding", "identity;q=0, x-odd");
        assert_eq!(none.send().await.expect(200).body, plain.body);
    }
}

#[tokio::test]
async fn only_analysts_export() {
    let all = collected().await;
    for path in [RESPONSES, CODEBOOK] {
        all.app
            .client()
            .get(path)
            .send()
            .await
            .expect_problem(Code::Unauthenticated);
        for role in [Role::Admin, Role::Author, Role::Coordinator] {
            let other = all.app.with_staff(role).await.client;
            other.get(path).send().await.expect_problem(Code::Forbidden);
        }
    }
}

#[tokio::test]
async fn a_form_that_does_not_exist_has_no_export() {
    let all = collected().await;
    for path in [
        "/v1/forms/nothing/responses.csv",
        "/v1/forms/nothing/codebook.csv",
    ] {
        all.analyst
            .get(path)
            .send()
            .await
            .expect_problem(Code::FormUnknown);
    }
    assert_eq!(all.versions[1].number, 2);
}
