//! The audit: who looked at what.
//!
//! | module | holds |
//! | --- | --- |
//! | `list` | reading it over HTTP, and adding to it |
//! | `recorded` | what is recorded, by whom, and that it is recorded with what it tells of |
//! | `refusal` | what the database refuses, and to whom |
//! | `verify` | the check of the chain, against somebody who changed the table all the same |

mod list;
mod recorded;
mod refusal;
mod verify;

use aftercare::domain::audit::Action;
use aftercare::domain::server_key::ServerKey;
use aftercare::store::AsyncPgConnection;
use aftercare::store::audit::{AuditRow, append_entry};
use chrono::{TimeDelta, Utc};
use serde_json::json;

/// Adds so many entries, of two actions in turn, a minute apart and up to now.
async fn append_many(conn: &mut AsyncPgConnection, key: &ServerKey, count: i64) -> Vec<AuditRow> {
    let mut rows = Vec::new();
    for number in 0..count {
        let action = match number % 2 {
            0 => Action::RemarksListed,
            _ => Action::ResponsesExported,
        };
        let at = Utc::now() - TimeDelta::minutes(count - number);
        let details = json!({"rows": number, "campaign": "봄-2027"});
        rows.push(
            append_entry(conn, key, at, None, action, &details)
                .await
                .unwrap(),
        );
    }
    rows
}
