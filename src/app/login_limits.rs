//! Rate limits on log-ins, against password guessing. The counters are in memory only and hold no e-mail address:
//! accounts are counted by a hash, addresses by network.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota};
use sha2::{Digest, Sha256};

use crate::domain::ids::StaffId;
use crate::domain::staff::account::normalise_email;

/// The number of keys up to which no counter is removed.
const MANY_KEYS: usize = 10_000;

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

/// A number of attempts at once, and then one in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The number of attempts at once.
    pub at_once: u32,
    /// The time after which there is one more.
    pub then_one_in: Duration,
}

/// An account from one network.
const ACCOUNT_BY_NETWORK: Rate = Rate::new(5, 10);
/// An account from all networks together.
const ACCOUNT: Rate = Rate::new(60, 2);
/// A network, whatever the account.
const NETWORK: Rate = Rate::new(30, 1);

impl Rate {
    const fn new(at_once: u32, then_one_in: u64) -> Self {
        Self {
            at_once,
            then_one_in: Duration::from_secs(then_one_in),
        }
    }

    /// The number of seconds after which all attempts are there again.
    pub fn window(self) -> u64 {
        self.then_one_in.as_secs() * u64::from(self.at_once)
    }
}

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
    accounts: Limiter<[u8; 32]>,
    accounts_by_network: Limiter<[u8; 32]>,
    networks: Limiter<IpAddr>,
    /// Refusals that are recorded, by account that exists. Otherwise a flood of attempts would be a flood of entries.
    notable: Limiter<StaffId>,
    /// Refusals that are recorded of accounts that do not exist, in all.
    notable_unknown: Limiter<()>,
}

/// A rate limit for each key.
struct Limiter<K: Hash + Eq + Clone> {
    keys: DefaultKeyedRateLimiter<K, StateInformationMiddleware>,
    /// The number of keys at which idle counters are removed next.
    sweep_at: AtomicUsize,
}

impl Default for LoginLimits {
    /// An account from one network: 5 attempts at once, then one in 10 seconds. An account from all networks together:
    /// 60, then one in 2 seconds. A network: 30, then one a second. So an attacker in one network does not lock out the
    /// owner of the account in another network. Only many networks together can affect the owner, and even then the
    /// account is slowed down and never locked.
    fn default() -> Self {
        Self {
            accounts: Limiter::new(ACCOUNT),
            accounts_by_network: Limiter::new(ACCOUNT_BY_NETWORK),
            networks: Limiter::new(NETWORK),
            notable: Limiter::new(Rate::new(1, 60 * 60)),
            notable_unknown: Limiter::new(Rate::new(10, 60 * 60)),
        }
    }
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new(rate: Rate) -> Self {
        let burst = NonZeroU32::new(rate.at_once).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(rate.then_one_in).unwrap_or(Quota::per_second(burst));
        let keys = DefaultKeyedRateLimiter::keyed(quota.allow_burst(burst));
        Self {
            keys: keys.with_middleware(),
            sweep_at: AtomicUsize::new(MANY_KEYS),
        }
    }

    /// Counts an attempt, and gives the number of those that are left. Fails with the number of seconds to wait.
    fn check(&self, key: &K) -> Result<u32, u64> {
        if self.keys.len() > self.sweep_at.load(Ordering::Relaxed) {
            self.keys.retain_recent();
            // Twice the remaining number, so that the cost of a sweep is amortised over the keys added since the last
            // one.
            let next = MANY_KEYS.max(2 * self.keys.len());
            self.sweep_at.store(next, Ordering::Relaxed);
        }
        let checked = self.keys.check_key(key);
        checked
            .map(|state| state.remaining_burst_capacity())
            .map_err(|until| {
                let wait = until.wait_time_from(self.keys.clock().now());
                wait.as_secs() + 1
            })
    }
}

impl LoginLimits {
    /// Counts an attempt, whether or not the account exists. Gives the number of attempts that are left to the network.
    ///
    /// # Errors
    ///
    /// When there were too many attempts.
    pub fn count(&self, email: &str, client: Option<IpAddr>) -> Result<Option<u32>, TooManyLogins> {
        let refused = |by| move |retry_after| TooManyLogins { retry_after, by };
        let network = client.map(network);
        let left = network.map(|network| self.networks.check(&network));
        let left = left.transpose().map_err(refused(LoginLimit::Network))?;
        let email = normalise_email(email);
        let from = format!(
            "{email}\0{}",
            network.map(|it| it.to_string()).unwrap_or_default()
        );
        self.accounts_by_network
            .check(&Sha256::digest(from).into())
            .and_then(|_| self.accounts.check(&Sha256::digest(email).into()))
            .map_err(refused(LoginLimit::Account))?;
        Ok(left)
    }

    /// Whether a refusal is to be recorded: once an hour for an account, and ten an hour for all that do not exist.
    pub fn is_notable(&self, account: Option<StaffId>) -> bool {
        match account {
            Some(account) => self.notable.check(&account).is_ok(),
            None => self.notable_unknown.check(&()).is_ok(),
        }
    }
}

/// One customer usually has a whole /64 of IPv6 addresses, so a /64 counts as one address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_counts_as_one_client() {
        let at = |text: &str| network(text.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::2:3"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
    }

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
            limits.count(email, None).unwrap();
        }
        let refused = limits.count("a@b.example", None).unwrap_err();
        assert_eq!(refused.by, LoginLimit::Account);
        assert!(refused.retry_after > 0);
        limits.count("c@b.example", None).unwrap();
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
        let from =
            |number: u32| limits.count(&format!("{number}@b.example"), "192.0.2.1".parse().ok());
        let refused = (0..40).filter_map(|number| from(number).err());
        let by: Vec<_> = refused.map(|refused| refused.by).collect();
        assert!(!by.is_empty() && by.iter().all(|by| *by == LoginLimit::Network));
    }

    #[test]
    fn who_guesses_from_one_network_does_not_keep_the_owner_out() {
        let limits = LoginLimits::default();
        let from = |address: &str| limits.count("a@b.example", address.parse().ok());
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
