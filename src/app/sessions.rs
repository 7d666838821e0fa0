//! Logging in and out. A session is the family of all refresh tokens that come from one log-in.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::login_limits::{LoginLimit, TooManyLogins};
use super::password::PasswordError;
use super::{App, Failure, Transaction, failures};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{SessionId, StaffId};
use crate::domain::staff::session_policy::{is_reuse, lifetime};
use crate::random::{self, NoEntropy};
use crate::store::sessions::{NewSession, live, lock_token, open, replace_token, revoke};
use crate::store::staff::{self, StaffRow};

/// Why a session was not opened or has ended.
#[derive(Debug)]
pub enum SessionError {
    /// E-mail or password is wrong, or the account is disabled.
    LoginFailed,
    /// Nobody may log in by password.
    PasswordsOff,
    /// There were too many attempts.
    TooManyLogins(TooManyLogins),
    /// The refresh token is invalid.
    RefreshFailed,
    /// The session has ended, or the account is disabled.
    Ended,
    /// The password could not be checked now.
    Password(PasswordError),
    /// An internal failure.
    Failure(Failure),
}

failures!(SessionError);

/// A session with its next refresh token.
pub struct OpenSession {
    /// The session.
    pub session_id: SessionId,
    /// The account of the session.
    pub staff_id: StaffId,
    /// The refresh token, valid for one use.
    pub refresh_token: String,
    /// How long the refresh token is valid. Less than usual where the session ends before.
    pub refresh_lifetime: TimeDelta,
}

/// A refresh token, and its row in the database.
struct RefreshToken {
    text: String,
    hash: [u8; 32],
}

impl RefreshToken {
    fn new() -> Result<Self, NoEntropy> {
        let text = URL_SAFE_NO_PAD.encode(random::bytes::<32>()?);
        let hash = hash_of(&text);
        Ok(Self { text, hash })
    }
}

/// A plain hash is enough, since a token has 256 random bits.
fn hash_of(refresh_token: &str) -> [u8; 32] {
    Sha256::digest(refresh_token).into()
}

/// A log-in that was counted, and may be tried.
pub struct LoginAttempt {
    email: String,
    /// The attempts that are left to the client's network now, if the network is known.
    pub left_in_network: Option<u32>,
}

/// Counts an attempt to log in. Attempts are limited by account and by network, whether or not the account exists.
///
/// # Errors
///
/// When there were too many attempts, or passwords open nothing here.
pub fn count_attempt(
    app: &App,
    email: String,
    client: Option<IpAddr>,
) -> Result<LoginAttempt, SessionError> {
    if !app.log_in.by_password {
        return Err(SessionError::PasswordsOff);
    }
    match app.logins.count(&email, client, app.now()) {
        Ok(left_in_network) => Ok(LoginAttempt {
            email,
            left_in_network,
        }),
        Err(refused) => {
            if refused.by == LoginLimit::Account {
                record_refusal(app, &email);
            }
            Err(SessionError::TooManyLogins(refused))
        }
    }
}

/// Opens a session for an e-mail address and a password. An unknown account, a disabled one and a wrong password give the
/// same error after the same work.
///
/// # Errors
///
/// When the log-in fails.
pub async fn log_in(
    app: &App,
    attempt: LoginAttempt,
    password: String,
) -> Result<OpenSession, SessionError> {
    let mut conn = app.connection().await?;
    let account = staff::by_email(&mut conn, &attempt.email).await?;
    // Hashing is slow, so the connection goes back to the pool meanwhile.
    drop(conn);
    let hash = account
        .as_ref()
        .and_then(|account| account.password_hash.clone());
    let fits = app.passwords.verify(password, hash.clone()).await;
    let fits = fits.map_err(SessionError::Password)?;
    if !fits || account.as_ref().is_none_or(|account| account.disabled) {
        record_failure(app, account.as_ref().map(|account| account.id));
    }
    let account = account
        .filter(|account| fits && !account.disabled)
        .ok_or(SessionError::LoginFailed)?;
    app.transact(async |tx| {
        // The account may have been changed while the password was checked, which ended all sessions but this one. From here
        // on it stays as it is until this session is one of those that a change ends.
        let current = staff::share(tx, account.id).await?;
        let unchanged =
            current.filter(|current| !current.disabled && current.password_hash == hash);
        match unchanged {
            Some(account) => Ok(open_session(tx, &account).await?),
            None => Err(SessionError::LoginFailed),
        }
    })
    .await
}

/// Opens a session of an account that stays as it is until the transaction ends.
pub(super) async fn open_session(
    tx: &mut Transaction<'_>,
    account: &StaffRow,
) -> Result<OpenSession, Failure> {
    let refresh = RefreshToken::new()?;
    let new = NewSession {
        id: SessionId(random::uuid()?),
        staff_id: account.id,
        token_hash: refresh.hash,
        lifetime: lifetime(account.issuer.is_some()),
    };
    let (session_id, now) = (new.id, tx.now());
    let ends_at = open(tx, new, now).await?;
    Ok(OpenSession {
        session_id,
        staff_id: account.id,
        refresh_token: refresh.text,
        refresh_lifetime: ends_at - now,
    })
}

/// Records in the background that a log-in failed, so that the reply takes as long for an account that does not exist.
pub(super) fn record_failure(app: &App, account: Option<StaffId>) {
    if !app.logins.is_notable_failure(account) {
        return;
    }
    let (app, tasks) = (app.clone(), app.tasks.clone());
    tasks.spawn(async move {
        let event = AuditEvent::LoginFailed { account };
        if app.record(Actor::Server, event).await.is_err() {
            tracing::warn!("a failed log-in could not be recorded");
        }
    });
}

/// Records in the background that log-ins to an account are refused, so that the reply takes as long for an account that
/// does not exist. Refusals by network are not recorded: they say nothing of the account.
fn record_refusal(app: &App, email: &str) {
    let (app, tasks, email) = (app.clone(), app.tasks.clone(), email.to_owned());
    tasks.spawn(async move {
        let recorded = app.transact(async |tx| {
            let account = staff::by_email(tx, &email).await?.map(|account| account.id);
            if app.logins.is_notable(account) {
                tx.record(Actor::Server, AuditEvent::LoginsRefused { account });
            }
            Ok::<_, Failure>(())
        });
        if recorded.await.is_err() {
            tracing::warn!("refused log-ins could not be recorded");
        }
    });
}

/// Exchanges a refresh token for the next one. A token that is used again too long after its first use ends the
/// session, since two clients then hold it.
///
/// # Errors
///
/// When the token is invalid.
pub async fn refresh(app: &App, refresh_token: &str) -> Result<OpenSession, SessionError> {
    let old = hash_of(refresh_token);
    let next = RefreshToken::new()?;
    let renewed = app
        .transact(async |tx| {
            let now = tx.now();
            let Some(token) = lock_token(tx, old).await? else {
                return Ok(None);
            };
            if let Some(used_at) = token.used_at {
                if is_reuse(used_at, now) {
                    tracing::warn!("a refresh token was used twice; its session was ended");
                    revoke(tx, token.session_id, now).await?;
                }
                return Ok(None);
            }
            let Some(account) = live(tx, token.session_id, now).await? else {
                return Ok(None);
            };
            let by_provider = account.issuer.is_some();
            if !by_provider && !app.log_in.by_password {
                return Ok(None);
            }
            let lifetime = lifetime(by_provider);
            let ends_at =
                replace_token(tx, token.session_id, old, next.hash, lifetime, now).await?;
            Ok::<_, SessionError>(Some((token.session_id, account.id, ends_at - now)))
        })
        .await?;
    let (session_id, staff_id, refresh_lifetime) = renewed.ok_or(SessionError::RefreshFailed)?;
    Ok(OpenSession {
        session_id,
        staff_id,
        refresh_token: next.text,
        refresh_lifetime,
    })
}

/// Ends a session at once, with all its tokens.
///
/// # Errors
///
/// A failure of the database.
pub async fn log_out(app: &App, session: SessionId) -> Result<(), Failure> {
    let mut conn = app.connection().await?;
    Ok(revoke(&mut conn, session, app.now()).await?)
}

/// The account of a session, when the session is active and the account is not disabled.
///
/// # Errors
///
/// When the session has ended, or the account is disabled.
pub async fn authenticate(
    app: &App,
    session: SessionId,
    staff: StaffId,
) -> Result<StaffRow, SessionError> {
    let mut conn = app.connection().await?;
    let account = live(&mut conn, session, app.now()).await?;
    let account = account.filter(|account| account.id == staff);
    account.ok_or(SessionError::Ended)
}
