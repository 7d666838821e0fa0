//! The text of a definition, YAML or JSON, with the place of every field in it.
//!
//! YAML is read by the core schema of YAML 1.2 (so `no` is a word, not a falsehood). Anchors, aliases and
//! tags are refused: they add nothing to a form, and an alias of aliases can grow without bound.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};
use serde_json::{Map, Number, Value};

use super::definition::FormDefinition;
use crate::domain::fault::Fault;
use crate::domain::pointer::Pointer;

/// Deeper nesting than any form has.
const MAX_DEPTH: usize = 64;

/// A longer path than leads to anything in a form. Every value keeps its own, so it is what a small text could
/// take much memory with.
const MAX_POINTER_LENGTH: usize = 500;

/// The two ways to write a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// YAML 1.2.
    Yaml,
    /// JSON, RFC 8259.
    Json,
}

/// A text that is well-formed, as a value, and the line and column (from 1) of each part.
#[derive(Debug, Clone)]
pub struct Source {
    value: Value,
    places: BTreeMap<Pointer, (usize, usize)>,
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
            // To the parser it is the end of the text, so what follows would be dropped in silence.
            Syntax::Yaml => match text.split_once('\0') {
                None => Reader::new(text).document(),
                Some((before, _)) => Err(holds_nul(before)),
            },
            Syntax::Json => {
                let value = serde_json::from_str(text).map_err(|error| SourceFault::Malformed {
                    line: error.line(),
                    column: error.column(),
                    what: error.to_string(),
                })?;
                if let Some((before, _)) = text.split_once("\\u0000").filter(|_| has_nul(&value)) {
                    return Err(holds_nul(before));
                }
                // JSON is nearly a subset of YAML, which is good enough to find lines by.
                let places = Reader::new(text)
                    .document()
                    .map(|source| source.places)
                    .unwrap_or_default();
                Ok(Self { value, places })
            }
        }
    }

    /// The definition.
    ///
    /// # Errors
    ///
    /// The first field that is unknown, missing or of the wrong type.
    pub fn definition(&self) -> Result<FormDefinition, Fault<String>> {
        serde_path_to_error::deserialize(&self.value).map_err(|error| {
            let pointer = error.path().into();
            Fault::at(pointer, error.into_inner().to_string())
        })
    }

    /// Line and column, from 1, of what stands at `pointer`, or of the nearest thing around it.
    pub fn place(&self, pointer: &Pointer) -> Option<(usize, usize)> {
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

/// A list or a map that is being read.
enum Open {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

/// Builds a value from the parser's events, without recursion.
struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    open: Vec<(Open, Pointer)>,
    places: BTreeMap<Pointer, (usize, usize)>,
    root: Option<Value>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            parser: Parser::new_from_str(text),
            open: Vec::new(),
            places: BTreeMap::new(),
            root: None,
        }
    }

    fn document(mut self) -> Result<Source, SourceFault> {
        while let Some(event) = self.parser.next_event() {
            let (event, span) = event.map_err(|error| SourceFault::Malformed {
                line: error.marker().line(),
                column: error.marker().col() + 1,
                what: error.info().to_owned(),
            })?;
            self.event(event, &span)?;
        }
        let value = self.root.unwrap_or(Value::Null);
        Ok(Source {
            value,
            places: self.places,
        })
    }

    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), SourceFault> {
        match event {
            Event::Alias(_) => Err(malformed(
                span,
                "aliases are not used in forms; write the text out",
            )),
            Event::Scalar(text, style, anchor, tag) => {
                plain(anchor, tag.is_some(), span)?;
                self.scalar(&text, style, span)
            }
            Event::SequenceStart(anchor, tag) => {
                plain(anchor, tag.is_some(), span)?;
                self.start(Open::List(Vec::new()), span)
            }
            Event::MappingStart(anchor, tag) => {
                plain(anchor, tag.is_some(), span)?;
                self.start(Open::Map(Map::new(), None), span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::DocumentStart(_) if self.root.is_some() => Err(malformed(
                span,
                "there is more than one document in the text",
            )),
            _ => Ok(()),
        }
    }

    /// The pointer to what comes next.
    fn next_pointer(&self) -> Pointer {
        match self.open.last() {
            None => Pointer::root(),
            Some((Open::List(list), pointer)) => pointer.child(list.len()),
            Some((Open::Map(_, key), pointer)) => key
                .as_ref()
                .map_or_else(|| pointer.clone(), |key| pointer.child(key)),
        }
    }

    fn start(&mut self, open: Open, span: &Span) -> Result<(), SourceFault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(malformed(span, "this is nested too deeply for a form"));
        }
        if matches!(self.open.last(), Some((Open::Map(_, None), _))) {
            return Err(malformed(
                span,
                "a field's name is a word, not a list or a map",
            ));
        }
        let pointer = self.next_pointer();
        self.mark(&pointer, span)?;
        self.open.push((open, pointer));
        Ok(())
    }

    fn end(&mut self, span: &Span) -> Result<(), SourceFault> {
        match self.open.pop() {
            Some((Open::List(list), _)) => self.put(Value::Array(list), span),
            Some((Open::Map(map, _), _)) => self.put(Value::Object(map), span),
            None => Ok(()),
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: &Span) -> Result<(), SourceFault> {
        if text.contains('\0') {
            return Err(malformed(span, NUL));
        }
        if let Some((Open::Map(map, key @ None), pointer)) = self.open.last_mut() {
            if map.contains_key(text) {
                return Err(malformed(
                    span,
                    &format!("the field {text:?} stands here twice"),
                ));
            }
            *key = Some(text.to_owned());
            let pointer = pointer.child(text);
            return self.mark(&pointer, span);
        }
        let value = if style == ScalarStyle::Plain {
            plain_value(text)
        } else {
            Value::String(text.to_owned())
        };
        let pointer = self.next_pointer();
        self.mark(&pointer, span)?;
        self.put(value, span)
    }

    fn put(&mut self, value: Value, span: &Span) -> Result<(), SourceFault> {
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some((Open::List(list), _)) => list.push(value),
            Some((Open::Map(map, key), _)) => {
                let key = key
                    .take()
                    .ok_or_else(|| malformed(span, "a field's name is missing"))?;
                map.insert(key, value);
            }
        }
        Ok(())
    }

    /// Remembers where `pointer` stands; a field stands where its name does.
    fn mark(&mut self, pointer: &Pointer, span: &Span) -> Result<(), SourceFault> {
        if pointer.as_str().len() > MAX_POINTER_LENGTH {
            return Err(malformed(
                span,
                "the names of the fields are too long for a form",
            ));
        }
        self.places
            .entry(pointer.clone())
            .or_insert((span.start.line(), span.start.col() + 1));
        Ok(())
    }
}

fn plain(anchor: usize, tagged: bool, span: &Span) -> Result<(), SourceFault> {
    if anchor != 0 || tagged {
        return Err(malformed(span, "anchors and tags are not used in forms"));
    }
    Ok(())
}

/// Postgres cannot store it.
const NUL: &str = "text may not hold U+0000";

/// The fault of a text with U+0000, which stands behind `before`.
fn holds_nul(before: &str) -> SourceFault {
    let last = before.rsplit('\n').next().unwrap_or_default();
    SourceFault::Malformed {
        line: before.matches('\n').count() + 1,
        column: last.chars().count() + 1,
        what: NUL.to_owned(),
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, inner)| name.contains('\0') || has_nul(inner)),
        _ => false,
    }
}

fn malformed(span: &Span, what: &str) -> SourceFault {
    SourceFault::Malformed {
        line: span.start.line(),
        column: span.start.col() + 1,
        what: what.to_owned(),
    }
}

/// A scalar without quotes by the core schema: null, a boolean, a number, or else a word.
fn plain_value(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
        && text.contains(|c: char| c.is_ascii_digit());
    if numeric {
        if let Ok(whole) = text.parse::<i64>() {
            return Value::Number(whole.into());
        }
        if let Some(number) = text.parse::<f64>().ok().and_then(Number::from_f64) {
            return Value::Number(number);
        }
    }
    Value::String(text.to_owned())
}

#[cfg(test)]
mod tests;
