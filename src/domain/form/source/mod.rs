//! The text of a definition, YAML or JSON, with the line and column of every field.

mod reader;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use self::reader::Reader;
use super::definition::FormDefinition;
use crate::domain::fault::Fault;
use crate::domain::pointer::{Pointer, find_nul};
use crate::domain::whole_number::write_as_whole;

/// The two ways to write a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// YAML 1.2.
    Yaml,
    /// JSON, RFC 8259.
    Json,
}

/// A line and a column, both from 1.
type Place = (usize, usize);

/// A well-formed text as a value, with the place of each part.
#[derive(Debug, Clone)]
pub struct Source {
    value: Value,
    places: BTreeMap<Pointer, Place>,
}

/// Why a text is no definition.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SourceFault {
    /// It is not well-formed.
    #[error("line {line}, column {column}: {what}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser says.
        what: String,
    },
}

impl Source {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// The first place where the text is not well-formed.
    pub fn read(text: &str, syntax: Syntax) -> Result<Self, SourceFault> {
        match syntax {
            // The parser takes U+0000 for the end of the text, and would ignore the rest.
            Syntax::Yaml => match text.split_once('\0') {
                None => Reader::new(text).document(),
                Some((before, _)) => Err(nul_after(before)),
            },
            Syntax::Json => {
                let value = serde_json::from_str(text).map_err(|error| SourceFault::Malformed {
                    line: error.line(),
                    column: error.column(),
                    what: error.to_string(),
                })?;
                if let Some((before, _)) = text
                    .split_once("\\u0000")
                    .filter(|_| find_nul(&value).is_some())
                {
                    return Err(nul_after(before));
                }
                // JSON is nearly a subset of YAML, so the YAML parser finds the places of most texts.
                let places = Reader::new(text)
                    .document()
                    .map(|source| source.places)
                    .unwrap_or_default();
                Ok(Self { value, places })
            }
        }
    }

    /// What the text says, whatever it is.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The definition. One that names no edition gets the newest.
    ///
    /// # Errors
    ///
    /// The first field that is unknown, missing or of the wrong type.
    pub fn definition(&self) -> Result<FormDefinition, Fault<String>> {
        let mut value = self.value.clone();
        write_as_whole(&mut value);
        let definition: Result<FormDefinition, _> = serde_path_to_error::deserialize(&value);
        definition
            .map(FormDefinition::as_written_today)
            .map_err(|error| {
                let pointer = error.path().into();
                Fault::at(pointer, error.into_inner().to_string())
            })
    }

    /// The place of the value at `pointer`, or of the nearest value around it.
    pub fn place(&self, pointer: &Pointer) -> Option<Place> {
        let mut pointer = pointer.clone();
        loop {
            if let Some(place) = self.places.get(&pointer) {
                return Some(*place);
            }
            if pointer == Pointer::root() {
                return None;
            }
            pointer = pointer.parent();
        }
    }
}

/// Postgres cannot store U+0000 in text.
const NUL: &str = "text may not hold U+0000";

/// The fault of a text with U+0000 behind `before`.
fn nul_after(before: &str) -> SourceFault {
    let last = before.rsplit('\n').next().unwrap_or_default();
    SourceFault::Malformed {
        line: before.matches('\n').count() + 1,
        column: last.chars().count() + 1,
        what: NUL.to_owned(),
    }
}
