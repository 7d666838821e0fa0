//! A question that is asked again must mean the same, or its author must say that it does not.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use serde_json::json;

use crate::support::TestApp;
use crate::support::collection::{EVERY_KIND, definition, draft, publish, publish_draft};

#[tokio::test]
async fn a_recoded_question_needs_consent_and_the_changes_say_so() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let mut form = definition(EVERY_KIND);
    publish(&author, &form).await;
    form["sections"][1]["questions"][3]["max"] = json!(24);
    form["sections"][1]["questions"][0]["text"]["en"] = json!("How are meals?");
    draft(&author, &form).await.expect(200);
    let refused = publish_draft(&author, "every-kind", &json!({})).await;
    assert_eq!(
        refused
            .expect_problem(Code::RecodingNeedsConsent)
            .pointers(),
        ["/sleep_hours"]
    );
    let consent = json!({"consent_to_recoding": ["sleep_hours"]});
    publish_draft(&author, "every-kind", &consent)
        .await
        .expect(201);
    let changes = author
        .get("/v1/forms/every-kind/changes?from=1&to=2")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(changes["compatible"], false);
    let of = |key: &str| {
        let questions = changes["questions"].as_array().unwrap();
        questions
            .iter()
            .find(|question| question["key"] == key)
            .unwrap()["change"]
            .clone()
    };
    assert_eq!(
        (of("sleep_hours"), of("meals"), of("group")),
        (json!("recoded"), json!("reworded"), json!("identical"))
    );
    author
        .get("/v1/forms/every-kind/changes?from=1&to=9")
        .send()
        .await
        .expect_problem(Code::VersionUnknown);
}

#[tokio::test]
async fn a_question_that_comes_back_is_compared_with_the_last_version_that_had_it() {
    let app = TestApp::start().await;
    let author = app.with_staff(Role::Author).await.client;
    let first = definition(EVERY_KIND);
    publish(&author, &first).await;
    let mut without = first.clone();
    let questions = without["sections"][1]["questions"].as_array_mut().unwrap();
    let at = questions
        .iter()
        .position(|it| it["key"] == "sleep_hours")
        .unwrap();
    questions.remove(at);
    draft(&author, &without).await.expect(200);
    publish_draft(&author, "every-kind", &json!({}))
        .await
        .expect(201);

    let mut back = first.clone();
    back["sections"][1]["questions"][at]["max"] = json!(24);
    draft(&author, &back).await.expect(200);
    let refused = publish_draft(&author, "every-kind", &json!({})).await;
    let pointers = refused
        .expect_problem(Code::RecodingNeedsConsent)
        .pointers();
    assert_eq!(pointers, ["/sleep_hours"]);
    let consent = json!({"consent_to_recoding": ["sleep_hours"]});
    publish_draft(&author, "every-kind", &consent)
        .await
        .expect(201);

    // From here on the new coding counts, not the first one.
    back["sections"][1]["questions"][0]["text"]["en"] = json!("How are meals?");
    draft(&author, &back).await.expect(200);
    publish_draft(&author, "every-kind", &json!({}))
        .await
        .expect(201);
}
