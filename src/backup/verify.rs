//! Verifying a restored database: whether this program can read all that is in it.

use std::collections::HashMap;
use std::pin::pin;

use futures_util::TryStreamExt;

use crate::app::audit::{self, VerifyError};
use crate::domain::audit::Checkpoint;
use crate::domain::form::Form;
use crate::domain::ids::FormVersionId;
use crate::domain::server_key::ServerKey;
use crate::store::QueryError;
use crate::store::backup::{stream_records, version_ids};
use crate::store::forms::{UnreadableVersion, get_version};
use crate::store::pool::{DatabaseError, Purpose, Target};

/// What was verified.
#[derive(Debug)]
pub struct Verified {
    /// How many versions of forms there are.
    pub versions: usize,
    /// How many responses there are, released or not.
    pub responses: u64,
    /// The head of the audit; none without the server key, since the chain is keyed.
    pub audit: Option<Checkpoint>,
}

/// What cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// A version of a form.
    #[error(transparent)]
    Version(#[from] UnreadableVersion),
    /// A record.
    #[error("the {0}th record that was read is not in the layout of its version")]
    Record(u64),
    /// The audit.
    #[error(transparent)]
    Audit(#[from] VerifyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A query.
    #[error("the database cannot be read: {0}")]
    Query(#[from] QueryError),
}

/// Reads every version of a form and every record, and with the server keys every entry of the audit.
///
/// # Errors
///
/// When one of them cannot be read, or the chain of the audit is broken.
pub async fn verify(target: &Target, keys: Option<&[ServerKey]>) -> Result<Verified, Unreadable> {
    let mut conn = target.connect(Purpose::Maintenance).await?;
    let mut forms: HashMap<FormVersionId, Form> = HashMap::new();
    for id in version_ids(&mut conn).await? {
        forms.insert(id, get_version(&mut conn, id).await?.form()?);
    }
    let mut responses = 0;
    {
        let mut records = pin!(stream_records(&mut conn).await?);
        while let Some(stored) = records.try_next().await? {
            responses += 1;
            let form = forms.get(&stored.version());
            let decoded = form.map(|form| form.layout().decode(form.questions(), &stored.record));
            if !matches!(decoded, Some(Ok(_))) {
                return Err(Unreadable::Record(responses));
            }
        }
    }
    let audit = match keys {
        Some(keys) => Some(audit::verify(&mut conn, keys, None, |_, _| {}).await?),
        None => None,
    };
    Ok(Verified {
        versions: forms.len(),
        responses,
        audit,
    })
}
