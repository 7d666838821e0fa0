//! Random bytes from the operating system. The domain never draws any; it gets them as arguments.

use rand::rngs::{StdRng, SysRng};
use rand::{SeedableRng, TryRng};
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

/// A random UUID (version 4). Versions that contain the time are not used.
pub fn uuid() -> Result<Uuid, NoEntropy> {
    Ok(uuid::Builder::from_random_bytes(bytes()?).into_uuid())
}
