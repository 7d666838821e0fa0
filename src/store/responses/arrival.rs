//! An arrival: a response on its way into the database.

use serde::{Deserialize, Serialize};

use crate::domain::campaign::access::Credential;
use crate::domain::ids::RemarkId;
use crate::domain::response::AnonymousResponse;

/// A response that asks to be stored, with what it is let in by.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The response.
    pub response: AnonymousResponse,
    /// What it is let in by.
    pub credential: Credential,
}

impl Arrival {
    /// One to a campaign in which anybody may answer.
    pub fn open(response: AnonymousResponse) -> Self {
        let credential = Credential::Open;
        Self {
            response,
            credential,
        }
    }
}

/// A remark as it lies in its arrival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ArrivedRemark {
    pub id: RemarkId,
    pub question: String,
    pub text: String,
}
