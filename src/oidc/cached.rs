//! What the provider publishes, kept for a while. Whoever comes while it is asked for waits for the same answer.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use super::ProviderFault;

/// How long a failure is told without asking again. So a provider that is down is not asked by each who wants to log in,
/// and these do not wait one after the other for its deadline.
const PATIENCE: TimeDelta = TimeDelta::seconds(5);

/// Something of the provider.
pub(super) struct Cached<T>(Mutex<Slot<T>>);

struct Slot<T> {
    known: Option<(DateTime<Utc>, Arc<T>)>,
    failed: Option<(DateTime<Utc>, ProviderFault)>,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self(Mutex::new(Slot {
            known: None,
            failed: None,
        }))
    }
}

impl<T> Cached<T> {
    /// What is known and not older than `age`; else what `ask` gives now.
    pub(super) async fn get(
        &self,
        age: TimeDelta,
        now: DateTime<Utc>,
        ask: impl AsyncFnOnce() -> Result<T, ProviderFault>,
    ) -> Result<Arc<T>, ProviderFault> {
        let mut slot = self.0.lock().await;
        if let Some((at, known)) = &slot.known
            && now - *at < age
        {
            return Ok(Arc::clone(known));
        }
        if let Some((at, fault)) = slot.failed
            && now - at < PATIENCE
        {
            return Err(fault);
        }
        match ask().await {
            Ok(found) => {
                let found = Arc::new(found);
                *slot = Slot {
                    known: Some((now, Arc::clone(&found))),
                    failed: None,
                };
                Ok(found)
            }
            Err(fault) => {
                slot.failed = Some((now, fault));
                Err(fault)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn an_answer_is_kept_and_a_failure_is_told_for_a_moment() {
        let cached = Cached::default();
        let asked = Cell::new(0);
        let now = DateTime::UNIX_EPOCH;
        let get = async |seconds, answer: Result<u8, ProviderFault>| {
            let ask = async || {
                asked.set(asked.get() + 1);
                answer
            };
            let now = now + TimeDelta::seconds(seconds);
            cached.get(TimeDelta::seconds(60), now, ask).await
        };
        let down = ProviderFault::Unreachable("x");
        assert_eq!(get(0, Err(down)).await, Err(down));
        assert_eq!(get(4, Ok(1)).await, Err(down));
        assert_eq!(get(5, Ok(1)).await.as_deref(), Ok(&1));
        assert_eq!(get(64, Ok(2)).await.as_deref(), Ok(&1));
        assert_eq!(get(65, Ok(2)).await.as_deref(), Ok(&2));
        assert_eq!(asked.get(), 3);
    }
}
