//! Answers that do not fit the form.

use aftercare::http::problem::Code;
use serde_json::{Value, json};

use super::surface::Surface;
use crate::support::collection::{Collection, RESPONSES, new_receipt};
use crate::support::logs::register_secret;

/// A question, and what it is answered with, as it is written in JSON.
pub const KINDS: &[(&str, &str)] = &[
    ("group", "\"none\""),
    ("group", "\"A\""),
    ("group", "\"a \""),
    ("group", "\"\u{ff41}\""),
    ("group", "[\"a\"]"),
    ("group", "0"),
    ("group", "{\"code\":\"a\"}"),
    ("alone", "\"true\""),
    ("alone", "1"),
    ("alone", "0"),
    ("help_from", "\"family\""),
    ("help_from", "{\"0\":\"family\"}"),
    ("help_from", "[\"family\",\"family\"]"),
    ("help_from", "[\"nobody\",\"family\"]"),
    ("help_from", "[\"much\"]"),
    ("help_from", "[null]"),
    ("help_from", "[[\"family\"]]"),
    ("help_from", "CODES"),
    ("distress", "11"),
    ("distress", "-1"),
    ("distress", "\"8\""),
    ("distress", "8.5"),
    ("distress", "true"),
    ("distress", "[8]"),
    ("distress", "1e19"),
    ("distress", "-9223372036854775808"),
    ("distress", "18446744073709551615"),
    ("sleep_hours", "100001"),
    ("sleep_hours", "-6"),
    ("sleep_hours", "1e308"),
    ("sleep_hours", "1e-320"),
    ("sleep_hours", "6.0000000001"),
    ("weight", "61.251"),
    ("weight", "250.51"),
    ("weight", "-0.51"),
    ("weight", "1e300"),
    ("weight", "-1e-300"),
    ("weight", "61.25000000000001"),
    ("story", "7"),
    ("story", "[\"a\"]"),
    ("story", "\"a\\u0000b\""),
    ("story", "LONG"),
    ("story", "DEEP"),
    ("unknown", "1"),
    ("", "1"),
    ("id", "\"x\""),
    ("GROUP", "\"a\""),
    ("group ", "\"a\""),
    ("meals/0", "1"),
    ("'; DROP TABLE responses; --", "1"),
];

fn good() -> Value {
    json!({
        "group": "b", "alone": true, "meals": "much", "help_from": ["family", "friends"], "distress": 8,
        "sleep_hours": 6, "weight": 61.25, "family_role": false, "exact": 5, "after": "some",
        "story": "Long afternoons.", "urgent": null,
    })
}

fn body(answers: &str) -> String {
    format!("{{\"form_version\":1,\"language\":\"en\",\"answers\":{answers}}}")
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_refused_and_nothing_is_stored() {
    let surface = Surface::start().await;
    for (question, raw) in KINDS {
        let raw = raw
            .replace(
                "CODES",
                &format!("[{}]", vec!["\"family\""; 20_000].join(",")),
            )
            .replace("LONG", &format!("\"{}\"", "가".repeat(201)))
            .replace("DEEP", &format!("{}{}", "[".repeat(120), "]".repeat(120)));
        let mut answers = good();
        answers[*question] = json!("the answer");
        let answers = answers.to_string().replace("\"the answer\"", &raw);
        let call = surface.app().client().post(RESPONSES);
        let call = call.header("receipt", &new_receipt());
        let call = call.raw("application/json", body(&answers));
        let what = format!("{question}: {raw:.40}");
        surface.refuse(&what, vec![(what.clone(), call)]).await;
    }
}

#[tokio::test]
async fn text_of_all_scripts_is_kept_but_for_what_cannot_be_seen() {
    let collection = Collection::start().await;
    for (text, kept) in [
        ("오후가 길어요. 👩🏽 👩\u{200d}👩\u{200d}👧 ㅠㅠ", "오후가 길어요. 👩🏽 👩\u{200d}👩\u{200d}👧 ㅠㅠ"),
        (
            "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{202e}abc\u{202c}",
            "\u{5e9}\u{5dc}\u{5d5}\u{5dd} abc",
        ),
        ("zero\u{200b}width\u{200d}\u{feff}", "zerowidth"),
        ("\u{1b}[2J bell\u{7}, a\u{85}b", "[2J bell, a\nb"),
        ("e\u{301} \u{1F1F0}\u{1F1F7} \u{10fffd}", "\u{e9} \u{1F1F0}\u{1F1F7} \u{10fffd}"),
        (
            "'; DROP TABLE responses; -- %s $1 \\",
            "'; DROP TABLE responses; -- %s $1 \\",
        ),
        ("=1+1\t\"quoted\"\nsecond line", "=1+1\t\"quoted\"\nsecond line"),
        // The letter that grows most: one becomes eighteen.
        (
            &"\u{fdfa}".repeat(200),
            &"\u{635}\u{644}\u{649} \u{627}\u{644}\u{644}\u{647} \u{639}\u{644}\u{64a}\u{647} \u{648}\u{633}\u{644}\u{645}"
                .repeat(200),
        ),
    ] {
        let receipt = new_receipt();
        let mut answers = good();
        answers["story"] = json!(text);
        collection.send(&receipt, &answers).await.expect(201);
        // Sent again it is the same, also when reading made it longer.
        collection.send(&receipt, &answers).await.expect(200);
        let own = collection
            .app
            .client()
            .get(&format!("{RESPONSES}/own"))
            .header("receipt", &receipt);
        let own = own.send().await.expect(200).json();
        assert_eq!(own["answers"]["story"], kept);
    }
}

#[tokio::test]
async fn twenty_thousand_answers_to_nothing_cost_a_short_answer() {
    let collection = Collection::start().await;
    let unknown: Vec<_> = (0..20_000).map(|n| format!("\"u{n}\":0")).collect();
    let answers = format!("{{{}}}", unknown.join(","));
    let call = collection.app.client().post(RESPONSES);
    let call = call.header("receipt", &new_receipt());
    let refused = call.raw("application/json", body(&answers)).send().await;
    let size = refused.body.len();
    refused.expect_problem(Code::AnswersInvalid);
    assert!(size < 200_000, "{size} bytes");
}

#[tokio::test]
async fn no_problem_repeats_an_answer() {
    let collection = Collection::start().await;
    const SECRET: &str = "relapse-in-spring";
    register_secret(SECRET);
    let number = 987_654_321;
    let bodies = [
        body(&json!(SECRET).to_string()),
        body(&json!([SECRET]).to_string()),
        body(&number.to_string()),
        body(
            &json!({"group": SECRET, "meals": SECRET, "story": [SECRET], "distress": number})
                .to_string(),
        ),
        body(
            &json!({"help_from": [SECRET, number], "alone": SECRET, "weight": number}).to_string(),
        ),
        json!({"form_version": SECRET, "language": "en", "answers": {}}).to_string(),
        json!({"form_version": 1, "language": SECRET, "answers": {}}).to_string(),
        json!({"form_version": 1, "language": {"en": SECRET}, "answers": {}}).to_string(),
        json!({"form_version": number, "language": "en", "answers": {}}).to_string(),
        json!(SECRET).to_string(),
        format!("{{\"answers\": {{\"story\": \"{SECRET}\"}} {SECRET}"),
    ];
    for body in bodies {
        let call = collection.app.client().post(RESPONSES);
        let call = call.header("receipt", &new_receipt());
        let refused = call.raw("application/json", body.clone()).send().await;
        assert!(refused.status.is_client_error(), "{body}");
        let told = refused.text();
        assert!(
            !told.contains(SECRET) && !told.contains(&number.to_string()),
            "{body} → {told}"
        );
    }
}

#[tokio::test]
async fn no_problem_repeats_a_password() {
    let app = crate::support::TestApp::start().await;
    for body in [
        json!({"email": "a@clinic.example", "password": ["my-secret-word"]}),
        json!({"email": "a@clinic.example", "password": {"my": "my-secret-word"}}),
        json!({"email": "a@clinic.example", "password": 271_828_182}),
        json!("my-secret-word"),
    ] {
        let refused = app.client().post("/v1/sessions").json(&body).send().await;
        let told = refused.expect_problem(Code::BodyInvalid).text();
        assert!(
            !told.contains("secret") && !told.contains("271828182"),
            "{told}"
        );
    }
}
