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
    /// Any other number of a person: a hospital record, a bank account, a policy, a passport, an id of another country.
    #[strum(serialize = "[number]")]
    RecordNumber,
    /// The name of an account with a messenger or a social network.
    #[strum(serialize = "[account name]")]
    AccountName,
    /// A postal address with a house number, or a postcode.
    #[strum(serialize = "[address]")]
    Address,
    /// The number plate of a car.
    #[strum(serialize = "[number plate]")]
    NumberPlate,
    /// A date of birth.
    #[strum(serialize = "[date of birth]")]
    BirthDate,
    /// A password, a PIN or the code of a door.
    #[strum(serialize = "[password]")]
    Password,
    /// An IP address.
    #[strum(serialize = "[IP address]")]
    IpAddress,
    /// The coordinates of a place.
    #[strum(serialize = "[coordinates]")]
    Coordinates,
}

impl Kind {
    /// Every kind, in the order of the enum.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its word on the wire and in the audit.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::ResidentNumber => "resident_number",
            Self::CardNumber => "card_number",
            Self::Link => "link",
            Self::RecordNumber => "number",
            Self::AccountName => "account_name",
            Self::Address => "address",
            Self::NumberPlate => "number_plate",
            Self::BirthDate => "date_of_birth",
            Self::Password => "password",
            Self::IpAddress => "ip_address",
            Self::Coordinates => "coordinates",
        }
    }

    /// The placeholder that replaces a finding of this kind.
    #[must_use]
    pub fn placeholder(self) -> &'static str {
        self.into()
    }
}
