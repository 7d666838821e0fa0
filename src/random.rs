//! Random bytes from the operating system. The domain never draws any; it gets them as arguments.

use std::cell::RefCell;

use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryRng};
use uuid::Uuid;

/// The operating system could not give random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoEntropy;

/// `N` bytes from the operating system's generator.
pub fn bytes<const N: usize>() -> Result<[u8; N], NoEntropy> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).map_err(|_| NoEntropy)?;
    Ok(bytes)
}

/// A generator for code that needs many random bytes and cannot handle errors. Seeded by the operating system.
pub fn generator() -> Result<StdRng, NoEntropy> {
    Ok(StdRng::from_seed(bytes()?))
}

thread_local! {
    static OF_THREAD: RefCell<Option<StdRng>> = const { RefCell::new(None) };
}

/// A random UUID (version 4) for what is made very often and keeps no secret. It comes from a generator of this thread,
/// seeded by the operating system, which is not asked each time. None if it gave no seed.
pub fn frequent_uuid() -> Option<Uuid> {
    let mut bytes = [0; 16];
    OF_THREAD.with_borrow_mut(|generator| {
        if generator.is_none() {
            *generator = self::generator().ok();
        }
        generator.as_mut().map(|it| it.fill_bytes(&mut bytes))
    })?;
    Some(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

/// A random UUID (version 4). Versions that contain the time are not used.
pub fn uuid() -> Result<Uuid, NoEntropy> {
    Ok(uuid::Builder::from_random_bytes(bytes()?).into_uuid())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::thread;

    use super::*;

    #[test]
    fn frequent_ids_are_random_and_differ_between_threads() {
        let draw = || (0..100).filter_map(|_| frequent_uuid()).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| thread::spawn(draw)).collect();
        let ids = threads.into_iter().flat_map(|it| it.join().unwrap());
        let ids: BTreeSet<_> = ids.collect();
        assert_eq!(ids.len(), 400);
        assert!(ids.iter().all(|id| id.get_version_num() == 4));
    }
}
