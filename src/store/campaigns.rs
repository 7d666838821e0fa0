//! Campaigns.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::forms::FormVersionRef;
use super::schema::{arrivals, campaigns, form_versions, forms, responses, tombstones};
use crate::domain::campaign::access::Access;
use crate::domain::campaign::privacy_settings::PrivacySettings;

/// A campaign.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = campaigns, check_for_backend(diesel::pg::Pg))]
pub struct CampaignRow {
    /// Its id.
    pub id: Uuid,
    /// Its key.
    pub key: String,
    /// The form that it collects responses to.
    pub form_id: Uuid,
    /// What it is called, by language.
    pub title: Value,
    /// What it is for, by language.
    pub description: Option<Value>,
    /// From when it takes responses.
    pub opens_at: DateTime<Utc>,
    /// Until when it takes responses.
    pub closes_at: DateTime<Utc>,
    /// When it was closed for good.
    pub closed_at: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// How many arrivals are released at once at least.
    pub release_size: i32,
    /// The word of its access rule.
    pub access: String,
    /// How many records of an export share their background answers at least.
    pub k: i32,
    /// From when responses can no longer be withdrawn.
    pub freezes_at: Option<DateTime<Utc>>,
    /// When its responses are deleted.
    pub retained_until: DateTime<Utc>,
    /// When they were.
    pub erased_at: Option<DateTime<Utc>>,
}

/// What of a campaign can change.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = campaigns)]
pub struct CampaignChange {
    /// What it is called.
    pub title: Option<Value>,
    /// What it is for; `Some(None)` takes it away.
    pub description: Option<Option<Value>>,
    /// From when it takes responses.
    pub opens_at: Option<DateTime<Utc>>,
    /// Until when it takes responses.
    pub closes_at: Option<DateTime<Utc>>,
    /// When it was closed for good.
    pub closed_at: Option<DateTime<Utc>>,
    /// How many arrivals are released at once at least.
    pub release_size: Option<i32>,
    /// The word of its access rule.
    pub access: Option<String>,
    /// How many records of an export share their background answers at least.
    pub k: Option<i32>,
    /// From when responses can no longer be withdrawn; `Some(None)` for never.
    pub freezes_at: Option<Option<DateTime<Utc>>>,
    /// When its responses are deleted.
    pub retained_until: Option<DateTime<Utc>>,
}

/// Whether a campaign takes responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Not yet.
    Upcoming,
    /// Now.
    Open,
    /// No more.
    Closed,
}

impl CampaignRow {
    /// Its access rule.
    pub fn access(&self) -> Access {
        // The table takes no other word.
        Access::parse(&self.access).unwrap_or(Access::Pass)
    }

    /// What it promises to those who answer.
    pub fn settings(&self) -> PrivacySettings {
        PrivacySettings {
            access: self.access(),
            release_size: self.release_size,
            k: self.k,
            freezes_at: self.freezes_at,
            retained_until: self.retained_until,
        }
    }

    /// Whether it takes responses at this time: from `opens_at` on, up to `closes_at`, unless closed.
    pub fn window(&self, now: DateTime<Utc>) -> Window {
        if self.closed_at.is_some() || now >= self.closes_at {
            Window::Closed
        } else if now < self.opens_at {
            Window::Upcoming
        } else {
            Window::Open
        }
    }
}

/// A campaign, and a version of its form, as far as they are there.
pub type CampaignAndVersion = Option<(CampaignRow, Option<FormVersionRef>)>;

/// The campaign with this key, and the key of its form.
pub async fn find_campaign(
    conn: &mut AsyncPgConnection,
    key: &str,
) -> QueryResult<Option<(CampaignRow, String)>> {
    campaigns::table
        .inner_join(forms::table)
        .filter(campaigns::key.eq(key))
        .select((CampaignRow::as_select(), forms::key))
        .first(conn)
        .await
        .optional()
}

/// The campaign with this key, and this version of its form, if there is one.
pub async fn find_campaign_and_version(
    conn: &mut AsyncPgConnection,
    key: &str,
    version: i32,
) -> QueryResult<CampaignAndVersion> {
    let version_of = form_versions::form_id
        .eq(campaigns::form_id)
        .and(form_versions::version.eq(version));
    campaigns::table
        .left_join(form_versions::table.on(version_of))
        .filter(campaigns::key.eq(key))
        .select((
            CampaignRow::as_select(),
            Option::<FormVersionRef>::as_select(),
        ))
        .first(conn)
        .await
        .optional()
}

/// A page of the campaigns whose window is in this state at this time, or of all, by key.
pub async fn list_campaigns(
    conn: &mut AsyncPgConnection,
    window: Option<Window>,
    now: DateTime<Utc>,
    after: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<(CampaignRow, String)>> {
    let mut query = campaigns::table
        .inner_join(forms::table)
        .filter(campaigns::key.gt(after.unwrap_or_default()))
        .order(campaigns::key)
        .limit(limit)
        .select((CampaignRow::as_select(), forms::key))
        .into_boxed();
    let over = || {
        campaigns::closed_at
            .is_not_null()
            .or(campaigns::closes_at.le(now))
    };
    query = match window {
        None => query,
        Some(Window::Closed) => query.filter(over()),
        Some(Window::Upcoming) => query
            .filter(diesel::dsl::not(over()))
            .filter(campaigns::opens_at.gt(now)),
        Some(Window::Open) => query
            .filter(diesel::dsl::not(over()))
            .filter(campaigns::opens_at.le(now)),
    };
    query.load(conn).await
}

/// Creates a campaign, unless there is one with its key; tells whether it did.
pub async fn create_campaign(
    conn: &mut AsyncPgConnection,
    campaign: &CampaignRow,
) -> QueryResult<bool> {
    let created = diesel::insert_into(campaigns::table)
        .values(campaign)
        .on_conflict(campaigns::key)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(created == 1)
}

/// The campaign with this key, and the key of its form. Nobody changes it, and nothing new is stored in it, until the
/// transaction ends.
pub async fn lock_campaign(
    conn: &mut AsyncPgConnection,
    key: &str,
) -> QueryResult<Option<(CampaignRow, String)>> {
    let row = campaigns::table
        .filter(campaigns::key.eq(key))
        .select(CampaignRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let form = forms::table.find(row.form_id).select(forms::key);
    Ok(Some((row, form.first(conn).await?)))
}

/// Whether anybody has answered in a campaign, even if the response was withdrawn since.
pub async fn has_responses(conn: &mut AsyncPgConnection, id: Uuid) -> QueryResult<bool> {
    use diesel::dsl::exists;
    let arrived = exists(arrivals::table.filter(arrivals::campaign_id.eq(id)));
    let released = exists(responses::table.filter(responses::campaign_id.eq(id)));
    let withdrawn = exists(tombstones::table.filter(tombstones::campaign_id.eq(id)));
    diesel::select(arrived.or(released).or(withdrawn))
        .get_result(conn)
        .await
}

/// Closes a campaign for good, unless it is already.
pub async fn close_campaign(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> QueryResult<Option<CampaignRow>> {
    diesel::update(campaigns::table.find(id))
        .filter(campaigns::closed_at.is_null())
        .set(campaigns::closed_at.eq(now))
        .returning(CampaignRow::as_returning())
        .get_result(conn)
        .await
        .optional()
}

/// Changes a campaign.
pub async fn change_campaign(
    conn: &mut AsyncPgConnection,
    id: Uuid,
    change: &CampaignChange,
) -> QueryResult<CampaignRow> {
    diesel::update(campaigns::table.find(id))
        .set(change)
        .returning(CampaignRow::as_returning())
        .get_result(conn)
        .await
}
