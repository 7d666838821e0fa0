//! A rate limit for each key, in memory.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota};

/// The number of keys up to which no counter is removed.
const MANY_KEYS: usize = 10_000;

/// A number of attempts at once, and then one in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The number of attempts at once.
    pub at_once: u32,
    /// The time after which there is one more.
    pub then_one_in: Duration,
}

impl Rate {
    /// So many at once, and then one in so many seconds.
    pub const fn new(at_once: u32, then_one_in: u64) -> Self {
        Self {
            at_once,
            then_one_in: Duration::from_secs(then_one_in),
        }
    }

    /// The number of seconds after which all attempts are there again.
    pub fn window(self) -> u64 {
        let millis = self.then_one_in.as_millis() * u128::from(self.at_once);
        u64::try_from(millis.div_ceil(1000)).unwrap_or(u64::MAX)
    }
}

/// A rate limit for each key. Counters that are full again are removed once there are many, so the memory is that of the
/// keys that were used lately. Where a stranger makes up keys, take [`Slot`](super::daily_slots::Slot), of which there
/// are not many.
pub struct Limiter<K: Hash + Eq + Clone> {
    keys: DefaultKeyedRateLimiter<K, StateInformationMiddleware>,
    /// The number of keys at which idle counters are removed next.
    sweep_at: AtomicUsize,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// A limit of this rate.
    pub fn new(rate: Rate) -> Self {
        let burst = NonZeroU32::new(rate.at_once).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(rate.then_one_in).unwrap_or(Quota::per_second(burst));
        let keys = DefaultKeyedRateLimiter::keyed(quota.allow_burst(burst));
        Self {
            keys: keys.with_middleware(),
            sweep_at: AtomicUsize::new(MANY_KEYS),
        }
    }

    /// Counts an attempt, and gives the number of those that are left.
    ///
    /// # Errors
    ///
    /// When there is none left. Holds the number of seconds to wait.
    pub fn check(&self, key: &K) -> Result<u32, u64> {
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

    /// The number of counters in memory.
    #[cfg(test)]
    pub fn counters(&self) -> usize {
        self.keys.len()
    }
}
