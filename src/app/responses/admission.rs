//! What lets a response in: the credential that the campaign's access rule asks for, and proof of work.

use std::net::IpAddr;

use super::error::ResponseError;
use crate::app::App;
use crate::domain::admission::invitation::Invitation;
use crate::domain::admission::pass::token::Token;
use crate::domain::admission::proof_of_work::Proof;
use crate::domain::campaign::Campaign;
use crate::domain::campaign::access::{Access, Credential};
use crate::domain::ids::CampaignKey;
use crate::domain::response::receipt::Receipt;
use crate::store::campaigns::find_campaign;
use crate::store::responses::redeem::Refusal;
use crate::store::responses::trial::is_redeemed;

/// An optional credential as a client sent it.
#[derive(Debug, Clone)]
pub enum Sent<T> {
    /// The client sent none.
    Missing,
    /// The client sent one that cannot be parsed.
    Malformed,
    /// The client sent this one.
    Given(T),
}

/// The credentials of a request. The campaign's access rule decides which of them count.
#[derive(Debug)]
pub struct SentCredentials {
    /// An invitation.
    pub invitation: Sent<Invitation>,
    /// A pass.
    pub pass: Sent<Token>,
    /// The receipt of a response that was withdrawn: its admission counts again.
    pub replaces: Sent<Receipt>,
    /// A proof of work.
    pub proof: Sent<Proof>,
}

/// Checks that the work was done that the campaign asks for.
pub(super) fn check_work(
    campaign: &Campaign,
    receipt: &Receipt,
    proof: &Sent<Proof>,
) -> Result<(), ResponseError> {
    match (campaign.needed_work(), proof) {
        (None, _) => Ok(()),
        (Some(work), Sent::Given(proof)) if work.is_shown_by(proof, &campaign.key, receipt) => {
            Ok(())
        }
        (Some(work), _) => Err(ResponseError::WorkNeeded(work)),
    }
}

/// Checks the credentials that were sent, without using them up. None is needed.
pub(super) async fn check_credentials(
    app: &App,
    campaign: &Campaign,
    sent: &SentCredentials,
) -> Result<(), ResponseError> {
    let hash = match credential(app, campaign, sent).await {
        Ok(Credential::Invitation(hash)) => hash,
        Ok(_) | Err(ResponseError::InvitationMissing | ResponseError::PassMissing(_)) => {
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let mut conn = app.connection().await?;
    match is_redeemed(&mut conn, &hash).await? {
        Some(false) => Ok(()),
        Some(true) => Err(ResponseError::Refused(Refusal::InvitationUsed)),
        None => Err(ResponseError::Refused(Refusal::InvitationUnknown)),
    }
}

/// Checks that an invitation would let a response in now, before anybody fills in the form for nothing. It is not used up.
///
/// # Errors
///
/// When there is no such campaign, the invitation is unknown or was used, or too many were tried from the client's network.
pub async fn check_invitation(
    app: &App,
    key: &CampaignKey,
    sent: Sent<Invitation>,
    client: Option<IpAddr>,
) -> Result<(), ResponseError> {
    let counted = app.limits.count_credential(client, app.now());
    counted.map_err(ResponseError::TooMany)?;
    let mut conn = app.connection().await?;
    let campaign = find_campaign(&mut conn, key).await?;
    drop(conn);
    let campaign = campaign.ok_or(ResponseError::CampaignUnknown)?;
    let sent = SentCredentials {
        invitation: sent,
        pass: Sent::Missing,
        replaces: Sent::Missing,
        proof: Sent::Missing,
    };
    if matches!(sent.invitation, Sent::Missing) && !campaign.is_testing(app.now()) {
        return Err(ResponseError::InvitationMissing);
    }
    check_credentials(app, &campaign, &sent).await
}

/// The credential that the campaign's access rule asks for. Whether it was used before is checked when the response is
/// stored.
pub(super) async fn credential(
    app: &App,
    campaign: &Campaign,
    sent: &SentCredentials,
) -> Result<Credential, ResponseError> {
    let server = app.key_of(campaign)?;
    let access = campaign.settings.access;
    if access == Access::Pass && !matches!(sent.invitation, Sent::Missing) {
        return Err(ResponseError::InvitationMisplaced);
    }
    match &sent.replaces {
        Sent::Given(receipt) if access != Access::Open => {
            let withdrawn = server.response_id(campaign.id, receipt);
            return Ok(Credential::Replacement(withdrawn));
        }
        Sent::Malformed => return Err(ResponseError::ReplacesMalformed),
        Sent::Given(_) | Sent::Missing => {}
    }
    match access {
        Access::Open => Ok(Credential::Open),
        Access::Code => match &sent.invitation {
            Sent::Given(invitation) => Ok(Credential::Invitation(
                server.invitation_hash(campaign.id, invitation),
            )),
            Sent::Malformed => Err(ResponseError::InvitationMalformed),
            Sent::Missing => Err(ResponseError::InvitationMissing),
        },
        Access::Pass => {
            let key = match app.pass_keys.known(campaign.id) {
                Some(known) => known,
                None => {
                    let mut conn = app.connection().await?;
                    app.pass_keys.get(&mut conn, campaign.id).await?
                }
            };
            match &sent.pass {
                Sent::Given(token) if key.public.accepts(token, &key.challenge) => {
                    Ok(Credential::Pass(server.pass_hash(campaign.id, token)))
                }
                Sent::Given(_) | Sent::Malformed => Err(ResponseError::PassInvalid(key)),
                Sent::Missing => Err(ResponseError::PassMissing(key)),
            }
        }
    }
}
