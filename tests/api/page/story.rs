//! The whole way from the first page to the withdrawal.

use aftercare::config::HttpConfig;
use aftercare::domain::form::{Source, Syntax};
use aftercare::formats::invitation_sheet::qr;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::browser::Browser;
use super::{CAMPAIGN, begun, filled_in, own_words};
use crate::support::TestApp;
use crate::support::collection::{Collection, EVERY_KIND, OWN, SHIPPED};

const SECOND: &str = include_str!("../../forms/second-edition.yaml");

async fn own(collection: &Collection, receipt: &str) -> Value {
    let call = collection.app.client().get(OWN).header("receipt", receipt);
    call.send().await.expect(200).json()
}

#[tokio::test]
async fn a_person_answers_in_korean_reads_corrects_and_withdraws() {
    let collection = Collection::start().await;
    collection.let_wait().await;
    let browser = Browser::new(&collection.app, "ko-KR,ko;q=0.9,en;q=0.5");
    let front = browser.get(CAMPAIGN).await.expect(200);
    let front = front.shows(&[
        "<html lang=\"ko\" dir=\"ltr\">",
        "이름, 네트워크 주소, 기기, 계정, 응답 시각은 저장하지 않습니다.",
        "스크립트가 꺼져 있어",
    ]);
    let person = browser.press(&front, &[], "begin").await.expect(200);
    let person = person.shows(&["그룹?", "답하고 싶지 않습니다", "단계 1 / "]);
    assert!(!person.has("식사?") && !person.has("value=\"back\""));
    let set = [("q.group", "b"), ("q.alone", "true")];
    let days = browser.press(&person, &set, "next").await.expect(200);
    let days = days.shows(&["식사?", "없음"]);
    assert_eq!(
        (days.value("q.group"), days.value("q.alone")),
        (Some("b"), Some("true"))
    );
    let words = own_words("아침에는 걷기가 힘들었어요");
    let set = [
        ("q.meals", "much"),
        ("q.distress", "~"),
        ("q.weight", "61,25"),
    ];
    let deeper = browser.press(&days, &set, "next").await.expect(200);
    // Declined distress is no match for `at_most`, so the section behind it is not shown.
    let check = deeper.shows(&["답을 확인해 주세요", "답하고 싶지 않음", "61.25", "답 없음"]);
    assert_eq!(
        collection.stored().await,
        0,
        "nothing is stored before it is sent"
    );
    let days = browser.press(&check, &[], "section.days").await.expect(200);
    let deeper = browser.press(&days, &[("q.distress", "8")], "next").await;
    let set = [("q.exact", "2"), ("q.story", words)];
    let check = browser.press(&deeper.expect(200), &set, "next").await;
    let check = check.expect(200).shows(&[words, "도움이 있습니다."]);
    let sent = browser.press(&check, &[], "send").await.expect(200);
    let sent = sent.shows(&[
        "감사합니다",
        "<svg",
        "download=\"receipt.txt\"",
        "어려움",
        "도움이 있습니다.",
    ]);
    let receipt = sent.receipt();
    assert_eq!(collection.stored().await, 1);
    let stored = own(&collection, &receipt).await;
    assert_eq!(stored["language"], "ko");
    assert_eq!(
        stored["answers"],
        json!({
            "group": "b", "alone": true, "meals": "much", "distress": 8, "weight": 61.25, "exact": 2, "story": words,
        })
    );

    // Reading it again, with the receipt as somebody types it.
    let ask = browser.get("/c/test-campaign/receipt").await.expect(200);
    let typed = format!(" {receipt} ");
    let read = browser.press(&ask, &[("receipt", &typed)], "read").await;
    let read = read.expect(200).shows(&["저장된 내용", words, "61.25"]);
    let person = browser.press(&read, &[], "correct").await.expect(200);
    let days = browser.press(&person, &[], "next").await.expect(200);
    assert_eq!(days.value("q.weight"), Some("61.25"));
    let deeper = browser.press(&days, &[("q.distress", "5")], "next").await;
    let check = browser
        .press(&deeper.expect(200), &[("q.story", "")], "next")
        .await;
    let check = check.expect(200).shows(&["고친 응답 보내기"]);
    let corrected = browser.press(&check, &[], "send").await.expect(200);
    corrected.shows(&["고친 응답이 잘 도착했습니다", &receipt]);
    assert_eq!(collection.stored().await, 1);
    assert_eq!(own(&collection, &receipt).await["answers"]["distress"], 5);

    let sure = browser.press(&read, &[], "withdraw").await.expect(200);
    let sure = sure.shows(&["철회하시겠습니까?"]);
    assert_eq!(collection.stored().await, 1);
    let kept = browser.press(&sure, &[], "read").await.expect(200);
    kept.shows(&["저장된 내용"]);
    let gone = browser.press(&sure, &[], "delete").await.expect(200);
    let gone = gone.shows(&["응답을 삭제했습니다."]);
    assert_eq!(collection.stored().await, 0);
    // Reloading tells the same.
    let again = browser.press(&sure, &[], "delete").await.expect(200);
    again.shows(&["응답을 삭제했습니다."]);
    let anew = browser.press(&gone, &[], "begin").await.expect(200);
    assert_ne!(anew.value("receipt"), Some(receipt.as_str()));
}

#[tokio::test]
async fn a_person_with_an_invitation_answers_in_english_and_once_more_after_withdrawing() {
    let collection = Collection::start().await;
    collection.set_access("code").await;
    let invitation = collection.invite(1).await.remove(0);
    let browser = Browser::new(&collection.app, "en-GB,en;q=0.9");
    let front = browser.get(CAMPAIGN).await.expect(200);
    let front = front.shows(&["Your invitation", "could record it"]);
    let typed = invitation.to_lowercase().replace('-', " ");
    let set = [("invitation", typed.as_str())];
    let person = browser.press(&front, &set, "begin").await.expect(200);
    let days = browser.press(&person, &[("q.group", "c")], "next").await;
    let set = [("q.meals", "none"), ("q.distress", "1")];
    let check = browser.press(&days.expect(200), &set, "next").await;
    let check = check.expect(200).shows(&["Check your answers"]);
    let sent = browser.press(&check, &[], "send").await.expect(200);
    let receipt = sent.shows(&["Thank you"]).receipt();
    // Going back and sending again, or reloading, stores nothing more.
    let again = browser.press(&check, &[], "send").await.expect(200);
    assert_eq!(again.receipt(), receipt);
    assert_eq!(collection.stored().await, 1);
    // Going back, changing an answer and sending it as new is no second response, and the page says what to do.
    let days = browser.press(&check, &[], "section.days").await;
    let changed = browser.press(&days, &[("q.distress", "2")], "next").await;
    let refused = browser.press(&changed, &[], "send").await.expect(409);
    refused.shows(&["Other answers were sent with this receipt before"]);

    let ask = browser.get("/c/test-campaign/receipt").await;
    let set = [("receipt", receipt.as_str())];
    let read = browser.press(&ask, &set, "read").await.expect(200);
    let sure = browser.press(&read, &[], "withdraw").await.expect(200);
    let gone = browser.press(&sure, &[], "delete").await.expect(200);
    let gone = gone.shows(&["without another invitation"]);
    let person = browser.press(&gone, &[], "begin").await.expect(200);
    let days = browser.press(&person, &[("q.group", "c")], "next").await;
    let set = [("q.meals", "none"), ("q.distress", "4")];
    let check = browser.press(&days, &set, "next").await.expect(200);
    assert!(!check.has("name=\"invitation\""));
    let sent = browser.press(&check, &[], "send").await.expect(200);
    assert_ne!(sent.receipt(), receipt);
    assert_eq!(collection.stored().await, 1);
}

#[tokio::test]
async fn switching_the_language_in_the_middle_keeps_every_answer() {
    let collection = Collection::start().await;
    let browser = Browser::new(&collection.app, "en");
    let person = begun(&browser).await.shows(&["Group?", "lang=\"ko\""]);
    // Also what is chosen at this moment.
    let set = [("q.group", "a"), ("q.alone", "false")];
    let korean = browser
        .press(&person, &set, "language.ko")
        .await
        .expect(200);
    let korean = korean.shows(&["그룹?", "<html lang=\"ko\""]);
    assert_eq!(
        (korean.value("q.group"), korean.value("q.alone")),
        (Some("a"), Some("false"))
    );
    let days = browser.press(&korean, &[], "next").await.expect(200);
    let set = [("q.meals", "some"), ("q.distress", "3")];
    let more = browser.press(&days, &set, "next").await.expect(200);
    let more = more.shows(&["질문이 더 있습니다", "도움?"]);
    let set = [("q.help_from", "family")];
    let deeper = browser.press(&more, &set, "next").await.expect(200);
    let english = browser
        .press(&deeper, &[("q.exact", "4")], "language.en")
        .await;
    let english = english.expect(200).shows(&["Exact?"]);
    let check = browser.press(&english, &[], "next").await.expect(200);
    let korean = browser.press(&check, &[], "language.ko").await.expect(200);
    let korean = korean.shows(&["답을 확인해 주세요", "가족"]);
    let receipt = browser.press(&korean, &[], "send").await.receipt();
    let stored = own(&collection, &receipt).await;
    assert_eq!(stored["language"], "ko");
    let answers = json!({
        "group": "a", "alone": false, "meals": "some", "distress": 3, "help_from": ["family"], "exact": 4,
    });
    assert_eq!(stored["answers"], answers);
}

#[tokio::test]
async fn going_back_keeps_what_was_filled_in_and_what_routing_hides_is_not_sent() {
    let collection = Collection::start().await;
    let browser = Browser::new(&collection.app, "en");
    let check = filled_in(&browser).await;
    let deeper = browser.press(&check, &[], "back").await.expect(200);
    let deeper = deeper.shows(&["A remark."]);
    // Going back asks for nothing.
    let days = browser.press(&deeper, &[("q.exact", "")], "back").await;
    let days = days.expect(200);
    assert_eq!(days.value("q.distress"), Some("3"));
    let check = browser.press(&days, &[("q.distress", "9")], "next").await;
    let check = check
        .expect(200)
        .shows(&["Check your answers", "Help is here."]);
    assert!(!check.has("A remark.</dd>"));
    let sent = browser.press(&check, &[], "send").await.expect(200);
    let receipt = sent.receipt();
    let answers = json!({"group": "a", "meals": "some", "distress": 9});
    assert_eq!(own(&collection, &receipt).await["answers"], answers);
    // What was changed to make a section appear is asked for before sending.
    let days = browser.press(&check, &[], "section.days").await;
    let deeper = browser.press(&days, &[("q.distress", "2")], "next").await;
    let missing = browser.press(&deeper, &[], "next").await.expect(422);
    missing.shows(&["Exact?", "href=\"#q.exact\""]);
}

#[tokio::test]
async fn every_kind_of_question_can_be_answered_corrected_and_told_wrong() {
    let collection = Collection::start_with(SECOND).await;
    collection.let_wait().await;
    let browser = Browser::new(&collection.app, "en");
    let front = browser
        .get("/c/test-campaign?source=poster&other=1")
        .await
        .expect(200);
    assert_eq!(front.value("q.source"), Some("poster"));
    let person = browser.press(&front, &[], "begin").await.expect(200);
    let person = person.shows(&[
        "Scores below 5 &#60; 6 are fine.",
        "type=\"month\"",
        "type=\"date\"",
        "2026-11-26",
    ]);
    let wrong = [
        ("q.operated", "last spring"),
        ("q.born", "2020"),
        ("q.cancer", "other"),
    ];
    let wrong = browser.press(&person, &wrong, "next").await.expect(422);
    let wrong = wrong.shows(&[
        "3 answers need another look",
        "href=\"#q.read.true\"",
        "href=\"#q.operated\"",
        "Please write year and month like 2026-11.",
        "It can be from 1900 to 2010.",
        "aria-invalid=\"true\"",
        "id=\"here\"",
        "value=\"last spring\"",
    ]);
    let set = [
        ("q.read", "true"),
        ("q.operated", "2024-05"),
        ("q.born", "1960"),
        ("q.cancer", "other"),
        ("q.cancer_other", own_words("a rare kind of tumour")),
        ("d.visit", "on"),
    ];
    let person = browser.press(&wrong, &set, "next").await.expect(200);
    let person = person.shows(&["a few more questions", "Discharge?"]);
    let early = browser
        .press(&person, &[("q.discharged", "2024-04")], "next")
        .await;
    let early = early.expect(422);
    let early = early.shows(&["The discharge is not before the operation."]);
    let days = browser
        .press(&early, &[("q.discharged", "2024-06")], "next")
        .await;
    let days = days.expect(200).shows(&["Pain?", "points", "or more"]);
    // What the author fills in beforehand is there the first time only.
    assert_eq!(days.value("q.eating"), Some("never"));
    let set = [
        ("q.eating", ""),
        ("q.walking", "~"),
        ("q.pain", "55"),
        ("q.nights", "3.5"),
        ("q.weight", "61.25"),
        ("q.help_from", "family"),
        ("q.wishes", "2 work"),
        ("q.order_of_all", "1 a"),
    ];
    let wrong = browser.press(&days, &set, "next").await.expect(422);
    let wrong = wrong.shows(&[
        "It can be 0 and from there in steps of 10.",
        "Please write a whole number, like 7",
        "Please choose 2 or more.",
        "It can have 1 digits after the point.",
    ]);
    assert_eq!(wrong.value("q.eating"), None);
    let set = [
        ("q.pain", "50"),
        ("q.nights", "3"),
        ("q.weight", "61,5"),
        ("d.order_of_all", "on"),
    ];
    let mut fields = wrong.fields.clone();
    fields.push(("q.help_from".to_owned(), "nurse".to_owned()));
    fields.push(("q.wishes".to_owned(), "1 talk".to_owned()));
    let right = super::browser::Page { fields, ..wrong };
    let routed = browser.press(&right, &set, "next").await.expect(200);
    let routed = routed.shows(&["Poster?", "Any?", "Read?"]);
    assert!(!routed.has("All?") && !routed.has("Less?"));
    let check = browser
        .press(&routed, &[("q.by_any", "false")], "next")
        .await;
    let check = check.expect(200).shows(&[
        "a rare kind of tumour",
        "1. Talk, 2. Work",
        "Family, Nurse",
        "61.5 kg",
        "50 points",
        "I have read this",
        "2024-06",
    ]);
    let sent = browser.press(&check, &[], "send").await.expect(200);
    let receipt = sent.receipt();
    let expected = json!({
        "source": "poster", "read": true, "operated": "2024-05", "discharged": "2024-06", "visit": null, "born": "1960",
        "cancer": "other", "cancer_other": "a rare kind of tumour", "walking": null, "pain": 50, "nights": 3, "weight": 61.5,
        "help_from": ["family", "nurse"], "wishes": ["talk", "work"], "order_of_all": null, "by_any": false,
    });
    assert_eq!(own(&collection, &receipt).await["answers"], expected);
    let ask = browser.get("/c/test-campaign/receipt").await;
    let read = browser
        .press(&ask, &[("receipt", receipt.as_str())], "read")
        .await;
    let mut page = browser
        .press(&read.expect(200), &[], "correct")
        .await
        .expect(200);
    for _ in 0..3 {
        page = browser.press(&page, &[], "next").await.expect(200);
    }
    browser.press(&page, &[], "send").await.expect(200);
    assert_eq!(own(&collection, &receipt).await["answers"], expected);
}

#[tokio::test]
async fn the_shipped_form_can_be_answered_within_the_size_that_a_slow_connection_allows() {
    let collection = Collection::start_with(SHIPPED).await;
    let browser = Browser::new(&collection.app, "ko");
    let front = browser.get(CAMPAIGN).await.expect(200);
    let style = collection.app.client().get("/page/page.css").send().await;
    let style = style.expect(200);
    assert!(style.header("cache-control").contains("immutable"));
    let mut page = browser.press(&front, &[], "begin").await.expect(200);
    let first = compressed(&[front.html.as_bytes(), &style.body, page.html.as_bytes()]);
    assert!(first < 30_000, "{first} bytes before the first question");
    let mut largest = 0;
    for _ in 0..40 {
        largest = largest.max(compressed(&[page.html.as_bytes()]));
        if page.has("답을 확인해 주세요") {
            browser.press(&page, &[], "send").await.expect(200);
            assert_eq!(collection.stored().await, 1);
            assert!(largest < 15_000, "a page of {largest} bytes");
            return;
        }
        let declined = page.fields.clone();
        let questions = page.html.match_indices("id=\"question.").map(|(at, it)| {
            let rest = &page.html[at + it.len()..];
            rest.split('"').next().unwrap().to_owned()
        });
        let questions: Vec<String> = questions.collect();
        let mut fields = declined;
        fields.extend(
            questions
                .into_iter()
                .map(|key| (format!("d.{key}"), "on".to_owned())),
        );
        page.fields = fields;
        page = browser.press(&page, &[], "next").await.expect(200);
    }
    panic!("the form has no end: {}", page.html);
}

/// The size of what is sent, compressed as browsers take it.
fn compressed(parts: &[&[u8]]) -> usize {
    let compress = |part: &&[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, part).unwrap();
        encoder.finish().unwrap().len()
    };
    parts.iter().map(compress).sum()
}

#[tokio::test]
async fn a_language_from_right_to_left_is_written_so_and_the_pages_own_words_are_marked() {
    let source = Source::read(crate::support::collection::EVERY_KIND, Syntax::Yaml).unwrap();
    let definition = serde_json::to_string(&source.definition().unwrap()).unwrap();
    let definition = definition.replace("\"ko\"", "\"ar\"");
    let collection = Collection::start_with(&definition).await;
    let browser = Browser::new(&collection.app, "ar-EG,ar;q=0.9");
    let front = browser.get(CAMPAIGN).await.expect(200);
    let front = front.shows(&[
        "<html lang=\"ar\" dir=\"rtl\">",
        "lang=\"en\" dir=\"ltr\">Begin",
    ]);
    let person = browser.press(&front, &[], "begin").await.expect(200);
    let person = person.shows(&["<html lang=\"ar\" dir=\"rtl\">", "lang=\"en\" dir=\"ltr\""]);
    let english = browser.press(&person, &[], "language.en").await;
    english
        .expect(200)
        .shows(&["<html lang=\"en\" dir=\"ltr\">", "العربية"]);
}

#[tokio::test]
async fn a_rehearsal_says_that_it_is_one() {
    let collection = Collection::start().await;
    collection.open("later", 5, 30).await;
    let campaign = collection.staff.client.patch("/v1/campaigns/later");
    let changed = campaign.json(&json!({"testing": true, "access": "pass"}));
    changed.send().await.expect(200);
    let browser = Browser::new(&collection.app, "en");
    let front = browser.get("/c/later").await.expect(200);
    let front = front.shows(&["This is a rehearsal"]);
    let mut page = browser.press(&front, &[], "begin").await.expect(200);
    let set: [&[(&str, &str)]; 2] = [
        &[("q.group", "c")],
        &[("q.meals", "none"), ("q.distress", "0")],
    ];
    for set in set {
        page = browser.press(&page, set, "next").await.expect(200);
    }
    let sent = browser.press(&page, &[], "send").await.expect(200);
    sent.shows(&["This was a test"]);
}

#[tokio::test]
async fn a_number_is_stored_as_the_check_page_shows_it_and_one_that_has_two_meanings_is_told_at_its_field()
 {
    let collection = Collection::start().await;
    let browser = Browser::new(&collection.app, "en");
    let person = begun(&browser).await;
    let days = browser.press(&person, &[("q.group", "c")], "next").await;
    let days = days.expect(200);
    let set = |sleep, weight| {
        [
            ("q.meals", "none"),
            ("q.distress", "9"),
            ("q.sleep_hours", sleep),
            ("q.weight", weight),
        ]
    };
    for (sleep, weight, told) in [
        ("10.000", "61.5", "Please write a whole number"),
        ("10,00,0", "61.5", "Please write a whole number"),
        ("1000", "1,250", "without a comma between thousands"),
        ("1000", "1.250,5", "without a comma between thousands"),
    ] {
        let wrong = browser.press(&days, &set(sleep, weight), "next").await;
        wrong
            .expect(422)
            .shows(&["One answer needs another look", told]);
    }
    for (sleep, weight, stored) in [
        ("10,000", "61,5", json!([10000, 61.5])),
        ("1,000", "0,25", json!([1000, 0.25])),
        ("-3", "61.25", json!([-3, 61.25])),
    ] {
        let person = begun(&browser).await;
        let days = browser.press(&person, &[("q.group", "c")], "next").await;
        let check = browser.press(&days, &set(sleep, weight), "next").await;
        let shown = [&stored[0], &stored[1]].map(|it| format!(">{it}</dd>"));
        let check = check.expect(200).shows(&[&shown[0], &shown[1]]);
        let receipt = browser.press(&check, &[], "send").await.receipt();
        let answers = own(&collection, &receipt).await["answers"].take();
        assert_eq!(json!([answers["sleep_hours"], answers["weight"]]), stored);
    }
}

/// What a browser would save as the receipt.
fn saved(page: &super::browser::Page) -> String {
    let (_, rest) = page.html.split_once(";base64,").unwrap();
    let bytes = STANDARD.decode(rest.split('"').next().unwrap()).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_receipt_names_the_address_that_the_operator_set_and_never_one_that_a_request_brought() {
    let public = HttpConfig::default().with_public_host("survey.example.org");
    for (http, address) in [
        (HttpConfig::default(), "\r\n/c/test-campaign/receipt\r\n"),
        (
            public,
            "\r\nhttps://survey.example.org/c/test-campaign/receipt\r\n",
        ),
    ] {
        let collection = Collection::start_on(TestApp::start_with(http).await, EVERY_KIND).await;
        let browser = Browser::new(&collection.app, "en").under_the_name_of("evil.example");
        let check = filled_in(&browser).await;
        let sent = browser.press(&check, &[], "send").await.expect(200);
        assert!(!sent.has("evil.example"), "{}", sent.html);
        let (file, receipt) = (saved(&sent), sent.receipt());
        assert!(!file.contains("evil.example"), "{file}");
        assert!(file.contains(address), "{file}");
        assert!(file.contains(&receipt));
        // Nothing but the receipt is in its code, so that no history keeps the two together.
        let code = qr::draw(&receipt).unwrap();
        assert!(sent.has(&code), "the code holds something else");
    }
}
