//! A campaign that tells people that its files are not masked.

use super::*;
use crate::support::collection::{Collection, new_receipt};

#[tokio::test]
async fn files_of_a_campaign_that_says_so_are_not_masked_and_those_of_others_are() {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let version = publish(&app.state.app, &every_kind()).await;
    let spring = open_campaign(&app.state.app, &version.form, "spring-2027").await;
    let study = open_campaign(&app.state.app, &version.form, "study-2027").await;
    let coordinator = app.with_staff(Role::Coordinator).await.client;
    let change = coordinator.patch("/v1/campaigns/study-2027");
    change.json(&json!({"k": 1})).send().await.expect(200);
    let answers = |group: &str| json!({"group": group, "meals": "none", "distress": 1});
    for campaign in [spring, study] {
        respond_often(&mut conn, &version, campaign, answers("c"), 6).await;
        let rare = json!({"group": "a", "meals": "none", "distress": 3, "exact": 1, "alone": null});
        respond(&mut conn, &version, campaign, ("ko", "2027-W09"), rare).await;
    }
    let analyst = app.with_staff(Role::Analyst).await.client;
    let only = |campaign: &str| format!("missing=reasons&campaign={campaign}");
    let of_study = File::get(&analyst, EVERY_KIND, &only("study-2027")).await;
    of_study.check(1);
    assert_eq!(
        (
            of_study.figures["masked-cells"],
            of_study.figures["dependent-cells"]
        ),
        (0, 0)
    );
    assert_eq!(of_study.figures["smallest-class"], 1);
    let rare = of_study
        .rows
        .iter()
        .find(|row| row[of_study.column("group")] == "a");
    let rare = rare.unwrap();
    for (name, value) in [
        ("week", "2027-W09"),
        ("language", "ko"),
        ("exact", "1"),
        ("alone", "ASKU"),
    ] {
        assert_eq!(rare[of_study.column(name)], value, "{name}");
    }
    // The others are masked as ever, by themselves and beside it.
    let of_spring = File::get(&analyst, EVERY_KIND, &only("spring-2027")).await;
    of_spring.check(5);
    assert!(of_spring.figures["masked-cells"] > 0);
    let both = File::get(&analyst, EVERY_KIND, "missing=reasons").await;
    let of = |campaign: &str| -> Vec<Vec<String>> {
        let mine = both.rows.iter().filter(|row| row[0] == campaign);
        mine.cloned().collect()
    };
    assert_eq!(of("spring-2027"), of_spring.rows);
    assert_eq!(of("study-2027"), of_study.rows);
    assert_eq!(both.figures["k"], 1);
    // Who asks for a `k` gets it, of five or more.
    File::get(&analyst, EVERY_KIND, "k=5&campaign=study-2027")
        .await
        .check(5);
    for k in [1, 4] {
        let refused = analyst.get(&format!(
            "{EVERY_KIND}/responses.csv?k={k}&campaign=study-2027"
        ));
        refused.send().await.expect(400);
    }
    // The audit says of each file how it was masked.
    let recorded: Vec<Value> = entries(&mut conn)
        .await
        .into_iter()
        .map(|it| it.2["k"].clone())
        .collect();
    assert_eq!(recorded, [1, 5, 1, 5]);
    // Figures are protected as those of other campaigns.
    let figures = analyst.get(&format!(
        "{EVERY_KIND}/statistics?of=group&campaign=study-2027"
    ));
    let figures = figures.send().await.expect(200).json();
    let shown = figures["groups"].to_string();
    for count in 1..10 {
        assert!(!shown.contains(&format!("\"count\":{count},")), "{shown}");
    }
}

#[tokio::test]
async fn what_an_unmasked_campaign_leaves_out_stays_out() {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let version = publish(&app.state.app, &every_kind()).await;
    let study = open_campaign(&app.state.app, &version.form, "study-2027").await;
    let coordinator = app.with_staff(Role::Coordinator).await.client;
    let change = coordinator.patch("/v1/campaigns/study-2027");
    let change = change.json(&json!({"k": 1, "left_out": ["group"]}));
    change.send().await.expect(200);
    for answers in [
        json!({"group": "a", "meals": "none", "distress": 3, "exact": 1, "alone": true}),
        json!({"group": "c", "meals": "none", "distress": 4, "alone": false}),
    ] {
        respond(&mut conn, &version, study, ("ko", "2027-W09"), answers).await;
    }
    let analyst = app.with_staff(Role::Analyst).await.client;
    let file = File::get(&analyst, EVERY_KIND, "missing=reasons").await;
    file.check(1);
    assert_eq!(file.cells("group"), ["MSK"; 2]);
    assert_eq!(file.cells("exact"), ["MSK"; 2]);
    let alone: BTreeSet<&str> = file.cells("alone").into_iter().collect();
    assert_eq!(alone.len(), 2, "{alone:?}");
}

#[tokio::test]
async fn a_campaign_says_before_its_first_response_that_its_files_are_not_masked() {
    let collection = Collection::start().await;
    let patch = async |k: i32| {
        let call = collection.staff.client.patch("/v1/campaigns/test-campaign");
        call.json(&json!({"k": k})).send().await
    };
    for k in [-1, 0, 2, 3, 4, 1001] {
        let refused = patch(k).await.expect(422);
        assert_eq!(refused.pointers(), ["/k"]);
        assert_eq!(refused.json()["errors"][0]["code"], "range");
        let detail = refused.json()["errors"][0]["detail"].to_string();
        assert!(detail.contains("5 to 1000, or 1"), "{detail}");
    }
    let campaign = patch(1).await.expect(200).json();
    assert_eq!(
        (&campaign["k"], &campaign["privacy"]["k"]),
        (&json!(1), &json!(1))
    );
    let codes: Vec<&str> = campaign["privacy"]["sentences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["code"].as_str().unwrap())
        .collect();
    assert!(
        codes.contains(&"not_masked") && !codes.contains(&"masked"),
        "{codes:?}"
    );
    patch(5).await.expect(200);
    let answers = json!({"group": "c", "meals": "none", "distress": 1});
    collection.send(&new_receipt(), &answers).await.expect(201);
    let refused = patch(1).await.expect_problem(Code::SettingsPromised);
    assert_eq!(refused.pointers(), ["/k"]);
    let changes = "SELECT string_agg(concat(details::jsonb #>> '{before,k}', ' to ', details::jsonb #>> '{after,k}'), ', ' ORDER BY number) \
                   FROM audit_entries WHERE action = 'campaign_changed'";
    assert_eq!(collection.sql::<String>(changes).await, "5 to 1, 1 to 5");
}
