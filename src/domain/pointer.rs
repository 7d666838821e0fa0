//! JSON pointers (RFC 6901): the place of a fault in a document.

use std::fmt::{self, Display};

use serde_json::Value;
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

    /// The pointer to the parent value; the root is its own parent.
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

/// The place where serde failed. The path includes the name of an enum variant.
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

/// The pointer to the first string or field name with U+0000, which Postgres cannot store in text.
pub fn find_nul(value: &Value) -> Option<Pointer> {
    let path = path_to_nul(value)?;
    let pointer = path
        .iter()
        .rfold(Pointer::root(), |pointer, key| pointer.child(key));
    Some(pointer)
}

/// The keys on the path, innermost first. A pointer is built only when something is found: keys may be long and values
/// many.
fn path_to_nul(value: &Value) -> Option<Vec<String>> {
    let below = |key: String, mut path: Vec<String>| {
        path.push(key);
        path
    };
    match value {
        Value::String(text) => text.contains('\0').then(Vec::new),
        Value::Array(items) => (0..).zip(items).find_map(|(index, item): (usize, _)| {
            Some(below(index.to_string(), path_to_nul(item)?))
        }),
        Value::Object(fields) => fields.iter().find_map(|(name, inner)| {
            let path = match name.contains('\0') {
                true => Vec::new(),
                false => path_to_nul(inner)?,
            };
            Some(below(name.clone(), path))
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Pointer, find_nul};

    #[test]
    fn nul_is_found_in_texts_and_in_names() {
        let at = |value| find_nul(&value).map(String::from);
        let json = serde_json::json!({"a": [1, {"b/c": "x\0"}], "d": "\0"});
        assert_eq!(at(json), Some("/a/1/b~1c".to_owned()));
        assert_eq!(at(serde_json::json!({"a\0": 1})), Some("/a\0".to_owned()));
        assert_eq!(at(serde_json::json!(["a", 1, null])), None);
    }

    #[test]
    fn a_pointer_escapes_what_rfc_6901_reserves() {
        let pointer = Pointer::root().child("a/b").child("c~d").child(0);
        assert_eq!(pointer.as_str(), "/a~1b/c~0d/0");
        assert_eq!(pointer.parent().as_str(), "/a~1b/c~0d");
    }
}
