//! Accounts of staff.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::schema::staff;
use super::sessions;
use crate::domain::staff::role::Role;

/// An account.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = staff)]
pub struct StaffRow {
    /// Its id.
    pub id: Uuid,
    /// The name for logging in, in lower case.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// argon2id, as a PHC string.
    pub password_hash: String,
    roles: Vec<String>,
    /// Whether it is disabled.
    pub disabled: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl StaffRow {
    /// What the person may do.
    pub fn roles(&self) -> Vec<Role> {
        self.roles
            .iter()
            .filter_map(|word| Role::parse(word))
            .collect()
    }
}

/// An account to insert.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// A random id.
    pub id: Uuid,
    /// The name for logging in; it is kept in lower case.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// argon2id, as a PHC string.
    pub password_hash: String,
    /// At least one role.
    pub roles: Vec<Role>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What to change of an account.
#[derive(Debug, Clone, Default)]
pub struct StaffChanges {
    /// The new name.
    pub name: Option<String>,
    /// The new roles.
    pub roles: Option<Vec<Role>>,
    /// Whether it is disabled.
    pub disabled: Option<bool>,
    /// The hash of the new password.
    pub password_hash: Option<String>,
}

/// Why an account was not changed.
#[derive(Debug)]
pub enum ChangeError {
    /// There is none with this id.
    Unknown,
    /// It would leave nobody to manage accounts.
    LastAdmin,
    /// The database failed.
    Query(diesel::result::Error),
}

impl From<diesel::result::Error> for ChangeError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Query(error)
    }
}

/// How e-mail addresses are compared.
pub fn normalise_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Inserts an account. None comes back when the e-mail is taken.
pub async fn insert(conn: &mut AsyncPgConnection, new: &NewStaff) -> QueryResult<Option<StaffRow>> {
    diesel::insert_into(staff::table)
        .values((
            staff::id.eq(new.id),
            staff::email.eq(normalise_email(&new.email)),
            staff::name.eq(&new.name),
            staff::password_hash.eq(&new.password_hash),
            staff::roles.eq(words(&new.roles)),
            staff::created_at.eq(new.created_at),
        ))
        .on_conflict(staff::email)
        .do_nothing()
        .returning(StaffRow::as_returning())
        .get_result(conn)
        .await
        .optional()
}

/// The account with this e-mail.
pub async fn by_email(conn: &mut AsyncPgConnection, email: &str) -> QueryResult<Option<StaffRow>> {
    staff::table
        .filter(staff::email.eq(normalise_email(email)))
        .select(StaffRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// The account with this id.
pub async fn by_id(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<Option<StaffRow>> {
    let query = staff::table.find(id).select(StaffRow::as_select());
    query.first(conn).await.optional()
}

/// Accounts in the order in which they were made.
pub async fn list(
    conn: &mut AsyncPgConnection,
    after: Option<(DateTime<Utc>, Uuid)>,
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

/// Changes an account. Disabling it and a new password end its sessions. The last admin stays.
pub async fn change(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    changes: StaffChanges,
    now: DateTime<Utc>,
) -> Result<StaffRow, ChangeError> {
    conn.transaction(async |conn| {
        // All admins are locked in one order, so that two changes at once cannot remove the last two.
        let admins = lock_admins(conn).await?;
        let old = staff::table
            .find(id)
            .for_update()
            .select(StaffRow::as_select());
        let old = old
            .first(conn)
            .await
            .optional()?
            .ok_or(ChangeError::Unknown)?;
        let roles = changes.roles.map_or(old.roles, |roles| words(&roles));
        let disabled = changes.disabled.unwrap_or(old.disabled);
        let stays_admin = !disabled && roles.iter().any(|word| word == Role::Admin.as_str());
        if admins == [id] && !stays_admin {
            return Err(ChangeError::LastAdmin);
        }
        if disabled || changes.password_hash.is_some() {
            sessions::revoke_all_of(conn, id, now).await?;
        }
        let changed = diesel::update(staff::table.find(id))
            .set((
                staff::name.eq(changes.name.unwrap_or(old.name)),
                staff::roles.eq(roles),
                staff::disabled.eq(disabled),
                staff::password_hash.eq(changes.password_hash.unwrap_or(old.password_hash)),
            ))
            .returning(StaffRow::as_returning());
        Ok(changed.get_result(conn).await?)
    })
    .await
}

async fn lock_admins(conn: &mut AsyncPgConnection) -> QueryResult<Vec<Uuid>> {
    staff::table
        .filter(staff::disabled.eq(false))
        .filter(staff::roles.contains(vec![Role::Admin.as_str()]))
        .order(staff::id)
        .for_update()
        .select(staff::id)
        .load(conn)
        .await
}

fn words(roles: &[Role]) -> Vec<String> {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    roles
        .into_iter()
        .map(|role| role.as_str().to_owned())
        .collect()
}
