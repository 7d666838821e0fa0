//! The life of responses against a model: what is sent, corrected, withdrawn, released and closed in any order has the
//! outcome that the promises say, and rows, invitations and own answers agree after each step.
//!
//! `LIVES=10000 cargo test --test api lives` goes through more of them; a failure prints the shortest life that fails.

use aftercare::http::problem::Code;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::collection::{Collection, new_receipt};

/// Receipts, invitations and ways to answer: few, so that steps meet.
const RECEIPTS: usize = 5;
const INVITATIONS: usize = 4;
const WAYS: usize = 3;
/// How many responses are released together.
const RELEASE_SIZE: usize = 3;

/// Something that somebody does.
#[derive(Debug, Clone)]
enum Step {
    Send {
        receipt: usize,
        way: usize,
        invitation: usize,
        replaces: Option<usize>,
    },
    Correct {
        receipt: usize,
        way: usize,
    },
    Withdraw {
        receipt: usize,
    },
    Revoke,
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    let replaces = prop_oneof![3 => Just(None), 1 => (0..RECEIPTS).prop_map(Some)];
    let send = (0..RECEIPTS, 0..WAYS, 0..INVITATIONS, replaces);
    let send = send.prop_map(|(receipt, way, invitation, replaces)| Step::Send {
        receipt,
        way,
        invitation,
        replaces,
    });
    let correct = (0..RECEIPTS, 0..WAYS).prop_map(|(receipt, way)| Step::Correct { receipt, way });
    prop_oneof![
        60 => send,
        16 => correct,
        20 => (0..RECEIPTS).prop_map(|receipt| Step::Withdraw { receipt }),
        2 => Just(Step::Revoke),
        2 => Just(Step::Close),
    ]
}

/// Where a response is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Waits,
    Released,
    /// Whether its admission counted again for another response.
    Withdrawn {
        replaced: bool,
    },
}

/// What ought to be.
#[derive(Debug, Default)]
struct Model {
    responses: [Option<(usize, Place)>; RECEIPTS],
    used: [bool; INVITATIONS],
    revoked: bool,
    closed: bool,
}

/// The outcome of a step: a status of success, or a problem.
type Outcome = Result<u16, Code>;

impl Model {
    fn step(&mut self, step: &Step) -> Outcome {
        let outcome = match *step {
            Step::Send {
                receipt,
                way,
                invitation,
                replaces,
            } => self.send(receipt, way, invitation, replaces),
            Step::Correct { receipt, way } => self.correct(receipt, way),
            Step::Withdraw { receipt } => match self.responses[receipt] {
                None => Err(Code::ResponseUnknown),
                Some((_, Place::Withdrawn { .. })) => Err(Code::ResponseWithdrawn),
                Some((way, _)) => {
                    self.responses[receipt] = Some((way, Place::Withdrawn { replaced: false }));
                    Ok(204)
                }
            },
            Step::Revoke => {
                self.revoked = true;
                Ok(204)
            }
            Step::Close => {
                self.closed = true;
                Ok(200)
            }
        };
        let waiting = self.count(Place::Waits);
        if self.closed || waiting >= RELEASE_SIZE {
            for (_, place) in self.responses.iter_mut().flatten() {
                if *place == Place::Waits {
                    *place = Place::Released;
                }
            }
        }
        outcome
    }

    fn send(
        &mut self,
        receipt: usize,
        way: usize,
        invitation: usize,
        replaces: Option<usize>,
    ) -> Outcome {
        match self.responses[receipt] {
            Some((_, Place::Withdrawn { .. })) => return Err(Code::ResponseWithdrawn),
            Some((said, _)) if said == way => return Ok(200),
            Some(_) => return Err(Code::ReceiptUsed),
            None if self.closed => return Err(Code::CampaignClosed),
            None => {}
        }
        if let Some(old) = replaces {
            let Some((_, Place::Withdrawn { replaced })) = &mut self.responses[old] else {
                return Err(Code::ReplacesUnknown);
            };
            if *replaced {
                return Err(Code::ReplacesUsed);
            }
            *replaced = true;
        } else if self.used[invitation] {
            return Err(Code::InvitationUsed);
        } else if self.revoked {
            return Err(Code::InvitationUnknown);
        } else {
            self.used[invitation] = true;
        }
        self.responses[receipt] = Some((way, Place::Waits));
        Ok(201)
    }

    fn correct(&mut self, receipt: usize, way: usize) -> Outcome {
        match &mut self.responses[receipt] {
            None => Err(Code::ResponseUnknown),
            Some((_, Place::Withdrawn { .. })) => Err(Code::ResponseWithdrawn),
            Some((said, Place::Waits)) => {
                *said = way;
                Ok(200)
            }
            Some((said, Place::Released)) if *said == way => Ok(200),
            Some((_, Place::Released)) => Err(Code::ResponseReleased),
        }
    }

    fn count(&self, place: Place) -> usize {
        let places = self.responses.iter().flatten();
        places.filter(|(_, it)| *it == place).count()
    }
}

fn answers(way: usize) -> Value {
    let (group, story) = [("a", "One."), ("b", "Two."), ("a", "Three.")][way];
    json!({"group": group, "meals": "some", "distress": way, "exact": 1, "story": story})
}

/// A campaign of its own on a server that all lives share.
struct World<'a> {
    collection: &'a Collection,
    campaign: String,
    receipts: Vec<String>,
    invitations: Vec<String>,
    /// The address of the invitations, by which they are revoked.
    batch: String,
}

impl<'a> World<'a> {
    async fn open(collection: &'a Collection) -> Self {
        let key = format!("life-{}", aftercare::random::uuid().unwrap().simple());
        let size = i32::try_from(RELEASE_SIZE).unwrap();
        collection.open_with_release_size(&key, -1, 30, size).await;
        let campaign = format!("/v1/campaigns/{key}");
        let staff = &collection.staff.client;
        let access = staff.patch(&campaign).json(&json!({"access": "code"}));
        access.send().await.expect(200);
        let made = staff.post(&format!("{campaign}/invitations"));
        let made = made.json(&json!({"count": INVITATIONS})).send().await;
        let made = made.expect(201);
        let batch = made.header("location").to_owned();
        let invitations = serde_json::from_value(made.json()["invitations"].clone()).unwrap();
        Self {
            collection,
            campaign,
            receipts: (0..RECEIPTS).map(|_| new_receipt()).collect(),
            invitations,
            batch,
        }
    }

    async fn step(&self, step: &Step) -> Answer {
        let client = self.collection.app.client();
        let staff = &self.collection.staff.client;
        let own = format!("{}/responses/own", self.campaign);
        let body = |way| json!({"form_version": 1, "language": "en", "answers": answers(way)});
        match *step {
            Step::Send {
                receipt,
                way,
                invitation,
                replaces,
            } => {
                let call = client.post(&format!("{}/responses", self.campaign));
                let call = call.header("receipt", &self.receipts[receipt]);
                let call = match replaces {
                    Some(old) => call.header("replaces", &self.receipts[old]),
                    None => call.header("invitation", &self.invitations[invitation]),
                };
                call.json(&body(way)).send().await
            }
            Step::Correct { receipt, way } => {
                let call = client.put(&own).header("receipt", &self.receipts[receipt]);
                call.json(&body(way)).send().await
            }
            Step::Withdraw { receipt } => {
                let call = client.delete(&own);
                call.header("receipt", &self.receipts[receipt]).send().await
            }
            Step::Revoke => staff.delete(&self.batch).send().await,
            Step::Close => staff.post(&format!("{}/close", self.campaign)).send().await,
        }
    }

    /// What the database has of this campaign: arrivals, responses, tombstones, redeemed invitations.
    async fn rows(&self) -> String {
        let key = self.campaign.rsplit_once('/').unwrap().1;
        let of = |table: &str| {
            format!(
                "(SELECT count(*) FROM {table} t JOIN campaigns c ON c.id = t.campaign_id WHERE c.key = '{key}')"
            )
        };
        let redeemed = format!(
            "(SELECT count(*) FROM invitations i JOIN invitation_batches b ON b.id = i.batch_id \
             JOIN campaigns c ON c.id = b.campaign_id WHERE c.key = '{key}' AND i.redeemed)"
        );
        let rows = format!(
            "SELECT concat_ws(' ', {}, {}, {redeemed})",
            of("arrivals"),
            of("responses")
        );
        self.collection.sql(&rows).await
    }

    /// The way in which the response of a receipt was answered, or why it cannot be read.
    async fn own(&self, receipt: usize) -> Result<Value, Value> {
        let call = self.collection.app.client();
        let call = call.get(&format!("{}/responses/own", self.campaign));
        let reply = call.header("receipt", &self.receipts[receipt]).send().await;
        match reply.status.as_u16() {
            200 => Ok(reply.json()["answers"].clone()),
            _ => Err(reply.json()["code"].clone()),
        }
    }
}

async fn live(collection: &Collection, steps: &[Step]) -> Result<(), TestCaseError> {
    let (world, mut model) = (World::open(collection).await, Model::default());
    for step in steps {
        let expected = model.step(step);
        let reply = world.step(step).await;
        let came = match reply.status.as_u16() {
            success @ ..400 => Ok(json!(success)),
            _ => Err(reply.json()["code"].clone()),
        };
        let expected = expected
            .map(|it| json!(it))
            .map_err(|it| json!(it.as_str()));
        prop_assert_eq!(came, expected, "{:?}, {:?}", step, model);
        let used = model.used.iter().filter(|used| **used).count();
        let (waits, released) = (model.count(Place::Waits), model.count(Place::Released));
        let rows = format!("{waits} {released} {used}");
        prop_assert_eq!(world.rows().await, rows, "{:?}, {:?}", step, model);
    }
    for (receipt, response) in model.responses.iter().enumerate() {
        let expected = match response {
            None => Err(json!(Code::ResponseUnknown.as_str())),
            Some((_, Place::Withdrawn { .. })) => Err(json!(Code::ResponseWithdrawn.as_str())),
            Some((way, _)) => Ok(answers(*way)),
        };
        prop_assert_eq!(world.own(receipt).await, expected, "{:?}", model);
    }
    Ok(())
}

#[test]
fn whatever_happens_in_whatever_order_a_response_has_the_life_that_was_promised() {
    let cases = std::env::var("LIVES").map_or(60, |it| it.parse().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let collection = runtime.block_on(Collection::start());
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    let lives = prop::collection::vec(step(), 1..30);
    let lived = runner.run(&lives, |steps| runtime.block_on(live(&collection, &steps)));
    if let Err(failed) = lived {
        panic!("{failed}");
    }
}
