//! Passwords: hashed with argon2id, off the threads that serve requests. At most two hashes run at a time, since each
//! takes 19 MiB and a core.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::random::{self, NoEntropy};

const CONCURRENT: usize = 2;
const TIMEOUT: Duration = Duration::from_secs(10);

/// The hash to compare with when there is no account, so that the reply takes the same work. No password matches it.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password was not hashed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
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
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(CONCURRENT)),
        }
    }
}

impl Passwords {
    /// The hash of a new password, as a PHC string.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        let permit = self.permit().await?;
        blocking(move || hash(&password, permit)).await?
    }

    /// Whether the password matches the hash. Without a hash, it does the same work and returns false.
    pub async fn verify(
        &self,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, PasswordError> {
        let permit = self.permit().await?;
        blocking(move || {
            let fits = fits(&password, hash.as_deref().unwrap_or(DUMMY_HASH));
            drop(permit);
            fits && hash.is_some()
        })
        .await
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, PasswordError> {
        let permit = Arc::clone(&self.permits).acquire_owned();
        match tokio::time::timeout(TIMEOUT, permit).await {
            Ok(Ok(permit)) => Ok(permit),
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

fn hash(password: &str, permit: OwnedSemaphorePermit) -> Result<String, PasswordError> {
    let salt: [u8; 16] = random::bytes()?;
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    drop(permit);
    Ok(hash.map_err(|_| PasswordError::Hashing)?.to_string())
}

fn fits(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn random_passwords_differ() {
        let password = random_password().unwrap();
        assert_eq!(password.len(), 20);
        assert_ne!(password, random_password().unwrap());
    }
}
