//! The digest of a chain: by it an entry vouches for all entries before it.

use sha2::{Digest, Sha256};

use super::Entry;

/// SHA-256 over entries and their hashes, each part with its length.
#[derive(Debug, Clone, Default)]
pub struct ChainDigest {
    hasher: Sha256,
    entries: u64,
}

impl ChainDigest {
    /// Adds the next entry and its hash.
    pub fn add(&mut self, entry: &Entry<'_>, hash: &[u8]) {
        let staff = entry.staff_id.map(|id| id.0.into_bytes());
        for part in [
            &entry.number.to_be_bytes()[..],
            &entry.at.timestamp_micros().to_be_bytes(),
            staff.as_ref().map_or(&[], |staff| staff.as_slice()),
            entry.action.as_bytes(),
            entry.details.as_bytes(),
            hash,
        ] {
            self.hasher.update((part.len() as u64).to_be_bytes());
            self.hasher.update(part);
        }
        self.entries += 1;
    }

    /// How many entries there are.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// The digest of those that were added, in hexadecimal.
    pub fn to_hex(&self) -> String {
        hex::encode(self.hasher.clone().finalize())
    }
}
