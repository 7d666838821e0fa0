//! A fault in a submitted document, and its place.

use super::pointer::Pointer;

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
