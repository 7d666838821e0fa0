//! API keys of scheduled jobs. Only their hashes are stored.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::schema::{api_keys, forms, staff};
use super::staff::StaffRow;
use crate::domain::ids::{ApiKeyId, FormId, FormKey, StaffId};
use crate::domain::staff::api_key::{ApiKey, Scope};
use crate::domain::staff::role::Role;

/// A key with its owner. Its hash never leaves the database.
#[derive(Debug, Clone)]
pub struct ApiKeyRow {
    /// The id.
    pub id: ApiKeyId,
    /// The label that its owner gave it.
    pub label: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The last day (UTC) on which it let a request in.
    pub last_used_on: Option<NaiveDate>,
    /// The name of its owner.
    pub owner_name: String,
    /// The e-mail address of its owner.
    pub owner_email: String,
    /// Its owner, scope and end.
    pub key: ApiKey,
}

/// The columns of a key itself.
#[derive(Queryable, Selectable)]
#[diesel(table_name = api_keys, check_for_backend(diesel::pg::Pg))]
struct KeyColumns {
    id: ApiKeyId,
    role: Role,
    label: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    last_used_on: Option<NaiveDate>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<(KeyColumns, StaffRow, Option<FormKey>)> for ApiKeyRow {
    fn from((key, owner, form): (KeyColumns, StaffRow, Option<FormKey>)) -> Self {
        Self {
            id: key.id,
            label: key.label,
            created_at: key.created_at,
            last_used_on: key.last_used_on,
            key: ApiKey {
                owner: owner.id,
                owner_disabled: owner.disabled,
                owner_roles: owner.roles(),
                owner_scopes: owner.scopes,
                scope: Scope {
                    role: key.role,
                    form,
                },
                expires_at: key.expires_at,
                revoked_at: key.revoked_at,
            },
            owner_name: owner.name,
            owner_email: owner.email,
        }
    }
}

/// A key to insert.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = api_keys, check_for_backend(diesel::pg::Pg))]
pub struct NewApiKeyRow {
    /// A random id.
    pub id: ApiKeyId,
    /// The hash of its text.
    pub hash: Vec<u8>,
    /// Its owner.
    pub staff_id: StaffId,
    /// The role that it has.
    pub role: Role,
    /// The only form that it reads.
    pub form_id: Option<FormId>,
    /// The label.
    pub label: String,
    /// When it is made.
    pub created_at: DateTime<Utc>,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
}

/// Inserts a key.
pub async fn insert(conn: &mut AsyncPgConnection, new: &NewApiKeyRow) -> QueryResult<()> {
    let inserted = diesel::insert_into(api_keys::table).values(new);
    inserted.execute(conn).await.map(drop)
}

/// The key with this hash.
pub async fn by_hash(
    conn: &mut AsyncPgConnection,
    hash: [u8; 32],
) -> QueryResult<Option<ApiKeyRow>> {
    let found: Option<(KeyColumns, StaffRow, Option<FormKey>)> = api_keys::table
        .inner_join(staff::table)
        .left_join(forms::table)
        .filter(api_keys::hash.eq(hash.as_slice()))
        .select((
            KeyColumns::as_select(),
            StaffRow::as_select(),
            forms::key.nullable(),
        ))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(Into::into))
}

/// Keys of this owner, or of all, newest first. The next page starts after time and id of the last one.
pub async fn list(
    conn: &mut AsyncPgConnection,
    owner: Option<StaffId>,
    after: Option<(DateTime<Utc>, ApiKeyId)>,
    rows: i64,
) -> QueryResult<Vec<ApiKeyRow>> {
    let mut query = api_keys::table
        .inner_join(staff::table)
        .left_join(forms::table)
        .order((api_keys::created_at.desc(), api_keys::id.desc()))
        .limit(rows)
        .select((
            KeyColumns::as_select(),
            StaffRow::as_select(),
            forms::key.nullable(),
        ))
        .into_boxed();
    if let Some(owner) = owner {
        query = query.filter(api_keys::staff_id.eq(owner));
    }
    if let Some((at, id)) = after {
        let earlier = api_keys::created_at.lt(at);
        let same = api_keys::created_at.eq(at);
        query = query.filter(earlier.or(same.and(api_keys::id.lt(id))));
    }
    let found: Vec<(KeyColumns, StaffRow, Option<FormKey>)> = query.load(conn).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// Notes the day on which a key let a request in. The first request of a day writes, the others find it noted.
pub async fn mark_used(
    conn: &mut AsyncPgConnection,
    id: ApiKeyId,
    day: NaiveDate,
) -> QueryResult<()> {
    let earlier = api_keys::last_used_on.lt(day);
    let unnoted = api_keys::last_used_on.is_null().or(earlier);
    let key = api_keys::table.find(id).filter(unnoted);
    let noted = diesel::update(key).set(api_keys::last_used_on.eq(day));
    noted.execute(conn).await.map(drop)
}

/// The owner of a key.
pub async fn owner_of(conn: &mut AsyncPgConnection, id: ApiKeyId) -> QueryResult<Option<StaffId>> {
    let owner = api_keys::table.find(id).select(api_keys::staff_id);
    owner.first(conn).await.optional()
}

/// Revokes a key; tells whether it was not revoked before.
pub async fn revoke(
    conn: &mut AsyncPgConnection,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let key = api_keys::table.find(id);
    let key = key.filter(api_keys::revoked_at.is_null());
    let revoked = diesel::update(key).set(api_keys::revoked_at.eq(now));
    Ok(revoked.execute(conn).await? > 0)
}

/// Revokes the keys of an account, apart from those with a role to keep. Gives the keys that were not revoked before.
pub async fn revoke_all_of(
    conn: &mut AsyncPgConnection,
    owner: StaffId,
    keeping: &[Role],
    now: DateTime<Utc>,
) -> QueryResult<Vec<ApiKeyId>> {
    let keys = api_keys::table
        .filter(api_keys::staff_id.eq(owner))
        .filter(api_keys::role.ne_all(keeping))
        .filter(api_keys::revoked_at.is_null());
    diesel::update(keys)
        .set(api_keys::revoked_at.eq(now))
        .returning(api_keys::id)
        .get_results(conn)
        .await
}
