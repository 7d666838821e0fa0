//! What the headers and the audit say of an export.

use super::*;

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
        "file": {"format": "csv"},
        "k": 6,
        "sensitive": ["distress", "meals"],
        "rows": 7,
        "masked_cells": file.figures["masked-cells"],
        "masked_records": file.figures["masked-records"],
        "dependent_cells": file.figures["dependent-cells"],
        "smallest_class": 7, "withheld_records": 0,
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
