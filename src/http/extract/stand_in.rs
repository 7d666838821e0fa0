//! A deserializer over JSON in which a stand-in takes the place of what is faulty, so that reading goes on behind it.
//! The values of a query are read from their text.

use std::num::IntErrorKind;

use serde::de::value::{
    BorrowedStrDeserializer, MapAccessDeserializer, MapDeserializer, SeqDeserializer,
};
use serde::de::{Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};
use serde_json::{Error, Value};

/// What stands for a faulty value. U+0000 is refused before, so no client can send it.
pub(super) const STAND_IN: &str = "\0";

/// A text that most types take which are written as text.
const TEXT: &str = "2000-01-01T00:00:00Z";

/// Reads a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'v> {
    value: Part<'v>,
    from_text: bool,
}

#[derive(Debug, Clone, Copy)]
enum Part<'v> {
    StandIn,
    Given(&'v Value),
}

impl<'v> Reader<'v> {
    /// Reads a value in which [`STAND_IN`] stands for what is faulty. With `from_text`, numbers and truth values are
    /// written as text.
    pub(super) fn new(value: &'v Value, from_text: bool) -> Self {
        let value = match value {
            Value::String(text) if text == STAND_IN => Part::StandIn,
            given => Part::Given(given),
        };
        Self { value, from_text }
    }

    /// The text of a number or a truth value, where these are written as text.
    fn text(self) -> Option<&'v str> {
        match self.value {
            Part::Given(Value::String(text)) if self.from_text => Some(text),
            _ => None,
        }
    }

    fn is_stand_in(self) -> bool {
        matches!(self.value, Part::StandIn)
    }

    fn below(self, value: &'v Value) -> Self {
        Self::new(value, self.from_text)
    }
}

impl<'v> IntoDeserializer<'v, Error> for Reader<'v> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// A whole number. One that is greater or less than the type allows becomes the greatest or the least: the rule of the
/// parameter, which says the bounds, refuses that one too.
fn whole_number(text: &str) -> Result<i64, Error> {
    text.parse()
        .or_else(|error: std::num::ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow => Ok(i64::MAX),
            IntErrorKind::NegOverflow => Ok(i64::MIN),
            _ => Err(Error::invalid_type(
                Unexpected::Str(text),
                &"a whole number",
            )),
        })
}

macro_rules! whole_numbers {
    ($($method:ident $visit:ident $kind:ty;)+) => {$(
        fn $method<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
            if self.is_stand_in() {
                return visitor.$visit(0);
            }
            let Some(text) = self.text() else {
                return self.deserialize_any(visitor);
            };
            let number = whole_number(text)?;
            let furthest = if number < 0 { <$kind>::MIN } else { <$kind>::MAX };
            visitor.$visit(<$kind>::try_from(number).unwrap_or(furthest))
        }
    )+};
}

macro_rules! stand_ins {
    ($($method:ident => |$visitor:ident| $stand_in:expr;)+) => {$(
        fn $method<V: Visitor<'v>>(self, $visitor: V) -> Result<V::Value, Error> {
            match self.is_stand_in() {
                true => $stand_in,
                false => self.deserialize_any($visitor),
            }
        }
    )+};
}

impl<'v> Deserializer<'v> for Reader<'v> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Part::StandIn => visitor.visit_unit(),
            Part::Given(Value::String(text)) => visitor.visit_borrowed_str(text),
            Part::Given(Value::Array(items)) => visitor.visit_seq(SeqDeserializer::new(
                items.iter().map(|item| self.below(item)),
            )),
            Part::Given(Value::Object(fields)) => {
                let fields = fields
                    .iter()
                    .map(|(name, field)| (&**name, self.below(field)));
                visitor.visit_map(MapDeserializer::new(fields))
            }
            Part::Given(plain) => plain.deserialize_any(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match (self.is_stand_in(), self.text()) {
            (true, _) | (_, Some("false")) => visitor.visit_bool(false),
            (_, Some("true")) => visitor.visit_bool(true),
            (_, Some(text)) => {
                let unexpected = Unexpected::Str(text);
                Err(Error::invalid_type(unexpected, &"`true` or `false`"))
            }
            (_, None) => self.deserialize_any(visitor),
        }
    }

    whole_numbers! {
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
    }

    stand_ins! {
        deserialize_f32 => |visitor| visitor.visit_f32(0.0);
        deserialize_f64 => |visitor| visitor.visit_f64(0.0);
        deserialize_str => |visitor| visitor.visit_borrowed_str(TEXT);
        deserialize_string => |visitor| visitor.visit_borrowed_str(TEXT);
        deserialize_seq => |visitor| visitor.visit_seq(SeqDeserializer::new(std::iter::empty::<Self>()));
        deserialize_map => |visitor| visitor.visit_map(MapDeserializer::new(std::iter::empty::<(&str, Self)>()));
    }

    fn deserialize_struct<V: Visitor<'v>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if !self.is_stand_in() {
            return self.deserialize_any(visitor);
        }
        let stand_ins = fields.iter().map(|field| (*field, self));
        visitor.visit_map(MapDeserializer::new(stand_ins))
    }

    fn deserialize_option<V: Visitor<'v>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Part::StandIn | Part::Given(Value::Null) => visitor.visit_none(),
            Part::Given(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'v>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'v>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Part::StandIn => {
                let first = variants.first().copied().unwrap_or_default();
                visitor.visit_enum(BorrowedStrDeserializer::new(first))
            }
            Part::Given(Value::String(word)) => {
                visitor.visit_enum(BorrowedStrDeserializer::new(word))
            }
            Part::Given(Value::Object(fields)) if fields.len() == 1 => {
                let fields = fields
                    .iter()
                    .map(|(name, field)| (&**name, self.below(field)));
                visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(fields)))
            }
            Part::Given(other) => other.deserialize_enum(name, variants, visitor),
        }
    }

    forward_to_deserialize_any! {
        <V: Visitor<'v>>
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}
