//! The times of a campaign, checked against each other.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

/// How long responses are kept after the end of their campaign by default.
const FIVE_YEARS: TimeDelta = TimeDelta::days(5 * 365);

/// The most days after its end in which a campaign takes responses that were filled in before.
pub const MAX_GRACE_DAYS: i32 = 90;

/// When a campaign opens and closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// From when it takes responses.
    pub opens_at: DateTime<Utc>,
    /// Until when it takes responses.
    pub closes_at: DateTime<Utc>,
}

/// Times that do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleFault {
    /// A time outside the range that can be stored. Holds the name of its field.
    #[error("The year must be from 1970 to 9999.")]
    OutOfRange(&'static str),
    /// The campaign would close before it opens.
    #[error("It must be later than opens_at.")]
    Reversed,
    /// Responses could never be withdrawn.
    #[error("It must not be earlier than opens_at.")]
    FreezeTooEarly,
    /// Responses would be deleted before the campaign closes.
    #[error("It must not be earlier than closes_at.")]
    RetentionTooShort,
    /// The grace has a number of days that no campaign has.
    #[error("It must be from 0 to {MAX_GRACE_DAYS}.")]
    GraceOutOfRange,
    /// Responses that come within the grace would be deleted on arrival.
    #[error("The grace must end at retained_until or before.")]
    GraceTooLong,
}

impl ScheduleFault {
    /// The field of the fault.
    pub const fn field(self) -> &'static str {
        match self {
            Self::OutOfRange(field) => field,
            Self::Reversed => "closes_at",
            Self::FreezeTooEarly => "freezes_at",
            Self::RetentionTooShort => "retained_until",
            Self::GraceOutOfRange | Self::GraceTooLong => "grace_days",
        }
    }

    /// The fault as a stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OutOfRange(_) => "time_out_of_range",
            Self::Reversed => "window_reversed",
            Self::FreezeTooEarly => "freeze_too_early",
            Self::RetentionTooShort => "retention_too_short",
            Self::GraceOutOfRange => "range",
            Self::GraceTooLong => "grace_too_long",
        }
    }
}

/// When responses are deleted by default: five years after the campaign closes.
pub fn default_retention(closes_at: DateTime<Utc>, grace_days: i32) -> DateTime<Utc> {
    let later = closes_at.checked_add_signed(FIVE_YEARS);
    let later = later.filter(in_range);
    later.unwrap_or_else(|| days_after(closes_at, grace_days))
}

/// The time this many days later.
pub(super) fn days_after(time: DateTime<Utc>, days: i32) -> DateTime<Utc> {
    time.checked_add_signed(TimeDelta::days(days.into()))
        .unwrap_or(time)
}

impl Schedule {
    /// Checks the times of a campaign: opening and closing, the freeze of its responses and their deletion, and the
    /// end of the grace. The times must be in whole microseconds, see [`whole_microseconds`].
    ///
    /// # Errors
    ///
    /// The first fault.
    pub(super) fn check(
        self,
        freezes_at: Option<DateTime<Utc>>,
        retained_until: DateTime<Utc>,
        accepts_until: DateTime<Utc>,
    ) -> Result<(), ScheduleFault> {
        let times = [
            ("opens_at", Some(self.opens_at)),
            ("closes_at", Some(self.closes_at)),
            ("freezes_at", freezes_at),
            ("retained_until", Some(retained_until)),
        ];
        if let Some((field, _)) = times
            .into_iter()
            .find(|(_, time)| time.is_some_and(|time| !in_range(&time)))
        {
            return Err(ScheduleFault::OutOfRange(field));
        }
        if self.opens_at >= self.closes_at {
            return Err(ScheduleFault::Reversed);
        }
        if freezes_at.is_some_and(|time| time < self.opens_at) {
            return Err(ScheduleFault::FreezeTooEarly);
        }
        if retained_until < self.closes_at {
            return Err(ScheduleFault::RetentionTooShort);
        }
        if retained_until < accepts_until {
            return Err(ScheduleFault::GraceTooLong);
        }
        Ok(())
    }
}

/// Truncates a time to the precision of Postgres, microseconds; otherwise a stored time could differ from the original.
pub(super) fn whole_microseconds(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time)
}

fn in_range(time: &DateTime<Utc>) -> bool {
    (1970..=9999).contains(&time.year())
}
