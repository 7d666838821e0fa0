//! One's own account: its password and its sessions.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::login_limits::TooManyLogins;
use super::password::PasswordError;
use super::sessions::record_failure;
use super::staff::revoke_api_keys;
use super::{App, Failure, failures};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{SessionId, StaffId};
use crate::store::sessions::{self, SessionRow, live, revoke_others, revoke_own};
use crate::store::staff::{self, StaffRow};

/// Why one's own account was not changed.
#[derive(Debug)]
pub enum OwnAccountError {
    /// There were too many attempts.
    TooManyLogins(TooManyLogins),
    /// The present password is another one.
    PasswordWrong,
    /// The account logs in by a provider.
    NoPassword,
    /// The new password is easy to guess, or could not be hashed now.
    Password(PasswordError),
    /// The session has ended meanwhile, or the account was disabled.
    SessionEnded,
    /// The account has no such session.
    SessionUnknown,
    /// The machinery.
    Failure(Failure),
}

failures!(OwnAccountError);

/// The session that somebody acts in.
#[derive(Debug, Clone, Copy)]
pub struct OwnSession {
    /// The account.
    pub staff: StaffId,
    /// The session.
    pub session: SessionId,
}

/// A new password, and the present one.
pub struct PasswordChange {
    /// The present password.
    pub present: String,
    /// The new one.
    pub new: String,
}

/// One's own account.
///
/// # Errors
///
/// When the account was deleted meanwhile.
pub async fn find(app: &App, staff: StaffId) -> Result<StaffRow, OwnAccountError> {
    let mut conn = app.connection().await?;
    let account = staff::by_id(&mut conn, staff).await?;
    account.ok_or(OwnAccountError::SessionEnded)
}

/// Changes one's own password. All other sessions end, and all API keys are revoked, as with a reset: whoever knew the old
/// password could have opened or made them. Attempts count as log-ins, since somebody with a stolen token could guess.
///
/// # Errors
///
/// When the present password is wrong, the new one is easy to guess, or there were too many attempts.
pub async fn change_password(
    app: &App,
    own: OwnSession,
    change: PasswordChange,
    client: Option<IpAddr>,
) -> Result<(), OwnAccountError> {
    let mut conn = app.connection().await?;
    let account = staff::by_id(&mut conn, own.staff).await?;
    let account = account.ok_or(OwnAccountError::SessionEnded)?;
    // Hashing is slow, so the connection goes back to the pool meanwhile.
    drop(conn);
    if account.password_hash.is_none() {
        return Err(OwnAccountError::NoPassword);
    }
    let counted = app.logins.count(&account.email, client, app.now());
    counted.map_err(OwnAccountError::TooManyLogins)?;
    let present = account.password_hash.clone();
    let fits = app.passwords.verify(change.present, present).await;
    if !fits.map_err(OwnAccountError::Password)? {
        record_failure(app, Some(own.staff));
        return Err(OwnAccountError::PasswordWrong);
    }
    let (email, name) = (&account.email, &account.name);
    let hash = app.passwords.hash_chosen(change.new, email, name).await;
    let hash = hash.map_err(OwnAccountError::Password)?;
    app.transact(async |tx| {
        let current = staff::lock(tx, own.staff).await?;
        let now = tx.now();
        // The password may have been reset, or the session ended, while the hashes were computed.
        let unchanged = current.filter(|it| it.password_hash == account.password_hash);
        let (Some(mut account), Some(_)) = (unchanged, live(tx, own.session, now).await?) else {
            return Err(OwnAccountError::SessionEnded);
        };
        account.password_hash = Some(hash);
        staff::save(tx, &account).await?;
        revoke_others(tx, own.staff, own.session, now).await?;
        let actor = Actor::Staff(own.staff);
        let event = AuditEvent::StaffChanged {
            account: own.staff,
            granted: Vec::new(),
            taken: Vec::new(),
            scopes: None,
            disabled: None,
            password: true,
        };
        tx.record(actor, event);
        Ok(revoke_api_keys(tx, actor, &account, true).await?)
    })
    .await
}

/// One's own sessions that have not ended, the newest first, starting after this time and id.
///
/// # Errors
///
/// A failure of the database.
pub async fn list_sessions(
    app: &App,
    staff: StaffId,
    after: Option<(DateTime<Utc>, SessionId)>,
    rows: i64,
) -> Result<Vec<SessionRow>, Failure> {
    let mut conn = app.connection().await?;
    Ok(sessions::list(&mut conn, staff, after, rows, app.now()).await?)
}

/// Ends one of one's own sessions at once, with all its tokens.
///
/// # Errors
///
/// When the account has no such session. One that has ended already is no error.
pub async fn end_session(
    app: &App,
    staff: StaffId,
    session: SessionId,
) -> Result<(), OwnAccountError> {
    let mut conn = app.connection().await?;
    match revoke_own(&mut conn, staff, session, app.now()).await? {
        true => Ok(()),
        false => Err(OwnAccountError::SessionUnknown),
    }
}

/// Ends all of one's own sessions but this one.
///
/// # Errors
///
/// A failure of the database.
pub async fn end_other_sessions(app: &App, own: OwnSession) -> Result<(), Failure> {
    let mut conn = app.connection().await?;
    Ok(revoke_others(&mut conn, own.staff, own.session, app.now()).await?)
}
