//! The digest that identifies the content of a version.

use std::fmt::{self, Display};

use sha2::{Digest as _, Sha256};

use super::definition::FormDefinition;
use super::record::Layout;

/// SHA-256 over a definition, written in a fixed order of fields, and its record layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    pub(super) fn of(definition: &FormDefinition, layout: &Layout) -> Self {
        // A definition is plain data with string keys, which serde_json always can write.
        let definition = serde_json::to_vec(definition).unwrap_or_default();
        let layout = serde_json::to_vec(layout).unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [definition, layout] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
