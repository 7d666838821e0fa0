//! Redeems invitations, spends passes and replaces withdrawn responses in the transaction that stores the response, so that both happen or neither.

use std::collections::{BTreeSet, HashSet};

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, Binary, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::arrival::Arrival;
use super::find::is_withdrawn;
use crate::domain::campaign::access::Credential;
use crate::domain::ids::{CampaignId, ResponseId};
use crate::store::schema::{invitations, tombstones};

/// Why a credential was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The campaign has no such invitation, or it was revoked.
    InvitationUnknown,
    /// The invitation was used before.
    InvitationUsed,
    /// The pass was spent before.
    PassSpent,
    /// No response that was withdrawn has the id of the one to replace.
    ReplacesUnknown,
    /// Another response replaced the withdrawn one before.
    ReplacesUsed,
    /// The campaign is not the one by which the response was checked: it has just been changed.
    CampaignChanged,
}

/// The invitations, passes and withdrawn responses that this transaction used up. Each admits one response.
#[derive(Debug, Default)]
pub(super) struct Redeemed {
    invitations: HashSet<Vec<u8>>,
    passes: HashSet<Vec<u8>>,
    /// Invitations that exist, redeemed before or now.
    known: HashSet<Vec<u8>>,
    replaced: HashSet<ResponseId>,
    /// Responses that were withdrawn, replaced before or now.
    withdrawn: HashSet<ResponseId>,
}

impl Redeemed {
    /// Redeems the credentials of these arrivals.
    ///
    /// Invitations come before passes, and passes before withdrawn responses, each in the order of the hashes, which
    /// prevents deadlocks. The second of two
    /// transactions that redeem the same credential waits for the first to end, and then finds the credential used.
    pub async fn redeem(conn: &mut AsyncPgConnection, new: &[&Arrival]) -> QueryResult<Self> {
        let (mut redeem, mut spend) = (RedeemInvitations::default(), SpendPasses::default());
        let mut replace = BTreeSet::new();
        for arrival in new {
            match &arrival.credential {
                Credential::Open => {}
                Credential::Invitation(hash) => redeem.hashes.push(hash),
                Credential::Pass(hash) => {
                    spend.hashes.push(hash);
                    spend.campaigns.push(arrival.response.context().campaign_id);
                }
                Credential::Replacement(withdrawn) => {
                    replace.insert(*withdrawn);
                }
            }
        }
        let mut redeemed = Self::default();
        if !redeem.hashes.is_empty() {
            let hashes = redeem.hashes.clone();
            let rows: Vec<Vec<u8>> = redeem.load(conn).await?;
            redeemed.invitations = rows.into_iter().collect();
            // Read after redeeming, so that an invitation revoked in between is not reported as used.
            let known = invitations::table.filter(invitations::hash.eq_any(hashes));
            let known: Vec<Vec<u8>> = known.select(invitations::hash).load(conn).await?;
            redeemed.known = known.into_iter().collect();
        }
        if !spend.hashes.is_empty() {
            let spent: Vec<Vec<u8>> = spend.load(conn).await?;
            redeemed.passes = spent.into_iter().collect();
        }
        for id in replace {
            if replace_withdrawn(conn, id).await? {
                redeemed.replaced.insert(id);
                redeemed.withdrawn.insert(id);
            } else if is_withdrawn(conn, id).await? {
                redeemed.withdrawn.insert(id);
            }
        }
        Ok(redeemed)
    }

    /// Why the next response with this credential may not be stored; none when it may.
    pub fn refusal(&mut self, credential: Credential) -> Option<Refusal> {
        match credential {
            Credential::Open => None,
            Credential::Invitation(hash) if self.invitations.remove(hash.as_slice()) => None,
            Credential::Invitation(hash) if self.known.contains(hash.as_slice()) => {
                Some(Refusal::InvitationUsed)
            }
            Credential::Invitation(_) => Some(Refusal::InvitationUnknown),
            Credential::Pass(hash) if self.passes.remove(hash.as_slice()) => None,
            Credential::Pass(_) => Some(Refusal::PassSpent),
            Credential::Replacement(withdrawn) if self.replaced.remove(&withdrawn) => None,
            Credential::Replacement(withdrawn) if self.withdrawn.contains(&withdrawn) => {
                Some(Refusal::ReplacesUsed)
            }
            Credential::Replacement(_) => Some(Refusal::ReplacesUnknown),
        }
    }
}

/// Marks a withdrawn response as replaced; tells whether this call did so. One at a time and by id: this is rare, and
/// so it works on a table that is spread over several machines. Nothing says which response replaced it.
async fn replace_withdrawn(conn: &mut AsyncPgConnection, id: ResponseId) -> QueryResult<bool> {
    let withdrawn = tombstones::table.find(id);
    let marked = diesel::update(withdrawn.filter(tombstones::replaced.eq(false)))
        .set(tombstones::replaced.eq(true))
        .execute(conn)
        .await?;
    Ok(marked == 1)
}

#[derive(Default)]
struct RedeemInvitations<'a> {
    hashes: Vec<&'a [u8]>,
}

impl QueryFragment<Pg> for RedeemInvitations<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH mine AS (SELECT hash FROM invitations WHERE hash = ANY(");
        out.push_bind_param::<Array<Binary>, _>(&self.hashes)?;
        out.push_sql(
            ") ORDER BY hash FOR NO KEY UPDATE) \
             UPDATE invitations i SET redeemed = true FROM mine \
             WHERE i.hash = mine.hash AND NOT i.redeemed RETURNING i.hash",
        );
        Ok(())
    }
}

impl QueryId for RedeemInvitations<'_> {
    type QueryId = RedeemInvitations<'static>;
}

impl Query for RedeemInvitations<'_> {
    type SqlType = Binary;
}

#[derive(Default)]
struct SpendPasses<'a> {
    hashes: Vec<&'a [u8]>,
    campaigns: Vec<CampaignId>,
}

impl QueryFragment<Pg> for SpendPasses<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO spent_passes (hash, campaign_id) SELECT * FROM unnest(");
        out.push_bind_param::<Array<Binary>, _>(&self.hashes)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.campaigns)?;
        out.push_sql(
            ") AS p (hash, campaign_id) ORDER BY hash ON CONFLICT DO NOTHING RETURNING hash",
        );
        Ok(())
    }
}

impl QueryId for SpendPasses<'_> {
    type QueryId = SpendPasses<'static>;
}

impl Query for SpendPasses<'_> {
    type SqlType = Binary;
}
