//! The parameters of a query. All faults are reported at once, each with its parameter.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt::Display;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use validator::Validate;

use super::all_faults::{MOST, Reading};
use super::stand_in::Reader;
use crate::domain::pointer::Pointer;
use crate::http::problem::{FieldCode, FieldError, Problem};

/// Query parameters that are not read yet. Unknown ones are refused if the type has `deny_unknown_fields`.
pub struct Query<T> {
    request: HttpRequest,
    of: PhantomData<T>,
}

impl<T: DeserializeOwned + Validate> Query<T> {
    /// Reads the parameters, and checks the rules of `validator`.
    ///
    /// # Errors
    ///
    /// `query_invalid` with every parameter that is wrong, unknown, missing or given twice.
    pub fn read(self) -> Result<T, Problem> {
        from_query(self.request.query_string())
    }
}

impl<T: 'static> FromRequest for Query<T> {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self {
            request: req.clone(),
            of: PhantomData,
        }))
    }
}

/// Reads a parameter that the domain parses.
///
/// # Errors
///
/// What the domain says.
pub fn parsed<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = Option::<Cow<str>>::deserialize(deserializer)?;
    let parsed = text.map(|text| text.parse()).transpose();
    parsed.map_err(D::Error::custom)
}

fn from_query<T: DeserializeOwned + Validate>(query: &str) -> Result<T, Problem> {
    let (parameters, faults) = parameters(query);
    let json = Value::Object(parameters);
    let good = match faults.is_empty() {
        true => T::deserialize(Reader::new(&json, true)).ok(),
        false => None,
    };
    let reading = match good {
        Some(value) => Reading::good(value),
        None => Reading::of(json, faults, true),
    };
    reading.validate().complete().map_err(Problem::query)
}

/// The parameters by name, and the faults that can be seen without knowing which there are.
fn parameters(query: &str) -> (Map<String, Value>, Vec<FieldError>) {
    let (mut parameters, mut faults) = (Map::new(), Vec::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let mut refuse = |code, detail| {
            let fault = FieldError::new(Pointer::root().child(&name), code, detail);
            if faults.len() < MOST && !faults.contains(&fault) {
                faults.push(fault);
            }
        };
        // The first page has no cursor, and many a client sends it as an empty one.
        if name == "cursor" && value.is_empty() {
            continue;
        }
        if value.contains('\0') || name.contains('\0') {
            refuse(FieldCode::NulCharacter, "Text may not hold U+0000.");
        }
        if parameters.contains_key(&*name) {
            refuse(FieldCode::DuplicateParameter, "It may be given only once.");
        }
        parameters.insert(name.into_owned(), Value::String(value.into_owned()));
    }
    (parameters, faults)
}
