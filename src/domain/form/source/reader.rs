//! Reads YAML by the core schema of YAML 1.2, in which `no` is a word and not a boolean.
//!
//! Anchors, aliases and tags are refused: a form does not need them, and nested aliases can grow without bound.
//! See `docs/decisions/0005-yaml-reader.md` for why it is not a crate.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, StrInput};
use serde_json::{Map, Number, Value};

use super::{NUL, Place, Source, SourceFault};
use crate::domain::pointer::Pointer;

/// The deepest nesting; no form needs as much.
const MAX_DEPTH: usize = 64;

/// The most bytes of a pointer; no field of a form needs as many. Every value keeps its pointer, so this limits the
/// memory that a small text can take.
const MAX_POINTER_LENGTH: usize = 500;

/// A list, or a map with the name of the field whose value comes next.
enum Open {
    List(Vec<Value>),
    Map(Map<String, Value>, Option<String>),
}

/// Builds a value from the parser's events, without recursion.
pub(super) struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    open: Vec<(Open, Pointer)>,
    places: BTreeMap<Pointer, Place>,
    root: Option<Value>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            parser: Parser::new_from_str(text),
            open: Vec::new(),
            places: BTreeMap::new(),
            root: None,
        }
    }

    pub(super) fn document(mut self) -> Result<Source, SourceFault> {
        while let Some(event) = self.parser.next_event() {
            let (event, span) = event.map_err(|error| malformed(error.marker(), error.info()))?;
            self.event(event, &span.start)?;
        }
        let value = self.root.unwrap_or(Value::Null);
        Ok(Source {
            value,
            places: self.places,
        })
    }

    fn event(&mut self, event: Event<'_>, marker: &Marker) -> Result<(), SourceFault> {
        match event {
            Event::Alias(_) => Err(malformed(
                marker,
                "aliases are not used in forms; write the text out",
            )),
            Event::Scalar(text, style, anchor, tag) => {
                bare(anchor, tag.is_some(), marker)?;
                self.scalar(&text, style, marker)
            }
            Event::SequenceStart(anchor, tag) => {
                bare(anchor, tag.is_some(), marker)?;
                self.start(Open::List(Vec::new()), marker)
            }
            Event::MappingStart(anchor, tag) => {
                bare(anchor, tag.is_some(), marker)?;
                self.start(Open::Map(Map::new(), None), marker)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(marker),
            Event::DocumentStart(_) if self.root.is_some() => Err(malformed(
                marker,
                "there is more than one document in the text",
            )),
            _ => Ok(()),
        }
    }

    /// The pointer to the next value.
    fn next_pointer(&self) -> Pointer {
        match self.open.last() {
            None => Pointer::root(),
            Some((Open::List(list), pointer)) => pointer.child(list.len()),
            Some((Open::Map(_, key), pointer)) => key
                .as_ref()
                .map_or_else(|| pointer.clone(), |key| pointer.child(key)),
        }
    }

    fn start(&mut self, open: Open, marker: &Marker) -> Result<(), SourceFault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(malformed(marker, "this is nested too deeply for a form"));
        }
        if matches!(self.open.last(), Some((Open::Map(_, None), _))) {
            return Err(malformed(
                marker,
                "a field's name is a word, not a list or a map",
            ));
        }
        let pointer = self.next_pointer();
        self.mark(&pointer, marker)?;
        self.open.push((open, pointer));
        Ok(())
    }

    fn end(&mut self, marker: &Marker) -> Result<(), SourceFault> {
        match self.open.pop() {
            Some((Open::List(list), _)) => self.put(Value::Array(list), marker),
            Some((Open::Map(map, _), _)) => self.put(Value::Object(map), marker),
            None => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        marker: &Marker,
    ) -> Result<(), SourceFault> {
        if text.contains('\0') {
            return Err(malformed(marker, NUL));
        }
        if let Some((Open::Map(map, key @ None), pointer)) = self.open.last_mut() {
            if map.contains_key(text) {
                return Err(malformed(
                    marker,
                    &format!("the field {text:?} stands here twice"),
                ));
            }
            *key = Some(text.to_owned());
            let pointer = pointer.child(text);
            return self.mark(&pointer, marker);
        }
        let value = if style == ScalarStyle::Plain {
            plain_value(text)
        } else {
            Value::String(text.to_owned())
        };
        let pointer = self.next_pointer();
        self.mark(&pointer, marker)?;
        self.put(value, marker)
    }

    fn put(&mut self, value: Value, marker: &Marker) -> Result<(), SourceFault> {
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some((Open::List(list), _)) => list.push(value),
            Some((Open::Map(map, key), _)) => {
                let key = key
                    .take()
                    .ok_or_else(|| malformed(marker, "a field's name is missing"))?;
                map.insert(key, value);
            }
        }
        Ok(())
    }

    /// Records the place of `pointer`. The place of a field is that of its name.
    fn mark(&mut self, pointer: &Pointer, marker: &Marker) -> Result<(), SourceFault> {
        if pointer.as_str().len() > MAX_POINTER_LENGTH {
            return Err(malformed(
                marker,
                "the names of the fields are too long for a form",
            ));
        }
        self.places
            .entry(pointer.clone())
            .or_insert_with(|| place(marker));
        Ok(())
    }
}

fn bare(anchor: usize, tagged: bool, marker: &Marker) -> Result<(), SourceFault> {
    if anchor != 0 || tagged {
        return Err(malformed(marker, "anchors and tags are not used in forms"));
    }
    Ok(())
}

fn place(marker: &Marker) -> Place {
    (marker.line(), marker.col() + 1)
}

fn malformed(marker: &Marker, what: &str) -> SourceFault {
    let (line, column) = place(marker);
    SourceFault::Malformed {
        line,
        column,
        what: what.to_owned(),
    }
}

/// A scalar without quotes: null, a boolean, a decimal number, or else a string.
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
