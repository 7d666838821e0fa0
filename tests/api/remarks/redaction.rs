//! What is taken out of remarks on the way in, and of those that still wait when the rules get better.

use aftercare::app::Caller;
use aftercare::app::redaction::{Cleaned, clean_pending};
use aftercare::domain::free_text::redact::VERSION;
use aftercare::http::problem::Code;
use serde_json::{Value, json};

use super::{answers, audited, find, list, review};
use crate::cli::{Place, printed};
use crate::support::collection::{Collection, OWN, new_receipt};

/// What earlier rules left alone, and what the present ones make of it.
const LEFT: &str = "I live at 12 Maple Street, my insta is chemo_queen.";
const CLEANED: &str = "I live at [address], my insta is [account name].";

impl Collection {
    async fn clean(&self, dry_run: bool) -> Cleaned {
        let app = &self.app.state.app;
        clean_pending(app, &Caller::OPERATOR, dry_run)
            .await
            .unwrap()
    }

    async fn send_to_slow(&self, receipt: &str, story: &str) -> u16 {
        self.send_story("slow", receipt, story).await
    }

    async fn send_story(&self, campaign: &str, receipt: &str, story: &str) -> u16 {
        let body = json!({"form_version": 1, "language": "en", "answers": answers(story, "Soon.")});
        let address = format!("/v1/campaigns/{campaign}/responses");
        let call = self.app.client().post(&address);
        let call = call.header("receipt", receipt).json(&body);
        call.send().await.status.as_u16()
    }
}

#[tokio::test]
async fn the_reply_says_which_kinds_were_taken_out_and_so_does_that_to_a_retry() {
    let collection = Collection::start().await;
    let receipt = new_receipt();
    let sent = answers(&format!("{LEFT} Call 010-0000-1234."), "010-0000-5678");
    let first = collection.send(&receipt, &sent).await.expect(201).json();
    assert_eq!(
        first["removed"],
        json!(["phone", "account_name", "address"])
    );
    let again = collection.send(&receipt, &sent).await.expect(200).json();
    assert_eq!(again, first);
    let typed = answers("[phone]", "Well.");
    let none = collection.send(&new_receipt(), &typed).await.expect(201);
    assert_eq!(none.json().get("removed"), None);
}

#[tokio::test]
async fn a_correction_says_what_was_taken_out() {
    let collection = Collection::start().await;
    collection.open_with_release_size("slow", -1, 5, 10).await;
    let receipt = new_receipt();
    assert_eq!(collection.send_to_slow(&receipt, "Well.").await, 201);
    let body = json!({"form_version": 1, "language": "en", "answers": answers(LEFT, "Soon.")});
    let own = collection
        .app
        .client()
        .put("/v1/campaigns/slow/responses/own");
    let corrected = own.header("receipt", &receipt).json(&body).send().await;
    assert_eq!(
        corrected.expect(200).json()["removed"],
        json!(["account_name", "address"])
    );
}

#[tokio::test]
async fn better_rules_clean_what_waits_and_a_retry_is_still_one() {
    let collection = Collection::start().await;
    collection.open_with_release_size("slow", -1, 5, 10).await;
    let (released, waiting) = (new_receipt(), new_receipt());
    let sent = collection.send(&released, &answers(LEFT, "Soon.")).await;
    sent.expect(201);
    assert_eq!(collection.send_to_slow(&waiting, LEFT).await, 201);
    // Released, but too few for their remarks to be released as well.
    collection.open_with_release_size("mixing", -1, 5, 2).await;
    let mixing = [new_receipt(), new_receipt()];
    for receipt in &mixing {
        assert_eq!(collection.send_story("mixing", receipt, LEFT).await, 201);
    }
    let lies = "SELECT concat_ws(' ', (SELECT count(*) FROM arrivals), (SELECT count(*) FROM waiting_remarks), \
                (SELECT count(*) FROM remarks))";
    assert_eq!(collection.sql::<String>(lies).await, "1 4 2");
    // As earlier rules stored them.
    let earlier = format!(
        "UPDATE remarks SET text = '{LEFT}' WHERE question = 'story';
         UPDATE waiting_remarks SET text = '{LEFT}' WHERE question = 'story';
         UPDATE arrivals SET remarks = replace(remarks::text, '{CLEANED}', '{LEFT}')::jsonb"
    );
    collection.run(&earlier).await;
    let retry = async || {
        let retry = collection.send(&released, &answers(LEFT, "Soon.")).await;
        [
            retry.status.as_u16(),
            collection.send_to_slow(&waiting, LEFT).await,
            collection.send_story("mixing", &mixing[0], LEFT).await,
        ]
    };
    assert_eq!(retry().await, [200; 3], "before");

    let counted = collection.clean(true).await;
    assert_eq!((counted.read, counted.changed), (8, 4));
    find(&collection.staff.client, LEFT).await;
    assert!(audited(&collection, "remarks_redacted").await.is_empty());

    let cleaned = collection.clean(false).await;
    assert_eq!(cleaned, counted);
    find(&collection.staff.client, CLEANED).await;
    let texts = "SELECT string_agg(remarks::text, ' ') FROM arrivals";
    assert!(collection.sql::<String>(texts).await.contains(CLEANED));
    let texts = "SELECT string_agg(text, ' ') FROM waiting_remarks";
    let texts = collection.sql::<String>(texts).await;
    assert!(texts.contains(CLEANED) && !texts.contains(LEFT), "{texts}");
    assert_eq!(retry().await, [200; 3], "after");
    for other in [answers("Other words.", "Soon."), answers(LEFT, "Later.")] {
        let answer = collection.send(&released, &other).await;
        answer.expect_problem(Code::ReceiptUsed);
    }
    let own = collection
        .app
        .client()
        .get(OWN)
        .header("receipt", &released);
    assert_eq!(
        own.send().await.expect(200).json()["answers"]["story"],
        CLEANED
    );

    let entries = audited(&collection, "remarks_redacted").await;
    let details: Vec<&Value> = entries.iter().map(|(details, _)| details).collect();
    let batch = |remarks| {
        json!({
            "by": "operator", "version": VERSION, "remarks": remarks,
            "found": {"account_name": remarks, "address": remarks},
        })
    };
    let (one, two) = (batch(1), batch(2));
    assert_eq!(details, [&one, &two, &one]);
    assert_eq!(collection.clean(false).await.changed, 0);
    assert_eq!(audited(&collection, "remarks_redacted").await.len(), 3);
}

#[tokio::test]
async fn what_a_person_has_reviewed_is_not_cleaned_again() {
    let collection = Collection::start().await;
    let sent = answers("Cleared.", "Withheld.");
    collection.send(&new_receipt(), &sent).await.expect(201);
    collection.release().await;
    let client = &collection.staff.client;
    for state in ["cleared", "withheld"] {
        let remarks = list(client, "").await;
        review(client, &remarks[0], &json!({"state": state}))
            .await
            .expect(200);
    }
    collection
        .run(&format!("UPDATE remarks SET text = '{LEFT}'"))
        .await;
    assert_eq!(collection.clean(false).await, Cleaned::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_shows_counts_and_no_text() {
    let place = Place::started_before().await;
    let remark = "ALTER TABLE remarks DROP CONSTRAINT remarks_campaign_id_fkey;
        INSERT INTO remarks (id, campaign_id, question, language, text)
        VALUES (gen_random_uuid(), gen_random_uuid(), 'story', 'en', 'At 12 Maple Street.')";
    place.execute(remark).await;
    assert!(!place.run(&["redact"]).status.success());
    let dry = printed(&place.run(&["redact", "--pending", "--dry-run"]));
    assert_eq!(
        dry.trim(),
        format!("rules {VERSION}: 1 of 1 remarks that wait would be cleaned: address 1")
    );
    let done = printed(&place.run(&["redact", "--pending"]));
    assert_eq!(
        done.trim(),
        format!("rules {VERSION}: 1 of 1 remarks that wait cleaned: address 1")
    );
    let again = printed(&place.run(&["redact", "--pending"]));
    assert_eq!(
        again.trim(),
        format!("rules {VERSION}: 0 of 1 remarks that wait cleaned")
    );
    assert_eq!(
        place.texts("SELECT text FROM remarks").await,
        ["At [address]."]
    );
}
