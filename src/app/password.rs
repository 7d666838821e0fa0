//! Passwords: hashed with argon2id, off the threads that serve requests. At most two hashes run at a time, since each
//! takes 19 MiB and a core.
//!
//! The memory of a hash is kept for the next one. Memory that is allocated and freed for each hash stays with the
//! allocator of whichever thread had it: thirty log-ins at once would take 600 MB, and never give them back.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::guessability::{self, TooGuessable};
use crate::random::{self, NoEntropy};

const CONCURRENT: usize = 2;
const TIMEOUT: Duration = Duration::from_secs(10);

/// The hash to compare with when there is no account, so that the reply takes the same work. No password matches it.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password was not hashed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The password is easy to guess.
    #[error("the password is easy to guess. {0}")]
    Guessable(TooGuessable),
    /// Too many requests are waiting.
    #[error("too many passwords are being checked at once")]
    Busy,
    /// The hash cannot be computed.
    #[error("the password cannot be hashed")]
    Hashing,
    /// There are no random bytes for the salt.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

/// Hashes and verifies passwords.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// The memory of hashes that are done. With the permits, there are never more than [`CONCURRENT`].
    memories: Arc<Mutex<Vec<Memory>>>,
}

/// The memory in which a hash is computed.
type Memory = Vec<Block>;

/// The right to compute one hash, with the memory for it.
struct Turn {
    memory: Memory,
    memories: Arc<Mutex<Vec<Memory>>>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        lock(&self.memories).push(memory);
    }
}

/// A poisoned lock is safe to use: a thread that panicked has not changed the list.
fn lock(memories: &Mutex<Vec<Memory>>) -> std::sync::MutexGuard<'_, Vec<Memory>> {
    memories.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(CONCURRENT)),
            memories: Arc::default(),
        }
    }
}

impl Passwords {
    /// The hash of a new password, as a PHC string.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        let mut turn = self.turn().await?;
        let salt: [u8; 16] = random::bytes()?;
        blocking(move || hash(&password, &salt, &mut turn.memory))
            .await?
            .ok_or(PasswordError::Hashing)
    }

    /// The hash of a password that is chosen for the account of this e-mail address and name, if it is not easy to guess.
    pub async fn hash_chosen(
        &self,
        password: String,
        email: &str,
        name: &str,
    ) -> Result<String, PasswordError> {
        let (chosen, email, name) = (password.clone(), email.to_owned(), name.to_owned());
        // The check takes a while, so it waits for its turn as a hash does.
        let turn = self.turn().await?;
        let checked = blocking(move || guessability::check(&chosen, &email, &name)).await?;
        drop(turn);
        checked.map_err(PasswordError::Guessable)?;
        self.hash(password).await
    }

    /// Whether the password matches the hash. Without a hash, it does the same work and returns false.
    pub async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, PasswordError> {
        let mut turn = self.turn().await?;
        blocking(move || {
            let expected = hash.as_deref().unwrap_or(DUMMY_HASH);
            let fits = fits(&password, expected, &mut turn.memory);
            fits.unwrap_or(false) && hash.is_some()
        })
        .await
    }

    async fn turn(&self) -> Result<Turn, PasswordError> {
        let permit = Arc::clone(&self.permits).acquire_owned();
        match tokio::time::timeout(TIMEOUT, permit).await {
            Ok(Ok(permit)) => Ok(Turn {
                memory: lock(&self.memories).pop().unwrap_or_default(),
                memories: Arc::clone(&self.memories),
                _permit: permit,
            }),
            _ => Err(PasswordError::Busy),
        }
    }
}

/// A random password: 20 characters, about 100 bits of entropy.
pub fn random_password() -> Result<String, NoEntropy> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes: [u8; 20] = random::bytes()?;
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'x');
    Ok(bytes.iter().map(letter).map(char::from).collect())
}

async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, PasswordError> {
    let task = tokio::task::spawn_blocking(work);
    task.await.map_err(|_| PasswordError::Hashing)
}

/// The hash with the default costs, as a PHC string.
fn hash(password: &str, salt: &[u8], memory: &mut Memory) -> Option<String> {
    let params = Params::default();
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    let costs = ParamsString::try_from(&params).ok()?;
    compute(params, password, salt, &mut output, memory)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: costs,
        salt: Some(Salt::new(salt).ok()?),
        hash: Some(Output::new(&output).ok()?),
    };
    Some(hash.to_string())
}

/// Whether the password has this hash; none if the hash cannot be read.
fn fits(password: &str, hash: &str, memory: &mut Memory) -> Option<bool> {
    let hash = PasswordHash::new(hash).ok()?;
    if hash.algorithm != Algorithm::Argon2id.ident() || hash.version != Some(Version::V0x13.into())
    {
        return None;
    }
    let (salt, expected) = (hash.salt.as_ref()?, hash.hash.as_ref()?);
    let mut output = vec![0; expected.len()];
    let params = Params::try_from(&hash).ok()?;
    compute(params, password, salt, &mut output, memory)?;
    Some(output.ct_eq(expected.as_bytes()).into())
}

fn compute(
    params: Params,
    password: &str,
    salt: &[u8],
    output: &mut [u8],
    memory: &mut Memory,
) -> Option<()> {
    memory.resize(params.block_count(), Block::default());
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2
        .hash_password_into_with_memory(password.as_bytes(), salt, output, memory)
        .ok()
}

#[cfg(test)]
mod tests {
    use argon2::{PasswordHasher, PasswordVerifier};

    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_hash_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        let verify = |password: &str, hash| passwords.verify(password.to_owned(), hash);
        assert!(verify("correct horse", Some(hash.clone())).await.unwrap());
        assert!(!verify("wrong horse", Some(hash)).await.unwrap());
        assert!(!verify("correct horse", None).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_account_costs_the_same_as_a_known_one() {
        let hash = Passwords::default().hash("x".to_owned()).await.unwrap();
        let cost = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(cost(&hash), cost(DUMMY_HASH));
        assert!(PasswordHash::new(DUMMY_HASH).is_ok());
    }

    #[tokio::test]
    async fn the_hash_is_that_of_the_library() {
        let hash = Passwords::default().hash("correct horse".to_owned()).await;
        let hash = hash.unwrap();
        let library = Argon2::default();
        library.verify_password(b"correct horse", &*hash).unwrap();
        library.verify_password(b"wrong horse", &*hash).unwrap_err();
        let other = library.hash_password_with_salt(b"correct horse", b"sixteen bytes...");
        let other = other.unwrap().to_string();
        let passwords = Passwords::default();
        let verified = passwords.verify("correct horse".to_owned(), Some(other));
        assert!(verified.await.unwrap());
    }

    #[tokio::test]
    async fn many_log_ins_at_once_share_the_memory_of_two() {
        let passwords = Passwords::default();
        let log_ins = (0..12).map(|number| {
            let passwords = passwords.clone();
            tokio::spawn(async move { passwords.verify(format!("wrong {number}"), None).await })
        });
        for log_in in log_ins.collect::<Vec<_>>() {
            assert!(!log_in.await.unwrap().unwrap());
        }
        let memories = lock(&passwords.memories);
        let blocks: usize = memories.iter().map(Vec::capacity).sum();
        assert!(memories.len() <= CONCURRENT, "{}", memories.len());
        assert!(
            blocks <= CONCURRENT * Params::default().block_count(),
            "{blocks}"
        );
    }

    #[test]
    fn a_hash_of_another_kind_fits_nothing() {
        let mut memory = Memory::new();
        for hash in [
            "",
            "x",
            "$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(fits("x", hash, &mut memory), None, "{hash}");
        }
    }

    #[test]
    fn random_passwords_differ() {
        let password = random_password().unwrap();
        assert_eq!(password.len(), 20);
        assert_ne!(password, random_password().unwrap());
    }
}
