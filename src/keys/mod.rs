//! The server's keys: the Ed25519 keys that sign access tokens, and the 32-byte keys from which ids are derived.
//! Each file is read from a configured file, or generated on the first start and stored in the data folder.

mod key_file;
mod rotation;
mod server_key_file;
mod token_key;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use crate::config::{KeyConfig, ServerKeyConfig, SigningKeyConfig};
use crate::domain::server_key::{Fingerprint, ServerKey, ServerKeys};
use crate::random::{self, NoEntropy};
use key_file::KeyText;

pub use rotation::{RotationError, SigningKeyFile};
pub use server_key_file::ServerKeyFile;
pub use token_key::TokenKey;

/// Why the keys could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("the key file {0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    /// A new key cannot be stored.
    #[error(
        "a new key cannot be kept at {0}: {1}; name a folder that this user may write with --data-dir or AFTERCARE_DATA_DIR"
    )]
    Unwritable(PathBuf, io::Error),
    /// The file does not hold a signing key.
    #[error(
        "{0} must hold one Ed25519 key in PKCS #8 PEM, or two different ones; make one with `openssl genpkey -algorithm ed25519`"
    )]
    NotASigningKey(PathBuf),
    /// The file does not hold a server key.
    #[error(
        "{0} holds no server key; it must be 32 bytes in base64, as `openssl rand -base64 32` makes them, or several different ones, each on a line of its own"
    )]
    NotAServerKey(PathBuf),
    /// The key cannot be encoded.
    #[error("the new signing key cannot be encoded")]
    Encoding,
    /// There are no random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

/// The keys.
#[derive(Clone)]
pub struct Keys {
    /// Signs access tokens.
    pub signing: TokenKey,
    /// While the signing key is rotated: the next one or the former one, whose tokens are accepted as well.
    pub accepted: Option<TokenKey>,
    /// Derive ids: one for each campaign.
    pub server: ServerKeys,
}

impl Keys {
    /// Generates keys without storing them.
    pub fn ephemeral() -> Result<Self, KeyError> {
        let server = Zeroizing::new(random::bytes()?);
        let server = ServerKeys::only(ServerKey::new(*server));
        Self::of(&[TokenKey::generate()?], server)
    }

    /// The keys whose tokens are accepted; the one that signs comes first.
    pub fn token_keys(&self) -> impl Iterator<Item = &TokenKey> {
        std::iter::once(&self.signing).chain(&self.accepted)
    }

    fn of(signing: &[SigningKey], server: ServerKeys) -> Result<Self, KeyError> {
        Ok(TokenKeys::of(signing)?.with(server))
    }
}

/// The keys for access tokens.
struct TokenKeys {
    signing: TokenKey,
    accepted: Option<TokenKey>,
}

impl TokenKeys {
    fn of(keys: &[SigningKey]) -> Result<Self, KeyError> {
        let mut keys = keys.iter().map(TokenKey::new);
        Ok(Self {
            signing: keys.next().flatten().ok_or(KeyError::Encoding)?,
            accepted: keys.next().flatten(),
        })
    }

    fn with(self, server: ServerKeys) -> Keys {
        Keys {
            signing: self.signing,
            accepted: self.accepted,
            server,
        }
    }
}

/// The keys at a start: those that are there, and new ones for those that are missing. The new ones are in memory only,
/// until it is known that the database takes them. A start that is refused leaves nothing behind.
pub struct KeysAtStart {
    tokens: TokenKeys,
    server: Vec<ServerKey>,
    missing: Vec<(PathBuf, KeyText)>,
    made: Vec<PathBuf>,
}

impl KeysAtStart {
    /// For a server: the keys of both kinds.
    pub fn read(config: &KeyConfig, data_dir: &Path) -> Result<Self, KeyError> {
        let mut missing = Vec::new();
        let signing_file = signing_key_file(&config.signing, data_dir);
        let signing = match config.signing.signing_key_file() {
            Some(file) => key_file::read(&file)?,
            None => read_or_generate(&signing_file, new_signing_key, &mut missing)?,
        };
        let Some(signing) = token_key::from_pem(&signing) else {
            return Err(KeyError::NotASigningKey(signing_file));
        };
        let server = server_key_or_new(&config.server, data_dir, &mut missing)?;
        for file in [signing_file, server_key_file(&config.server, data_dir)] {
            key_file::warn_of_readers(&file);
        }
        Ok(Self::of(TokenKeys::of(&signing)?, server, missing))
    }

    /// For a command: the server keys of the database, and a signing key that is not used. A server key is generated only
    /// for the embedded database of the data folder. Otherwise a command on another machine would tie a new database to
    /// a key that its server does not have.
    pub fn read_for_command(
        config: &ServerKeyConfig,
        data_dir: &Path,
        own_database: bool,
    ) -> Result<Self, KeyError> {
        let mut missing = Vec::new();
        let server = match own_database {
            true => server_key_or_new(config, data_dir, &mut missing)?,
            false => read_server_keys(config, data_dir)?,
        };
        let tokens = TokenKeys::of(&[TokenKey::generate()?])?;
        Ok(Self::of(tokens, server, missing))
    }

    fn of(tokens: TokenKeys, server: Vec<ServerKey>, missing: Vec<(PathBuf, KeyText)>) -> Self {
        Self {
            tokens,
            server,
            missing,
            made: Vec::new(),
        }
    }

    /// The server keys.
    pub fn server(&self) -> &[ServerKey] {
        &self.server
    }

    /// Their fingerprints, to be compared with those of the database.
    pub fn fingerprints(&self) -> Vec<Fingerprint> {
        self.server.iter().map(ServerKey::fingerprint).collect()
    }

    /// Stores the new keys. Where another server that starts on the same folder was faster, its keys are taken.
    pub fn store(&mut self) -> Result<(), KeyError> {
        for (path, text) in std::mem::take(&mut self.missing) {
            if key_file::make(&path, &text)? {
                self.made.push(path);
                continue;
            }
            let text = key_file::read(&path)?;
            match (token_key::from_pem(&text), server_key_file::read(&text)) {
                (Some(signing), _) => self.tokens = TokenKeys::of(&signing)?,
                (None, Some(server)) => self.server = server,
                (None, None) => return Err(KeyError::NotAServerKey(path)),
            }
        }
        Ok(())
    }

    /// Removes what was stored: the database belongs to another key after all.
    pub fn take_back(&mut self) {
        for path in self.made.drain(..) {
            // It stays where it cannot be removed. The next start is refused again, and names it.
            let _ = fs::remove_file(path);
        }
    }

    /// The keys, with the server keys in their places in the database.
    pub fn into_keys(self, server: ServerKeys) -> Keys {
        self.tokens.with(server)
    }
}

/// The file of the signing keys.
pub fn signing_key_file(config: &SigningKeyConfig, data_dir: &Path) -> PathBuf {
    let file = config.signing_key_file();
    file.unwrap_or_else(|| data_dir.join("keys/signing.pem"))
}

/// Reads the server keys for a command that must not generate one.
pub fn read_server_keys(
    config: &ServerKeyConfig,
    data_dir: &Path,
) -> Result<Vec<ServerKey>, KeyError> {
    let file = server_key_file(config, data_dir);
    server_key_file::read(&key_file::read(&file)?).ok_or(KeyError::NotAServerKey(file))
}

/// The file of the server keys.
pub fn server_key_file(config: &ServerKeyConfig, data_dir: &Path) -> PathBuf {
    let file = config.server_key_file();
    file.unwrap_or_else(|| data_dir.join("keys/server.key"))
}

fn server_key_or_new(
    config: &ServerKeyConfig,
    data_dir: &Path,
    missing: &mut Vec<(PathBuf, KeyText)>,
) -> Result<Vec<ServerKey>, KeyError> {
    if config.server_key_file().is_some() {
        return read_server_keys(config, data_dir);
    }
    let file = server_key_file(config, data_dir);
    let text = read_or_generate(&file, server_key_file::new_key, missing)?;
    server_key_file::read(&text).ok_or(KeyError::NotAServerKey(file))
}

/// Reads a key file of the data folder, or generates what is to be stored there.
fn read_or_generate(
    path: &Path,
    generate: impl FnOnce() -> Result<KeyText, KeyError>,
    missing: &mut Vec<(PathBuf, KeyText)>,
) -> Result<KeyText, KeyError> {
    if let Some(text) = key_file::read_if_there(path)? {
        return Ok(text);
    }
    let text = generate()?;
    missing.push((path.to_owned(), text.clone()));
    Ok(text)
}

fn new_signing_key() -> Result<KeyText, KeyError> {
    token_key::to_pem(&[TokenKey::generate()?]).ok_or(KeyError::Encoding)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn load(folder: &Path) -> Result<Keys, KeyError> {
        let mut keys = KeysAtStart::read(&KeyConfig::default(), folder)?;
        keys.store()?;
        let server = ServerKeys::only(keys.server()[0].clone());
        Ok(keys.into_keys(server))
    }

    fn folder(name: &str) -> PathBuf {
        let unique = URL_SAFE_NO_PAD.encode(random::bytes::<8>().unwrap());
        std::env::temp_dir().join(format!("aftercare-{name}-{unique}"))
    }

    #[test]
    fn keys_are_made_once_and_kept_private() {
        let folder = folder("keys");
        let first = load(&folder).unwrap();
        let second = load(&folder).unwrap();
        assert_eq!(first.signing.id, second.signing.id);
        assert_eq!(
            first.server.oldest().fingerprint(),
            second.server.oldest().fingerprint()
        );
        for entry in fs::read_dir(folder.join("keys")).unwrap() {
            let mode = entry.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn servers_that_start_together_agree_on_the_keys() {
        let folder = folder("race");
        let load = || load(&folder).unwrap();
        let ids: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(load)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap().signing.id)
                .collect()
        });
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_broken_key_file_is_an_error_and_stays() {
        let folder = folder("broken");
        fs::create_dir_all(folder.join("keys")).unwrap();
        fs::write(folder.join("keys/server.key"), "too short").unwrap();
        let error = load(&folder).err().unwrap();
        assert!(matches!(error, KeyError::NotAServerKey(_)), "{error}");
        let kept = fs::read_to_string(folder.join("keys/server.key")).unwrap();
        assert_eq!(kept, "too short");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn keys_that_are_read_and_not_stored_leave_nothing_behind() {
        let folder = folder("unstored");
        drop(KeysAtStart::read(&KeyConfig::default(), &folder).unwrap());
        assert!(!folder.exists());
    }

    #[test]
    fn only_what_this_start_made_is_taken_back() {
        let folder = folder("back");
        load(&folder).unwrap();
        fs::remove_file(folder.join("keys/signing.pem")).unwrap();
        let mut keys = KeysAtStart::read(&KeyConfig::default(), &folder).unwrap();
        keys.store().unwrap();
        keys.take_back();
        let left: Vec<_> = fs::read_dir(folder.join("keys")).unwrap().collect();
        assert_eq!(left.len(), 1);
        assert!(folder.join("keys/server.key").exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_key_is_rotated_in_three_steps_in_which_both_are_accepted() {
        let folder = folder("rotation");
        let first = load(&folder).unwrap().signing.id;
        let path = folder.join("keys/signing.pem");
        let mut file = SigningKeyFile::read(&path).unwrap();
        assert!(matches!(file.switch(), Err(RotationError::NoSecond(_))));
        assert!(matches!(file.remove(), Err(RotationError::NoSecond(_))));

        file.place().unwrap();
        assert!(matches!(file.place(), Err(RotationError::SecondThere(_))));
        let placed = load(&folder).unwrap();
        let second = placed.accepted.unwrap().id;
        assert_eq!(placed.signing.id, first);
        assert_eq!(file.ids().unwrap(), [&*first, &*second]);

        file.switch().unwrap();
        let switched = load(&folder).unwrap();
        assert_eq!(switched.signing.id, second);
        assert_eq!(switched.accepted.unwrap().id, first);

        file.remove().unwrap();
        let removed = load(&folder).unwrap();
        assert_eq!(removed.signing.id, second);
        assert!(removed.accepted.is_none());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.join("keys")).unwrap().count(), 2);
        fs::remove_dir_all(folder).unwrap();
    }
}
