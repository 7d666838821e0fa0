//! The dates of a campaign, checked against each other.

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use crate::http::problem::{Code, FieldError, Problem};

/// How long responses are kept after the end of their campaign, unless it says otherwise.
const FIVE_YEARS: TimeDelta = TimeDelta::days(5 * 365);

/// When a campaign opens and closes, when its responses freeze, and when they are deleted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub opens_at: DateTime<Utc>,
    pub closes_at: DateTime<Utc>,
    pub freezes_at: Option<DateTime<Utc>>,
    pub retained_until: DateTime<Utc>,
}

impl Times {
    /// When responses are deleted if nobody says so.
    pub fn usual_retention(closes_at: DateTime<Utc>) -> DateTime<Utc> {
        let later = closes_at.checked_add_signed(FIVE_YEARS);
        later.filter(in_range).unwrap_or(closes_at)
    }

    /// The same as Postgres keeps it, in whole microseconds: two times can differ by less.
    pub fn sound(self) -> Result<Self, Problem> {
        let kept = Self {
            opens_at: kept("/opens_at", self.opens_at)?,
            closes_at: kept("/closes_at", self.closes_at)?,
            freezes_at: self
                .freezes_at
                .map(|time| kept("/freezes_at", time))
                .transpose()?,
            retained_until: kept("/retained_until", self.retained_until)?,
        };
        if kept.opens_at >= kept.closes_at {
            return Err(fault(
                "/closes_at",
                "window_reversed",
                "It must be later than opens_at.",
            ));
        }
        if kept.freezes_at.is_some_and(|time| time < kept.opens_at) {
            let detail = "It must not be earlier than opens_at.";
            return Err(fault("/freezes_at", "freeze_too_early", detail));
        }
        if kept.retained_until < kept.closes_at {
            let detail = "It must not be earlier than closes_at.";
            return Err(fault("/retained_until", "retention_too_short", detail));
        }
        Ok(kept)
    }
}

fn in_range(time: &DateTime<Utc>) -> bool {
    (1970..=9999).contains(&time.year())
}

fn kept(pointer: &str, time: DateTime<Utc>) -> Result<DateTime<Utc>, Problem> {
    let kept = DateTime::from_timestamp_micros(time.timestamp_micros()).filter(in_range);
    let out_of_range = || {
        fault(
            pointer,
            "time_out_of_range",
            "The year must be from 1970 to 9999.",
        )
    };
    kept.ok_or_else(out_of_range)
}

fn fault(pointer: &str, code: &str, detail: &str) -> Problem {
    let error = FieldError::new(pointer, code, detail);
    Problem::fields(Code::BodyInvalid, vec![error])
}
