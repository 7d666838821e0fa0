//! Accounts of staff.

use chrono::{DateTime, Utc};

use super::password::PasswordError;
use super::{App, Failure, Transaction};
use crate::domain::audit::{Actor, AuditEvent, AuditedScopes};
use crate::domain::ids::{CampaignKey, FormKey, StaffId};
use crate::domain::staff::account::{AccountChange, distinct_roles};
use crate::domain::staff::role::Role;
use crate::domain::staff::scope::RoleScopes;
use crate::random;
use crate::store::campaigns::find_campaign;
use crate::store::forms::find_form;
use crate::store::sessions::revoke_all_of;
use crate::store::staff::{self, NewStaff, StaffRow};
use crate::store::{AsyncPgConnection, api_keys};

/// Why an account was not found, made or changed.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// There is none with this id or e-mail.
    #[error("there is no such account")]
    Unknown,
    /// There is one with this e-mail already.
    #[error("there is an account with this e-mail already")]
    Exists,
    /// The change would leave nobody to manage accounts.
    #[error("it is the last admin")]
    LastAdmin,
    /// The account logs in by a provider, so it has no password to set.
    #[error("it logs in by the OpenID Connect provider, and has no password")]
    NoPassword,
    /// A role is limited that the account does not have, or to something that does not exist.
    #[error("a role cannot be limited like this")]
    Scopes(Vec<ScopeFault>),
    /// The password is easy to guess, or could not be hashed now.
    #[error("{0}")]
    Password(PasswordError),
    /// The machinery.
    #[error("{0}")]
    Failure(Failure),
}

super::failures!(StaffError);

/// Why a role cannot be limited like this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeFault {
    /// The account does not have the role.
    RoleNotHeld(Role),
    /// An admin is limited by nothing, and an author by forms only.
    NotLimitable(Role),
    /// There is no campaign with this key.
    CampaignUnknown(Role, CampaignKey),
    /// There is no form with this key, and the role does not create forms.
    FormUnknown(Role, FormKey),
}

/// An account to create.
#[derive(Clone)]
pub struct NewAccount {
    /// The e-mail address, which is the name for logging in.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The roles.
    pub roles: Vec<Role>,
    /// What these are limited to.
    pub scopes: RoleScopes,
    /// The first password.
    pub password: String,
}

/// Accounts by time of creation, starting after this time and id.
///
/// # Errors
///
/// A failure of the database.
pub async fn list(
    app: &App,
    after: Option<(DateTime<Utc>, StaffId)>,
    rows: i64,
) -> Result<Vec<StaffRow>, Failure> {
    let mut conn = app.connection().await?;
    Ok(staff::list(&mut conn, after, rows).await?)
}

/// The account with this id.
///
/// # Errors
///
/// When there is no such account.
pub async fn find(app: &App, id: StaffId) -> Result<StaffRow, StaffError> {
    let mut conn = app.connection().await?;
    staff::by_id(&mut conn, id)
        .await?
        .ok_or(StaffError::Unknown)
}

/// The account with this e-mail address.
///
/// # Errors
///
/// When there is no such account.
pub async fn find_by_email(app: &App, email: &str) -> Result<StaffRow, StaffError> {
    let mut conn = app.connection().await?;
    staff::by_email(&mut conn, email)
        .await?
        .ok_or(StaffError::Unknown)
}

/// Creates an account.
///
/// # Errors
///
/// When the e-mail address is taken, a limit does not fit, or the password is easy to guess.
pub async fn create(app: &App, actor: Actor, new: NewAccount) -> Result<StaffRow, StaffError> {
    let hash = app
        .passwords
        .hash_chosen(new.password, &new.email, &new.name)
        .await;
    let password_hash = hash.map_err(StaffError::Password)?;
    app.transact(async |tx| {
        check_scopes(tx, &new.roles, &new.scopes).await?;
        let new = NewStaff {
            id: StaffId(random::uuid()?),
            email: new.email,
            name: new.name,
            password_hash,
            roles: distinct_roles(new.roles),
            scopes: new.scopes,
            created_at: tx.now(),
        };
        let row = staff::insert(tx, &new).await?.ok_or(StaffError::Exists)?;
        tx.record(
            actor,
            AuditEvent::StaffCreated {
                account: row.id,
                roles: new.roles,
                scopes: new.scopes,
            },
        );
        Ok(row)
    })
    .await
}

/// Changes an account. Disabling it or setting a new password ends its sessions and revokes its API keys; taking a role
/// revokes those with this role, and takes its limit along. What a role is limited to counts from the next request on. The
/// last admin that is not disabled cannot be disabled or lose the role.
///
/// # Errors
///
/// When there is no such account, it is the last admin, a limit does not fit, or the password is easy to guess or not one that
/// the account could have.
pub async fn change(
    app: &App,
    actor: Actor,
    id: StaffId,
    change: AccountChange,
    password: Option<String>,
) -> Result<StaffRow, StaffError> {
    let password_hash = match password {
        Some(password) => {
            let StaffRow {
                email,
                name,
                issuer,
                ..
            } = find(app, id).await?;
            if issuer.is_some() {
                return Err(StaffError::NoPassword);
            }
            let name = change.name.as_deref().unwrap_or(&name);
            let hash = app.passwords.hash_chosen(password, &email, name).await;
            Some(hash.map_err(StaffError::Password)?)
        }
        None => None,
    };
    app.transact(async |tx| {
        let admins = staff::lock_admins(tx).await?;
        let old = staff::lock(tx, id).await?.ok_or(StaffError::Unknown)?;
        let mut new = old.clone();
        if let Some(name) = change.name {
            new.name = name;
        }
        if let Some(roles) = change.roles {
            new.set_roles(&roles);
        }
        if let Some(scopes) = change.scopes {
            check_scopes(tx, &new.roles(), &scopes).await?;
            new.scopes = scopes;
        }
        new.disabled = change.disabled.unwrap_or(old.disabled);
        let stays_admin = !new.disabled && new.roles().contains(&Role::Admin);
        if admins == [id] && !stays_admin {
            return Err(StaffError::LastAdmin);
        }
        let password = password_hash.is_some();
        if let Some(hash) = password_hash {
            new.password_hash = Some(hash);
        }
        if new.disabled || password {
            let now = tx.now();
            revoke_all_of(tx, id, now).await?;
        }
        staff::save(tx, &new).await?;
        if let Some(event) = audited(&old, &new, password) {
            tx.record(actor, event);
        }
        revoke_api_keys(tx, actor, &new, password).await?;
        Ok(new)
    })
    .await
}

/// Whether these roles can be limited like this. Forms that an author may create need not exist yet; everything else has to,
/// so that a mistyped key is noticed.
async fn check_scopes(
    conn: &mut AsyncPgConnection,
    roles: &[Role],
    scopes: &RoleScopes,
) -> Result<(), StaffError> {
    let mut faults = Vec::new();
    for (&role, list) in &scopes.0 {
        if !roles.contains(&role) {
            faults.push(ScopeFault::RoleNotHeld(role));
        }
        if !list.fits(role) {
            faults.push(ScopeFault::NotLimitable(role));
        }
        for campaign in &list.campaigns {
            if find_campaign(conn, campaign).await?.is_none() {
                faults.push(ScopeFault::CampaignUnknown(role, campaign.clone()));
            }
        }
        for form in list.forms.iter().filter(|_| role != Role::Author) {
            if find_form(conn, form).await?.is_none() {
                faults.push(ScopeFault::FormUnknown(role, form.clone()));
            }
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(StaffError::Scopes(faults)),
    }
}

/// Revokes the API keys that the changed account has no longer a right to. They stay revoked when it gets the right back,
/// as sessions stay ended. A new password revokes all of them: whoever knew the old one could have made a key.
pub(super) async fn revoke_api_keys(
    tx: &mut Transaction<'_>,
    actor: Actor,
    account: &StaffRow,
    password: bool,
) -> Result<(), Failure> {
    let keeping = match account.disabled || password {
        true => Vec::new(),
        false => account.roles(),
    };
    let now = tx.now();
    for api_key in api_keys::revoke_all_of(tx, account.id, &keeping, now).await? {
        let account = account.id;
        tx.record(actor, AuditEvent::ApiKeyRevoked { api_key, account });
    }
    Ok(())
}

/// The audit event of a change; none when at most the name changed.
pub(super) fn audited(old: &StaffRow, new: &StaffRow, password: bool) -> Option<AuditEvent> {
    let (before, after) = (old.roles(), new.roles());
    let without = |all: &[Role], those: &[Role]| -> Vec<Role> {
        let rest = all.iter().filter(|role| !those.contains(role));
        rest.copied().collect()
    };
    let granted = without(&after, &before);
    let taken = without(&before, &after);
    let scopes = (old.scopes != new.scopes).then(|| AuditedScopes {
        before: old.scopes.clone(),
        after: new.scopes.clone(),
    });
    let disabled = (old.disabled != new.disabled).then_some(new.disabled);
    let same_rights = granted.is_empty() && taken.is_empty() && scopes.is_none();
    if same_rights && disabled.is_none() && !password {
        return None;
    }
    Some(AuditEvent::StaffChanged {
        account: new.id,
        granted,
        taken,
        scopes,
        disabled,
        password,
    })
}
