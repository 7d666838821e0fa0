//! What one response says in one column, before anybody decides how to write it.

use std::fmt::{self, Display};

use chrono::NaiveDate;

use crate::domain::form::{GroupDefinition, OptionDefinition, Period};
use crate::domain::ids::CampaignId;
use crate::domain::period::PeriodKind;

/// The content of one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// The campaign.
    Campaign(&'a CampaignLabel<'a>),
    /// A language, as a BCP 47 tag.
    Language(&'a str),
    /// The ISO week of this Monday.
    Week(NaiveDate),
    /// The month, quarter or year with this number that the week belongs to.
    Period(PeriodKind, u32),
    /// A group of options or numbers, which is told instead of the answer or beside it.
    Group(&'a GroupDefinition),
    /// Single choice: the option chosen, as the newest version of its coding has it.
    Choice(&'a OptionDefinition),
    /// Multiple choice: whether this option is among those chosen.
    Chosen(bool),
    /// A day, a month or a year.
    Date(Period),
    /// A rating, a whole number, the place of an option in a ranking, or the version of the form.
    Whole(i64),
    /// A decimal number.
    Decimal(Fixed),
    /// Yes or no.
    YesNo(bool),
    /// A score, with the digits after the point to which it is rounded.
    Score(f64, u8),
    /// Nothing, for this reason.
    Missing(Missing),
}

/// A campaign, as a cell holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CampaignLabel<'a> {
    /// Its id, by which responses are counted.
    pub id: CampaignId,
    /// Its key, which a file shows.
    pub key: &'a str,
}

/// Why a cell is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Routing did not show the question, or any question of the score.
    Hidden,
    /// The version that was answered does not have the question, the option or the score.
    NotAsked,
    /// The person left it blank; for a score, too few of its questions have an answer.
    Blank,
    /// The person declined to answer.
    Declined,
    /// There may be something, which is not shown, so that nobody is found by it.
    Masked,
}

impl Missing {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Hidden,
        Self::NotAsked,
        Self::Blank,
        Self::Declined,
        Self::Masked,
    ];

    /// The null flavour of HL7 for this reason.
    pub const fn null_flavour(self) -> &'static str {
        match self {
            Self::Hidden => "NA",
            Self::NotAsked => "NASK",
            Self::Blank => "NI",
            Self::Declined => "ASKU",
            Self::Masked => "MSK",
        }
    }
}

/// A decimal number in units of its last digit, written with all its decimals: `-0.50`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixed {
    /// The number times ten to the power of `decimals`.
    pub scaled: i64,
    /// Digits after the point.
    pub decimals: u8,
}

impl Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.decimals == 0 {
            return write!(f, "{}", self.scaled);
        }
        let unit = 10_u64.saturating_pow(u32::from(self.decimals));
        let digits = self.scaled.unsigned_abs();
        let sign = if self.scaled < 0 { "-" } else { "" };
        let width = usize::from(self.decimals);
        write!(
            f,
            "{sign}{}.{:0width$}",
            digits / unit,
            digits % unit,
            width = width
        )
    }
}
