//! The file of the server keys: each on a line of its own. What each is for, the database says.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::key_file::KeyText;
use super::{KeyError, key_file};
use crate::domain::server_key::{Fingerprint, ServerKey};
use crate::random;

/// The file of the server keys, to add one or to take one out.
pub struct ServerKeyFile {
    path: PathBuf,
    /// The lines with keys, each with the fingerprint of its key.
    lines: Vec<(Fingerprint, KeyText)>,
}

impl ServerKeyFile {
    /// Reads it.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let text = key_file::read(path)?;
        let not_one = || KeyError::NotAServerKey(path.to_owned());
        let keys = read(&text).ok_or_else(not_one)?;
        let lines = lines(&text).map(|line| Zeroizing::new(line.to_owned()));
        Ok(Self {
            path: path.to_owned(),
            lines: keys.iter().map(ServerKey::fingerprint).zip(lines).collect(),
        })
    }

    /// The fingerprints of the keys.
    pub fn fingerprints(&self) -> Vec<Fingerprint> {
        self.lines.iter().map(|(it, _)| *it).collect()
    }

    /// Adds a new key at the end.
    pub fn place(&mut self) -> Result<(), KeyError> {
        let line = new_key()?;
        let keys = read(&line).unwrap_or_default();
        let added = keys.iter().map(|key| (key.fingerprint(), line.clone()));
        self.lines.extend(added);
        self.write()
    }

    /// Takes a key out; changes nothing when it is not there.
    pub fn remove(&mut self, key: Fingerprint) -> Result<(), KeyError> {
        let before = self.lines.len();
        self.lines.retain(|(it, _)| *it != key);
        match self.lines.len() == before {
            true => Ok(()),
            false => self.write(),
        }
    }

    fn write(&self) -> Result<(), KeyError> {
        let mut text = KeyText::default();
        for (_, line) in &self.lines {
            text.push_str(line.trim());
            text.push('\n');
        }
        key_file::replace(&self.path, &text)
    }
}

/// Reads the keys of a file; none when there is no key, when a line is none, or when one stands twice.
pub(super) fn read(text: &str) -> Option<Vec<ServerKey>> {
    let mut keys: Vec<ServerKey> = Vec::new();
    for line in lines(text) {
        let bytes = Zeroizing::new(STANDARD.decode(line).ok()?);
        let key = ServerKey::new(bytes.as_slice().try_into().ok()?);
        if keys
            .iter()
            .any(|other| other.fingerprint() == key.fingerprint())
        {
            return None;
        }
        keys.push(key);
    }
    (!keys.is_empty()).then_some(keys)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// A new key, as a line of the file.
pub(super) fn new_key() -> Result<KeyText, KeyError> {
    let bytes = Zeroizing::new(random::bytes::<32>()?);
    Ok(Zeroizing::new(STANDARD.encode(bytes.as_slice()) + "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_one_key_or_several_different_ones() {
        let keys = [1, 2].map(|byte| STANDARD.encode([byte; 32]));
        let fingerprint = |byte| ServerKey::new([byte; 32]).fingerprint();
        let [one, two] = &keys;
        for (text, expected) in [
            (one.clone(), Some(vec![1])),
            (format!("{one}\n"), Some(vec![1])),
            (format!("\n {two}\r\n\n{one}"), Some(vec![2, 1])),
            (format!("{one}\n{one}\n"), None),
            (format!("{one}\n{two}=\n"), None),
            (format!("{one} {two}"), None),
            (String::new(), None),
            (STANDARD.encode([1; 31]), None),
        ] {
            let expected =
                expected.map(|bytes| bytes.into_iter().map(fingerprint).collect::<Vec<_>>());
            let keys = read(&text);
            let keys = keys.map(|keys| keys.iter().map(ServerKey::fingerprint).collect());
            assert_eq!(keys, expected, "{text}");
        }
    }
}
