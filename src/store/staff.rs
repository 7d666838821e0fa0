//! Accounts of staff.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::schema::staff;
use crate::domain::ids::StaffId;
use crate::domain::staff::account::{distinct_roles, normalise_email};
use crate::domain::staff::role::Role;
use crate::domain::staff::scope::RoleScopes;

/// An account.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = staff, check_for_backend(diesel::pg::Pg))]
pub struct StaffRow {
    /// The account's id.
    pub id: StaffId,
    /// The e-mail address, in lower case: the name for logging in.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The argon2id hash of the password, as a PHC string. None for an account of a provider.
    pub password_hash: Option<String>,
    roles: Vec<String>,
    /// Whether it is disabled.
    pub disabled: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// What its roles are limited to.
    pub scopes: RoleScopes,
    /// The OpenID Connect provider by which the person logs in; none for an account with a password.
    pub issuer: Option<String>,
}

impl StaffRow {
    /// The roles of the account.
    pub fn roles(&self) -> Vec<Role> {
        self.roles
            .iter()
            .filter_map(|word| Role::parse(word))
            .collect()
    }

    /// Replaces the roles of the account. The limit of a role goes with it.
    pub fn set_roles(&mut self, roles: &[Role]) {
        self.roles = words(roles);
        self.scopes.0.retain(|role, _| roles.contains(role));
    }
}

/// An account to insert.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// A random id.
    pub id: StaffId,
    /// The e-mail address; stored in lower case.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The argon2id hash of the password, as a PHC string.
    pub password_hash: String,
    /// At least one role.
    pub roles: Vec<Role>,
    /// What these are limited to.
    pub scopes: RoleScopes,
    /// When it is created.
    pub created_at: DateTime<Utc>,
}

/// Who somebody is for an OpenID Connect provider.
#[derive(Debug, Clone, Copy)]
pub struct ProviderIdentity<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// The person's id there.
    pub subject: &'a str,
}

/// An account of a provider to insert.
pub struct NewProviderStaff<'a> {
    /// A random id.
    pub id: StaffId,
    /// Who it is.
    pub identity: ProviderIdentity<'a>,
    /// The e-mail address, in lower case.
    pub email: &'a str,
    /// The person's name.
    pub name: &'a str,
    /// At least one role.
    pub roles: &'a [Role],
    /// When it is created.
    pub created_at: DateTime<Utc>,
}

/// Inserts an account of a provider; none when the person has one, or the e-mail address is taken.
pub async fn insert_of_provider(
    conn: &mut AsyncPgConnection,
    new: &NewProviderStaff<'_>,
) -> QueryResult<Option<StaffRow>> {
    diesel::insert_into(staff::table)
        .values((
            staff::id.eq(new.id),
            staff::email.eq(new.email),
            staff::name.eq(new.name),
            staff::roles.eq(words(new.roles)),
            staff::created_at.eq(new.created_at),
            staff::issuer.eq(new.identity.issuer),
            staff::subject.eq(new.identity.subject),
        ))
        .on_conflict_do_nothing()
        .returning(StaffRow::as_returning())
        .get_result(conn)
        .await
        .optional()
}

/// The account of somebody whom a provider knows, locked until the transaction ends.
pub async fn lock_by_identity(
    conn: &mut AsyncPgConnection,
    identity: ProviderIdentity<'_>,
) -> QueryResult<Option<StaffRow>> {
    staff::table
        .filter(staff::issuer.eq(identity.issuer))
        .filter(staff::subject.eq(identity.subject))
        .for_no_key_update()
        .select(StaffRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Inserts an account; none when the e-mail address is taken.
pub async fn insert(conn: &mut AsyncPgConnection, new: &NewStaff) -> QueryResult<Option<StaffRow>> {
    diesel::insert_into(staff::table)
        .values((
            staff::id.eq(new.id),
            staff::email.eq(normalise_email(&new.email)),
            staff::name.eq(&new.name),
            staff::password_hash.eq(&new.password_hash),
            staff::roles.eq(words(&new.roles)),
            staff::created_at.eq(new.created_at),
            staff::scopes.eq(&new.scopes),
        ))
        .on_conflict(staff::email)
        .do_nothing()
        .returning(StaffRow::as_returning())
        .get_result(conn)
        .await
        .optional()
}

/// The account with this e-mail address.
pub async fn by_email(conn: &mut AsyncPgConnection, email: &str) -> QueryResult<Option<StaffRow>> {
    staff::table
        .filter(staff::email.eq(normalise_email(email)))
        .select(StaffRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// The account with this id.
pub async fn by_id(conn: &mut AsyncPgConnection, id: StaffId) -> QueryResult<Option<StaffRow>> {
    let query = staff::table.find(id).select(StaffRow::as_select());
    query.first(conn).await.optional()
}

/// Accounts by time of creation.
pub async fn list(
    conn: &mut AsyncPgConnection,
    after: Option<(DateTime<Utc>, StaffId)>,
    rows: i64,
) -> QueryResult<Vec<StaffRow>> {
    let mut query = staff::table.select(StaffRow::as_select()).into_boxed();
    if let Some((created_at, id)) = after {
        let later = staff::created_at.gt(created_at);
        query = query.filter(later.or(staff::created_at.eq(created_at).and(staff::id.gt(id))));
    }
    query
        .order((staff::created_at, staff::id))
        .limit(rows)
        .load(conn)
        .await
}

/// The admins that are not disabled, locked in one order, so that two concurrent changes cannot remove the last two
/// admins. The lock still lets other transactions refer to the accounts by foreign key, as an entry of the audit does.
/// A stronger lock could deadlock: one transaction holds the account and waits for the audit, the other the reverse.
pub async fn lock_admins(conn: &mut AsyncPgConnection) -> QueryResult<Vec<StaffId>> {
    staff::table
        .filter(staff::disabled.eq(false))
        .filter(staff::roles.contains(vec![Role::Admin.as_str()]))
        .order(staff::id)
        .for_no_key_update()
        .select(staff::id)
        .load(conn)
        .await
}

/// The account with this id, locked until the transaction ends.
pub async fn lock(conn: &mut AsyncPgConnection, id: StaffId) -> QueryResult<Option<StaffRow>> {
    let query = staff::table.find(id).for_no_key_update();
    query
        .select(StaffRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// The account with this id, which nobody changes until the transaction ends.
pub async fn share(conn: &mut AsyncPgConnection, id: StaffId) -> QueryResult<Option<StaffRow>> {
    let query = staff::table.find(id).for_share();
    query
        .select(StaffRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Keeps name, roles, their limits, state and password of an account.
pub async fn save(conn: &mut AsyncPgConnection, account: &StaffRow) -> QueryResult<()> {
    diesel::update(staff::table.find(account.id))
        .set((
            staff::name.eq(&account.name),
            staff::roles.eq(&account.roles),
            staff::scopes.eq(&account.scopes),
            staff::disabled.eq(account.disabled),
            staff::password_hash.eq(&account.password_hash),
        ))
        .execute(conn)
        .await
        .map(drop)
}

fn words(roles: &[Role]) -> Vec<String> {
    distinct_roles(roles.to_vec())
        .into_iter()
        .map(|role| role.as_str().to_owned())
        .collect()
}
