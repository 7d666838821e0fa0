//! The token that opens the metrics.

use actix_web::http::header::HeaderValue;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A token shorter than this can be guessed.
const SHORTEST: usize = 16;

/// The token that opens the metrics.
pub struct MetricsToken(Zeroizing<String>);

impl MetricsToken {
    /// The token that stands in a file, without the blanks around it; none when it can be guessed.
    pub fn new(text: &str) -> Option<Self> {
        let token = text.trim();
        (token.len() >= SHORTEST).then(|| Self(Zeroizing::new(token.to_owned())))
    }

    /// Whether this `Authorization` has it.
    pub fn fits(&self, sent: Option<&HeaderValue>) -> bool {
        let sent = sent.and_then(|sent| sent.as_bytes().strip_prefix(b"Bearer "));
        sent.is_some_and(|sent| sent.ct_eq(self.0.as_bytes()).into())
    }
}
