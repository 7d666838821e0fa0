//! Cleaning what still waits, when the rules of redaction have become better.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::transaction::Transaction;
use super::{App, Caller, Failure};
use crate::domain::audit::AuditEvent;
use crate::domain::free_text::redact::{self, Redacted, redact};
use crate::domain::ids::{RemarkId, ResponseId};
use crate::store::remarks::{clean_remark, clean_waiting, lock_pending, lock_waiting};
use crate::store::responses::arrived_remarks::{clean_arrival, lock_arrivals};
use crate::store::responses::erase::vacuum;

/// How many rows one transaction locks.
const BATCH: i64 = 500;

/// How much was cleaned: counts, and no text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// The remarks that were read.
    pub read: u64,
    /// Those of them from which something was taken out.
    pub changed: u64,
    /// How many findings there were of each kind.
    pub found: BTreeMap<&'static str, u64>,
}

impl Cleaned {
    fn add(&mut self, other: Self) {
        self.read += other.read;
        self.changed += other.changed;
        for (kind, count) in other.found {
            *self.found.entry(kind).or_default() += count;
        }
    }

    /// Cleans a text. Whether that changed it.
    fn clean(&mut self, text: &mut String) -> bool {
        let Redacted {
            text: cleaned,
            found,
        } = redact(text);
        self.read += 1;
        let changed = cleaned != *text;
        if changed {
            self.changed += 1;
            for kind in found {
                *self.found.entry(kind.as_str()).or_default() += 1;
            }
            *text = cleaned;
        }
        changed
    }

    fn record(&self, tx: &mut Transaction<'_>, caller: &Caller, dry_run: bool) {
        if self.changed > 0 && !dry_run {
            tx.record(
                caller.actor,
                AuditEvent::RemarksRedacted {
                    version: redact::VERSION,
                    remarks: self.changed,
                    found: self.found.clone(),
                },
            );
        }
    }
}

/// Cleans the remarks that nobody has reviewed, wherever they lie, by the present rules.
/// What a person has cleared or withheld stays as it is. Each batch is one transaction with its entry in the audit, so
/// what was done before a failure is recorded. `dry_run` changes and records nothing.
///
/// No version is stored with a remark, since it would tell when it came: to clean a text twice changes nothing more.
///
/// # Errors
///
/// When the database fails. What was cleaned before that stays cleaned.
pub async fn clean_pending(app: &App, caller: &Caller, dry_run: bool) -> Result<Cleaned, Failure> {
    let mut conn = app.pools.exports.get().await?;
    let mut all = Cleaned::default();
    for place in [Place::Arrivals, Place::Waiting, Place::Pending] {
        let mut after = Uuid::nil();
        loop {
            let batch = app.transact_on(&mut conn, async |tx| {
                clean_batch(tx, caller, place, after, dry_run).await
            });
            let (cleaned, last) = batch.await?;
            all.add(cleaned);
            match last {
                Some(last) => after = last,
                None => break,
            }
        }
    }
    if all.changed > 0 && !dry_run {
        // The old texts go from the disk as well.
        vacuum(&mut conn).await?;
    }
    Ok(all)
}

/// Where remarks lie that nobody has read. They move in this order, so what moves meanwhile is met in the next place.
#[derive(Clone, Copy)]
enum Place {
    Arrivals,
    Waiting,
    Pending,
}

/// Cleans a batch of what lies in a place behind an id; also gives the last id.
async fn clean_batch(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    place: Place,
    after: Uuid,
    dry_run: bool,
) -> Result<(Cleaned, Option<Uuid>), Failure> {
    let mut cleaned = Cleaned::default();
    let last = match place {
        Place::Arrivals => {
            let arrivals = lock_arrivals(tx, ResponseId(after), BATCH).await?;
            let last = arrivals.last().map(|arrival| arrival.id.0);
            for mut arrival in arrivals {
                let mut changed = false;
                for text in arrival.texts_mut() {
                    changed |= cleaned.clean(text);
                }
                if changed && !dry_run {
                    clean_arrival(tx, &arrival).await?;
                }
            }
            last
        }
        Place::Waiting | Place::Pending => {
            let remarks = match place {
                Place::Waiting => lock_waiting(tx, RemarkId(after), BATCH).await?,
                _ => lock_pending(tx, RemarkId(after), BATCH).await?,
            };
            let last = remarks.last().map(|(id, _)| id.0);
            for (id, mut text) in remarks {
                if cleaned.clean(&mut text) && !dry_run {
                    match place {
                        Place::Waiting => clean_waiting(tx, id, &text).await?,
                        _ => clean_remark(tx, id, &text).await?,
                    };
                }
            }
            last
        }
    };
    cleaned.record(tx, caller, dry_run);
    Ok((cleaned, last))
}
