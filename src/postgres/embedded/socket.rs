//! The folder of the unix socket, its URL, and a probe whether Postgres accepts sessions.

use std::fs::{self, DirBuilder};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::account::{Account, ROOT};
use super::error::EmbeddedError;
use super::settings::{DATABASE, ROLE};

/// The name of the socket of Postgres on port 5432.
const SOCKET: &str = ".s.PGSQL.5432";
/// The most bytes in the path of a socket. Systems allow 104 to 108.
const MAX_PATH_LENGTH: usize = 100;

/// The folder of the socket. Only the user of Postgres (and root) may enter it; there is no other protection.
#[derive(Debug)]
pub(super) struct SocketFolder {
    path: PathBuf,
    /// Whether it is in the folder for temporary files, because the path of the data folder is too long.
    temporary: bool,
}

impl SocketFolder {
    pub(super) fn prepare(home: &Path, account: &Account) -> Result<Self, EmbeddedError> {
        let near = home.join("socket");
        let temporary = !fits(&near);
        let path = if temporary { short_folder(home) } else { near };
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => account.chown(&path)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                check_owner(&path, account)?
            }
            Err(error) => return Err(EmbeddedError::io("create the folder", &path)(error)),
        }
        Ok(Self { path, temporary })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether somebody has removed the socket, so that nobody new can come in.
    pub(super) fn is_gone(&self) -> bool {
        let found = fs::symlink_metadata(self.path.join(SOCKET));
        found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    }

    /// Removes the socket of a dead Postgres. Postgres does so itself, unless the pid in its lock file has been reused.
    /// Only we put a socket here, and we hold the lock of the data folder.
    pub(super) fn remove_stale_files(&self) {
        let _ = fs::remove_file(self.path.join(SOCKET));
        let _ = fs::remove_file(self.path.join(format!("{SOCKET}.lock")));
    }

    /// Removes the folder if it is among the temporary files.
    pub(super) fn remove_if_temporary(&self) {
        if self.temporary {
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// Checks that an existing folder is ours alone. In a folder for temporary files any user could have made it.
fn check_owner(path: &Path, account: &Account) -> Result<(), EmbeddedError> {
    let found = fs::symlink_metadata(path).map_err(EmbeddedError::io("look at", path))?;
    // Root was killed between making it and changing its owner, or it was restored from a backup.
    let made_by_root = found.uid() == ROOT;
    let closed_to_others = found.mode().trailing_zeros() >= 6;
    if found.is_dir() && closed_to_others && (found.uid() == account.uid() || made_by_root) {
        return if made_by_root {
            account.chown(path)
        } else {
            Ok(())
        };
    }
    Err(EmbeddedError::SocketFolderTaken {
        folder: path.to_path_buf(),
    })
}

/// Whether the path is short enough, and free of characters that need quotes in a list of folders.
fn fits(folder: &Path) -> bool {
    let path = folder.join(SOCKET);
    let bytes = path.as_os_str().as_bytes();
    bytes.len() <= MAX_PATH_LENGTH
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_graphic() && !b",\"'\\".contains(byte))
}

/// A short folder with a name derived from the data folder, so that a leftover Postgres is found again.
fn short_folder(home: &Path) -> PathBuf {
    let name = format!("aftercare-{:016x}", fnv(home.as_os_str().as_bytes()));
    let usual = std::env::temp_dir().join(&name);
    if usual.is_absolute() && fits(&usual) {
        usual
    } else {
        Path::new("/tmp").join(name)
    }
}

/// FNV-1a. The hashers of the standard library do not promise to stay the same.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The URL, with the folder of the socket as its percent-encoded host.
pub(super) fn url(folder: &Path) -> String {
    use std::fmt::Write as _;
    let mut host = String::new();
    for byte in folder.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            host.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(host, "%{byte:02X}");
        }
    }
    format!("postgres://{ROLE}@{host}/{DATABASE}")
}

/// The result of a probe.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Readiness {
    /// It accepts sessions.
    Ready,
    /// Nothing listens yet, or it is still starting.
    NotYet,
    /// It listens, but refuses the session with this message.
    Refused(String),
}

/// Opens a session and closes it again in the protocol of Postgres. `pg_isready` is not part of every package,
/// and it does not check that the database exists.
pub(super) fn probe(folder: &Path) -> Readiness {
    exchange(folder).unwrap_or(Readiness::NotYet)
}

fn exchange(folder: &Path) -> io::Result<Readiness> {
    let mut stream = UnixStream::connect(folder.join(SOCKET))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;

    let parameters = format!("user\0{ROLE}\0database\0{DATABASE}\0\0");
    let mut startup = (u32::try_from(parameters.len()).map_err(io::Error::other)? + 8)
        .to_be_bytes()
        .to_vec();
    startup.extend_from_slice(&0x0003_0000_u32.to_be_bytes());
    startup.extend_from_slice(parameters.as_bytes());
    stream.write_all(&startup)?;

    // Only `ReadyForQuery` shows success: a missing database is reported after the authentication.
    loop {
        match read_message(&mut stream)? {
            (b'Z', _) => {
                stream.write_all(b"X\0\0\0\x04")?;
                return Ok(Readiness::Ready);
            }
            (b'E', body) => return Ok(refusal(&body)),
            _ => {}
        }
    }
}

fn read_message(stream: &mut UnixStream) -> io::Result<(u8, Vec<u8>)> {
    let mut kind = [0_u8; 1];
    let mut length = [0_u8; 4];
    stream.read_exact(&mut kind)?;
    stream.read_exact(&mut length)?;
    let length = u64::from(u32::from_be_bytes(length).saturating_sub(4));
    let mut body = Vec::new();
    stream.take(length.min(65_536)).read_to_end(&mut body)?;
    Ok((u8::from_be_bytes(kind), body))
}

/// Reads an error: fields, each a letter and a text that ends with a zero byte.
fn refusal(body: &[u8]) -> Readiness {
    let field = |wanted: u8| {
        body.split(|byte| *byte == 0)
            .find_map(|field| field.split_first().filter(|(kind, _)| **kind == wanted))
            .map(|(_, text)| String::from_utf8_lossy(text).into_owned())
            .unwrap_or_default()
    };
    match field(b'C').as_str() {
        "57P03" => Readiness::NotYet, // still starting, or already stopping
        "53300" => Readiness::Ready, // too many clients: the connections of a server that was killed are not gone yet
        _ => Readiness::Refused(field(b'M')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_the_folder_in_percent_encoding() {
        assert_eq!(
            url(Path::new("/data/a b/ö")),
            "postgres://aftercare@%2Fdata%2Fa%20b%2F%C3%B6/aftercare"
        );
    }

    #[test]
    fn a_path_that_is_long_or_strange_gives_way_to_a_short_one() {
        assert!(fits(Path::new("/var/lib/aftercare/postgres/socket")));
        assert!(!fits(Path::new("/with,comma/socket")));
        assert!(!fits(Path::new("/집/socket")));
        let long = PathBuf::from(format!("/{}/postgres", "x".repeat(100)));
        assert!(!fits(&long));
        assert!(fits(&short_folder(&long)));
        assert_eq!(short_folder(&long), short_folder(&long));
        assert_ne!(short_folder(&long), short_folder(Path::new("/other")));
    }

    #[test]
    fn refusals_are_told_apart() {
        assert_eq!(
            refusal(b"SFATAL\0C57P03\0Mthe database system is starting up\0\0"),
            Readiness::NotYet
        );
        assert_eq!(refusal(b"SFATAL\0C53300\0Mtoo many\0\0"), Readiness::Ready);
        assert_eq!(
            refusal(b"SFATAL\0C3D000\0Mno such\0\0"),
            Readiness::Refused("no such".to_owned())
        );
    }
}
