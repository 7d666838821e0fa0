//! JSON pointers (RFC 6901): the place of a fault in a document.

use std::fmt::{self, Display};

use serde_path_to_error::{Path, Segment};

/// An RFC 6901 JSON pointer, built from the root downwards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer to the whole document, `""`.
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// The pointer to `key` (a field name or an index) below this one; `~` and `/` are escaped.
    #[must_use]
    pub fn child(&self, key: impl Display) -> Self {
        let key = key.to_string().replace('~', "~0").replace('/', "~1");
        Self(format!("{}/{key}", self.0))
    }

    /// The pointer to the value around this one; the root is its own parent.
    #[must_use]
    pub fn parent(&self) -> Self {
        let parent = self.0.rsplit_once('/').map_or("", |(parent, _)| parent);
        Self(parent.to_owned())
    }

    /// The text of the pointer.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0
    }
}

/// The place where serde failed. The content of an enum's variant is below the name of the variant.
impl From<&Path> for Pointer {
    fn from(path: &Path) -> Self {
        path.iter()
            .fold(Self::root(), |pointer, segment| match segment {
                Segment::Seq { index } => pointer.child(index),
                Segment::Map { key } => pointer.child(key),
                Segment::Enum { variant } => pointer.child(variant),
                Segment::Unknown => pointer,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::Pointer;

    #[test]
    fn a_pointer_escapes_what_rfc_6901_reserves() {
        let pointer = Pointer::root().child("a/b").child("c~d").child(0);
        assert_eq!(pointer.as_str(), "/a~1b/c~0d/0");
        assert_eq!(pointer.parent().as_str(), "/a~1b/c~0d");
    }
}
