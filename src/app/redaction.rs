//! Cleaning what still waits, when the rules of redaction have become better.

use std::collections::BTreeMap;

use super::transaction::Transaction;
use super::{App, Caller, Failure};
use crate::domain::audit::AuditEvent;
use crate::domain::free_text::redact::{self, Redacted, redact};
use crate::domain::ids::{RemarkId, ResponseId};
use crate::store::remarks::{clean_remark, lock_pending};
use crate::store::responses::erase::vacuum;
use crate::store::responses::waiting::{
    clean_unreleased, clean_waiting, lock_unreleased, lock_waiting,
};

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

/// Cleans the remarks that nobody has reviewed, and those of responses that wait to be released, by the present rules.
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
    let mut after = None;
    loop {
        let batch = app.transact_on(&mut conn, async |tx| {
            waiting(tx, caller, after, dry_run).await
        });
        let (cleaned, last) = batch.await?;
        all.add(cleaned);
        if last.is_none() {
            break;
        }
        after = last;
    }
    // In the order in which remarks move, so that most of what is released meanwhile is met in the next place. What is
    // locked at that moment is not.
    for place in [Place::Unreleased, Place::Pending] {
        let mut after = None;
        loop {
            let batch =
                async |tx: &mut Transaction<'_>| remarks(tx, caller, place, after, dry_run).await;
            let (cleaned, last) = app.transact_on(&mut conn, batch).await?;
            all.add(cleaned);
            if last.is_none() {
                break;
            }
            after = last;
        }
    }
    if all.changed > 0 && !dry_run {
        // The old texts go from the disk as well.
        vacuum(&mut conn).await?;
    }
    Ok(all)
}

/// Cleans a batch of arrivals; also says which was the last.
async fn waiting(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    after: Option<ResponseId>,
    dry_run: bool,
) -> Result<(Cleaned, Option<ResponseId>), Failure> {
    let mut cleaned = Cleaned::default();
    let arrivals = lock_waiting(tx, after, BATCH).await?;
    let last = arrivals.last().map(|arrival| arrival.id);
    for mut arrival in arrivals {
        let mut changed = false;
        for text in arrival.texts_mut() {
            changed |= cleaned.clean(text);
        }
        if changed && !dry_run {
            clean_waiting(tx, &arrival).await?;
        }
    }
    cleaned.record(tx, caller, dry_run);
    Ok((cleaned, last))
}

/// Where a remark is that has left its arrival.
#[derive(Clone, Copy)]
enum Place {
    /// It waits for enough remarks to the same question.
    Unreleased,
    /// Nobody has reviewed it.
    Pending,
}

/// Cleans a batch of remarks in this place; also says which was the last.
async fn remarks(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    place: Place,
    after: Option<RemarkId>,
    dry_run: bool,
) -> Result<(Cleaned, Option<RemarkId>), Failure> {
    let mut cleaned = Cleaned::default();
    let remarks = match place {
        Place::Unreleased => lock_unreleased(tx, after, BATCH).await?,
        Place::Pending => lock_pending(tx, after, BATCH).await?,
    };
    let last = remarks.last().map(|(id, _)| *id);
    for (id, mut text) in remarks {
        if cleaned.clean(&mut text) && !dry_run {
            match place {
                Place::Unreleased => clean_unreleased(tx, id, &text).await?,
                Place::Pending => clean_remark(tx, id, &text).await?,
            };
        }
    }
    cleaned.record(tx, caller, dry_run);
    Ok((cleaned, last))
}
