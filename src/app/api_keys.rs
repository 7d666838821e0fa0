//! API keys of scheduled jobs: making, listing, revoking and using them.
//!
//! A member of staff makes keys for themselves, with one of their own roles. So a key does nothing that its owner could
//! not do, the audit has an account to name, and what is taken from the owner is taken from the key.

use chrono::{DateTime, Utc};

use super::{App, Caller, Failure, failures};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{ApiKeyId, FormId, FormKey, SessionId, StaffId};
use crate::domain::staff::api_key::{
    ApiKey, ApiKeySecret, ApiKeyState, OutOfScope, ROLES, Scope, expiry,
};
use crate::domain::staff::role::Role;
use crate::random;
use crate::store::api_keys::{self, ApiKeyRow, NewApiKeyRow};
use crate::store::campaigns::find_campaign;
use crate::store::forms::{find_form, newest_version};
use crate::store::{AsyncPgConnection, sessions, staff};

/// Why a key was not made or revoked.
#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    /// There is none with this id, or it belongs to somebody else.
    #[error("there is no such API key")]
    Unknown,
    /// The account is disabled, or its session has ended meanwhile.
    #[error("the session has ended, or the account is disabled")]
    SessionEnded,
    /// The account does not have the role.
    #[error("the account does not have the role")]
    RoleNotHeld,
    /// No operation opens to a key with this role.
    #[error("no operation opens to a key with this role")]
    RoleOpensNothing,
    /// There is no published form with this key.
    #[error("there is no published form with this key")]
    FormUnknown,
    /// A key lives for a day at least and a year at most.
    #[error("the lifetime is out of bounds")]
    Lifetime,
    /// The machinery.
    #[error("{0}")]
    Failure(Failure),
}

failures!(ApiKeyError);

/// Why a key opens nothing, or not this operation.
#[derive(Debug)]
pub enum ApiKeyRefused {
    /// It is cut off or mistyped.
    Malformed,
    /// There is no such key.
    Unknown,
    /// It was revoked, or its owner no longer has the role.
    Revoked,
    /// Its time is over.
    Expired(DateTime<Utc>),
    /// It opens other operations than this one.
    OutOfScope(OutOfScope),
    /// The machinery.
    Failure(Failure),
}

failures!(ApiKeyRefused);

/// A key to make.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// The label.
    pub label: String,
    /// What it may read.
    pub scope: Scope,
    /// In how many days it expires.
    pub lifetime_days: i64,
}

/// A key that was just made, with its text.
pub struct IssuedApiKey {
    /// The id.
    pub id: ApiKeyId,
    /// The text. Nothing stored leads back to it.
    pub secret: ApiKeySecret,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
}

/// What a key is to open.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The roles of which one is needed.
    pub any_of: &'static [Role],
    /// What it is about.
    pub subject: Subject,
}

/// What an operation is about, as its path says.
#[derive(Debug, Clone)]
pub enum Subject {
    /// The form with this key.
    Form(String),
    /// The campaign with this key, and so its form.
    Campaign(String),
    /// Neither.
    Server,
}

/// Makes a key for an account. `session` is the session in which it is made; none at the command line.
///
/// # Errors
///
/// When the account may not have such a key, or the form is not published.
pub async fn create(
    app: &App,
    actor: Actor,
    owner: StaffId,
    session: Option<SessionId>,
    new: NewApiKey,
) -> Result<IssuedApiKey, ApiKeyError> {
    let Scope { role, form } = new.scope;
    if !ROLES.contains(&role) {
        return Err(ApiKeyError::RoleOpensNothing);
    }
    let secret = ApiKeySecret::from_random(random::bytes()?);
    app.transact(async |tx| {
        let now = tx.now();
        let expires_at = expiry(now, new.lifetime_days).map_err(|_| ApiKeyError::Lifetime)?;
        check_owner(tx, owner, session, role, now).await?;
        let form_id = match &form {
            Some(form) => Some(published(tx, form).await?),
            None => None,
        };
        let row = NewApiKeyRow {
            id: ApiKeyId(random::uuid()?),
            hash: secret.hash().to_vec(),
            staff_id: owner,
            role,
            form_id,
            label: new.label,
            created_at: now,
            expires_at,
        };
        api_keys::insert(tx, &row).await?;
        tx.record(
            actor,
            AuditEvent::ApiKeyCreated {
                api_key: row.id,
                account: owner,
                role,
                form: form.as_ref().map(ToString::to_string),
                expires_at,
            },
        );
        Ok(IssuedApiKey {
            id: row.id,
            secret,
            created_at: now,
            expires_at,
        })
    })
    .await
}

/// Whether the account may have a key with this role. From here on it stays as it is until the new key is one of those
/// that a change of the account revokes.
async fn check_owner(
    conn: &mut AsyncPgConnection,
    owner: StaffId,
    session: Option<SessionId>,
    role: Role,
    now: DateTime<Utc>,
) -> Result<(), ApiKeyError> {
    let account = staff::share(conn, owner).await?;
    let account = account
        .filter(|account| !account.disabled)
        .ok_or(ApiKeyError::SessionEnded)?;
    // A new password may have ended the session since the request was let in.
    if let Some(session) = session {
        let live = sessions::live(conn, session, now).await?;
        live.ok_or(ApiKeyError::SessionEnded)?;
    }
    match account.roles().contains(&role) {
        true => Ok(()),
        false => Err(ApiKeyError::RoleNotHeld),
    }
}

async fn published(conn: &mut AsyncPgConnection, form: &FormKey) -> Result<FormId, ApiKeyError> {
    let form = find_form(conn, form).await?;
    let form = form.ok_or(ApiKeyError::FormUnknown)?;
    let version = newest_version(conn, form.id).await?;
    version.ok_or(ApiKeyError::FormUnknown)?;
    Ok(form.id)
}

/// A page of the keys of this owner, or of all, newest first. Ended keys are listed too, since the audit names them.
///
/// # Errors
///
/// A failure of the database.
pub async fn list(
    app: &App,
    owner: Option<StaffId>,
    after: Option<(DateTime<Utc>, ApiKeyId)>,
    rows: i64,
) -> Result<Vec<ApiKeyRow>, Failure> {
    let mut conn = app.connection().await?;
    Ok(api_keys::list(&mut conn, owner, after, rows).await?)
}

/// Revokes a key for good. Revoking it again changes nothing. `only_of` limits it to the keys of this owner.
///
/// # Errors
///
/// When there is no such key, or it belongs to somebody else.
pub async fn revoke(
    app: &App,
    actor: Actor,
    id: ApiKeyId,
    only_of: Option<StaffId>,
) -> Result<(), ApiKeyError> {
    app.transact(async |tx| {
        let owner = api_keys::owner_of(tx, id).await?;
        let account = owner
            .filter(|owner| only_of.is_none_or(|only_of| only_of == *owner))
            .ok_or(ApiKeyError::Unknown)?;
        let now = tx.now();
        if api_keys::revoke(tx, id, now).await? {
            let api_key = id;
            tx.record(actor, AuditEvent::ApiKeyRevoked { api_key, account });
        }
        Ok(())
    })
    .await
}

/// Lets a job with this key in to an operation that is open to keys, and gives who calls: the key reaches what the role of
/// its owner reaches. Key, owner and roles are looked up at each request, so whatever is taken from them is taken at once. The look-up by hash compares
/// nothing that could be guessed byte by byte.
///
/// # Errors
///
/// When the key is not valid, or does not cover the operation.
pub async fn authenticate(
    app: &App,
    token: &str,
    operation: &Operation,
) -> Result<Caller, ApiKeyRefused> {
    let secret = ApiKeySecret::parse(token).map_err(|_| ApiKeyRefused::Malformed)?;
    let now = app.now();
    let mut conn = app.connection().await?;
    let found = api_keys::by_hash(&mut conn, secret.hash()).await?;
    let found = found.ok_or(ApiKeyRefused::Unknown)?;
    match found.key.state(now) {
        ApiKeyState::Revoked => return Err(ApiKeyRefused::Revoked),
        ApiKeyState::Expired => return Err(ApiKeyRefused::Expired(found.key.expires_at)),
        ApiKeyState::Active => {}
    }
    check_scope(&mut conn, &found.key, operation).await?;
    drop(conn);
    let today = now.date_naive();
    if found.last_used_on.is_none_or(|day| day < today) {
        mark_used(app, found.id);
    }
    Ok(Caller {
        actor: Actor::ApiKey {
            owner: found.key.owner,
            key: found.id,
        },
        scope: found.key.owner_scopes.of(found.key.scope.role),
    })
}

/// Whether the key covers the operation. An operation on a campaign is about the campaign's form.
async fn check_scope(
    conn: &mut AsyncPgConnection,
    key: &ApiKey,
    operation: &Operation,
) -> Result<(), ApiKeyRefused> {
    let campaign = match &operation.subject {
        // The campaign is looked up only for keys that it matters to.
        Subject::Campaign(campaign) if key.scope.form.is_some() => match campaign.parse() {
            Ok(key) => find_campaign(conn, &key).await?,
            Err(_) => None,
        },
        _ => None,
    };
    let form = match (&operation.subject, &campaign) {
        (Subject::Form(form), _) => Some(form.as_str()),
        (Subject::Campaign(_), Some(campaign)) => Some(campaign.form.as_str()),
        // A campaign that does not exist is of no form that a key could have.
        (Subject::Campaign(_), None) => Some(""),
        (Subject::Server, _) => None,
    };
    let covered = key.scope.check(operation.any_of, form);
    covered.map_err(ApiKeyRefused::OutOfScope)
}

/// Notes in the background that the key was used today. The request neither waits for it nor fails with it.
fn mark_used(app: &App, id: ApiKeyId) {
    let (app, tasks, day) = (app.clone(), app.tasks.clone(), app.now().date_naive());
    tasks.spawn(async move {
        let marked = async {
            let mut conn = app.connection().await?;
            api_keys::mark_used(&mut conn, id, day).await?;
            Ok::<_, Failure>(())
        };
        if marked.await.is_err() {
            tracing::warn!("the use of an API key could not be noted");
        }
    });
}
