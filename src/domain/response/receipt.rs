//! Receipts, and what is derived from them.
//!
//! The client makes a receipt, keeps it, and sends it along with its response. The server derives the ids of the
//! response and of its remarks from the receipt by HMAC-SHA-256 (RFC 2104), under a key that is not in the database,
//! and drops the receipt. So a retry finds the first attempt, and only the holder of the receipt finds the response
//! again. The database alone does not reveal which remark belongs to which response.

use std::fmt;

use uuid::Uuid;

use crate::domain::ids::{CampaignId, RemarkId, ResponseId};
use crate::domain::server_key::ServerKey;

/// 22 characters of base64url hold 128 bits.
const SHORTEST: usize = 22;
const LONGEST: usize = 128;
/// A random receipt of minimum length has fewer different characters with a probability of about 10⁻¹⁶.
const MIN_DIFFERENT: usize = 8;

/// A secret of the client. The server never stores, logs or shows it.
#[derive(Clone)]
pub struct Receipt(String);

/// The text is not a valid receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a receipt is 22 to 128 random characters of A-Z, a-z, 0-9, - and _, for instance 16 random bytes in base64url"
)]
pub struct ReceiptMalformed;

impl Receipt {
    /// Parses a receipt.
    ///
    /// # Errors
    ///
    /// When the text is too short, too long, has other characters, or is plainly not random.
    pub fn parse(text: &str) -> Result<Self, ReceiptMalformed> {
        let spelt = text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let different = text
            .bytes()
            .collect::<std::collections::BTreeSet<_>>()
            .len();
        if (SHORTEST..=LONGEST).contains(&text.len()) && spelt && different >= MIN_DIFFERENT {
            Ok(Self(text.to_owned()))
        } else {
            Err(ReceiptMalformed)
        }
    }
}

impl Receipt {
    /// The secret itself, for hashes of it.
    pub(in crate::domain) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt(…)")
    }
}

impl ServerKey {
    /// The id of the response with this receipt in this campaign.
    pub fn response_id(&self, campaign: CampaignId, receipt: &Receipt) -> ResponseId {
        ResponseId(id_from(self.hash(&[
            b"response",
            campaign.0.as_bytes(),
            receipt.as_bytes(),
        ])))
    }

    /// The id of the remark to this question in the response with this receipt.
    pub fn remark_id(&self, campaign: CampaignId, receipt: &Receipt, question: &str) -> RemarkId {
        RemarkId(id_from(self.hash(&[
            b"remark",
            campaign.0.as_bytes(),
            receipt.as_bytes(),
            question.as_bytes(),
        ])))
    }
}

/// The first 16 bytes as a UUID of version 4, whose other bits have no meaning.
fn id_from(bytes: [u8; 32]) -> Uuid {
    let mut first = [0; 16];
    first
        .iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = from);
    uuid::Builder::from_random_bytes(first).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_by_key_campaign_receipt_question_and_purpose_and_have_no_clock() {
        let (key, other_key) = (ServerKey::new([1; 32]), ServerKey::new([2; 32]));
        let (campaign, other_campaign) = (
            CampaignId(Uuid::from_u128(1)),
            CampaignId(Uuid::from_u128(2)),
        );
        let receipt = Receipt::parse("AbCdEfGhIjKlMnOpQrStUv").unwrap();
        let other_receipt = Receipt::parse("AbCdEfGhIjKlMnOpQrStUw").unwrap();
        let ids = [
            key.response_id(campaign, &receipt).0,
            other_key.response_id(campaign, &receipt).0,
            key.response_id(other_campaign, &receipt).0,
            key.response_id(campaign, &other_receipt).0,
            key.remark_id(campaign, &receipt, "days").0,
            key.remark_id(campaign, &receipt, "nights").0,
        ];
        let different: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(different.len(), ids.len());
        assert!(ids.iter().all(|id| id.get_version_num() == 4));
        assert_eq!(
            key.response_id(campaign, &receipt).0,
            ids[0],
            "the same receipt finds the same response"
        );
    }

    #[test]
    fn what_is_no_receipt_is_refused() {
        let long = "aB3dEfGhI".repeat(20);
        for text in [
            "",
            "short",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "AbCdEfGhIjKlMnOpQrSt v",
            "ÀbCdEfGhIjKlMnOpQrStUv",
            &long,
        ] {
            assert!(Receipt::parse(text).is_err(), "{text:?}");
        }
        assert!(
            Receipt::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479").is_ok(),
            "a random UUID is a receipt"
        );
    }

    #[test]
    fn secrets_do_not_show_in_debug_output() {
        let receipt = Receipt::parse("AbCdEfGhIjKlMnOpQrStUv").unwrap();
        assert_eq!(
            format!("{receipt:?} {:?}", ServerKey::new([7; 32])),
            "Receipt(…) ServerKey(…)"
        );
    }
}
