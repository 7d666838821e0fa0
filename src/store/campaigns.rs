//! Campaigns.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use super::forms::{FormVersionRef, serialization};
use super::schema::{arrivals, campaigns, form_versions, forms, pass_keys, responses, tombstones};
use crate::domain::admission::proof_of_work::Work;
use crate::domain::campaign::access::Access;
use crate::domain::campaign::masking::{LeftOut, MaskingWeights};
use crate::domain::campaign::privacy_settings::PrivacySettings;
use crate::domain::campaign::{Campaign, CampaignState, Schedule};
use crate::domain::form::Text;
use crate::domain::ids::{CampaignId, CampaignKey, FormId, FormKey};
use crate::domain::server_key::KeyNumber;

/// A campaign as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = campaigns, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
struct CampaignRow {
    id: CampaignId,
    key: CampaignKey,
    form_id: FormId,
    title: Value,
    description: Option<Value>,
    opens_at: DateTime<Utc>,
    closes_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    release_size: i32,
    access: Access,
    k: i32,
    freezes_at: Option<DateTime<Utc>>,
    retained_until: DateTime<Utc>,
    erased_at: Option<DateTime<Utc>>,
    grace_days: i32,
    form_version: Option<i32>,
    testing: bool,
    proof_of_work: Option<i16>,
    server_key: i16,
    insights_from: Option<i32>,
    revision: i32,
    left_out: LeftOut,
    masking_weights: MaskingWeights,
}

impl CampaignRow {
    fn of(campaign: &Campaign) -> QueryResult<Self> {
        let text = |text: &Text| serde_json::to_value(text).map_err(serialization);
        let settings = &campaign.settings;
        Ok(Self {
            id: campaign.id,
            key: campaign.key.clone(),
            form_id: campaign.form_id,
            title: text(&campaign.title)?,
            description: campaign.description.as_ref().map(text).transpose()?,
            opens_at: campaign.schedule.opens_at,
            closes_at: campaign.schedule.closes_at,
            closed_at: campaign.closed_at,
            created_at: campaign.created_at,
            release_size: settings.release_size,
            access: settings.access,
            k: settings.k,
            freezes_at: settings.freezes_at,
            retained_until: settings.retained_until,
            erased_at: campaign.erased_at,
            grace_days: settings.grace_days,
            form_version: campaign.form_version,
            testing: campaign.testing,
            proof_of_work: campaign.proof_of_work.map(|work| work.bits().into()),
            server_key: campaign.server_key.0,
            insights_from: settings.insights_from,
            revision: campaign.revision,
            left_out: settings.left_out.clone(),
            masking_weights: settings.masking_weights.clone(),
        })
    }

    /// The campaign of this row; `form` is the key of its form.
    fn into_campaign(self, form: FormKey) -> QueryResult<Campaign> {
        let text = |value| {
            serde_json::from_value(value)
                .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))
        };
        Ok(Campaign {
            id: self.id,
            key: self.key,
            form_id: self.form_id,
            form,
            title: text(self.title)?,
            description: self.description.map(text).transpose()?,
            schedule: Schedule {
                opens_at: self.opens_at,
                closes_at: self.closes_at,
            },
            closed_at: self.closed_at,
            settings: PrivacySettings {
                access: self.access,
                release_size: self.release_size,
                k: self.k,
                freezes_at: self.freezes_at,
                retained_until: self.retained_until,
                grace_days: self.grace_days,
                insights_from: self.insights_from,
                left_out: self.left_out,
                masking_weights: self.masking_weights,
            },
            proof_of_work: self
                .proof_of_work
                .and_then(|bits| Work::of_bits(bits.try_into().ok()?)),
            created_at: self.created_at,
            erased_at: self.erased_at,
            form_version: self.form_version,
            testing: self.testing,
            server_key: KeyNumber(self.server_key),
            revision: self.revision,
        })
    }
}

/// A campaign and a version of its form; each is none when it does not exist.
pub type CampaignAndVersion = Option<(Arc<Campaign>, Option<FormVersionRef>)>;

/// The campaign with this key.
pub async fn find_campaign(
    conn: &mut AsyncPgConnection,
    key: &CampaignKey,
) -> QueryResult<Option<Campaign>> {
    let found: Option<(CampaignRow, FormKey)> = campaigns::table
        .inner_join(forms::table)
        .filter(campaigns::key.eq(key))
        .select((CampaignRow::as_select(), forms::key))
        .first(conn)
        .await
        .optional()?;
    found.map(|(row, form)| row.into_campaign(form)).transpose()
}

/// The campaign with this key, and this version of its form. Either may be missing.
pub async fn find_campaign_and_version(
    conn: &mut AsyncPgConnection,
    key: &CampaignKey,
    version: i32,
) -> QueryResult<CampaignAndVersion> {
    let version_of = form_versions::form_id
        .eq(campaigns::form_id)
        .and(form_versions::version.eq(version));
    let found: Option<(CampaignRow, FormKey, Option<FormVersionRef>)> = campaigns::table
        .inner_join(forms::table)
        .left_join(form_versions::table.on(version_of))
        .filter(campaigns::key.eq(key))
        .select((
            CampaignRow::as_select(),
            forms::key,
            Option::<FormVersionRef>::as_select(),
        ))
        .first(conn)
        .await
        .optional()?;
    found
        .map(|(row, form, version)| Ok((Arc::new(row.into_campaign(form)?), version)))
        .transpose()
}

/// The campaign that has a private pass key whose id ends in this byte.
pub async fn find_campaign_by_key_byte(
    conn: &mut AsyncPgConnection,
    byte: u8,
) -> QueryResult<Option<Campaign>> {
    let found: Option<(CampaignRow, FormKey)> = campaigns::table
        .inner_join(forms::table)
        .inner_join(pass_keys::table)
        .filter(pass_keys::private_key.is_not_null())
        .filter(sql::<Bool>("get_byte(pass_keys.id, 31) = ").bind::<Integer, _>(i32::from(byte)))
        .select((CampaignRow::as_select(), forms::key))
        .first(conn)
        .await
        .optional()?;
    found.map(|(row, form)| row.into_campaign(form)).transpose()
}

/// A page of the campaigns in this state at this time, or of all campaigns, by key.
pub async fn list_campaigns(
    conn: &mut AsyncPgConnection,
    state: Option<CampaignState>,
    now: DateTime<Utc>,
    after: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<Campaign>> {
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
    query = match state {
        None => query,
        Some(CampaignState::Closed) => query.filter(over()),
        Some(CampaignState::Upcoming) => query
            .filter(diesel::dsl::not(over()))
            .filter(campaigns::opens_at.gt(now)),
        Some(CampaignState::Open) => query
            .filter(diesel::dsl::not(over()))
            .filter(campaigns::opens_at.le(now)),
    };
    let rows: Vec<(CampaignRow, FormKey)> = query.load(conn).await?;
    rows.into_iter()
        .map(|(row, form)| row.into_campaign(form))
        .collect()
}

/// The campaigns of a form, by key.
pub async fn campaigns_of(
    conn: &mut AsyncPgConnection,
    form: FormId,
) -> QueryResult<Vec<Campaign>> {
    let rows: Vec<(CampaignRow, FormKey)> = campaigns::table
        .inner_join(forms::table)
        .filter(campaigns::form_id.eq(form))
        .order(campaigns::key)
        .select((CampaignRow::as_select(), forms::key))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(row, form)| row.into_campaign(form))
        .collect()
}

/// Inserts a campaign unless its key is taken; tells whether it was inserted.
pub async fn insert_campaign(
    conn: &mut AsyncPgConnection,
    campaign: &Campaign,
) -> QueryResult<bool> {
    let inserted = diesel::insert_into(campaigns::table)
        .values(CampaignRow::of(campaign)?)
        .on_conflict(campaigns::key)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(inserted == 1)
}

/// The campaign with this key, locked until the transaction ends: no other transaction can change it or store a
/// response in it.
pub async fn lock_campaign(
    conn: &mut AsyncPgConnection,
    key: &CampaignKey,
) -> QueryResult<Option<Campaign>> {
    let row = campaigns::table
        .filter(campaigns::key.eq(key))
        .select(CampaignRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let form = forms::table.find(row.form_id).select(forms::key);
    Ok(Some(row.into_campaign(form.first(conn).await?)?))
}

/// Whether the campaign ever received a response, including responses withdrawn since.
pub async fn has_responses(conn: &mut AsyncPgConnection, id: CampaignId) -> QueryResult<bool> {
    use diesel::dsl::exists;
    let arrived = exists(arrivals::table.filter(arrivals::campaign_id.eq(id)));
    let released = exists(responses::table.filter(responses::campaign_id.eq(id)));
    let withdrawn = exists(tombstones::table.filter(tombstones::campaign_id.eq(id)));
    diesel::select(arrived.or(released).or(withdrawn))
        .get_result(conn)
        .await
}

/// Updates the row of a campaign to this state, and counts its revision up.
pub async fn save_campaign(conn: &mut AsyncPgConnection, campaign: &Campaign) -> QueryResult<()> {
    let mut row = CampaignRow::of(campaign)?;
    row.revision = row.revision.wrapping_add(1);
    diesel::update(campaigns::table.find(campaign.id))
        .set(row)
        .execute(conn)
        .await
        .map(drop)
}
