//! Proof of work: a number that a client finds by trying, so that a flood of responses to an open campaign costs its
//! sender time. Whoever answers once hardly notices.
//!
//! The work is bound to the campaign and to the receipt, both of which the client has before it sends. So the server
//! gives out no challenge, keeps nothing about clients, and a client without a connection can do the work beforehand.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::domain::ids::CampaignKey;
use crate::domain::response::receipt::Receipt;

/// The least work that a campaign can ask for.
pub const MIN_BITS: u8 = 8;
/// The most work that a campaign can ask for: about 17 million hashes.
pub const MAX_BITS: u8 = 24;

/// The longest proof.
const LONGEST: usize = 64;

/// The work that a campaign asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work(u8);

/// A proof as a client sent it.
#[derive(Clone)]
pub struct Proof(String);

impl Work {
    /// Work of so many leading zero bits, if a campaign can ask for it.
    pub fn of_bits(bits: u8) -> Option<Self> {
        (MIN_BITS..=MAX_BITS).contains(&bits).then_some(Self(bits))
    }

    /// The number of leading zero bits.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether a proof shows that this work was done for a response with this receipt in this campaign.
    pub fn is_shown_by(self, proof: &Proof, campaign: &CampaignKey, receipt: &Receipt) -> bool {
        leading_zero_bits(proof, campaign, receipt) >= u32::from(self.0)
    }
}

impl Proof {
    /// Parses a proof: 1 to 64 characters of A-Z, a-z, 0-9, - and _.
    pub fn parse(text: &str) -> Option<Self> {
        let is_spelt = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_spelt);
        fits.then(|| Self(text.to_owned()))
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof(…)")
    }
}

/// The zero bits at the beginning of `SHA-256("aftercare-work\n" campaign "\n" receipt "\n" proof)`.
fn leading_zero_bits(proof: &Proof, campaign: &CampaignKey, receipt: &Receipt) -> u32 {
    let hash = Sha256::new()
        .chain_update(b"aftercare-work\n")
        .chain_update(campaign.to_string())
        .chain_update(b"\n")
        .chain_update(receipt.as_bytes())
        .chain_update(b"\n")
        .chain_update(&proof.0)
        .finalize();
    let zeros = hash.iter().take_while(|byte| **byte == 0).count();
    let next = hash.get(zeros).map_or(0, |byte| byte.leading_zeros());
    zeros as u32 * 8 + next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(proof: &str) -> (Proof, CampaignKey, Receipt) {
        (
            Proof::parse(proof).unwrap(),
            "spring-2027".parse().unwrap(),
            Receipt::parse("m3Zk0n2yTq8XwP5rVb1LcA").unwrap(),
        )
    }

    /// Those of docs/clients.md.
    #[test]
    fn the_published_proofs_are_the_first_that_show_their_work() {
        for (bits, first) in VECTORS {
            let work = Work::of_bits(*bits).unwrap();
            let shows = |number: u32| {
                let (proof, campaign, receipt) = case(&number.to_string());
                work.is_shown_by(&proof, &campaign, &receipt)
            };
            assert_eq!((0..).find(|number| shows(*number)), Some(*first), "{bits}");
            let line = format!("| {bits} | `{first}` |");
            assert!(include_str!("../../../docs/clients.md").contains(&line));
        }
    }

    const VECTORS: &[(u8, u32)] = &[(8, 518), (12, 1_472), (16, 83_539)];

    #[test]
    fn a_proof_is_of_one_campaign_and_one_receipt() {
        let work = Work::of_bits(12).unwrap();
        let (proof, campaign, receipt) = case(&VECTORS[1].1.to_string());
        assert!(work.is_shown_by(&proof, &campaign, &receipt));
        let other = "autumn-2027".parse().unwrap();
        assert!(!work.is_shown_by(&proof, &other, &receipt));
        let other = Receipt::parse("m3Zk0n2yTq8XwP5rVb1LcB").unwrap();
        assert!(!work.is_shown_by(&proof, &campaign, &other));
    }

    #[test]
    fn work_is_bounded_and_a_proof_is_short_and_not_shown() {
        assert!(Work::of_bits(7).is_none() && Work::of_bits(25).is_none());
        for text in ["", "a b", "ü", &"1".repeat(65)] {
            assert!(Proof::parse(text).is_none(), "{text}");
        }
        assert_eq!(format!("{:?}", Proof::parse("123").unwrap()), "Proof(…)");
    }
}
