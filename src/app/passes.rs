//! Passes: an invitation is exchanged for a blind signature (RFC 9578), from which the client makes a pass.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::limits::TooMany;
use super::responses::Sent;
use super::{App, Failure, failures};
use crate::domain::admission::invitation::Invitation;
use crate::domain::admission::pass::request::TokenRequest;
use crate::domain::campaign::{Campaign, NoPasses};
use crate::domain::ids::{CampaignId, CampaignKey};
use crate::domain::server_key::ServerKey;
use crate::random;
use crate::store::AsyncPgConnection;
use crate::store::campaigns::{find_campaign, find_campaign_by_key_byte};
use crate::store::passes::{Exchange, exchange_invitation, find_pass_key, list_pass_keys};

/// Why no pass was issued.
#[derive(Debug)]
pub enum PassError {
    /// Too many invitations were tried from the client's network.
    TooMany(TooMany),
    /// There is no such campaign.
    CampaignUnknown,
    /// The campaign issues no passes now.
    Refused(NoPasses),
    /// The request cannot be parsed. Holds the reason.
    RequestMalformed(String),
    /// The request names no key of an open campaign.
    KeyUnknown,
    /// No invitation was sent.
    InvitationMissing,
    /// The invitation has a typing error.
    InvitationMalformed,
    /// The campaign has no such invitation.
    InvitationUnknown,
    /// The invitation was used before.
    InvitationUsed,
    /// The private key was destroyed, since the campaign is over.
    KeyDestroyed,
    /// An internal failure.
    Failure(Failure),
}

failures!(PassError);

/// A blind signature: the body of a `TokenResponse`.
pub type BlindSignature = [u8; 256];

/// Issues a pass of a campaign for an invitation, and redeems the invitation. An identical request gets the same
/// signature again.
///
/// # Errors
///
/// When no pass was issued.
pub async fn issue(
    app: &App,
    key: &CampaignKey,
    request: &[u8],
    invitation: Sent<Invitation>,
    client: Option<IpAddr>,
) -> Result<BlindSignature, PassError> {
    count(app, client)?;
    let mut conn = app.connection().await?;
    let campaign = find_campaign(&mut conn, key)
        .await?
        .ok_or(PassError::CampaignUnknown)?;
    drop(conn);
    issue_in(app, &campaign, request, invitation).await
}

/// Issues a pass of the campaign whose key the request names.
///
/// # Errors
///
/// The same as those of [`issue`].
pub async fn issue_by_key(
    app: &App,
    request: &[u8],
    invitation: Sent<Invitation>,
    client: Option<IpAddr>,
) -> Result<BlindSignature, PassError> {
    count(app, client)?;
    let byte = read_request(request)?.truncated_key_id;
    let mut conn = app.connection().await?;
    let campaign = find_campaign_by_key_byte(&mut conn, byte)
        .await?
        .ok_or(PassError::KeyUnknown)?;
    drop(conn);
    issue_in(app, &campaign, request, invitation).await
}

fn count(app: &App, client: Option<IpAddr>) -> Result<(), PassError> {
    let counted = app.limits.count_credential(client, app.now());
    counted.map_err(PassError::TooMany)
}

async fn issue_in(
    app: &App,
    campaign: &Campaign,
    bytes: &[u8],
    invitation: Sent<Invitation>,
) -> Result<BlindSignature, PassError> {
    campaign
        .check_gives_passes(app.now())
        .map_err(PassError::Refused)?;
    let mut conn = app.connection().await?;
    let key = app.pass_keys.get(&mut conn, campaign.id).await?;
    let request = read_request(bytes)?;
    let key_id = key.public.id();
    if key_id.last() != Some(&request.truncated_key_id) {
        return Err(PassError::KeyUnknown);
    }
    if !key.public.can_sign(&request.blinded) {
        let reason = "The blinded message is no number below the modulus.";
        return Err(PassError::RequestMalformed(reason.to_owned()));
    }
    let invitation = match invitation {
        Sent::Given(invitation) => invitation,
        Sent::Malformed => return Err(PassError::InvitationMalformed),
        Sent::Missing => return Err(PassError::InvitationMissing),
    };
    let server = app.key_of(campaign)?;
    exchange(server, &mut conn, campaign.id, &invitation, bytes).await?;
    // Signed after the invitation is redeemed: a lost signature can be requested again, but a redeemed invitation
    // cannot be restored.
    let row = find_pass_key(&mut conn, campaign.id).await?;
    drop(conn);
    let sealed = row.and_then(|row| row.private_key);
    let sealed = sealed.ok_or(PassError::KeyDestroyed)?;
    Ok(sign(server.clone(), campaign.id, key_id, sealed, request).await?)
}

async fn exchange(
    server: &ServerKey,
    conn: &mut AsyncPgConnection,
    campaign: CampaignId,
    invitation: &Invitation,
    request: &[u8],
) -> Result<(), PassError> {
    let used_for = server.hash(&[b"pass request", campaign.0.as_bytes(), request]);
    let invitation = server.invitation_hash(campaign, invitation);
    match exchange_invitation(conn, &invitation, &used_for).await? {
        Exchange::Now | Exchange::Again => Ok(()),
        Exchange::Used => Err(PassError::InvitationUsed),
        Exchange::Unknown => Err(PassError::InvitationUnknown),
    }
}

/// Decrypts the private key, signs, and drops the key, on a thread for blocking work.
async fn sign(
    server: ServerKey,
    campaign: CampaignId,
    key_id: [u8; 32],
    sealed: Vec<u8>,
    request: TokenRequest,
) -> Result<BlindSignature, Failure> {
    let mut random = random::generator()?;
    let signed = tokio::task::spawn_blocking(move || {
        let private = server.open_pass_key(campaign, &key_id, &sealed)?;
        private.sign(&request.blinded, &mut random)
    });
    signed
        .await
        .map_err(|_| Failure::Internal("the signing of a pass was cancelled"))?
        .map_err(|_| Failure::Internal("a pass could not be signed"))
}

/// The public keys (DER of a SubjectPublicKeyInfo) of the campaigns that issue passes now or later, with the time from
/// which they do.
///
/// # Errors
///
/// A failure of the database.
pub async fn keys(app: &App) -> Result<Vec<(Vec<u8>, DateTime<Utc>)>, Failure> {
    let mut conn = app.connection().await?;
    Ok(list_pass_keys(&mut conn, app.now()).await?)
}

fn read_request(bytes: &[u8]) -> Result<TokenRequest, PassError> {
    TokenRequest::parse(bytes)
        .map_err(|fault| PassError::RequestMalformed(format!("It is no TokenRequest: {fault}.")))
}
