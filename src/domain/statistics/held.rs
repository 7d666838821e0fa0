//! Changes that figures do not show yet.
//!
//! Releases come in batches, and figures follow each. A single withdrawal would show: whoever compares the figures before
//! and after it sees which cells moved, and so what that person said. So figures stay as they are until a batch is released as
//! well, or as many others are withdrawn, or a bounded time is over. Then they follow all of it at once.

use chrono::{Days, NaiveDate};

/// For how many days at most figures hold what was withdrawn.
pub const MAX_DAYS_HELD: u64 = 14;

/// The changes of a campaign since its first withdrawal that figures do not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// How many responses were withdrawn.
    pub withdrawn: i32,
    /// How many were released since the first of these; figures do not show them yet either.
    pub released: i64,
    /// The day of the first withdrawal.
    pub since: NaiveDate,
}

impl Held {
    /// The last day on which figures may hold them.
    pub fn until(&self) -> NaiveDate {
        let until = self.since.checked_add_days(Days::new(MAX_DAYS_HELD));
        until.unwrap_or(self.since)
    }

    /// Whether figures are to follow: enough has changed together, or it has taken long enough. A release is a batch, or all
    /// that is left at the end.
    pub fn is_due(&self, release_size: i32, today: NaiveDate) -> bool {
        self.released > 0 || self.withdrawn >= release_size || self.until() <= today
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_withdrawn_leaves_with_a_release_with_as_many_others_or_after_a_fortnight() {
        let since = NaiveDate::from_ymd_opt(2027, 2, 1).unwrap();
        let day = |days| since.checked_add_days(Days::new(days)).unwrap();
        let held = |withdrawn, released| Held {
            withdrawn,
            released,
            since,
        };
        assert!(!held(1, 0).is_due(10, since));
        assert!(!held(9, 0).is_due(10, day(MAX_DAYS_HELD - 1)));
        assert!(held(10, 0).is_due(10, since));
        assert!(held(1, 10).is_due(10, since));
        assert!(held(1, 3).is_due(10, since), "what was left at the end");
        assert!(held(1, 0).is_due(10, day(MAX_DAYS_HELD)));
        assert!(held(1, 0).is_due(1, since), "no batches were promised");
        assert_eq!(held(1, 0).until(), day(MAX_DAYS_HELD));
    }
}
