//! An arrival: a response that was accepted and waits to be released.

use serde::{Deserialize, Serialize};

use crate::domain::campaign::access::Credential;
use crate::domain::ids::RemarkId;
use crate::domain::response::AnonymousResponse;

/// A response to store, with the credential that admits it.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The response.
    pub response: AnonymousResponse,
    /// The credential that admits it.
    pub credential: Credential,
    /// The revision of the campaign by which it was checked. It is stored only under this one.
    pub campaign_revision: i32,
}

impl Arrival {
    /// An arrival of a campaign with access `open`, which asks for no credential.
    pub fn open(response: AnonymousResponse, campaign_revision: i32) -> Self {
        Self {
            response,
            credential: Credential::Open,
            campaign_revision,
        }
    }
}

/// A remark as stored in its arrival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ArrivedRemark {
    pub id: RemarkId,
    pub question: String,
    pub text: String,
}
