//! The server keys of the database: whether this server has them, and going over to another one.

use super::{App, Failure, failures};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::CampaignKey;
use crate::domain::server_key::{Fingerprint, KeyMisfit, KeyState, KnownKey, ServerKeys};
use crate::keys::{KeyError, Keys, KeysAtStart};
use crate::store::audit::{digest_entries, lock_audit};
use crate::store::server_keys::{
    KeyUse, campaigns_under, forget_key, key_use, list_keys, lock_keys, register_keys, set_state,
};
use crate::store::{AsyncPgConnection, QueryError};

/// Why a server or a command must not work on a database.
#[derive(Debug)]
pub enum NotSettled {
    /// Its keys do not fit the database.
    Misfit(KeyMisfit),
    /// A key cannot be stored.
    Key(KeyError),
    /// The database failed.
    Query(QueryError),
}

impl From<KeyError> for NotSettled {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<QueryError> for NotSettled {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

impl From<KeyMisfit> for NotSettled {
    fn from(misfit: KeyMisfit) -> Self {
        Self::Misfit(misfit)
    }
}

/// Stores new keys, once it is checked that the database belongs to the server keys, and makes them known to it. Nothing
/// is stored otherwise.
///
/// # Errors
///
/// When the keys do not fit the database, or cannot be stored.
pub async fn settle(
    conn: &mut AsyncPgConnection,
    mut keys: KeysAtStart,
) -> Result<Keys, NotSettled> {
    KeyMisfit::check(&list_keys(conn).await?, &keys.fingerprints())?;
    // The keys are on disk before the database is tied to them: a key that is lost in between would be lost for good.
    keys.store()?;
    let known = register_keys(conn, &keys.fingerprints()).await?;
    if let Err(misfit) = KeyMisfit::check(&known, &keys.fingerprints()) {
        // Another server with other keys was faster.
        keys.take_back();
        return Err(misfit.into());
    }
    let mut numbered = Vec::new();
    for key in keys.server() {
        let fingerprint = key.fingerprint();
        match known.iter().find(|known| known.fingerprint == fingerprint) {
            Some(known) if known.state == KeyState::Removed => tracing::warn!(
                key = fingerprint.id(),
                "this server key was removed from the database: take it out of the file, too"
            ),
            Some(known) => numbered.push((known.number, key.clone())),
            None => {}
        }
    }
    let server = ServerKeys::numbered(numbered).ok_or(KeyMisfit::Other)?;
    Ok(keys.into_keys(server))
}

/// Why a step of the rotation is not possible now.
#[derive(Debug)]
pub enum RotationRefused {
    /// No next key was placed.
    NoNext,
    /// The next key is not among those of this command.
    NextAbsent,
    /// The database knows no such key.
    Unknown,
    /// New campaigns are under the key.
    Current,
    /// These campaigns are under the key, and their data are still here.
    Needed(Vec<CampaignKey>),
    /// The machinery.
    Failure(Failure),
}

failures!(RotationRefused);

/// The keys of the database that were not removed, with what is under each.
///
/// # Errors
///
/// A failure of the database.
pub async fn list(app: &App) -> Result<Vec<(KnownKey, KeyUse)>, Failure> {
    let mut conn = app.connection().await?;
    let mut keys = Vec::new();
    for key in list_keys(&mut conn).await? {
        if key.state != KeyState::Removed {
            keys.push((key, key_use(&mut conn, key.number).await?));
        }
    }
    Ok(keys)
}

/// Makes the keys of a file known to the database, so that a new one among them is the next key.
///
/// # Errors
///
/// A failure of the database.
pub async fn place(app: &App, held: &[Fingerprint]) -> Result<(), Failure> {
    let mut conn = app.connection().await?;
    register_keys(&mut conn, held).await?;
    Ok(())
}

/// Lets the next key be that of new campaigns and of the audit. Campaigns that are there stay under theirs.
///
/// # Errors
///
/// When no next key was placed, or it is not here.
pub async fn switch(app: &App) -> Result<(), RotationRefused> {
    app.transact(async |tx| {
        // First the keys, then the audit, as a transaction that makes a campaign takes them.
        lock_keys(tx, false).await?;
        let known = list_keys(tx).await?;
        let find = |state| known.iter().find(|key| key.state == state).copied();
        let next = find(KeyState::Next).ok_or(RotationRefused::NoNext)?;
        if app.keys.server.get(next.number).is_none() {
            return Err(RotationRefused::NextAbsent);
        }
        let current = find(KeyState::Current);
        let current = current.ok_or(Failure::Internal("no server key is current"))?;
        lock_audit(tx).await?;
        let before = digest_entries(tx).await?;
        set_state(tx, current.number, KeyState::Former).await?;
        set_state(tx, next.number, KeyState::Current).await?;
        tx.record(
            Actor::Operator,
            AuditEvent::ServerKeySwitched {
                from: current.fingerprint.id(),
                to: hex::encode(next.fingerprint.0),
                entries: before.entries(),
                digest: before.to_hex(),
            },
        );
        Ok(())
    })
    .await
}

/// Removes the key with this id from the database: one under which nothing is any more, or a next one that was not
/// switched to. Removing it again changes nothing.
///
/// # Errors
///
/// When there is no such key, or something is under it.
pub async fn remove(app: &App, id: &str) -> Result<KnownKey, RotationRefused> {
    app.transact(async |tx| {
        // So no campaign is being made under the key.
        lock_keys(tx, false).await?;
        let known = list_keys(tx).await?;
        let key = known.iter().find(|key| key.fingerprint.id() == id);
        let key = *key.ok_or(RotationRefused::Unknown)?;
        match key.state {
            KeyState::Current => return Err(RotationRefused::Current),
            KeyState::Removed => return Ok(key),
            KeyState::Next => forget_key(tx, key.number).await?,
            KeyState::Former => {
                let needed = campaigns_under(tx, key.number).await?;
                if !needed.is_empty() {
                    return Err(RotationRefused::Needed(needed));
                }
                set_state(tx, key.number, KeyState::Removed).await?;
            }
        }
        tx.record(
            Actor::Operator,
            AuditEvent::ServerKeyRemoved {
                key: key.fingerprint.id(),
            },
        );
        Ok(key)
    })
    .await
}
