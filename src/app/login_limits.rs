//! Rate limits on log-ins, against password guessing. The counters are in memory only and hold neither e-mail addresses
//! nor network addresses (see [`daily_slots`](super::daily_slots)).

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::daily_slots::{DailySlots, Slot};
use super::limiter::{Limiter, Rate};
use crate::domain::ids::StaffId;
use crate::domain::staff::account::normalise_email;

/// A refused log-in attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyLogins {
    /// The number of seconds after which the next attempt is allowed.
    pub retry_after: u64,
    /// Which limit refused it.
    pub by: LoginLimit,
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginLimit {
    /// Attempts from a network, whatever the account.
    Network,
    /// Attempts on an account.
    Account,
}

/// An account from one network.
const ACCOUNT_BY_NETWORK: Rate = Rate::new(5, 10);
/// An account from all networks together.
const ACCOUNT: Rate = Rate::new(60, 2);
/// A network, whatever the account.
const NETWORK: Rate = Rate::new(30, 1);

impl LoginLimit {
    /// The rate that a client meets: for an account, the one from its own network.
    pub fn rate(self) -> Rate {
        match self {
            Self::Network => NETWORK,
            Self::Account => ACCOUNT_BY_NETWORK,
        }
    }
}

/// The limits on logging in.
pub struct LoginLimits {
    slots: DailySlots,
    accounts: Limiter<Slot>,
    accounts_by_network: Limiter<Slot>,
    networks: Limiter<Slot>,
    /// Refusals that are recorded, by account that exists. Otherwise a flood of attempts would be a flood of entries.
    notable: Limiter<StaffId>,
    /// Refusals that are recorded of accounts that do not exist, in all.
    notable_unknown: Limiter<()>,
    /// Failures that are recorded, by account that exists.
    failures: Limiter<StaffId>,
    /// Failures that are recorded of accounts that do not exist, in all.
    failures_unknown: Limiter<()>,
}

impl Default for LoginLimits {
    /// An account from one network: 5 attempts at once, then one in 10 seconds. An account from all networks together:
    /// 60, then one in 2 seconds. A network: 30, then one a second. So an attacker in one network does not lock out the
    /// owner of the account in another network. Only many networks together can affect the owner, and even then the
    /// account is slowed down and never locked.
    fn default() -> Self {
        Self {
            slots: DailySlots::default(),
            accounts: Limiter::new(ACCOUNT),
            accounts_by_network: Limiter::new(ACCOUNT_BY_NETWORK),
            networks: Limiter::new(NETWORK),
            notable: Limiter::new(Rate::new(1, 60 * 60)),
            notable_unknown: Limiter::new(Rate::new(10, 60 * 60)),
            failures: Limiter::new(Rate::new(20, 6 * 60)),
            failures_unknown: Limiter::new(Rate::new(20, 6 * 60)),
        }
    }
}

impl LoginLimits {
    /// Counts an attempt of which the account is not known yet.
    ///
    /// # Errors
    ///
    /// When there were too many attempts from this network.
    pub fn count_network(
        &self,
        client: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<Option<u32>, TooManyLogins> {
        let refused = |retry_after| TooManyLogins {
            retry_after,
            by: LoginLimit::Network,
        };
        let network = client.map(|client| self.slots.of_network(client, now));
        let left = network.map(|network| self.networks.check(&network));
        left.transpose().map_err(refused)
    }

    /// Counts an attempt, whether or not the account exists. Gives the number of attempts that are left to the network.
    ///
    /// # Errors
    ///
    /// When there were too many attempts.
    pub fn count(
        &self,
        email: &str,
        client: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Result<Option<u32>, TooManyLogins> {
        let left = self.count_network(client, now)?;
        let email = normalise_email(email);
        let account = self.slots.of_text(&email, now);
        let here = self.slots.of_text_from(&email, client, now);
        self.accounts_by_network
            .check(&here)
            .and_then(|_| self.accounts.check(&account))
            .map_err(|retry_after| TooManyLogins {
                retry_after,
                by: LoginLimit::Account,
            })?;
        Ok(left)
    }

    /// Whether a log-in that failed is to be recorded: 20 at once and then ten an hour for an account, and as many for all
    /// that do not exist.
    pub fn is_notable_failure(&self, account: Option<StaffId>) -> bool {
        match account {
            Some(account) => self.failures.check(&account).is_ok(),
            None => self.failures_unknown.check(&()).is_ok(),
        }
    }

    /// Whether a refusal is to be recorded: once an hour for an account, and ten an hour for all that do not exist.
    pub fn is_notable(&self, account: Option<StaffId>) -> bool {
        match account {
            Some(account) => self.notable.check(&account).is_ok(),
            None => self.notable_unknown.check(&()).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn attempts_on_an_account_are_slowed_down_however_it_is_spelt() {
        let limits = LoginLimits::default();
        for email in [
            "a@b.example",
            "A@b.example",
            " a@B.example ",
            "a@b.example",
            "a@b.example",
        ] {
            limits.count(email, None, NOW).unwrap();
        }
        let refused = limits.count("a@b.example", None, NOW).unwrap_err();
        assert_eq!(refused.by, LoginLimit::Account);
        assert!(refused.retry_after > 0);
        limits.count("c@b.example", None, NOW).unwrap();
    }

    #[test]
    fn one_entry_an_hour_for_an_account_is_enough_and_made_up_accounts_take_none_of_it() {
        let limits = LoginLimits::default();
        let recorded = (0..100).filter(|_| limits.is_notable(None)).count();
        assert_eq!(recorded, 10);
        let account = Some(StaffId(uuid::Uuid::nil()));
        assert!(limits.is_notable(account));
        assert!(!limits.is_notable(account));
    }

    #[test]
    fn a_refusal_by_network_says_nothing_of_the_account() {
        let limits = LoginLimits::default();
        let from = |number: u32| {
            limits.count(
                &format!("{number}@b.example"),
                "192.0.2.1".parse().ok(),
                NOW,
            )
        };
        let refused = (0..40).filter_map(|number| from(number).err());
        let by: Vec<_> = refused.map(|refused| refused.by).collect();
        assert!(!by.is_empty() && by.iter().all(|by| *by == LoginLimit::Network));
    }

    #[test]
    fn who_guesses_from_one_network_does_not_keep_the_owner_out() {
        let limits = LoginLimits::default();
        let from = |address: &str| limits.count("a@b.example", address.parse().ok(), NOW);
        for _ in 0..20 {
            let _ = from("192.0.2.1");
        }
        assert!(from("192.0.2.1").is_err());
        assert!(from("198.51.100.7").is_ok());
        let guesses = (0..100).filter(|last| from(&format!("203.0.113.{last}")).is_ok());
        assert!(
            guesses.count() < 60,
            "many networks together are slowed down too"
        );
    }
}
