//! Rotating the key that signs access tokens, in three steps that several servers can follow one after the other: the next
//! key is placed, then the two change places, then the former one is removed. In between both are accepted.

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;

use super::token_key::{TokenKey, from_pem, to_pem};
use super::{KeyError, key_file};

/// The file of the signing keys.
pub struct SigningKeyFile {
    path: PathBuf,
    /// The first one signs.
    keys: Vec<SigningKey>,
}

/// Why a step of the rotation is not possible now.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// A second key is there already.
    #[error(
        "{0} has a second key already: make it sign with `switch`, or take it away with `remove`"
    )]
    SecondThere(PathBuf),
    /// There is no second key.
    #[error("{0} has one key only: add the next one with `place`")]
    NoSecond(PathBuf),
    /// The file cannot be read or written.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl SigningKeyFile {
    /// Reads it.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let keys = from_pem(&key_file::read(path)?);
        Ok(Self {
            keys: keys.ok_or_else(|| KeyError::NotASigningKey(path.to_owned()))?,
            path: path.to_owned(),
        })
    }

    /// The ids of the keys. The first one signs; a second one is accepted as well.
    pub fn ids(&self) -> Result<Vec<String>, KeyError> {
        let ids = self.keys.iter().map(|key| Some(TokenKey::new(key)?.id));
        ids.collect::<Option<_>>().ok_or(KeyError::Encoding)
    }

    /// Adds a new key, which does not sign yet.
    pub fn place(&mut self) -> Result<(), RotationError> {
        if self.keys.len() > 1 {
            return Err(RotationError::SecondThere(self.path.clone()));
        }
        self.keys
            .push(TokenKey::generate().map_err(KeyError::from)?);
        self.write()
    }

    /// Lets the second key sign, and the first one be accepted.
    pub fn switch(&mut self) -> Result<(), RotationError> {
        self.needs_second()?;
        self.keys.reverse();
        self.write()
    }

    /// Removes the key that does not sign.
    pub fn remove(&mut self) -> Result<(), RotationError> {
        self.needs_second()?;
        self.keys.truncate(1);
        self.write()
    }

    fn needs_second(&self) -> Result<(), RotationError> {
        match self.keys.len() {
            2 => Ok(()),
            _ => Err(RotationError::NoSecond(self.path.clone())),
        }
    }

    fn write(&self) -> Result<(), RotationError> {
        let text = to_pem(&self.keys).ok_or(KeyError::Encoding)?;
        Ok(key_file::replace(&self.path, &text)?)
    }
}
