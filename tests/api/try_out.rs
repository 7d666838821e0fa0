//! Trying out a draft.

use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::collection::{Collection, EVERY_KIND, definition, draft};

impl Collection {
    async fn try_out(&self, language: &str, answers: Value) -> Answer {
        let path = format!("/v1/forms/{}/draft/responses", self.form);
        let call = self.staff.client.post(&path);
        let body = json!({"language": language, "answers": answers});
        call.json(&body).send().await
    }
}

#[tokio::test]
async fn a_draft_is_filled_in_and_summarised_as_its_responses_will_be_and_nothing_is_stored() {
    let collection = Collection::start().await;
    let answers = json!({
        "group": "a", "meals": "some", "distress": 3, "exact": 1,
        "story": "Write to me@clinic.example.",
    });
    let none = collection.try_out("en", answers.clone()).await;
    none.expect_problem(Code::DraftUnknown);
    let mut second = definition(EVERY_KIND);
    second["title"]["en"] = json!("The second version");
    draft(&collection.staff.client, &second).await.expect(200);
    let tried = collection.try_out("en", answers.clone()).await;
    let tried = tried.expect(200).json();
    let story = tried["answers"]["story"].as_str().unwrap();
    assert!(!story.contains("clinic.example"), "{story}");
    let stored = "SELECT (SELECT count(*) FROM arrivals) + (SELECT count(*) FROM responses)";
    assert_eq!(collection.sql_now::<i64>(stored).await, 0);
    let sent = collection
        .send(&crate::support::collection::new_receipt(), &answers)
        .await;
    assert_eq!(
        sent.expect(201).json()["summary"],
        tried["summary"],
        "the published version asks and scores the same"
    );
    let unfit = json!({"group": "nobody", "meals": "some", "distress": 99});
    let unfit = collection.try_out("en", unfit).await;
    assert_eq!(
        unfit.expect_problem(Code::AnswersInvalid).pointers(),
        ["/answers/group", "/answers/distress"]
    );
    let spoken = collection.try_out("xx", answers).await;
    assert_eq!(
        spoken.expect_problem(Code::BodyInvalid).pointers(),
        ["/language"]
    );
}

#[tokio::test]
async fn a_draft_with_faults_is_not_tried_out_and_only_authors_may_try() {
    let collection = Collection::start().await;
    let mut faulty = definition(EVERY_KIND);
    faulty["sections"][0]["questions"][0]["key"] = json!("Not A Key");
    draft(&collection.staff.client, &faulty).await.expect(200);
    let refused = collection.try_out("en", json!({})).await;
    let pointers = refused.expect_problem(Code::DraftInvalid).pointers();
    assert!(
        pointers.contains(&"/sections/0/questions/0/key".to_owned()),
        "{pointers:?}"
    );
    let analyst = collection.app.with_staff(Role::Analyst).await.client;
    let path = format!("/v1/forms/{}/draft/responses", collection.form);
    let body = json!({"language": "en", "answers": {}});
    let refused = analyst.post(&path).json(&body).send().await;
    refused.expect_problem(Code::Forbidden);
}
