//! Pagination of lists. A cursor names the row after which the next page starts; it is opaque to clients.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, Utc};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::domain::ids::RemarkId;
use crate::http::problem::faults::find_nul;

/// The default number of rows of a page.
pub const DEFAULT_LIMIT: u16 = 50;

/// Which page of a list. [`PageParams`] describes it.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields, bound = "K: CursorKey")]
pub struct PageQuery<K> {
    #[validate(range(min = 1, max = 200))]
    limit: Option<u16>,
    cursor: Option<Cursor<K>>,
}

/// The description of a [`PageQuery`]. utoipa would ask for a schema of what is in the cursor, which is opaque.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// The number of items of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    #[allow(dead_code, reason = "only its description is used")]
    limit: Option<u16>,
    /// Where to continue: the `next_cursor` of the previous page.
    #[allow(dead_code, reason = "only its description is used")]
    cursor: Option<String>,
}

/// The key of the row after which a page starts.
#[derive(Debug, Clone)]
pub struct Cursor<K>(K);

/// What a cursor of a list holds.
pub trait CursorKey: DeserializeOwned {
    /// Whether a row can have this key. Anybody can make up a cursor, and Postgres does not support all that JSON can say.
    fn is_possible(&self) -> bool {
        true
    }
}

impl CursorKey for String {}
impl CursorKey for i64 {}
impl CursorKey for (u32, RemarkId) {}

impl<I: DeserializeOwned> CursorKey for (DateTime<Utc>, I) {
    fn is_possible(&self) -> bool {
        (1970..=9999).contains(&self.0.year())
    }
}

impl<K: CursorKey> Cursor<K> {
    fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let bytes = Some(bytes).filter(|bytes| find_nul(bytes).is_none())?;
        let key: K = serde_json::from_slice(&bytes).ok()?;
        key.is_possible().then_some(Self(key))
    }
}

impl<'de, K: CursorKey> Deserialize<'de> for Cursor<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::decode(&text).ok_or_else(|| {
            D::Error::custom("it is none that this list gave; start again without it")
        })
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Send it as `cursor` to get the next page; null on the last page.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl<K> PageQuery<K> {
    /// A page query, for query types that list its fields themselves.
    pub fn new(limit: Option<u16>, cursor: Option<Cursor<K>>) -> Self {
        Self { limit, cursor }
    }

    /// The number of rows to load: one more than the page has, to find out whether there is a next page.
    pub fn rows(&self) -> i64 {
        i64::from(self.limit()) + 1
    }

    /// The key after which the page starts.
    pub fn after(&self) -> Option<&K> {
        self.cursor.as_ref().map(|cursor| &cursor.0)
    }

    fn limit(&self) -> u16 {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }
}

impl<K: Serialize> PageQuery<K> {
    /// Makes a page of the loaded rows. `key` returns the key of a row for the cursor.
    pub fn page<R, T>(
        &self,
        mut rows: Vec<R>,
        key: impl Fn(&R) -> K,
        view: impl Fn(R) -> T,
    ) -> Page<T> {
        let limit = usize::from(self.limit());
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows
            .last()
            .filter(|_| more)
            .map(|row| URL_SAFE_NO_PAD.encode(serde_json::to_vec(&key(row)).unwrap_or_default()));
        Page {
            items: rows.into_iter().map(view).collect(),
            next_cursor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_through_the_whole_list() {
        let all: Vec<i64> = (0..7).collect();
        let mut seen = Vec::new();
        let mut query = PageQuery::<i64>::new(Some(3), None);
        loop {
            let after = query.after();
            let rows = all
                .iter()
                .copied()
                .filter(|row| after.is_none_or(|after| row > after));
            let rows = rows.take(query.rows() as usize).collect();
            let page = query.page(rows, |row| *row, |row| row);
            assert!(page.items.len() <= 3);
            seen.extend(page.items);
            match page.next_cursor {
                Some(cursor) => query = PageQuery::new(Some(3), Cursor::decode(&cursor)),
                None => break,
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn odd_cursors_are_refused() {
        for cursor in ["", "%%%", "bm90IGpzb24", "IlwwIg"] {
            assert!(Cursor::<i64>::decode(cursor).is_none(), "{cursor}");
        }
        let year_zero = URL_SAFE_NO_PAD.encode(r#"["0000-01-01T00:00:00Z", 1]"#);
        assert!(Cursor::<(DateTime<Utc>, i64)>::decode(&year_zero).is_none());
    }
}
