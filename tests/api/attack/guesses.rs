//! How the operator guesses which response is whose.

use std::collections::HashMap;

use aftercare::domain::admission::invitation::Invitation;
use aftercare::domain::ids::CampaignId;
use aftercare::domain::response::receipt::Receipt;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;

use super::tapped::Tapped;

/// For each person, by place in the list, the place of the response that the operator takes for theirs.
pub type Guesses = HashMap<usize, usize>;

/// How many of the guesses are right, where the person's response has the person's place.
pub fn right(guesses: &Guesses) -> usize {
    guesses
        .iter()
        .filter(|(person, response)| person == response)
        .count()
}

/// Who came first answered first.
pub fn by_order(left: &[usize], right: &[usize]) -> Guesses {
    left.iter().copied().zip(right.iter().copied()).collect()
}

/// Sixteen bytes that occur in the traffic of one person and of one response only.
pub fn by_shared_bytes(left: &[Vec<u8>], right: &[Vec<u8>]) -> Guesses {
    const WINDOW: usize = 16;
    let mut owners: HashMap<&[u8], Option<usize>> = HashMap::new();
    for (person, bytes) in left.iter().enumerate() {
        for window in bytes.windows(WINDOW) {
            let owner = owners.entry(window).or_insert(Some(person));
            if *owner != Some(person) {
                *owner = None;
            }
        }
    }
    let mut guesses = Guesses::new();
    for (response, bytes) in right.iter().enumerate() {
        let shared = bytes
            .windows(WINDOW)
            .find_map(|window| owners.get(window).copied().flatten());
        if let Some(person) = shared {
            guesses.insert(person, response);
        }
    }
    guesses
}

/// The bytes of the pass, so that they can be compared with those of the request for it.
pub fn with_decoded_pass(mut exchange: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&exchange).into_owned();
    let token = text
        .split("token=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    exchange.extend(
        token
            .and_then(|token| URL_SAFE.decode(token).ok())
            .unwrap_or_default(),
    );
    exchange
}

/// What the tables give away: the place of rows, their transaction numbers, and what they have in common.
pub async fn guesses_from_tables(tapped: &Tapped) -> Vec<(String, Guesses)> {
    // The operator has the key and all that was sent, so it knows whose each hash and each id is.
    let key = tapped.collection.app.state.app.keys.server.oldest();
    let campaign: String = tapped
        .collection
        .sql_now("SELECT id::text FROM campaigns")
        .await;
    let campaign = CampaignId(campaign.parse().unwrap());
    let mut invitations = HashMap::new();
    let mut responses = HashMap::new();
    for (at, person) in tapped.people.iter().enumerate() {
        let invitation = Invitation::parse(&person.invitation).unwrap();
        let hash = key.invitation_hash(campaign, &invitation);
        invitations.insert(hex::encode(hash), at);
        let receipt = Receipt::parse(&person.receipt).unwrap();
        responses.insert(key.response_id(campaign, &receipt).to_string(), at);
    }
    let mut all = Vec::new();
    for order in ["ctid", "xmin::text::bigint, ctid", "hash"] {
        let query = format!("SELECT encode(hash, 'hex') FROM invitations ORDER BY {order}");
        let left = tapped.rows(&query, &invitations).await;
        assert_eq!(left.len(), tapped.people.len());
        for order in ["ctid", "xmin::text::bigint, ctid", "id"] {
            let query = format!("SELECT id::text FROM responses ORDER BY {order}");
            let right = tapped.rows(&query, &responses).await;
            assert_eq!(right.len(), tapped.people.len());
            all.push((
                format!("invitations and responses by {order}"),
                by_order(&left, &right),
            ));
        }
    }
    let joined = "SELECT encode(i.hash, 'hex') || ' ' || r.id FROM invitations i JOIN responses r ON r.xmin = i.xmin";
    let pairs: String = tapped
        .collection
        .sql_now(&format!(
            "SELECT coalesce(string_agg(pair, ' '), '') FROM ({joined}) AS pairs (pair)"
        ))
        .await;
    let words: Vec<&str> = pairs.split_whitespace().collect();
    let pairs = words
        .chunks(2)
        .map(|pair| (invitations[pair[0]], responses[pair[1]]));
    all.push(("of one transaction".to_owned(), pairs.collect()));
    all
}
