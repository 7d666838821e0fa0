//! What goes wrong, told on pages in words that people understand.

use aftercare::app::limiter::Rate;
use aftercare::app::limits::LimitRates;
use chrono::TimeDelta;
use serde_json::json;

use super::browser::Browser;
use super::{CAMPAIGN, begun, filled_in};
use crate::support::TestApp;
use crate::support::collection::{Collection, EVERY_KIND, new_receipt};

#[tokio::test]
async fn an_invitation_that_is_missing_mistyped_unknown_or_used_is_told_before_the_first_question()
{
    let collection = Collection::start().await;
    collection.set_access("code").await;
    let used = collection.invite(1).await.remove(0);
    let answers = json!({"group": "c", "meals": "none", "distress": 1});
    let sent = collection.response(&new_receipt(), &answers);
    sent.header("invitation", &used).send().await.expect(201);
    let browser = Browser::new(&collection.app, "ko");
    let front = browser.get(CAMPAIGN).await.expect(200);
    for (typed, status, told) in [
        ("", 403, "초대 코드를 입력해 주세요"),
        ("ABCD-EFGH-JKMN-PQE5", 400, "잘못된 글자가 있습니다"),
        ("0000-0000-0000-0101", 403, "이 설문의 초대 코드가 아니거나"),
        (used.as_str(), 409, "이미 사용한 초대 코드입니다"),
    ] {
        let again = browser
            .press(&front, &[("invitation", typed)], "begin")
            .await;
        let again = again.expect(status).shows(&[told, "role=\"alert\""]);
        assert_eq!(again.value("invitation"), Some(typed));
    }
    assert_eq!(collection.stored().await, 1);
}

#[tokio::test]
async fn an_invitation_that_was_used_meanwhile_is_told_at_the_end_and_another_can_be_typed() {
    let collection = Collection::start().await;
    collection.set_access("code").await;
    let mut invitations = collection.invite(2).await;
    let (other, used) = (invitations.remove(0), invitations.remove(0));
    let browser = Browser::new(&collection.app, "en");
    let front = browser.get(CAMPAIGN).await;
    let person = browser
        .press(&front, &[("invitation", &used)], "begin")
        .await;
    let answers = json!({"group": "c", "meals": "none", "distress": 1});
    let sent = collection.response(&new_receipt(), &answers);
    sent.header("invitation", &used).send().await.expect(201);
    let days = browser.press(&person, &[("q.group", "c")], "next").await;
    let set = [("q.meals", "none"), ("q.distress", "1")];
    let check = browser.press(&days, &set, "next").await.expect(200);
    let refused = browser.press(&check, &[], "send").await.expect(409);
    let refused = refused.shows(&["This invitation was used before", "None"]);
    let sent = browser
        .press(&refused, &[("invitation", &other)], "send")
        .await;
    sent.expect(200).shows(&["Thank you"]);
}

#[tokio::test]
async fn where_a_script_is_needed_the_page_says_why_and_what_else_can_be_done() {
    let collection = Collection::start().await;
    let browser = Browser::new(&collection.app, "en");
    for (change, why) in [
        (json!({"access": "pass"}), "not even this server can tell"),
        (
            json!({"access": "open", "proof_of_work": 12}),
            "small computation",
        ),
    ] {
        let campaign = collection.staff.client.patch("/v1/campaigns/test-campaign");
        campaign.json(&change).send().await.expect(200);
        let front = browser.get(CAMPAIGN).await.expect(200);
        let front = front.shows(&[why, "another phone or computer"]);
        // Where the script was built, there is a form for it.
        assert!(
            !front.has("<form")
                || front.has("\" hidden>\n<input type=\"hidden\" name=\"language\"")
        );
        let fields = [("go".to_owned(), "begin".to_owned())];
        let same = browser.send(CAMPAIGN, &fields).await.expect(200);
        same.shows(&[why]);
    }
}

#[tokio::test]
async fn a_campaign_that_is_over_or_to_come_or_unknown_has_a_page_that_says_so() {
    let collection = Collection::start().await;
    collection.open("later", 5, 30).await;
    let browser = Browser::new(&collection.app, "en");
    let check = filled_in(&browser).await;
    browser
        .get("/c/later")
        .await
        .expect(200)
        .shows(&["has not opened yet"]);
    for path in ["/c/nothing", "/c/%00", "/c/No-Key", "/c/nothing/receipt"] {
        if path != "/c/%00" {
            let told = browser.get(path).await.expect(404);
            told.shows(&["There is no survey at this address"]);
        }
    }
    collection.app.clock.advance(TimeDelta::days(40));
    let over = browser.get(CAMPAIGN).await.expect(200);
    let over = over.shows(&["This survey is over", "/c/test-campaign/receipt"]);
    assert!(!over.has("value=\"begin\""));
    let refused = browser.press(&check, &[], "send").await.expect(409);
    // The answers are still on the page.
    let refused = refused.shows(&["takes no more answers", "A remark."]);
    assert_eq!(refused.value("q.group"), Some("a"));
    let fields = [("go".to_owned(), "begin".to_owned())];
    browser
        .send(CAMPAIGN, &fields)
        .await
        .expect(200)
        .shows(&["This survey is over"]);
}

#[tokio::test]
async fn a_receipt_that_is_wrong_or_withdrawn_is_told() {
    let collection = Collection::start().await;
    let browser = Browser::new(&collection.app, "ko");
    let ask = browser.get("/c/test-campaign/receipt").await.expect(200);
    let short = browser.press(&ask, &[("receipt", "abc")], "read").await;
    short
        .expect(400)
        .shows(&["접수증의 글자가 맞지 않습니다", "value=\"abc\""]);
    let receipt = new_receipt();
    let set = [("receipt", receipt.as_str())];
    let unknown = browser.press(&ask, &set, "read").await.expect(404);
    unknown.shows(&["응답을 찾을 수 없습니다"]);
    let answers = json!({"group": "c", "meals": "none", "distress": 1});
    collection.let_wait().await;
    collection.send(&receipt, &answers).await.expect(201);
    let read = browser.press(&ask, &set, "read").await.expect(200);
    let mut page = browser.press(&read, &[], "correct").await.expect(200);
    // Once ten are there, they are released: then it can be withdrawn but not corrected, and the page does not offer it.
    for _ in 0..9 {
        collection.send(&new_receipt(), &answers).await.expect(201);
    }
    collection.release().await;
    let released = browser.press(&ask, &set, "read").await.expect(200);
    let released = released.shows(&["이미 분석하는 곳으로 전달되어", "value=\"withdraw\""]);
    assert!(!released.has("value=\"correct\""));
    let late = browser.press(&read, &[], "correct").await.expect(409);
    late.shows(&["이미 전달되어 고칠 수 없습니다"]);
    page = browser
        .press(&page, &[("q.group", "b")], "next")
        .await
        .expect(200);
    page = browser.press(&page, &[], "next").await.expect(200);
    let page = browser
        .press(&page, &[("q.exact", "1")], "next")
        .await
        .expect(200);
    let late = browser.press(&page, &[], "send").await.expect(409);
    late.shows(&["이미 전달되어 고칠 수 없습니다"]);
    let sure = browser.press(&read, &[], "withdraw").await;
    browser.press(&sure, &[], "delete").await.expect(200);
    let gone = browser.press(&ask, &set, "read").await.expect(200);
    gone.shows(&["응답을 삭제했습니다."]);
}

#[tokio::test]
async fn garbage_gets_a_page_and_never_a_failure() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let collection = Collection::start().await;
    let browser = Browser::new(&collection.app, "en");
    let receipt = new_receipt();
    let long = format!(
        "go=next&receipt={receipt}&q.story={}",
        "%EA%B0%80".repeat(120_000)
    );
    let many = format!(
        "go=send&receipt={receipt}&{}",
        "q.help_from=family&".repeat(40_000)
    );
    let bodies = [
        String::new(),
        "go".to_owned(),
        "%ff%fe=%00&&&==;;;".to_owned(),
        format!("go=next&at=nowhere&receipt={receipt}"),
        format!("go=back&at=deeper&receipt={receipt}&version=999999999999"),
        format!("go=section.&receipt={receipt}"),
        format!("go=language.xx&at=days&receipt={receipt}&language=%22%3E"),
        format!(
            "go=next&at=days&receipt={receipt}&q.meals=%3Cscript%3E&q.help_from=nobody&q.help_from=family&q.distress=1e999\
            &q.sleep_hours=--&q.weight=NaN&q.unknown=1&d.unknown=on&seen=%3Cscript%3E"
        ),
        format!(
            "go=send&receipt={receipt}&q.group=%00&invitation=%F0%9F%98%80&replaces=short&correction=yes"
        ),
        many,
    ];
    for path in [CAMPAIGN, "/c/test-campaign/receipt"] {
        for body in &bodies {
            let told = browser.raw(path, FORM, body.clone()).await;
            assert!(
                !told.has("<script>") && !told.has("&quot;><"),
                "{}",
                told.html
            );
        }
        let told = browser
            .raw(path, FORM, vec![0xff, 0xfe, b'=', b'%', b'z'])
            .await;
        assert!(told.status < 500);
        let told = browser.raw(path, FORM, long.clone()).await.expect(413);
        told.shows(&["Please shorten what you wrote"]);
        let told = browser
            .raw(path, "text/plain", "go=begin")
            .await
            .expect(415);
        told.shows(&["That did not work"]);
    }
    let wrong = format!("go=next&at=days&version=7&receipt={receipt}");
    let told = browser.raw(CAMPAIGN, FORM, wrong).await.expect(404);
    told.shows(&["The form has changed meanwhile"]);
    assert_eq!(collection.stored().await, 0);
}

#[tokio::test]
async fn a_page_of_another_site_cannot_make_its_visitors_answer() {
    let collection = Collection::start().await;
    let browser = Browser::new(&collection.app, "en");
    let host = collection.app.address.to_string();
    let own = format!("http://{host}");
    for path in [CAMPAIGN, "/c/test-campaign/receipt"] {
        for headers in [
            [
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://evil.example"),
            ],
            [("sec-fetch-site", "same-site"), ("origin", &own)],
            [("x-nothing", ""), ("origin", "https://evil.example")],
        ] {
            let told = browser.foreign(path, &headers).await.expect(403);
            told.shows(&["This came from another web site"]);
        }
        for headers in [
            [("sec-fetch-site", "same-origin"), ("origin", "null")],
            [("x-nothing", ""), ("origin", "null")],
            [("x-nothing", ""), ("origin", &own)],
        ] {
            let page = browser.foreign(path, &headers).await;
            assert_ne!(page.status, 403, "{headers:?}");
        }
    }
}

#[tokio::test]
async fn too_many_from_one_network_are_told_and_the_answers_stay_on_the_page() {
    let rates = LimitRates {
        credentials: Some(Rate::new(3, 600)),
        ..LimitRates::OFF
    };
    let collection = Collection::start_on(TestApp::start_limited(rates).await, EVERY_KIND).await;
    collection.set_access("code").await;
    let browser = Browser::new(&collection.app, "en");
    let front = browser.get(CAMPAIGN).await.expect(200);
    let set = [("invitation", "0000-0000-0000-0101")];
    let mut last = browser.press(&front, &set, "begin").await;
    for _ in 0..10 {
        last = browser.press(&front, &set, "begin").await;
    }
    let last = last
        .expect(429)
        .shows(&["too many requests from this network"]);
    assert_eq!(last.value("invitation"), Some("0000-0000-0000-0101"));
}

#[tokio::test]
async fn nothing_of_a_page_depends_on_who_asks_and_what_is_typed_is_escaped() {
    let collection = Collection::start().await;
    let browser = Browser::new(&collection.app, "en");
    let person = begun(&browser).await;
    let vary = person.headers.get("vary").unwrap().to_str().unwrap();
    assert!(!vary.to_ascii_lowercase().contains("cookie"), "{vary}");
    let days = browser.press(&person, &[("q.group", "a")], "next").await;
    let set = [("q.meals", "some"), ("q.distress", "3")];
    let days = browser.press(&days, &set, "next").await;
    let deeper = browser.press(&days, &[], "next").await;
    let evil = "</textarea><script>alert(1)</script>\"'&";
    let check = browser
        .press(&deeper, &[("q.exact", "1"), ("q.story", evil)], "next")
        .await;
    let check = check.expect(200);
    assert!(
        !check.has("<script>") && !check.has("</textarea><"),
        "{}",
        check.html
    );
    assert_eq!(check.value("q.story"), Some(evil));
}

#[tokio::test]
async fn a_parameter_that_is_there_twice_or_makes_no_sense_gets_a_page() {
    let collection = Collection::start().await;
    let browser = Browser::new(&collection.app, "en");
    for path in ["/", CAMPAIGN, "/c/test-campaign/receipt"] {
        for query in [
            "language=en&language=ko",
            "language=xx&language=ko",
            "language=%ff&language=ko",
        ] {
            let page = browser.get(&format!("{path}?{query}")).await.expect(200);
            page.shows(&["<html lang=\"ko\""]);
        }
        let odd = "language&version=x&version=-1&%00=%00&&==";
        browser.get(&format!("{path}?{odd}")).await.expect(200);
    }
    for query in ["version=x&language=en&language=ko", "version=1&version=1"] {
        let call = collection.app.client();
        let path = format!("/c/test-campaign/form?{query}");
        let sheet = call.get(&path).send().await.expect(200);
        assert!(sheet.text().contains("id=\"told\""));
    }
}
