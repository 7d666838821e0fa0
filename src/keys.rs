//! The server's two keys: the Ed25519 key that signs access tokens, and the 32-byte key from which ids are derived.
//! Each is read from a configured file, or generated on the first start and stored in the data folder.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sha2::{Digest, Sha256};

use crate::config::{KeyConfig, ServerKeyConfig};
use crate::domain::server_key::ServerKey;
use crate::postgres::embedded::create_data_folder;
use crate::random::{self, NoEntropy};

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
        "{0} holds no Ed25519 key in PKCS #8 PEM; make one with `openssl genpkey -algorithm ed25519`"
    )]
    NotASigningKey(PathBuf),
    /// The file does not hold a server key.
    #[error(
        "{0} holds no server key; it must be 32 bytes in base64, as `openssl rand -base64 32` makes them"
    )]
    NotAServerKey(PathBuf),
    /// The key cannot be encoded.
    #[error("the new signing key cannot be encoded")]
    Encoding,
    /// There are no random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

/// Both keys.
#[derive(Clone)]
pub struct Keys {
    /// Signs access tokens.
    pub signing: TokenKey,
    /// Derives ids.
    pub server: ServerKey,
}

impl Keys {
    /// Reads the keys. Generates those that are neither configured nor in the data folder.
    pub fn load(config: &KeyConfig, data_dir: &Path) -> Result<Self, KeyError> {
        let folder = data_dir.join("keys");
        let signing = match config.signing_key_file() {
            Some(file) => read(&file)?,
            None => read_or_make(&folder.join("signing.pem"), new_signing_key)?,
        };
        let file = config.signing_key_file();
        let file = file.unwrap_or_else(|| folder.join("signing.pem"));
        let signing = TokenKey::from_pem(&signing).ok_or(KeyError::NotASigningKey(file))?;
        if config.server.server_key_file().is_none() {
            read_or_make(&folder.join("server.key"), new_server_key)?;
        }
        let server = read_server_key(&config.server, data_dir)?;
        Ok(Self { signing, server })
    }

    /// The keys for a command: the server key of the database, and a signing key that is not used. A server key is
    /// generated only for the embedded database of the data folder. Otherwise a command on another machine would tie a
    /// new database to a key that its server does not have.
    pub fn for_command(
        config: &ServerKeyConfig,
        data_dir: &Path,
        own_database: bool,
    ) -> Result<Self, KeyError> {
        if own_database && config.server_key_file().is_none() {
            read_or_make(&data_dir.join("keys/server.key"), new_server_key)?;
        }
        Ok(Self {
            server: read_server_key(config, data_dir)?,
            ..Self::ephemeral()?
        })
    }

    /// Generates keys without storing them.
    pub fn ephemeral() -> Result<Self, KeyError> {
        let signing = SigningKey::from_bytes(&random::bytes()?);
        Ok(Self {
            signing: TokenKey::new(&signing).ok_or(KeyError::Encoding)?,
            server: ServerKey::new(random::bytes()?),
        })
    }
}

/// The key of the access tokens. The algorithm is always EdDSA, whatever the header of a token says.
#[derive(Clone)]
pub struct TokenKey {
    /// The key for signing.
    pub encoding: EncodingKey,
    /// The key for verification.
    pub decoding: DecodingKey,
    /// The key id: the RFC 7638 thumbprint.
    pub id: String,
    /// The public key, in base64url.
    pub public: String,
}

impl TokenKey {
    fn from_pem(pem: &str) -> Option<Self> {
        Self::new(&SigningKey::from_pkcs8_pem(pem).ok()?)
    }

    fn new(key: &SigningKey) -> Option<Self> {
        let public = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
        // RFC 7638: the required members in lexical order, without spaces.
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}"#);
        Some(Self {
            encoding: EncodingKey::from_ed_der(key.to_pkcs8_der().ok()?.as_bytes()),
            decoding: DecodingKey::from_ed_der(key.verifying_key().as_bytes()),
            id: URL_SAFE_NO_PAD.encode(Sha256::digest(canonical)),
            public,
        })
    }
}

/// Reads the server key for a command that must not generate one.
pub fn read_server_key(config: &ServerKeyConfig, data_dir: &Path) -> Result<ServerKey, KeyError> {
    let file = config.server_key_file();
    let file = file.unwrap_or_else(|| data_dir.join("keys/server.key"));
    server_key(&read(&file)?).ok_or(KeyError::NotAServerKey(file))
}

fn server_key(text: &str) -> Option<ServerKey> {
    let bytes = STANDARD.decode(text.trim()).ok()?;
    Some(ServerKey::new(bytes.try_into().ok()?))
}

fn new_signing_key() -> Result<String, KeyError> {
    let key = SigningKey::from_bytes(&random::bytes()?);
    let pem = key.to_pkcs8_pem(LineEnding::LF);
    Ok(pem.map_err(|_| KeyError::Encoding)?.to_string())
}

fn new_server_key() -> Result<String, KeyError> {
    Ok(STANDARD.encode(random::bytes::<32>()?) + "\n")
}

fn read(path: &Path) -> Result<String, KeyError> {
    fs::read_to_string(path).map_err(|error| KeyError::Unreadable(path.to_owned(), error))
}

/// Writes a key file atomically and never overwrites one. The file is written under a temporary name and then linked;
/// the link fails when another process was faster, and then its key is used.
fn read_or_make(
    path: &Path,
    make: impl FnOnce() -> Result<String, KeyError>,
) -> Result<String, KeyError> {
    match fs::read_to_string(path) {
        Ok(text) => {
            warn_of_readers(path);
            return Ok(text);
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(KeyError::Unreadable(path.to_owned(), error));
        }
        Err(_) => {}
    }
    let text = make()?;
    let suffix: [u8; 8] = random::bytes()?;
    let draft = path.with_extension(format!("new-{}", URL_SAFE_NO_PAD.encode(suffix)));
    let unwritable = |error| KeyError::Unwritable(path.to_owned(), error);
    keep(&draft, &text).map_err(unwritable)?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft).map_err(unwritable)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(unwritable(error)),
        _ => read(path),
    }
}

/// A key in the data folder should be readable by its owner only. A configured key file may be readable by others in
/// its container.
fn warn_of_readers(path: &Path) {
    let mode = fs::metadata(path).map(|metadata| metadata.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        let path = path.display();
        tracing::warn!(%path, "this key can be read by others: run chmod 600 on it");
    }
}

fn keep(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        let mut builder = fs::DirBuilder::new();
        if let Some(parent) = folder.parent() {
            create_data_folder(parent).map_err(io::Error::other)?;
        }
        match builder.mode(0o700).create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let unique = URL_SAFE_NO_PAD.encode(random::bytes::<8>().unwrap());
        std::env::temp_dir().join(format!("aftercare-{name}-{unique}"))
    }

    #[test]
    fn keys_are_made_once_and_kept_private() {
        let folder = folder("keys");
        let first = Keys::load(&KeyConfig::default(), &folder).unwrap();
        let second = Keys::load(&KeyConfig::default(), &folder).unwrap();
        assert_eq!(first.signing.id, second.signing.id);
        assert_eq!(first.server.fingerprint(), second.server.fingerprint());
        for entry in fs::read_dir(folder.join("keys")).unwrap() {
            let mode = entry.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn servers_that_start_together_agree_on_the_keys() {
        let folder = folder("race");
        let load = || Keys::load(&KeyConfig::default(), &folder).unwrap();
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
        let error = Keys::load(&KeyConfig::default(), &folder).err().unwrap();
        assert!(matches!(error, KeyError::NotAServerKey(_)), "{error}");
        let kept = fs::read_to_string(folder.join("keys/server.key")).unwrap();
        assert_eq!(kept, "too short");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        let secret = URL_SAFE_NO_PAD
            .decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
            .unwrap();
        let key = SigningKey::from_bytes(&secret.try_into().unwrap());
        let key = TokenKey::new(&key).unwrap();
        assert_eq!(key.id, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}
