//! Changing a campaign, as far as its promises allow.

use actix_web::web::Path;
use actix_web::{HttpResponse, patch};
use chrono::{DateTime, Utc};
use diesel_async::AsyncConnection;
use serde_json::json;

use super::times::Times;
use super::views::{CampaignView, UpdateCampaignBody};
use crate::app::pass_keys::provide_pass_key;
use crate::domain::audit::Action;
use crate::domain::campaign::access::Access;
use crate::domain::campaign::privacy_settings::{PrivacySettings, Promise};
use crate::http::auth::{Coordinator, Staff};
use crate::http::extract::{Body, State};
use crate::http::problem::{Code, FieldError, Problem};
use crate::store::AsyncPgConnection;
use crate::store::audit::append_entry;
use crate::store::campaigns::{
    CampaignChange, CampaignRow, Window, change_campaign, has_responses, lock_campaign,
};

/// Change a campaign
///
/// One that is closed can only be told to delete its responses sooner. One whose window has ended opens again only as
/// long as nobody has answered, and never with access `pass`: each end releases what waits, however little that is.
#[utoipa::path(
    tag = "campaigns",
    security(("staff" = ["coordinator"])),
    params(("campaign" = String, Path, description = "The campaign's key.", example = "world-cancer-day-2027")),
    request_body = UpdateCampaignBody,
    responses((status = 200, description = "The campaign as it is now.", body = CampaignView)),
    extensions(("x-problems" = json!(["campaign_unknown", "campaign_closed", "settings_promised", "too_many_pass_campaigns"]))),
)]
#[patch("/v1/campaigns/{campaign}")]
pub(super) async fn update_campaign(
    coordinator: Staff<Coordinator>,
    state: State,
    campaign: Path<String>,
    body: Body<UpdateCampaignBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let mut conn = state.connection().await?;
    let (row, form) = conn
        .transaction(async |conn| {
            let found = lock_campaign(conn, &campaign).await?;
            let (row, form) = found.ok_or(Code::CampaignUnknown)?;
            if row.erased_at.is_some() || (row.closed_at.is_some() && body.needs_open()) {
                return Err(Problem::from(Code::CampaignClosed));
            }
            let change = change(&row, &body)?;
            keep_promises(conn, &row, &change, state.now()).await?;
            let changed = change_campaign(conn, row.id, &change).await?;
            keep_ended(conn, &row, &changed, state.now()).await?;
            if changed.window(state.now()) != Window::Closed {
                provide_pass_key(&state, conn, &changed).await?;
            }
            let details = json!({"campaign": changed.key, "before": settings(&row), "after": settings(&changed)});
            if settings(&row) != settings(&changed) {
                let (now, staff, action) = (state.now(), Some(coordinator.id), Action::CampaignChanged);
                append_entry(conn, &state.keys.server, now, staff, action, &details).await?;
            }
            Ok((changed, form))
        })
        .await?;
    Ok(HttpResponse::Ok().json(super::view(&state, &mut conn, (row, form)).await?))
}

/// What to set. All times, as they were checked together.
fn change(row: &CampaignRow, body: &UpdateCampaignBody) -> Result<CampaignChange, Problem> {
    let times = Times {
        opens_at: body.opens_at.unwrap_or(row.opens_at),
        closes_at: body.closes_at.unwrap_or(row.closes_at),
        freezes_at: body.freezes_at.unwrap_or(row.freezes_at),
        retained_until: body.retained_until.unwrap_or(row.retained_until),
    };
    let times = times.sound()?;
    let access = body.access.map(Access::from);
    Ok(CampaignChange {
        title: body.title.as_ref().map(super::to_json).transpose()?,
        description: body
            .description
            .as_ref()
            .map(super::to_json)
            .transpose()?
            .map(Some),
        opens_at: Some(times.opens_at),
        closes_at: Some(times.closes_at),
        closed_at: None,
        release_size: body.release_size,
        access: access.map(|access| access.as_str().to_owned()),
        k: body.k,
        freezes_at: Some(times.freezes_at),
        retained_until: Some(times.retained_until),
    })
}

/// Refuses what would make things worse for those who answered already.
async fn keep_promises(
    conn: &mut AsyncPgConnection,
    row: &CampaignRow,
    change: &CampaignChange,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let old = row.settings();
    let new = PrivacySettings {
        access: change
            .access
            .as_deref()
            .and_then(Access::parse)
            .unwrap_or(old.access),
        release_size: change.release_size.unwrap_or(old.release_size),
        k: change.k.unwrap_or(old.k),
        freezes_at: change.freezes_at.unwrap_or(old.freezes_at),
        retained_until: change.retained_until.unwrap_or(old.retained_until),
    };
    let broken = old.broken_by(&new);
    let hasty = old.deletes_hastily(&new, now);
    if (broken.is_empty() && !hasty) || !has_responses(conn, row.id).await? {
        return Ok(());
    }
    if hasty {
        let detail = "With responses in it, it must be seven days from now or later.";
        let error = FieldError::new("/retained_until", "deletion_too_soon", detail);
        return Err(Problem::fields(Code::BodyInvalid, vec![error]));
    }
    let error = |promise: &Promise| {
        let pointer = format!("/{}", promise.field());
        FieldError::new(pointer, "settings_promised", promise.to_string())
    };
    Err(Problem::fields(
        Code::SettingsPromised,
        broken.iter().map(error).collect(),
    ))
}

/// Refuses to open a campaign again whose window has ended. When it did, what waited was released as it was, so
/// that with many ends there would be many small batches. And the key of its passes is destroyed then, or about to be.
async fn keep_ended(
    conn: &mut AsyncPgConnection,
    row: &CampaignRow,
    new: &CampaignRow,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let again = row.window(now) == Window::Closed && new.window(now) != Window::Closed;
    if again && (row.access() == Access::Pass || has_responses(conn, row.id).await?) {
        let detail = "It has ended, and what waited was released. Create another campaign.";
        return Err(Problem::new(Code::CampaignClosed).detail(detail));
    }
    Ok(())
}

/// The privacy settings for the audit, with the end: it releases what waits, however little that is.
pub(super) fn settings(row: &CampaignRow) -> serde_json::Value {
    json!({
        "access": row.access, "release_size": row.release_size, "k": row.k,
        "freezes_at": row.freezes_at, "retained_until": row.retained_until,
        "closes_at": row.closes_at, "closed_at": row.closed_at,
    })
}
