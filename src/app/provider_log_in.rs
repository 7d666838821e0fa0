//! Logging in by the OpenID Connect provider. An account is made when somebody comes for the first time, and gets the roles
//! that the provider gives each time.

use std::net::IpAddr;

use super::login_limits::TooManyLogins;
use super::sessions::{OpenSession, open_session};
use super::staff::{audited, revoke_api_keys};
use super::{App, Failure, Transaction, failures};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::StaffId;
use crate::domain::staff::log_in_attempt::Attempt;
use crate::domain::staff::scope::RoleScopes;
use crate::oidc::{Answer, Person, Provider, ProviderFault};
use crate::random;
use crate::store::sessions::revoke_all_of;
use crate::store::staff::{self, NewProviderStaff, ProviderIdentity, StaffRow};

/// Why nobody was logged in.
#[derive(Debug)]
pub enum ProviderLogInError {
    /// There is no provider.
    Off,
    /// There were too many attempts.
    TooManyLogins(TooManyLogins),
    /// This browser has begun no such attempt, or too long ago; or the attempt was ended before.
    AttemptUnknown,
    /// The provider let nobody in.
    NotLetIn,
    /// The provider does not work as it should.
    Provider(ProviderFault),
    /// The provider gives the person no role here.
    NoRole,
    /// The person's account is disabled.
    Disabled,
    /// The machinery.
    Failure(Failure),
}

failures!(ProviderLogInError);

/// An attempt that was begun.
pub struct Begun {
    /// Where the person logs in.
    pub address: String,
    /// The attempt, for the browser to keep.
    pub sealed: String,
}

/// With what a browser comes back.
#[derive(Default)]
pub struct Returned {
    /// The attempt that it kept.
    pub sealed: Option<String>,
    /// The state that the provider was sent.
    pub state: Option<String>,
    /// The code; none where the provider let nobody in.
    pub code: Option<String>,
    /// Who says so.
    pub issuer: Option<String>,
}

/// Why somebody whom the provider knows is refused.
#[derive(Clone, Copy)]
enum Refusal {
    NoRole,
    Disabled,
}

/// Begins an attempt.
///
/// # Errors
///
/// When there is no provider, or it does not describe itself.
pub async fn begin(app: &App) -> Result<Begun, ProviderLogInError> {
    let provider = provider(app)?;
    let attempt = Attempt::new([random::bytes()?, random::bytes()?, random::bytes()?]);
    let now = app.now();
    let address = provider.address(&attempt, now).await.map_err(told)?;
    let key = app.keys.server.oldest();
    let sealed = attempt.seal(key, random::bytes()?, now);
    let sealed = sealed.ok_or(Failure::Internal("an attempt to log in cannot be sealed"))?;
    Ok(Begun { address, sealed })
}

/// Ends an attempt: opens a session for whom the provider names.
///
/// # Errors
///
/// When nobody is named, or the person may not log in.
pub async fn end(
    app: &App,
    returned: Returned,
    client: Option<IpAddr>,
) -> Result<OpenSession, ProviderLogInError> {
    let provider = provider(app)?;
    let now = app.now();
    let counted = app.logins.count_network(client, now);
    counted.map_err(ProviderLogInError::TooManyLogins)?;
    let key = app.keys.server.oldest();
    let sealed = returned.sealed.as_deref().unwrap_or_default();
    let attempt = Attempt::open(sealed, key, now).ok_or(ProviderLogInError::AttemptUnknown)?;
    let state = returned.state.as_deref().unwrap_or_default();
    if !attempt.is_answered_by(state) {
        return Err(ProviderLogInError::AttemptUnknown);
    }
    let answer = Answer {
        code: returned
            .code
            .as_deref()
            .ok_or(ProviderLogInError::NotLetIn)?,
        issuer: returned.issuer.as_deref(),
    };
    let person = provider.person(&attempt, &answer, now).await;
    let person = person.map_err(told)?;
    match admit(app, provider.issuer(), &person).await? {
        Ok(session) => Ok(session),
        Err((account, refusal)) => {
            record_refusal(app, account, refusal);
            Err(match refusal {
                Refusal::NoRole => ProviderLogInError::NoRole,
                Refusal::Disabled => ProviderLogInError::Disabled,
            })
        }
    }
}

fn provider(app: &App) -> Result<&Provider, ProviderLogInError> {
    let provider = app.log_in.provider.as_ref();
    provider.ok_or(ProviderLogInError::Off)
}

/// Tells the operator of a fault. It holds nothing of who wanted to log in.
fn told(fault: ProviderFault) -> ProviderLogInError {
    tracing::warn!(%fault, "nobody can be logged in by the OpenID Connect provider");
    match fault {
        ProviderFault::CodeRefused => ProviderLogInError::AttemptUnknown,
        fault => ProviderLogInError::Provider(fault),
    }
}

/// Opens a session for a person, or says why not. A refusal is no failure: what it ends stays ended.
async fn admit(
    app: &App,
    issuer: &str,
    person: &Person,
) -> Result<Result<OpenSession, (Option<StaffId>, Refusal)>, ProviderLogInError> {
    app.transact(async |tx| {
        let identity = ProviderIdentity {
            issuer,
            subject: &person.identity.subject,
        };
        let known = staff::lock_by_identity(tx, identity).await?;
        let id = known.as_ref().map(|account| account.id);
        let account = match known {
            Some(account) if account.disabled => return Ok(Err((id, Refusal::Disabled))),
            Some(account) if person.roles.is_empty() => {
                shut_out(tx, &account).await?;
                return Ok(Err((id, Refusal::NoRole)));
            }
            Some(account) => renew(tx, account, person).await?,
            None if person.roles.is_empty() => return Ok(Err((None, Refusal::NoRole))),
            None => make(tx, identity, person).await?,
        };
        if account.disabled {
            return Ok(Err((Some(account.id), Refusal::Disabled)));
        }
        let session = open_session(tx, &account).await?;
        let event = AuditEvent::ProviderLogin {
            account: account.id,
        };
        tx.record(Actor::Staff(account.id), event);
        Ok(Ok(session))
    })
    .await
}

/// Makes the account of somebody who comes for the first time.
async fn make(
    tx: &mut Transaction<'_>,
    identity: ProviderIdentity<'_>,
    person: &Person,
) -> Result<StaffRow, Failure> {
    let id = StaffId(random::uuid()?);
    // An address that another account has, or none at all, is replaced by one that is nobody's. It never leads to the
    // other account: the provider may let people choose their addresses.
    let none = format!("{}@account.invalid", id.0.simple());
    let email = person.identity.email.as_deref().unwrap_or(&none);
    for email in [email, &none] {
        let new = NewProviderStaff {
            id,
            identity,
            email,
            name: person.identity.name.as_deref().unwrap_or(email),
            roles: &person.roles,
            created_at: tx.now(),
        };
        if let Some(account) = staff::insert_of_provider(tx, &new).await? {
            let event = AuditEvent::StaffCreated {
                account: id,
                roles: person.roles.clone(),
                scopes: RoleScopes::default(),
            };
            tx.record(Actor::Server, event);
            return Ok(account);
        }
        // The person may have come twice at once.
        if let Some(account) = staff::lock_by_identity(tx, identity).await? {
            return Ok(account);
        }
    }
    Err(Failure::Internal("an account of a provider cannot be made"))
}

/// Gives an account the roles and the name that the provider tells. The provider may take the role of the last admin.
async fn renew(
    tx: &mut Transaction<'_>,
    old: StaffRow,
    person: &Person,
) -> Result<StaffRow, Failure> {
    let mut new = old.clone();
    new.set_roles(&person.roles);
    if let Some(name) = &person.identity.name {
        new.name.clone_from(name);
    }
    staff::save(tx, &new).await?;
    if let Some(event) = audited(&old, &new, false) {
        tx.record(Actor::Server, event);
        revoke_api_keys(tx, Actor::Server, &new, false).await?;
    }
    Ok(new)
}

/// Ends what somebody without a role had open. The account keeps the roles that it had, since it has to have one, but nothing
/// opens to it until the provider gives it a role again.
async fn shut_out(tx: &mut Transaction<'_>, account: &StaffRow) -> Result<(), Failure> {
    let now = tx.now();
    revoke_all_of(tx, account.id, now).await?;
    let mut without = account.clone();
    without.set_roles(&[]);
    revoke_api_keys(tx, Actor::Server, &without, false).await
}

/// Records a refusal in the background, as those of passwords are.
fn record_refusal(app: &App, account: Option<StaffId>, refusal: Refusal) {
    if !app.logins.is_notable_failure(account) {
        return;
    }
    let refused = match refusal {
        Refusal::NoRole => "no_role",
        Refusal::Disabled => "disabled",
    };
    let (app, tasks) = (app.clone(), app.tasks.clone());
    tasks.spawn(async move {
        let event = AuditEvent::ProviderLoginRefused { account, refused };
        if app.record(Actor::Server, event).await.is_err() {
            tracing::warn!("a refused log-in could not be recorded");
        }
    });
}
