//! Insights: what everybody sees, and what nobody can tell from it.

use aftercare::app::tallies::renew;
use aftercare::http::problem::Code;
use chrono::NaiveDate;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::{figures, fill, settle, withdraw};
use crate::support::client::Answer;
use crate::support::collection::{Collection, SHIPPED, definition, new_receipt};
use crate::support::stored::{open_campaign, publish, respond_synthetic};

const OF_FORM: &str = "/v1/insights/every-kind";

/// What somebody without an account gets.
async fn read(collection: &Collection, path: &str) -> Answer {
    collection.app.client().get(path).send().await
}

async fn insights(collection: &Collection, path: &str) -> Value {
    read(collection, path).await.expect(200).json()
}

async fn close(collection: &Collection, campaign: &str) {
    let path = format!("/v1/campaigns/{campaign}/close");
    let call = collection.staff.client.post(&path);
    call.send().await.expect(200);
}

/// Nothing, of a group that is too small as of one with nobody in it.
fn nothing() -> Value {
    json!({"responses": 0, "areas": [], "difficulties": []})
}

fn area<'a>(people: &'a Value, key: &str) -> &'a Value {
    let mut areas = people["areas"].as_array().unwrap().iter();
    areas.find(|it| it["area"] == key).unwrap()
}

/// Compares the insights of some people with the group of the statistics.
async fn assert_same_figures(collection: &Collection, people: &Value, by: &str) {
    for key in ["difficulty", "load"] {
        let found = figures(collection, &format!("of=score_{key}{by}")).await;
        let (group, area) = (&found["groups"][0], area(people, key));
        assert_eq!(people["responses"], group["responses"]);
        assert_eq!(area["answered"], group["answered"]);
        for end in ["value", "lower", "upper"] {
            assert_eq!(area["mean"][end], group["mean"][end]);
        }
        let categories = group["categories"].as_array().unwrap().iter();
        let shares: Vec<&Value> = categories.map(|it| &it["share"]["value"]).collect();
        assert_eq!(json!(shares), area["shares"], "{key}");
    }
    for difficulty in people["difficulties"].as_array().unwrap() {
        let question = difficulty["question"].as_str().unwrap();
        let found = figures(collection, &format!("of={question}{by}")).await;
        let group = &found["groups"][0];
        assert_eq!(difficulty["answered"], group["answered"]);
        let categories = group["categories"].as_array().unwrap().iter();
        let shares: Vec<&Value> = categories.map(|it| &it["share"]["value"]).collect();
        assert_eq!(json!(shares), difficulty["shares"], "{question}");
    }
}

#[tokio::test]
async fn everybody_reads_the_figures_of_campaigns_that_are_over_and_they_are_those_of_statistics() {
    let collection = Collection::start().await;
    collection.open("later", -1, 30).await;
    fill(&collection, "test-campaign", 160, 41).await;
    let open = insights(&collection, OF_FORM).await;
    assert_eq!(open["campaigns"], json!([]));
    assert_eq!(open["everybody"], nothing());
    close(&collection, "test-campaign").await;

    let found = insights(
        &collection,
        &format!("{OF_FORM}?like=group:a,alone:1&language=en"),
    )
    .await;
    assert_eq!(found["campaigns"], json!(["test-campaign"]));
    assert_eq!(found["areas"][0]["title"], "Difficulty (higher = more)");
    assert_eq!(found["areas"][0]["bands"][1]["label"], "Great");
    assert_same_figures(&collection, &found["everybody"], "").await;
    let alike = found["people_like_you"].as_array().unwrap();
    assert_eq!(alike.len(), 2);
    assert_eq!(alike[0]["answer"], "a");
    assert_same_figures(&collection, &alike[0]["people"], "&where=group:a").await;
    assert_same_figures(&collection, &alike[1]["people"], "&where=alone:1").await;
    assert!(
        !found["everybody"]["difficulties"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let of_campaign = insights(
        &collection,
        "/v1/campaigns/test-campaign/insights?language=en",
    )
    .await;
    assert_eq!(of_campaign["everybody"], found["everybody"]);

    fill(&collection, "later", 120, 42).await;
    close(&collection, "later").await;
    let both = insights(&collection, OF_FORM).await;
    let changes = both["changes"].as_array().unwrap();
    let of_statistics = figures(&collection, "of=score_difficulty&by=campaign").await;
    let expected = &of_statistics["changes"][0];
    let change = changes
        .iter()
        .find(|it| it["area"] == "difficulty")
        .unwrap();
    assert_eq!(
        (&change["from"], &change["to"]),
        (&expected["from"], &expected["to"])
    );
    assert_eq!(change["mean"], expected["mean"]);
}

#[tokio::test]
async fn nobody_few_and_not_yet_look_the_same_to_the_byte() {
    let collection = Collection::start().await;
    for campaign in ["nobody", "few", "large"] {
        collection.open(campaign, -1, 30).await;
    }
    fill(&collection, "test-campaign", 80, 43).await;
    let answers = json!({"group": "c", "meals": "much", "distress": 9});
    for (campaign, count) in [("few", 4), ("large", 4)] {
        for _ in 0..count {
            let body = json!({"form_version": 1, "language": "en", "answers": answers});
            let path = format!("/v1/campaigns/{campaign}/responses");
            let call = collection.app.client().post(&path).json(&body);
            let call = call.header("receipt", &new_receipt());
            call.send().await.expect(201);
        }
    }
    for campaign in ["nobody", "few"] {
        close(&collection, campaign).await;
    }
    assert_eq!(
        collection
            .sql::<i64>("SELECT count(*) FROM responses")
            .await,
        88
    );
    let of = async |campaign: &str| {
        let path = format!("/v1/campaigns/{campaign}/insights?like=group:c,alone:0");
        let body = read(&collection, &path).await.expect(200).body;
        String::from_utf8(body).unwrap()
    };
    let nobody = of("nobody").await;
    assert_eq!(nobody, of("few").await);
    assert_eq!(nobody, of("test-campaign").await, "while it goes on");
    assert!(nobody.contains("\"responses\":0"), "{nobody}");

    // The same within a campaign that has figures.
    let answers = json!({"group": "a", "meals": "much", "distress": 9, "alone": false});
    for _ in 0..60 {
        let body = json!({"form_version": 1, "language": "en", "answers": answers});
        let call = collection
            .app
            .client()
            .post("/v1/campaigns/large/responses");
        let call = call.json(&body).header("receipt", &new_receipt());
        call.send().await.expect(201);
    }
    close(&collection, "large").await;
    assert_eq!(
        collection
            .sql::<i64>("SELECT count(*) FROM responses")
            .await,
        148
    );
    let large = insights(
        &collection,
        "/v1/campaigns/large/insights?like=group:c,alone:1",
    )
    .await;
    assert!(large["everybody"]["responses"].as_u64().unwrap() > 50);
    for people in large["people_like_you"].as_array().unwrap() {
        assert_eq!(people["people"], nothing(), "four in c, nobody alone");
    }
}

#[tokio::test]
async fn an_open_campaign_publishes_from_the_size_that_it_promised() {
    let collection = Collection::start().await;
    let patch = async |body: Value| {
        let call = collection.staff.client.patch("/v1/campaigns/test-campaign");
        call.json(&body).send().await
    };
    let refused = patch(json!({"insights_from": 9})).await;
    assert_eq!(
        refused.expect_problem(Code::BodyInvalid).pointers(),
        ["/insights_from"]
    );
    let changed = patch(json!({"insights_from": 60})).await.expect(200).json();
    assert_eq!(changed["insights_from"], 60);
    let sentences = changed["privacy"]["sentences"].as_array().unwrap();
    let sentence = sentences.iter().find(|it| it["code"] == "insights_from");
    assert!(
        sentence.unwrap()["text"]["en"]
            .as_str()
            .unwrap()
            .contains("60")
    );

    fill(&collection, "test-campaign", 40, 44).await;
    let path = "/v1/campaigns/test-campaign/insights";
    assert_eq!(insights(&collection, path).await["everybody"], nothing());
    for earlier in [59, 10] {
        let refused = patch(json!({"insights_from": earlier})).await;
        let refused = refused.expect_problem(Code::SettingsPromised);
        assert_eq!(refused.pointers(), ["/insights_from"]);
    }
    fill(&collection, "test-campaign", 30, 45).await;
    let found = insights(&collection, path).await;
    assert_eq!(found["campaigns"], json!(["test-campaign"]));
    assert!(found["everybody"]["responses"].as_u64().unwrap() >= 60);
    // After the end only, which may be promised at any time.
    patch(json!({"insights_from": null})).await.expect(200);
    assert_eq!(insights(&collection, path).await["everybody"], nothing());
    let refused = patch(json!({"insights_from": 60})).await;
    refused.expect_problem(Code::SettingsPromised);
}

#[tokio::test]
async fn insights_around_one_withdrawal_are_the_same() {
    let collection = Collection::start().await;
    collection
        .open_with_release_size("batched", -1, 30, 10)
        .await;
    let receipts = fill(&collection, "batched", 100, 46).await;
    close(&collection, "batched").await;
    // What was left is released now.
    let left = "SELECT count(*) FROM arrivals";
    assert_eq!(collection.sql::<i64>(left).await, 0);
    let like = "like=group:a,alone:1";
    let before = async |language: &str| {
        let path = format!("{OF_FORM}?{like}&language={language}");
        read(&collection, &path).await.expect(200).body
    };
    let (english, korean) = (before("en").await, before("ko").await);
    for (number, receipt) in receipts[..9].iter().enumerate() {
        withdraw(&collection, "batched", receipt).await;
        settle(&collection).await;
        assert!(before("en").await == english);
        // These were not computed before, and are of the same responses.
        let (language, of_form) = [("en", &english), ("ko", &korean)][number % 2];
        let path = format!("/v1/campaigns/batched/insights?{like}&language={language}");
        let of_campaign = read(&collection, &path).await.expect(200).body;
        assert!(of_campaign == *of_form);
    }
    withdraw(&collection, "batched", &receipts[9]).await;
    settle(&collection).await;
    assert!(before("en").await != english);
    assert!(before("ko").await != korean);
}

#[tokio::test]
async fn insights_are_short_cacheable_and_in_the_language_asked_for() {
    let collection = Collection::start_with(SHIPPED).await;
    let app = &collection.app.state.app;
    let mut second = definition(SHIPPED);
    second["title"]["en"] = json!("Daily life, again");
    let version = publish(app, &second).await;
    let campaigns = [
        open_campaign(app, &version.form, "first").await,
        open_campaign(app, &version.form, "second").await,
    ];
    let monday = NaiveDate::from_ymd_opt(2027, 2, 1).unwrap();
    let mut conn = collection.app.connect().await;
    for campaign in campaigns {
        let headings = vec![(campaign, "ko", monday); 2000];
        let mut rng = StdRng::seed_from_u64(47);
        respond_synthetic(&mut conn, &version, &headings, &mut rng).await;
    }
    collection
        .run("INSERT INTO tally_states (campaign_id, built) SELECT DISTINCT campaign_id, false FROM responses")
        .await;
    renew(app).await.unwrap();
    close(&collection, "first").await;
    close(&collection, "second").await;

    let like = "like=cancer_type:breast,age_band:age_50_59,time_since_treatment:years_1_to_2";
    let path = format!("/v1/insights/{}?{like}", collection.form);
    let client = collection.app.client();
    let korean = client.get(&path).header("accept-language", "ko, en;q=0.5");
    let korean = korean.send().await.expect(200);
    assert!(korean.body.len() < 20_000, "{} bytes", korean.body.len());
    assert_eq!(korean.header("content-language"), "ko");
    assert_eq!(korean.header("cache-control"), "public, max-age=300");
    assert!(korean.header("vary").contains("accept-language"));
    let found = korean.json();
    assert_eq!(found["people_like_you"].as_array().unwrap().len(), 3);
    for people in found["people_like_you"].as_array().unwrap() {
        assert_eq!(
            people["people"]["difficulties"].as_array().unwrap().len(),
            3
        );
    }
    assert!(!found["changes"].as_array().unwrap().is_empty());
    let tag = korean.header("etag").to_owned();
    let again = client
        .get(&path)
        .header("accept-language", "ko")
        .header("if-none-match", &tag);
    assert!(again.send().await.expect(304).body.is_empty());
    let english = client
        .get(&format!("{path}&language=en"))
        .header("accept-language", "ko");
    let english = english.send().await.expect(200);
    assert_eq!(english.json()["title"], "Daily life, again");
    assert_ne!(english.header("etag"), tag);
    let unknown = read(&collection, &format!("{path}&language=fr")).await;
    unknown.expect_problem(Code::LanguageNotOffered);
}

#[tokio::test]
async fn what_does_not_fit_the_form_is_refused_by_its_name() {
    let collection = Collection::start().await;
    for (query, code) in [
        ("like=group", "invalid_value"),
        ("like=nothing:a", "question_unknown"),
        ("like=meals:some", "question_unknown"),
        ("like=group:z", "option_unknown"),
        ("like=group:a,group:b", "named_twice"),
        ("like=group:a,alone:1,group:b,group:c", "length"),
    ] {
        let refused = read(&collection, &format!("{OF_FORM}?{query}")).await;
        let problem = refused.expect_problem(Code::QueryInvalid).json();
        assert_eq!(problem["errors"][0]["parameter"], "like", "{query}");
        let mut errors = problem["errors"].as_array().unwrap().iter();
        assert!(errors.any(|it| it["code"] == code), "{query}: {problem}");
    }
    read(&collection, "/v1/insights/no-such-form")
        .await
        .expect_problem(Code::FormUnknown);
    let unknown = read(&collection, "/v1/campaigns/no-such-campaign/insights").await;
    unknown.expect_problem(Code::CampaignUnknown);
}
