//! The kinds of direct identifiers, and their placeholders.

use strum::{IntoStaticStr, VariantArray};

/// A kind of direct identifier that [`redact`](crate::domain::free_text::redact::redact) takes out of a remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
pub enum Kind {
    /// An e-mail address, also when it is written out in words.
    #[strum(serialize = "[email]")]
    Email,
    /// A telephone or fax number.
    #[strum(serialize = "[phone]")]
    Phone,
    /// A Korean resident or foreigner registration number.
    #[strum(serialize = "[resident number]")]
    ResidentNumber,
    /// A payment card number.
    #[strum(serialize = "[card number]")]
    CardNumber,
    /// A web address.
    #[strum(serialize = "[link]")]
    Link,
    /// Any other long number: a hospital record, an account, a policy, a passport.
    #[strum(serialize = "[number]")]
    RecordNumber,
}

impl Kind {
    /// Every kind, in the order of the enum.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The placeholder that replaces a finding of this kind.
    #[must_use]
    pub fn placeholder(self) -> &'static str {
        self.into()
    }
}
