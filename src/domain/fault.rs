//! A fault in what somebody handed in, and where it stands.

use std::fmt::{self, Display};

/// An RFC 6901 JSON pointer, built from the root downwards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer to the whole document, `""`.
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// The pointer to `key` (a field name or a place in a list) below this one; `~` and `/` are escaped.
    #[must_use]
    pub fn child(&self, key: impl Display) -> Self {
        let key = key.to_string().replace('~', "~0").replace('/', "~1");
        Self(format!("{}/{key}", self.0))
    }

    /// The pointer to the value that holds this one; the root holds itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(
            self.0
                .rsplit_once('/')
                .map_or("", |(above, _)| above)
                .to_owned(),
        )
    }

    /// The text of the pointer, as it goes on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One fault: what is wrong (`kind`) and where (`pointer`).
#[derive(Debug, Clone, PartialEq)]
pub struct Fault<K> {
    /// Where in the document.
    pub pointer: Pointer,
    /// What is wrong there.
    pub kind: K,
}

impl<K> Fault<K> {
    /// A fault of this kind at this place.
    pub fn at(pointer: Pointer, kind: K) -> Self {
        Self { pointer, kind }
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
