//! Invitations: making, counting and revoking them, in batches.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::pass_keys::PassKey;
use super::{App, Caller, Failure, failures, out_of_reach};
use crate::domain::admission::invitation::Invitation;
use crate::domain::audit::AuditEvent;
use crate::domain::campaign::access::Access;
use crate::domain::campaign::{Campaign, NoInvitations};
use crate::domain::disclosure::rounding::{RoundedCount, round_down};
use crate::domain::ids::{CampaignKey, InvitationBatchId};
use crate::domain::staff::scope::OutOfReach;
use crate::random::{self, NoEntropy};
use crate::store::campaigns::find_campaign;
use crate::store::invitations::{
    InvitationBatchRow, Revocation, count_invitations, insert_batch, list_batches, revoke_batch,
};

/// Why invitations were not made or revoked.
#[derive(Debug)]
pub enum InvitationError {
    /// There is no such campaign.
    CampaignUnknown,
    /// The role of the caller does not reach it.
    OutOfReach(OutOfReach),
    /// The campaign takes no invitations now.
    Refused(NoInvitations),
    /// The campaign has no such batch.
    BatchUnknown,
    /// An internal failure.
    Failure(Failure),
}

failures!(InvitationError);
out_of_reach!(InvitationError);

/// Invitations to make.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// How many.
    pub count: i32,
    /// The label of the batch.
    pub label: Option<String>,
    /// The format of the reply, for the audit.
    pub format: &'static str,
}

/// Newly made invitations. They cannot be read again: only their keyed hashes are stored.
#[derive(Debug)]
pub struct IssuedBatch {
    /// The campaign.
    pub campaign: Campaign,
    /// The batch.
    pub batch: InvitationBatchRow,
    /// The invitations.
    pub invitations: Vec<Invitation>,
    /// The key that signs the passes for them, where there are passes.
    pub pass_key: Option<Arc<PassKey>>,
}

/// A page of the batches of a campaign, and the totals of the campaign.
#[derive(Debug)]
pub struct BatchList {
    /// The number of invitations made for the campaign, including revoked ones.
    pub issued: i64,
    /// The number of redeemed invitations, rounded.
    pub redeemed: RoundedCount,
    /// The batches of this page, oldest first.
    pub batches: Vec<InvitationBatchRow>,
}

/// Makes a batch of invitations.
///
/// # Errors
///
/// When there is no such campaign, the caller does not reach it, or it takes no invitations.
pub async fn issue(
    app: &App,
    caller: &Caller,
    key: &CampaignKey,
    new: NewBatch,
) -> Result<IssuedBatch, InvitationError> {
    app.transact(async |tx| {
        let campaign = find_campaign(tx, key)
            .await?
            .ok_or(InvitationError::CampaignUnknown)?;
        caller.scope.check_campaign(&campaign)?;
        campaign
            .check_takes_invitations(tx.now())
            .map_err(InvitationError::Refused)?;
        let batch = InvitationBatchRow {
            id: InvitationBatchId(random::uuid()?),
            campaign_id: campaign.id,
            label: new.label,
            issued: new.count,
            created_at: tx.now(),
            revoked_at: None,
        };
        let invitations = draw(new.count)?;
        let server = app.key_of(&campaign)?;
        let hash = |it| server.invitation_hash(campaign.id, it).to_vec();
        let hashes: Vec<Vec<u8>> = invitations.iter().map(hash).collect();
        insert_batch(tx, &batch, &hashes).await?;
        tx.record(
            caller.actor,
            AuditEvent::InvitationsIssued {
                campaign: campaign.key.to_string(),
                batch: batch.id,
                count: new.count,
                format: new.format,
            },
        );
        let pass_key = match campaign.settings.access {
            Access::Pass => Some(app.pass_keys.get(tx, campaign.id).await?),
            _ => None,
        };
        Ok(IssuedBatch {
            pass_key,
            campaign,
            batch,
            invitations,
        })
    })
    .await
}

/// A page of the batches of a campaign, starting after this time and id, and the totals of the campaign.
///
/// # Errors
///
/// When there is no such campaign, or the caller does not reach it.
pub async fn list(
    app: &App,
    caller: &Caller,
    key: &CampaignKey,
    after: Option<(DateTime<Utc>, InvitationBatchId)>,
    limit: i64,
) -> Result<BatchList, InvitationError> {
    let mut conn = app.connection().await?;
    let campaign = find_campaign(&mut conn, key)
        .await?
        .ok_or(InvitationError::CampaignUnknown)?;
    caller.scope.check_campaign(&campaign)?;
    let totals = count_invitations(&mut conn, campaign.id).await?;
    Ok(BatchList {
        issued: totals.issued,
        redeemed: round_down(totals.redeemed, campaign.settings.release_size),
        batches: list_batches(&mut conn, campaign.id, after, limit).await?,
    })
}

/// Revokes a batch: its unused invitations are deleted. Revoking it again changes nothing.
///
/// # Errors
///
/// When there is no such campaign or batch, or the caller does not reach the campaign.
pub async fn revoke(
    app: &App,
    caller: &Caller,
    key: &CampaignKey,
    batch: InvitationBatchId,
) -> Result<(), InvitationError> {
    app.transact(async |tx| {
        let campaign = find_campaign(tx, key)
            .await?
            .ok_or(InvitationError::CampaignUnknown)?;
        caller.scope.check_campaign(&campaign)?;
        let now = tx.now();
        match revoke_batch(tx, campaign.id, batch, now).await? {
            Revocation::Unknown => return Err(InvitationError::BatchUnknown),
            Revocation::Already => return Ok(()),
            Revocation::Done => {}
        }
        tx.record(
            caller.actor,
            AuditEvent::InvitationsRevoked {
                campaign: campaign.key.to_string(),
                batch,
            },
        );
        Ok(())
    })
    .await
}

fn draw(count: i32) -> Result<Vec<Invitation>, NoEntropy> {
    (0..count)
        .map(|_| random::bytes().map(Invitation::from_random))
        .collect()
}
