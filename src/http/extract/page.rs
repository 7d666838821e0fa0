//! Pagination of lists. A cursor names the row after which the next page starts; it is opaque to clients.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::problem::{Code, Problem};

/// The default number of rows of a page.
pub const DEFAULT_LIMIT: u16 = 50;
/// The maximum number of rows of a page.
pub const MAX_LIMIT: u16 = 200;

/// Which page of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The number of items of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    /// Where to continue: the `next_cursor` of the previous page.
    cursor: Option<String>,
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

impl PageQuery {
    /// A page query, for query types that list its fields themselves.
    pub fn new(limit: Option<u16>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }

    /// The number of rows to load: one more than the page has, to find out whether there is a next page.
    pub fn rows(&self) -> Result<i64, Problem> {
        Ok(i64::from(self.limit()?) + 1)
    }

    /// The key after which the page starts.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        self.after_one(|_| true)
    }

    /// The key after which the page starts, if it is valid for this list.
    pub fn after_one<K: DeserializeOwned>(
        &self,
        possible: impl Fn(&K) -> bool,
    ) -> Result<Option<K>, Problem> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let decoded = URL_SAFE_NO_PAD.decode(cursor).ok();
        let key = decoded
            .filter(|bytes| crate::http::problem::faults::find_nul(bytes).is_none())
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .filter(possible);
        key.map(Some).ok_or_else(|| {
            Problem::new(Code::QueryInvalid)
                .detail("`cursor` is none that this list gave; start again without it.")
        })
    }

    /// Makes a page of the loaded rows. `key` returns the key of a row for the cursor.
    pub fn page<R, T, K: Serialize>(
        &self,
        mut rows: Vec<R>,
        key: impl Fn(&R) -> K,
        view: impl Fn(R) -> T,
    ) -> Result<Page<T>, Problem> {
        let limit = usize::from(self.limit()?);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows
            .last()
            .filter(|_| more)
            .map(|row| URL_SAFE_NO_PAD.encode(serde_json::to_vec(&key(row)).unwrap_or_default()));
        Ok(Page {
            items: rows.into_iter().map(view).collect(),
            next_cursor,
        })
    }

    fn limit(&self) -> Result<u16, Problem> {
        match self.limit.unwrap_or(DEFAULT_LIMIT) {
            limit @ 1..=MAX_LIMIT => Ok(limit),
            _ => Err(Problem::new(Code::QueryInvalid)
                .detail(format!("`limit` must be from 1 to {MAX_LIMIT}."))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_through_the_whole_list() {
        let all: Vec<u32> = (0..7).collect();
        let mut seen = Vec::new();
        let mut query = PageQuery::new(Some(3), None);
        loop {
            let after: Option<u32> = query.after().unwrap();
            let rows = all
                .iter()
                .copied()
                .filter(|row| after.is_none_or(|after| *row > after));
            let rows = rows.take(query.rows().unwrap() as usize).collect();
            let page = query.page(rows, |row| *row, |row| row).unwrap();
            assert!(page.items.len() <= 3);
            seen.extend(page.items);
            match page.next_cursor {
                Some(cursor) => query = PageQuery::new(Some(3), Some(cursor)),
                None => break,
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn odd_cursors_and_limits_are_refused() {
        for cursor in ["", "%%%", "bm90IGpzb24", "IlwwIg"] {
            let query = PageQuery::new(None, Some(cursor.to_owned()));
            assert!(query.after::<u32>().is_err(), "{cursor}");
        }
        for limit in [0, 201, u16::MAX] {
            assert!(PageQuery::new(Some(limit), None).rows().is_err(), "{limit}");
        }
    }
}
