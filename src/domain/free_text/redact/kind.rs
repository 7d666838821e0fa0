//! The kinds of direct identifiers, and their placeholders.

/// A kind of direct identifier that [`redact`](crate::domain::free_text::redact::redact) takes out of a remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An e-mail address, also when it is written out in words.
    Email,
    /// A telephone or fax number.
    Phone,
    /// A Korean resident or foreigner registration number.
    ResidentNumber,
    /// A payment card number.
    CardNumber,
    /// A web address.
    Link,
    /// Any other long number: a hospital record, an account, a policy, a passport.
    RecordNumber,
}

impl Kind {
    /// Every kind, in the order of the enum.
    pub const ALL: [Self; 6] = [
        Self::Email,
        Self::Phone,
        Self::ResidentNumber,
        Self::CardNumber,
        Self::Link,
        Self::RecordNumber,
    ];

    /// The placeholder that replaces a finding of this kind.
    #[must_use]
    pub const fn placeholder(self) -> &'static str {
        match self {
            Self::Email => "[email]",
            Self::Phone => "[phone]",
            Self::ResidentNumber => "[resident number]",
            Self::CardNumber => "[card number]",
            Self::Link => "[link]",
            Self::RecordNumber => "[number]",
        }
    }
}
