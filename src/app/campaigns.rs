//! Campaigns: listing, creating, changing, closing, counting.

use chrono::{DateTime, Utc};

use super::form_catalog::FormCatalog;
use super::trials::end_if_opened;
use super::{App, Caller, Failure, Transaction, failures, out_of_reach};
use crate::domain::admission::proof_of_work::Work;
use crate::domain::audit::{Actor, AuditEvent, AuditedSettings};
use crate::domain::campaign::access::Access;
use crate::domain::campaign::masking::{LeftOut, MaskingWeights};
use crate::domain::campaign::privacy_settings::PrivacySettings;
use crate::domain::campaign::{
    Campaign, CampaignChange, CampaignState, ChangeRefused, Schedule, ScheduleFault,
    default_retention,
};
use crate::domain::disclosure::rounding::{RoundedCount, round_down};
use crate::domain::form::Text;
use crate::domain::ids::{CampaignId, CampaignKey, FormKey};
use crate::domain::staff::scope::OutOfReach;
use crate::random;
use crate::store::AsyncPgConnection;
use crate::store::campaigns::{
    find_campaign, has_responses, insert_campaign, list_campaigns, lock_campaign, save_campaign,
};
use crate::store::forms::{FormVersionRef, find_form, list_version_refs, lock_form, versions_of};
use crate::store::passes::destroy_pass_key;
use crate::store::responses::count::count_responses;
use crate::store::responses::trial::delete_tests;
use crate::store::server_keys::current_key;

/// Why a campaign was not found, created or changed.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// There is none with this key.
    #[error("there is no such campaign")]
    Unknown,
    /// The role of the caller does not reach it.
    #[error("{0}")]
    OutOfReach(OutOfReach),
    /// There is one with this key already.
    #[error("there is a campaign with this key already")]
    Exists,
    /// There is no published form with this key.
    #[error("there is no published form with this key")]
    FormUnknown,
    /// Its times do not fit together.
    #[error("{0}")]
    Schedule(ScheduleFault),
    /// The form has no such version to pin the campaign to.
    #[error("the form has no such version")]
    VersionUnknown,
    /// The version to pin the campaign to is retired, or all versions of the form are.
    #[error("the version is retired")]
    VersionRetired,
    /// The form has no background question with this key to leave out.
    #[error("the form has no background question {0}")]
    NotBackground(String),
    /// The form has no background question with this key to give a weight.
    #[error("the form has no background question {0}")]
    NotWeighted(String),
    /// The change is refused.
    #[error("the change is refused")]
    Refused(ChangeRefused),
    /// Its window had ended, and the key of its passes was destroyed.
    #[error("the key of its passes was destroyed")]
    PassKeyDestroyed,
    /// Too many campaigns have a key for passes.
    #[error("too many campaigns have a key for passes")]
    TooManyPassKeys,
    /// The machinery.
    #[error("{0}")]
    Failure(Failure),
}

failures!(CampaignError);
out_of_reach!(CampaignError);

/// A campaign to create.
#[derive(Debug, Clone)]
pub struct NewCampaign {
    /// The key.
    pub key: CampaignKey,
    /// The key of a published form.
    pub form: FormKey,
    /// The title.
    pub title: Text,
    /// The purpose.
    pub description: Option<Text>,
    /// When it opens and closes.
    pub schedule: Schedule,
    /// The access rule.
    pub access: Access,
    /// The minimum number of responses that are released together.
    pub release_size: i32,
    /// The minimum number of records of an export that share their background answers.
    pub k: i32,
    /// From when responses can no longer be withdrawn; if none is given, they always can.
    pub freezes_at: Option<DateTime<Utc>>,
    /// When its responses are deleted; if none is given, five years after it closes.
    pub retained_until: Option<DateTime<Utc>>,
    /// For how many days after its end it takes responses that were filled in before.
    pub grace_days: i32,
    /// The only version of the form that it takes; if none is given, it follows the newest.
    pub form_version: Option<i32>,
    /// Whether it takes responses as tests until it opens.
    pub testing: bool,
    /// The work that is asked for with each response.
    pub proof_of_work: Option<Work>,
    /// From how many responses on its figures are for everybody while it is open; if none is given, only after its end.
    pub insights_from: Option<i32>,
    /// The keys of background questions whose answers are in no file of single responses.
    pub left_out: LeftOut,
    /// How much a masked cell costs, where it is not as usual.
    pub masking_weights: MaskingWeights,
}

/// The progress of a campaign, in rounded counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CampaignProgress {
    /// Released responses.
    pub released: RoundedCount,
    /// Responses that wait to be released.
    pub waiting: RoundedCount,
}

/// A page of the campaigns in this state, or of all campaigns, by key. Loads their pass keys into memory.
///
/// # Errors
///
/// A failure of the database.
pub async fn list(
    app: &App,
    state: Option<CampaignState>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Campaign>, Failure> {
    let mut conn = app.connection().await?;
    let campaigns = list_campaigns(&mut conn, state, app.now(), after, limit).await?;
    for campaign in &campaigns {
        app.pass_keys.remember(&mut conn, campaign).await?;
    }
    Ok(campaigns)
}

/// The campaign with this key. Loads its pass key into memory.
///
/// # Errors
///
/// When there is no such campaign.
pub async fn find(app: &App, key: &CampaignKey) -> Result<Campaign, CampaignError> {
    let mut conn = app.connection().await?;
    let campaign = find_campaign(&mut conn, key)
        .await?
        .ok_or(CampaignError::Unknown)?;
    end_if_opened(app, &campaign).await?;
    app.pass_keys.remember(&mut conn, &campaign).await?;
    Ok(campaign)
}

/// Counts the responses of a campaign.
///
/// # Errors
///
/// When there is no such campaign, or the caller does not reach it.
pub async fn progress(
    app: &App,
    caller: &Caller,
    key: &CampaignKey,
) -> Result<CampaignProgress, CampaignError> {
    let mut conn = app.connection().await?;
    let campaign = find_campaign(&mut conn, key)
        .await?
        .ok_or(CampaignError::Unknown)?;
    caller.scope.check_campaign(&campaign)?;
    let counts = count_responses(&mut conn, campaign.id).await?;
    let release_size = campaign.settings.release_size;
    Ok(CampaignProgress {
        released: round_down(counts.released, release_size),
        waiting: round_down(counts.waiting, release_size),
    })
}

/// Creates a campaign. The caller has to reach its form: a campaign on their list does not let them create others.
///
/// # Errors
///
/// When the caller does not reach its form, its key is taken, its form is not published, or its times do not fit together.
pub async fn create(
    app: &App,
    caller: &Caller,
    new: NewCampaign,
) -> Result<Campaign, CampaignError> {
    caller.scope.check_form(&new.form)?;
    let created = app
        .transact(async |tx| {
            let campaign = prepare(tx, &app.forms, new).await?;
            if !insert_campaign(tx, &campaign).await? {
                return Err(CampaignError::Exists);
            }
            if campaign.settings.access == Access::Pass {
                app.provide_pass_key(tx, &campaign).await?;
            }
            tx.record(
                caller.actor,
                AuditEvent::CampaignCreated {
                    campaign: campaign.key.to_string(),
                    form: campaign.form.to_string(),
                    settings: AuditedSettings::from(&campaign),
                },
            );
            Ok(campaign)
        })
        .await?;
    remember_pass_key(app, &created).await;
    Ok(created)
}

async fn prepare(
    tx: &mut Transaction<'_>,
    forms: &FormCatalog,
    new: NewCampaign,
) -> Result<Campaign, CampaignError> {
    let form = find_form(tx, &new.form).await?;
    let campaign = Campaign {
        id: CampaignId(random::uuid()?),
        key: new.key,
        form_id: form.as_ref().map_or_else(Default::default, |form| form.id),
        form: new.form,
        title: new.title,
        description: new.description,
        schedule: new.schedule,
        closed_at: None,
        settings: PrivacySettings {
            access: new.access,
            release_size: new.release_size,
            k: new.k,
            freezes_at: new.freezes_at,
            retained_until: new
                .retained_until
                .unwrap_or_else(|| default_retention(new.schedule.closes_at, new.grace_days)),
            grace_days: new.grace_days,
            insights_from: new.insights_from,
            left_out: new.left_out,
            masking_weights: new.masking_weights,
        },
        proof_of_work: new.proof_of_work,
        created_at: tx.now(),
        erased_at: None,
        form_version: new.form_version,
        testing: new.testing,
        server_key: current_key(tx).await?,
        revision: 0,
    };
    let campaign = campaign
        .with_sound_times()
        .map_err(CampaignError::Schedule)?;
    if campaign.testing && !campaign.is_testing(tx.now()) {
        return Err(CampaignError::Refused(ChangeRefused::TestingOver));
    }
    // The lock keeps the version that the campaign needs from being retired meanwhile.
    match form {
        Some(form) if lock_form(tx, form.id).await? => {}
        _ => return Err(CampaignError::FormUnknown),
    }
    check_version(tx, &campaign).await?;
    with_background(tx, forms, campaign).await
}

/// Checks that the campaign's respondents have a version to fill in. Call it with the form locked.
async fn check_version(
    conn: &mut AsyncPgConnection,
    campaign: &Campaign,
) -> Result<(), CampaignError> {
    let versions = list_version_refs(conn, campaign.form_id).await?;
    if versions.is_empty() {
        return Err(CampaignError::FormUnknown);
    }
    let mut taken = versions
        .iter()
        .filter(|version| campaign.takes_version(version.version))
        .peekable();
    if taken.peek().is_none() {
        return Err(CampaignError::VersionUnknown);
    }
    match taken.any(FormVersionRef::is_in_use) {
        true => Ok(()),
        false => Err(CampaignError::VersionRetired),
    }
}

/// Checks what the campaign says of background questions against the versions that it takes, and gives those that it leaves out
/// their words, by the newest of these.
async fn with_background(
    conn: &mut AsyncPgConnection,
    forms: &FormCatalog,
    mut campaign: Campaign,
) -> Result<Campaign, CampaignError> {
    let settings = &campaign.settings;
    if settings.left_out.0.is_empty() && settings.masking_weights.0.is_empty() {
        return Ok(campaign);
    }
    let rows = versions_of(conn, campaign.form_id).await?;
    let taken = rows
        .into_iter()
        .filter(|row| campaign.takes_version(row.version));
    let taken: Vec<_> = taken
        .map(|row| forms.remember(row))
        .collect::<Result<_, _>>()?;
    let words = |key: &str| {
        taken.iter().rev().find_map(|version| {
            let form = &version.form;
            let question = form.questions().get(form.place(key)?)?;
            let words = &form.question_definition(key)?.text;
            question.background.then(|| words.clone())
        })
    };
    let settings = &mut campaign.settings;
    for (key, text) in &mut settings.left_out.0 {
        *text = words(key).ok_or_else(|| CampaignError::NotBackground(key.clone()))?;
    }
    for key in settings.masking_weights.0.keys() {
        if !MaskingWeights::METADATA.contains(&key.as_str()) && words(key).is_none() {
            return Err(CampaignError::NotWeighted(key.clone()));
        }
    }
    Ok(campaign)
}

/// Changes a campaign, as far as its privacy promises allow.
///
/// # Errors
///
/// When there is no such campaign, the caller does not reach it, or the change is refused.
pub async fn change(
    app: &App,
    caller: &Caller,
    key: &CampaignKey,
    change: &CampaignChange,
) -> Result<Campaign, CampaignError> {
    let changed = app
        .transact(async |tx| {
            let old = lock_campaign(tx, key)
                .await?
                .ok_or(CampaignError::Unknown)?;
            caller.scope.check_campaign(&old)?;
            // The wait for the lock may have been long.
            let now = app.now();
            let answered = has_responses(tx, old.id).await?;
            let new = old
                .change(change, answered, now)
                .map_err(CampaignError::Refused)?;
            if new.form_version.is_some() && new.form_version != old.form_version {
                lock_form(tx, new.form_id).await?;
                check_version(tx, &new).await?;
            }
            let (said, before) = (&new.settings, &old.settings);
            let same = said.left_out.is_same(&before.left_out)
                && said.masking_weights == before.masking_weights;
            let new = match same {
                true => new,
                false => with_background(tx, &app.forms, new).await?,
            };
            save_campaign(tx, &new).await?;
            if old.testing && !new.testing {
                delete_tests(tx, new.id).await?;
            }
            if new.needs_pass_key(now) {
                app.provide_pass_key(tx, &new).await?;
            }
            record_change(tx, caller.actor, &old, &new);
            Ok::<_, CampaignError>(new)
        })
        .await?;
    app.named_versions.forget();
    remember_pass_key(app, &changed).await;
    Ok(changed)
}

/// Closes a campaign for good, with this grace if one is given. Closing it again changes nothing.
///
/// # Errors
///
/// When there is no such campaign, the caller does not reach it, or the grace is refused.
pub async fn close(
    app: &App,
    caller: &Caller,
    key: &CampaignKey,
    grace_days: Option<i32>,
) -> Result<Campaign, CampaignError> {
    let campaign = app
        .transact(async |tx| {
            let old = lock_campaign(tx, key)
                .await?
                .ok_or(CampaignError::Unknown)?;
            caller.scope.check_campaign(&old)?;
            destroy_pass_key(tx, old.id).await?;
            let answered = has_responses(tx, old.id).await?;
            let closed = old.close(grace_days, answered, app.now());
            let Some(closed) = closed.map_err(CampaignError::Refused)? else {
                return Ok(old);
            };
            save_campaign(tx, &closed).await?;
            delete_tests(tx, closed.id).await?;
            record_change(tx, caller.actor, &old, &closed);
            Ok::<_, CampaignError>(closed)
        })
        .await?;
    app.named_versions.forget();
    remember_pass_key(app, &campaign).await;
    Ok(campaign)
}

/// Records a change of privacy settings in the audit. Changes of other settings are not recorded.
fn record_change(tx: &mut Transaction<'_>, actor: Actor, old: &Campaign, new: &Campaign) {
    let (before, after) = (AuditedSettings::from(old), AuditedSettings::from(new));
    if before != after {
        let campaign = new.key.to_string();
        tx.record(
            actor,
            AuditEvent::CampaignChanged {
                campaign,
                before,
                after,
            },
        );
    }
}

/// Reads the key of a campaign's passes into memory. What was done stays done if that fails: the next request reads it.
async fn remember_pass_key(app: &App, campaign: &Campaign) {
    if campaign.settings.access != Access::Pass {
        return;
    }
    let remembered = async {
        let mut conn = app.connection().await?;
        app.pass_keys.remember(&mut conn, campaign).await
    };
    if remembered.await.is_err() {
        tracing::warn!("the key of a campaign's passes could not be read");
    }
}
