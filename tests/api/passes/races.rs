//! Many at once: one pass lets one response in, one invitation gives one pass.

use std::collections::BTreeSet;

use aftercare::http::problem::Code;
use futures_util::future::join_all;

use super::Passes;
use crate::support::collection::new_receipt;

const AT_ONCE: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_who_spend_one_pass_at_once_one_is_stored() {
    let passes = Passes::start().await;
    let pass = passes.pass().await;
    let receipts: Vec<String> = (0..AT_ONCE).map(|_| new_receipt()).collect();
    let sent = receipts.iter().map(|receipt| passes.send(receipt, &pass));
    let answers = join_all(sent).await;
    let stored: Vec<usize> = (0..AT_ONCE)
        .filter(|at| answers[*at].status == 201)
        .collect();
    assert_eq!(stored.len(), 1);
    assert_eq!(passes.count().await, 1);
    for (at, answer) in answers.into_iter().enumerate() {
        if at != stored[0] {
            answer.expect_problem(Code::PassSpent);
        }
    }
    passes.send(&receipts[stored[0]], &pass).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_retries_at_once_one_is_new_and_the_rest_are_replays() {
    let passes = Passes::start().await;
    let (pass, receipt) = (passes.pass().await, new_receipt());
    let sent = (0..AT_ONCE).map(|_| passes.send(&receipt, &pass));
    let answers = join_all(sent).await;
    let bodies: BTreeSet<_> = answers.iter().map(|answer| answer.body.clone()).collect();
    assert_eq!(bodies.len(), 1);
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 201).count(),
        1
    );
    assert!(answers.iter().all(|answer| answer.status.is_success()));
    assert_eq!(passes.count().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_requests_with_one_invitation_at_once_one_gets_a_pass() {
    let passes = Passes::start().await;
    let invitation = passes.invite(1).await.remove(0);
    let requests: Vec<_> = (0..AT_ONCE).map(|_| passes.client.blind()).collect();
    let asked = requests
        .iter()
        .map(|blinded| passes.ask(&invitation, &blinded.request).send());
    let answers = join_all(asked).await;
    let given: Vec<usize> = (0..AT_ONCE)
        .filter(|at| answers[*at].status == 200)
        .collect();
    assert_eq!(given.len(), 1);
    let (blinded, body) = (&requests[given[0]], answers[given[0]].body.clone());
    for (at, answer) in answers.into_iter().enumerate() {
        if at != given[0] {
            answer.expect_problem(Code::InvitationUsed);
        }
    }
    let pass = passes.client.unblind(blinded, &body);
    passes.send(&new_receipt(), &pass).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_many_times_at_once_gets_one_signature() {
    let passes = Passes::start().await;
    let (invitation, blinded) = (passes.invite(1).await.remove(0), passes.client.blind());
    let asked = (0..20).map(|_| passes.ask(&invitation, &blinded.request).send());
    let answers: BTreeSet<_> = join_all(asked)
        .await
        .into_iter()
        .map(|it| it.expect(200).body)
        .collect();
    assert_eq!(answers.len(), 1);
}
