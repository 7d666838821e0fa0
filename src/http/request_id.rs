//! The id of a request: in its log lines, in the header `Request-Id` of its reply, and as `instance` of a problem. It is
//! random and says nothing about who asks. So somebody with a problem can name its lines in the log.

use std::fmt;

use actix_web::http::header::{HeaderName, HeaderValue};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use crate::random;

/// The header of replies.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

tokio::task_local! {
    static CURRENT: RequestId;
}

/// The id of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(Uuid);

impl RequestId {
    /// A new id.
    pub fn new() -> Self {
        // Without random bytes it joins nothing, and the request fails where it needs some itself.
        Self(random::frequent_uuid().unwrap_or_default())
    }

    /// The id of the request that is being answered.
    pub fn current() -> Option<Self> {
        CURRENT.try_get().ok()
    }

    /// Answers a request under this id.
    pub async fn scope<F: Future>(self, answering: F) -> F::Output {
        CURRENT.scope(self, answering).await
    }

    /// Makes a part of the reply under this id.
    pub fn within<T>(self, work: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self, work)
    }

    /// As it stands in a problem (RFC 9562, section 4).
    pub fn urn(self) -> String {
        self.0.urn().to_string()
    }

    /// As the value of the header.
    pub fn header(self) -> Option<HeaderValue> {
        let mut text = [0; Hyphenated::LENGTH];
        HeaderValue::from_str(self.0.hyphenated().encode_lower(&mut text)).ok()
    }
}

/// As it stands in the log and in the header.
impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::new()
    }
}
