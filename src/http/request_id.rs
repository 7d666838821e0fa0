//! The id of a request: in its log lines, in the header `Request-Id` of its reply, and as `instance` of a problem. It is
//! random and says nothing about who asks. So somebody with a problem can name its lines in the log.

use actix_web::http::header::{HeaderName, HeaderValue};
use uuid::Uuid;

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
        Self(random::uuid().unwrap_or_default())
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

    /// As it stands in the log and in the header.
    pub fn text(self) -> String {
        self.0.to_string()
    }

    /// As it stands in a problem (RFC 9562, section 4).
    pub fn urn(self) -> String {
        self.0.urn().to_string()
    }

    /// As the value of the header.
    pub fn header(self) -> Option<HeaderValue> {
        HeaderValue::try_from(self.text()).ok()
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::new()
    }
}
