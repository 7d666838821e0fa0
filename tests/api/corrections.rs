//! Correcting a slip: in place while the response waits, and by another response afterwards.

use aftercare::http::problem::Code;
use chrono::{TimeDelta, Utc};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::collection::{
    Collection, EVERY_KIND, OWN, definition, draft, new_receipt, publish_draft,
};

const COUNTS: &str =
    "SELECT concat_ws(' ', (SELECT count(*) FROM arrivals), (SELECT count(*) FROM responses))";

fn slip() -> Value {
    json!({"group": "a", "meals": "some", "distress": 3, "exact": 1, "story": "A remark."})
}

fn right() -> Value {
    json!({"group": "a", "meals": "none", "distress": 5, "exact": 2, "story": "Another remark."})
}

impl Collection {
    /// With a campaign of this access rule, in which responses wait for one another.
    async fn waiting(access: &str) -> Self {
        let collection = Self::start().await;
        collection.set_access(access).await;
        let campaign = collection.staff.client.patch("/v1/campaigns/test-campaign");
        let change = campaign.json(&json!({"release_size": 10}));
        change.send().await.expect(200);
        collection
    }

    async fn correct(&self, receipt: &str, answers: &Value) -> Answer {
        let body = json!({"form_version": 1, "language": "en", "answers": answers});
        let put = self.app.client().put(OWN).header("receipt", receipt);
        put.json(&body).send().await
    }

    async fn invited(&self, receipt: &str, invitation: &str, answers: &Value) -> Answer {
        let call = self.response(receipt, answers);
        call.header("invitation", invitation).send().await
    }

    async fn replace(&self, old: &str, receipt: &str, answers: &Value) -> Answer {
        let call = self.response(receipt, answers);
        call.header("replaces", old).send().await
    }

    async fn own(&self, receipt: &str) -> Answer {
        self.app
            .client()
            .get(OWN)
            .header("receipt", receipt)
            .send()
            .await
    }

    async fn withdraw(&self, receipt: &str) -> Answer {
        self.app
            .client()
            .delete(OWN)
            .header("receipt", receipt)
            .send()
            .await
    }

    /// Lets the release take what waits.
    async fn let_go(&self) {
        self.run("UPDATE campaigns SET revision = revision + 1, release_size = 1")
            .await;
        assert_eq!(self.sql::<String>(COUNTS).await, "0 1");
    }
}

#[tokio::test]
async fn a_response_that_waits_is_corrected_without_another_invitation() {
    let collection = Collection::waiting("code").await;
    let invitation = collection.invite(1).await.remove(0);
    let receipt = new_receipt();
    let first = collection.invited(&receipt, &invitation, &slip()).await;
    let first = first.expect(201).json();
    let corrected = collection.correct(&receipt, &right()).await.expect(200);
    let corrected = corrected.json();
    assert_eq!(corrected["week"], first["week"]);
    assert_ne!(corrected["summary"], first["summary"]);
    let again = collection.correct(&receipt, &right()).await.expect(200);
    assert_eq!(again.json(), corrected);
    let own = collection.own(&receipt).await.expect(200).json();
    assert_eq!(
        (&own["answers"]["distress"], &own["answers"]["story"]),
        (&json!(5), &json!("Another remark."))
    );
    assert_eq!(own["summary"], corrected["summary"]);
    // A late retry of the slip does not bring it back.
    let late = collection.invited(&receipt, &invitation, &slip()).await;
    late.expect_problem(Code::ReceiptUsed);
    let retry = collection.invited(&receipt, &invitation, &right()).await;
    assert_eq!(retry.expect(200).json(), corrected);
    collection.let_go().await;
    let remarks = "SELECT string_agg(text, '|') FROM remarks";
    assert_eq!(
        collection.sql::<String>(remarks).await,
        "Another remark.",
        "nothing of the slip is left"
    );
}

#[tokio::test]
async fn a_correction_is_checked_like_a_response_and_changes_nothing_when_it_does_not_fit() {
    let collection = Collection::waiting("open").await;
    let receipt = new_receipt();
    let none = collection.correct(&receipt, &right()).await;
    none.expect_problem(Code::ResponseUnknown);
    collection.send(&receipt, &slip()).await.expect(201);
    let unfit = json!({"group": "nobody", "meals": "none", "distress": 99});
    let unfit = collection.correct(&receipt, &unfit).await;
    assert_eq!(
        unfit.expect_problem(Code::AnswersInvalid).pointers(),
        ["/answers/group", "/answers/distress"]
    );
    let own = collection.own(&receipt).await.expect(200).json();
    assert_eq!(own["answers"]["distress"], 3);
    collection.withdraw(&receipt).await.expect(204);
    let gone = collection.correct(&receipt, &right()).await;
    gone.expect_problem(Code::ResponseWithdrawn);
}

#[tokio::test]
async fn a_response_that_was_released_is_not_corrected_but_a_lost_reply_is_told_again() {
    let collection = Collection::waiting("open").await;
    let receipt = new_receipt();
    collection.send(&receipt, &slip()).await.expect(201);
    let corrected = collection.correct(&receipt, &right()).await.expect(200);
    collection.let_go().await;
    let again = collection.correct(&receipt, &right()).await.expect(200);
    assert_eq!(again.json(), corrected.json());
    let refused = collection.correct(&receipt, &slip()).await;
    refused.expect_problem(Code::ResponseReleased);
    // Nothing can be done from the freeze on, and the reply says so.
    let patch = collection.staff.client.patch("/v1/campaigns/test-campaign");
    let refused = patch.json(&json!({"freezes_at": Utc::now()})).send().await;
    refused.expect_problem(Code::SettingsPromised);
    collection
        .run("UPDATE campaigns SET revision = revision + 1, freezes_at = now() - interval '1 hour'")
        .await;
    let refused = collection.correct(&receipt, &slip()).await;
    let detail = refused.expect_problem(Code::ResponseReleased).json();
    let detail = detail["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("no longer be withdrawn"), "{detail}");
}

#[tokio::test]
async fn corrections_during_a_release_are_stored_or_refused_and_never_lost() {
    let collection = Collection::start().await;
    let (wrong, right) = (slip(), right());
    for _ in 0..12 {
        let receipt = new_receipt();
        collection.send(&receipt, &wrong).await.expect(201);
        let (corrected, _) =
            tokio::join!(collection.correct(&receipt, &right), collection.release());
        let own = collection.own(&receipt).await.expect(200).json();
        let expected = match corrected.status.as_u16() {
            200 => &right,
            409 => &wrong,
            other => panic!("{other}"),
        };
        assert_eq!(own["answers"]["distress"], expected["distress"]);
        assert_eq!(own["answers"]["story"], expected["story"]);
    }
}

#[tokio::test]
async fn a_withdrawn_response_lets_in_exactly_one_other() {
    let collection = Collection::waiting("code").await;
    let invitation = collection.invite(1).await.remove(0);
    let (old, new) = (new_receipt(), new_receipt());
    collection
        .invited(&old, &invitation, &slip())
        .await
        .expect(201);
    let early = collection.replace(&old, &new, &right()).await;
    early.expect_problem(Code::ReplacesUnknown);
    collection.withdraw(&old).await.expect(204);
    let bad = json!({"group": "nobody"});
    let bad = collection.replace(&old, &new, &bad).await;
    bad.expect_problem(Code::AnswersInvalid);
    let sent = collection.replace(&old, &new, &right()).await.expect(201);
    let replay = collection.replace(&old, &new, &right()).await.expect(200);
    assert_eq!(replay.json(), sent.json());
    let second = collection.replace(&old, &new_receipt(), &right()).await;
    second.expect_problem(Code::ReplacesUsed);
    let itself = collection.replace(&old, &old, &right()).await;
    itself.expect_problem(Code::ResponseWithdrawn);
    for odd in ["short", "with a space in the middle of it"] {
        let odd = collection.replace(odd, &new_receipt(), &right()).await;
        odd.expect_problem(Code::ReplacesMalformed);
    }
    // The one that replaced it can be withdrawn and replaced in turn.
    collection.withdraw(&new).await.expect(204);
    collection
        .replace(&new, &new_receipt(), &right())
        .await
        .expect(201);
    assert_eq!(collection.sql_now::<String>(COUNTS).await, "1 0");
}

#[tokio::test]
async fn of_many_who_replace_one_withdrawn_response_at_once_one_is_stored() {
    let collection = Collection::waiting("code").await;
    let invitation = collection.invite(1).await.remove(0);
    let old = new_receipt();
    collection
        .invited(&old, &invitation, &slip())
        .await
        .expect(201);
    collection.withdraw(&old).await.expect(204);
    let receipts: Vec<String> = (0..20).map(|_| new_receipt()).collect();
    let answer = right();
    let sends = receipts
        .iter()
        .map(|receipt| collection.replace(&old, receipt, &answer));
    let statuses: Vec<u16> = join_all(sends)
        .await
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    let stored = statuses.iter().filter(|status| **status == 201).count();
    let refused = statuses.iter().filter(|status| **status == 409).count();
    assert_eq!((stored, refused), (1, 19), "{statuses:?}");
    assert_eq!(collection.sql_now::<String>(COUNTS).await, "1 0");
}

#[tokio::test]
async fn a_pass_campaign_is_answered_anew_without_another_pass_and_never_with_an_invitation() {
    let collection = Collection::waiting("pass").await;
    let old = new_receipt();
    // As if a pass had let it in.
    collection
        .run("UPDATE campaigns SET revision = revision + 1, access = 'open'")
        .await;
    collection.send(&old, &slip()).await.expect(201);
    collection
        .run("UPDATE campaigns SET revision = revision + 1, access = 'pass'")
        .await;
    collection.withdraw(&old).await.expect(204);
    let call = collection.response(&new_receipt(), &right());
    let call = call.header("replaces", &old);
    let both = call
        .header("invitation", "ABCD-EFGH-JKMN-PQE4")
        .send()
        .await;
    both.expect_problem(Code::InvitationMisplaced);
    let without = collection.send(&new_receipt(), &right()).await;
    without.expect_problem(Code::PassMissing);
    collection
        .replace(&old, &new_receipt(), &right())
        .await
        .expect(201);
}

#[tokio::test]
async fn nothing_stored_links_a_response_to_the_one_that_it_replaced() {
    let collection = Collection::waiting("code").await;
    let invitation = collection.invite(1).await.remove(0);
    let (old, new) = (new_receipt(), new_receipt());
    collection
        .invited(&old, &invitation, &slip())
        .await
        .expect(201);
    collection.withdraw(&old).await.expect(204);
    collection.replace(&old, &new, &right()).await.expect(201);
    let columns = "SELECT string_agg(column_name, ' ' ORDER BY ordinal_position) \
                   FROM information_schema.columns WHERE table_name = 'tombstones'";
    assert_eq!(
        collection.sql_now::<String>(columns).await,
        "id campaign_id replaced"
    );
    let kept = "SELECT count(*) FROM tombstones WHERE replaced";
    assert_eq!(collection.sql_now::<i64>(kept).await, 1);
}

#[tokio::test]
async fn a_response_to_a_version_retired_since_is_corrected_and_none_moves_to_it() {
    let collection = Collection::waiting("open").await;
    let receipt = new_receipt();
    collection.send(&receipt, &slip()).await.expect(201);
    collection
        .run("UPDATE form_versions SET retired_at = now(), accepts_until = now()")
        .await;
    collection.app.clock.advance(TimeDelta::seconds(5));
    let new = collection.send(&new_receipt(), &slip()).await;
    new.expect_problem(Code::VersionRetired);
    collection.correct(&receipt, &right()).await.expect(200);
    // One that was given to the next version does not move to it.
    let mut form = definition(EVERY_KIND);
    form["title"]["en"] = json!("Every kind, once more");
    draft(&collection.staff.client, &form).await.expect(200);
    publish_draft(&collection.staff.client, "every-kind", &json!({}))
        .await
        .expect(201);
    let later = new_receipt();
    let to = |version: i32| {
        let body = json!({"form_version": version, "language": "en", "answers": slip()});
        collection
            .app
            .client()
            .put(OWN)
            .header("receipt", &later)
            .json(&body)
    };
    let body = json!({"form_version": 2, "language": "en", "answers": slip()});
    let send = collection.response(&later, &slip()).json(&body);
    send.send().await.expect(201);
    to(1).send().await.expect_problem(Code::VersionRetired);
    to(2).send().await.expect(200);
    let body = json!({"form_version": 1, "language": "en", "answers": right()});
    let without = collection.app.client().put(OWN).json(&body).send().await;
    without.expect_problem(Code::ReceiptMissing);
}

#[tokio::test]
async fn a_correction_that_looks_alike_is_refused_once_the_response_is_released() {
    let collection = Collection::waiting("open").await;
    let receipt = new_receipt();
    collection.send(&receipt, &slip()).await.expect(201);
    collection.let_go().await;
    collection.correct(&receipt, &slip()).await.expect(200);
    // A retry may say nothing in another way. A correction says what is to be stored.
    let mut other = slip();
    other["exact"] = json!(null);
    collection
        .correct(&receipt, &other)
        .await
        .expect_problem(Code::ResponseReleased);
    let body = json!({"form_version": 1, "language": "ko", "answers": slip()});
    let put = collection.app.client().put(OWN).header("receipt", &receipt);
    put.json(&body)
        .send()
        .await
        .expect_problem(Code::ResponseReleased);
}
