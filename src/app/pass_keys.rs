//! The key pairs of campaigns with passes: generating, reading and caching them, each with its challenge.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::StdRng;

use super::campaigns::CampaignError;
use super::{App, Failure, Transaction};
use crate::domain::admission::pass::challenge::TokenChallenge;
use crate::domain::admission::pass::key::{KeyError, PrivateKey, PublicKey};
use crate::domain::admission::pass::seal::NONCE;
use crate::domain::campaign::Campaign;
use crate::domain::campaign::access::Access;
use crate::domain::ids::CampaignId;
use crate::domain::server_key::ServerKey;
use crate::random;
use crate::store::AsyncPgConnection;
use crate::store::passes::{
    KeyStatus, MAX_PASS_KEYS, PassKeyRow, find_pass_key, insert_pass_key, prepare_pass_key,
};

/// The maximum number of keys to generate in search of one with a free byte. At least half of the bytes are free.
const TRIES: usize = 64;

/// The public key of a campaign with its challenge. Neither ever changes.
#[derive(Debug)]
pub struct PassKey {
    /// The host that the challenge names.
    pub issuer_name: String,
    /// The challenge for passes.
    pub challenge: TokenChallenge,
    /// The key that verifies passes.
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
}

/// Cache of public keys, by campaign. A campaign's key never changes, so the cache needs no invalidation.
#[derive(Default)]
pub struct PassKeys(Mutex<HashMap<CampaignId, Arc<PassKey>>>);

impl PassKeys {
    /// The key of this campaign, if it is in memory.
    pub fn known(&self, campaign: CampaignId) -> Option<Arc<PassKey>> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(&campaign).cloned()
    }

    /// Loads the key of a campaign with passes into memory.
    ///
    /// # Errors
    ///
    /// A failure of the database.
    pub async fn remember(
        &self,
        conn: &mut AsyncPgConnection,
        campaign: &Campaign,
    ) -> Result<(), Failure> {
        if campaign.settings.access == Access::Pass {
            self.find(conn, campaign.id).await?;
        }
        Ok(())
    }

    /// The key of a campaign with passes, which must have one.
    ///
    /// # Errors
    ///
    /// When the campaign has no key, or the database fails.
    pub async fn get(
        &self,
        conn: &mut AsyncPgConnection,
        campaign: CampaignId,
    ) -> Result<Arc<PassKey>, Failure> {
        let key = self.find(conn, campaign).await?;
        key.ok_or(Failure::Internal("a campaign with passes has no key"))
    }

    async fn find(
        &self,
        conn: &mut AsyncPgConnection,
        campaign: CampaignId,
    ) -> Result<Option<Arc<PassKey>>, Failure> {
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
}

impl App {
    /// Generates a key pair for a campaign with passes, if it has none. Call it at the end of the transaction that
    /// creates or changes the campaign.
    ///
    /// # Errors
    ///
    /// When the campaign's key was destroyed, or too many campaigns have one.
    pub(super) async fn provide_pass_key(
        &self,
        tx: &mut Transaction<'_>,
        campaign: &Campaign,
    ) -> Result<(), CampaignError> {
        let taken = match prepare_pass_key(tx, campaign.id).await? {
            KeyStatus::Ready => return Ok(()),
            KeyStatus::Destroyed => return Err(CampaignError::PassKeyDestroyed),
            KeyStatus::Missing(taken) => taken,
        };
        if taken.len() >= MAX_PASS_KEYS {
            return Err(CampaignError::TooManyPassKeys);
        }
        let (server, host, id) = (
            self.key_of(campaign)?.clone(),
            self.public_host.clone(),
            campaign.id,
        );
        let (random, nonce) = (random::generator()?, random::bytes()?);
        // Generating a key takes a quarter of a second, so this runs off the threads that serve requests.
        let made = tokio::task::spawn_blocking(move || {
            let private = make_private_key(&taken, random)?;
            sealed_row(&server, id, host, &private, nonce)
        });
        let made = made
            .await
            .map_err(|_| Failure::Internal("the making of a key was cancelled"))?;
        let key = made.map_err(|_| Failure::Internal("a key could not be made"))?;
        insert_pass_key(tx, &key).await?;
        Ok(())
    }
}

/// Generates a key whose id does not end in one of these bytes.
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
    campaign: CampaignId,
    issuer_name: String,
    private: &PrivateKey,
    nonce: [u8; NONCE],
) -> Result<PassKeyRow, KeyError> {
    let public = private.public()?;
    let id = public.id();
    let sealed = server.seal_pass_key(campaign, &id, private, nonce)?;
    Ok(PassKeyRow {
        id: id.to_vec(),
        campaign_id: campaign,
        issuer_name,
        public_key: public.spki().to_vec(),
        private_key: Some(sealed),
    })
}
