//! placeholder
/// x
pub struct Redacted {
    /// x
    pub text: String,
}
/// x
pub fn redact(text: &str) -> Redacted {
    Redacted {
        text: text.to_owned(),
    }
}
