//! The key pairs of campaigns: made, read, and shown with the challenge that belongs to them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::header;
use actix_web::web::block;
use rand::rngs::StdRng;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::admission::pass::challenge::TokenChallenge;
use crate::domain::admission::pass::header::www_authenticate;
use crate::domain::admission::pass::key::{KeyError, PrivateKey, PublicKey};
use crate::domain::admission::pass::seal::NONCE;
use crate::domain::admission::pass::to_base64url;
use crate::domain::campaign::access::Access;
use crate::domain::server_key::ServerKey;
use crate::http::app::AppState;
use crate::http::problem::{Code, Problem};
use crate::random;
use crate::store::AsyncPgConnection;
use crate::store::campaigns::CampaignRow;
use crate::store::passes::{
    KeyStatus, MAX_PASS_KEYS, PassKeyRow, find_pass_key, insert_pass_key, prepare_pass_key,
};

/// Keys that are made before one with a free byte is given up for. Half of the bytes are free at least.
const TRIES: usize = 64;

/// What a client needs to get a pass of a campaign, long before it sends a response.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = json!({
    "issuer_name": "survey.example.org",
    "challenge": "AAIAEnN1cnZleS5leGFtcGxlLm9yZwAAEnN1cnZleS5leGFtcGxlLm9yZw==",
    "token_key": "MIIBUjA9BgkqhkiG9w0BAQowMKANMAsGCWCGSAFlAwQCAqEaMBgG…",
}))]
pub struct PassIssuerView {
    /// The host that issues passes and takes them.
    pub issuer_name: String,
    /// What a pass has to answer: a `TokenChallenge` of RFC 9577 in base64url, the same for everybody.
    pub challenge: String,
    /// The campaign's public key: DER of a SubjectPublicKeyInfo in base64url (RFC 9578, 6.5).
    pub token_key: String,
}

/// The public half of a campaign's key pair, and the challenge that goes with it. It never changes.
#[derive(Debug)]
pub struct PassKey {
    /// The host that the challenge names.
    pub issuer_name: String,
    /// What passes have to answer.
    pub challenge: TokenChallenge,
    /// What they are verified with.
    pub public: PublicKey,
}

impl PassKey {
    fn of(row: &PassKeyRow) -> Option<Self> {
        Some(Self {
            challenge: TokenChallenge::of_host(&row.issuer_name)?,
            public: PublicKey::from_spki(&row.public_key).ok()?,
            issuer_name: row.issuer_name.clone(),
        })
    }

    /// As it is shown with the campaign.
    pub fn view(&self) -> PassIssuerView {
        PassIssuerView {
            issuer_name: self.issuer_name.clone(),
            challenge: to_base64url(self.challenge.as_bytes()),
            token_key: to_base64url(self.public.spki()),
        }
    }

    /// A problem that asks for a pass.
    pub fn ask(&self, code: Code) -> Problem {
        let challenge = www_authenticate(&self.challenge, self.public.spki());
        Problem::new(code).header(header::WWW_AUTHENTICATE, challenge)
    }
}

/// Public keys in memory, by campaign. A campaign keeps its key for ever, so nothing here grows stale.
#[derive(Default)]
pub struct PassKeys(Mutex<HashMap<Uuid, Arc<PassKey>>>);

impl PassKeys {
    /// The key of this campaign, if it is known already.
    pub fn known(&self, campaign: Uuid) -> Option<Arc<PassKey>> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(&campaign).cloned()
    }

    /// The key of this campaign, if it has one.
    pub async fn find(
        &self,
        conn: &mut AsyncPgConnection,
        campaign: Uuid,
    ) -> Result<Option<Arc<PassKey>>, Problem> {
        if let Some(known) = self.known(campaign) {
            return Ok(Some(known));
        }
        let row = find_pass_key(conn, campaign).await?;
        let Some(key) = row.as_ref().and_then(PassKey::of) else {
            return Ok(None);
        };
        let key = Arc::new(key);
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(campaign, key.clone());
        Ok(Some(key))
    }

    /// The key of a campaign with passes, which must have one.
    pub async fn get(
        &self,
        conn: &mut AsyncPgConnection,
        campaign: Uuid,
    ) -> Result<Arc<PassKey>, Problem> {
        let key = self.find(conn, campaign).await?;
        key.ok_or_else(|| Problem::internal("a campaign with passes has no key"))
    }
}

/// Gives a campaign a key pair, if its access rule asks for passes and it has none.
///
/// Belongs at the end of the transaction that creates or changes the campaign.
pub async fn provide_pass_key(
    state: &AppState,
    conn: &mut AsyncPgConnection,
    campaign: &CampaignRow,
) -> Result<(), Problem> {
    if campaign.access() != Access::Pass {
        return Ok(());
    }
    let taken = match prepare_pass_key(conn, campaign.id).await? {
        KeyStatus::Ready => return Ok(()),
        // Its window had ended, and it cannot be opened again.
        KeyStatus::Destroyed => return Err(Code::CampaignClosed.into()),
        KeyStatus::Missing(taken) => taken,
    };
    if taken.len() >= MAX_PASS_KEYS {
        return Err(Code::TooManyPassCampaigns.into());
    }
    let (server, host) = (state.keys.server.clone(), state.public_host.clone());
    let (id, random, nonce) = (campaign.id, random::generator()?, random::bytes()?);
    let made = block(move || {
        let private = make_private_key(&taken, random)?;
        sealed_row(&server, id, host, &private, nonce)
    });
    let made = made.await;
    let made = made.map_err(|_| Problem::internal("the making of a key was cancelled"))?;
    let key = made.map_err(|_| Problem::internal("a key could not be made"))?;
    insert_pass_key(conn, &key).await?;
    Ok(())
}

/// A key whose id does not end in one of these bytes.
fn make_private_key(taken: &[u8], mut random: StdRng) -> Result<PrivateKey, KeyError> {
    for _ in 0..TRIES {
        let key = PrivateKey::generate(&mut random)?;
        let id = key.public()?.id();
        if id.last().is_some_and(|byte| !taken.contains(byte)) {
            return Ok(key);
        }
    }
    Err(KeyError::NotMade)
}

fn sealed_row(
    server: &ServerKey,
    campaign: Uuid,
    issuer_name: String,
    private: &PrivateKey,
    nonce: [u8; NONCE],
) -> Result<PassKeyRow, KeyError> {
    let public = private.public()?;
    let id = public.id();
    let sealed = server.seal_pass_key((campaign, &id), private, nonce)?;
    Ok(PassKeyRow {
        id: id.to_vec(),
        campaign_id: campaign,
        issuer_name,
        public_key: public.spki().to_vec(),
        private_key: Some(sealed),
    })
}
