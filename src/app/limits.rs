//! Rate limits on what anybody may send without an account, on exports and on statistics. The counters are in memory only (see
//! [`daily_slots`](super::daily_slots)).
//!
//! Nobody is told what is left: it would tell what others in the same network have just done.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::daily_slots::{DailySlots, Slot};
use super::limiter::{Limiter, Rate};
use crate::domain::ids::StaffId;

/// The rates. None turns a limit off.
///
/// A whole ward, or the guests of a hospital, sit behind one address, and so do the customers of a mobile carrier. The
/// rates are for a hall full of people who answer together; they are to stop a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitRates {
    /// Responses to open campaigns from a network.
    pub open_responses: Option<Rate>,
    /// Invitations and passes that are tried from a network. Who exchanges an invitation for a pass tries two.
    pub credentials: Option<Rate>,
    /// Reading and withdrawing by receipt from a network.
    pub receipts: Option<Rate>,
    /// Exports of an account, by its sessions and its API keys together.
    pub exports: Option<Rate>,
    /// Statistics and reports of an account, likewise.
    pub statistics: Option<Rate>,
}

impl LimitRates {
    /// No limit at all.
    pub const OFF: Self = Self {
        open_responses: None,
        credentials: None,
        receipts: None,
        exports: None,
        statistics: None,
    };
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    /// Responses to open campaigns.
    OpenResponses,
    /// Invitations and passes that are tried.
    Credentials,
    /// Reading and withdrawing by receipt.
    Receipts,
    /// Exports.
    Exports,
    /// Statistics and reports.
    Statistics,
}

/// There were too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// Of what.
    pub of: Limited,
    /// The rate that was exceeded.
    pub rate: Rate,
    /// The number of seconds after which the next one is allowed.
    pub retry_after: u64,
}

/// The limits.
pub struct Limits {
    slots: DailySlots,
    open_responses: Option<(Rate, Limiter<Slot>)>,
    credentials: Option<(Rate, Limiter<Slot>)>,
    receipts: Option<(Rate, Limiter<Slot>)>,
    exports: Option<(Rate, Limiter<StaffId>)>,
    statistics: Option<(Rate, Limiter<StaffId>)>,
}

impl Limits {
    /// Limits of these rates.
    pub fn new(rates: LimitRates) -> Self {
        let by_network = |rate: Option<Rate>| rate.map(|rate| (rate, Limiter::new(rate)));
        Self {
            slots: DailySlots::default(),
            open_responses: by_network(rates.open_responses),
            credentials: by_network(rates.credentials),
            receipts: by_network(rates.receipts),
            exports: rates.exports.map(|rate| (rate, Limiter::new(rate))),
            statistics: rates.statistics.map(|rate| (rate, Limiter::new(rate))),
        }
    }

    /// Counts a response to an open campaign. A client of which no address is known is not limited: it is this program.
    ///
    /// # Errors
    ///
    /// When there were too many.
    pub fn count_open_response(
        &self,
        client: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<(), TooMany> {
        self.count(&self.open_responses, Limited::OpenResponses, client, now)
    }

    /// Counts an invitation or a pass that is tried.
    ///
    /// # Errors
    ///
    /// When there were too many.
    pub fn count_credential(
        &self,
        client: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<(), TooMany> {
        self.count(&self.credentials, Limited::Credentials, client, now)
    }

    /// Counts a look at what a receipt has.
    ///
    /// # Errors
    ///
    /// When there were too many.
    pub fn count_receipt(&self, client: Option<IpAddr>, now: DateTime<Utc>) -> Result<(), TooMany> {
        self.count(&self.receipts, Limited::Receipts, client, now)
    }

    /// Counts an export of an account. The operator is not limited.
    ///
    /// # Errors
    ///
    /// When there were too many.
    pub fn count_export(&self, account: Option<StaffId>) -> Result<(), TooMany> {
        of_account(&self.exports, Limited::Exports, account)
    }

    /// Counts a query for statistics, or a report, of an account. The operator is not limited.
    ///
    /// # Errors
    ///
    /// When there were too many.
    pub fn count_statistics(&self, account: Option<StaffId>) -> Result<(), TooMany> {
        of_account(&self.statistics, Limited::Statistics, account)
    }

    fn count(
        &self,
        limit: &Option<(Rate, Limiter<Slot>)>,
        of: Limited,
        client: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<(), TooMany> {
        let (Some((rate, limiter)), Some(client)) = (limit, client) else {
            return Ok(());
        };
        let checked = limiter.check(&self.slots.of_network(client, now));
        checked.map(drop).map_err(|retry_after| TooMany {
            of,
            rate: *rate,
            retry_after,
        })
    }
}

fn of_account(
    limit: &Option<(Rate, Limiter<StaffId>)>,
    of: Limited,
    account: Option<StaffId>,
) -> Result<(), TooMany> {
    let (Some((rate, limiter)), Some(account)) = (limit, account) else {
        return Ok(());
    };
    let checked = limiter.check(&account);
    checked.map(drop).map_err(|retry_after| TooMany {
        of,
        rate: *rate,
        retry_after,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn a_script_gets_as_many_responses_in_as_a_full_hall_and_no_more() {
        let limits = Limits::new(LimitRates {
            open_responses: Some(Rate::new(300, 6)),
            ..LimitRates::OFF
        });
        let client = "192.0.2.1".parse().ok();
        let sent = 0..114_940;
        let stored = sent.filter(|_| limits.count_open_response(client, NOW).is_ok());
        let stored = stored.count();
        assert!((300..310).contains(&stored), "{stored}");
    }

    #[test]
    fn what_is_off_and_what_this_program_does_itself_is_not_limited() {
        let client = "192.0.2.1".parse().ok();
        let off = Limits::new(LimitRates::OFF);
        let on = Limits::new(LimitRates {
            open_responses: Some(Rate::new(1, 600)),
            exports: Some(Rate::new(1, 600)),
            ..LimitRates::OFF
        });
        for _ in 0..10 {
            assert!(off.count_open_response(client, NOW).is_ok());
            assert!(off.count_export(Some(StaffId::default())).is_ok());
            assert!(on.count_open_response(None, NOW).is_ok());
            assert!(on.count_export(None).is_ok());
        }
    }
}
