//! What a client sends in good faith, in whichever of its shapes: what is the same to a person is the same to the server.

use aftercare::http::problem::Code;
use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::collection::{Collection, new_receipt};

const FORM: &str = include_str!("../forms/answer-traps.yaml");

/// A collection of responses to the form, in which routing hides `m`, `t` and `i` unless `g` is true.
struct Reading(Collection);

impl Reading {
    async fn start() -> Self {
        Self(Collection::start_with(FORM).await)
    }

    async fn send(&self, receipt: &str, language: &str, answers: Value) -> Answer {
        let mut all = json!({"g": true, "r": ["a"], "w": "x"});
        for (key, value) in answers.as_object().unwrap() {
            all[key] = value.clone();
        }
        let body = json!({"form_version": 1, "language": language, "answers": all});
        let path = "/v1/campaigns/test-campaign/responses";
        let call = self.0.app.client().post(path).header("receipt", receipt);
        call.json(&body).send().await
    }

    async fn send_new(&self, answers: Value) -> Answer {
        self.send(&new_receipt(), "en", answers).await
    }

    async fn read(&self, receipt: &str) -> Value {
        let path = "/v1/campaigns/test-campaign/responses/own";
        let call = self.0.app.client().get(path).header("receipt", receipt);
        call.send().await.expect(200).json()["answers"].clone()
    }
}

#[tokio::test]
async fn a_hidden_question_may_be_sent_with_nothing_in_it() {
    let reading = Reading::start().await;
    for nothing in [
        json!({"m": null}),
        json!({"m": []}),
        json!({"t": null}),
        json!({"t": ""}),
        json!({"i": null}),
    ] {
        let mut answers = nothing.clone();
        answers["g"] = json!(false);
        reading.send_new(answers).await.expect(201);
    }
    let refused = reading.send_new(json!({"g": false, "m": ["a"]})).await;
    assert_eq!(
        refused.expect_problem(Code::AnswersInvalid).pointers(),
        ["/answers/m"]
    );
}

#[tokio::test]
async fn a_response_is_taken_in_every_language_in_which_the_form_is_served() {
    let reading = Reading::start().await;
    for (asked, read) in [("en-US", "en"), ("KO-kr", "ko"), ("en", "en")] {
        let stored = reading.send(&new_receipt(), asked, json!({})).await;
        assert_eq!(stored.expect(201).json()["language"], read);
    }
    let refused = reading.send(&new_receipt(), "fr", json!({})).await;
    assert_eq!(refused.status, 422);
}

#[tokio::test]
async fn a_text_is_counted_as_a_person_counts_it() {
    let reading = Reading::start().await;
    let syllables = |count: usize| "\u{1112}\u{1161}\u{11ab}".repeat(count);
    let receipt = new_receipt();
    reading
        .send(&receipt, "en", json!({"t": syllables(50)}))
        .await
        .expect(201);
    assert_eq!(reading.read(&receipt).await["t"], "한".repeat(50));
    let refused = reading.send_new(json!({"t": syllables(51)})).await;
    assert_eq!(
        refused.expect_problem(Code::AnswersInvalid).pointers(),
        ["/answers/t"]
    );
}

#[tokio::test]
async fn what_cannot_be_seen_neither_turns_a_response_down_nor_answers_a_question() {
    let reading = Reading::start().await;
    let receipt = new_receipt();
    let pasted = json!({"t": "line one\u{b}line two\u{7}\u{200b}"});
    reading.send(&receipt, "en", pasted).await.expect(201);
    assert_eq!(reading.read(&receipt).await["t"], "line one\nline two");
    for empty in ["\u{200b}", " \u{feff}\n", "\u{3164}"] {
        let refused = reading.send_new(json!({"w": empty})).await;
        assert_eq!(
            refused.expect_problem(Code::AnswersInvalid).pointers(),
            ["/answers/w"]
        );
    }
}

#[tokio::test]
async fn a_required_multiple_choice_wants_an_option() {
    let reading = Reading::start().await;
    let refused = reading.send_new(json!({"r": []})).await;
    assert_eq!(
        refused.expect_problem(Code::AnswersInvalid).pointers(),
        ["/answers/r"]
    );
    reading.send_new(json!({"r": null})).await.expect(201);
    reading.send_new(json!({"m": []})).await.expect(201);
}

#[tokio::test]
async fn joiners_of_persian_and_malayalam_are_kept() {
    let reading = Reading::start().await;
    for text in [
        "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}",
        "\u{d05}\u{d35}\u{d28}\u{d4d}\u{200d}",
    ] {
        let receipt = new_receipt();
        reading
            .send(&receipt, "en", json!({"w": text}))
            .await
            .expect(201);
        assert_eq!(reading.read(&receipt).await["w"], text);
    }
}

#[tokio::test]
async fn a_retry_that_says_the_same_to_a_person_is_a_retry() {
    let reading = Reading::start().await;
    let receipt = new_receipt();
    let first = reading
        .send(&receipt, "en", json!({"i": null, "t": "가"}))
        .await;
    let first = first.expect(201).json();
    for (language, answers) in [
        ("ko", json!({"i": null, "t": "가"})),
        ("en-GB", json!({"t": "\u{1100}\u{1161}"})),
        ("en", json!({"m": null, "t": "가\u{200b}"})),
        ("en", json!({"m": [], "t": "가"})),
    ] {
        let again = reading.send(&receipt, language, answers).await.expect(200);
        assert_eq!(
            again.json(),
            first,
            "the reply is that of the first time, with its language"
        );
    }
    let other = reading
        .send(&receipt, "en", json!({"i": 3, "t": "가"}))
        .await;
    other.expect_problem(Code::ReceiptUsed);
    let other = reading.send(&receipt, "en", json!({"t": "나"})).await;
    other.expect_problem(Code::ReceiptUsed);
}
