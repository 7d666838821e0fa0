//! Remarks: free text that a person reviews before it can be exported.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::pin::pin;

use futures_util::TryStreamExt;

use super::{App, Caller, Failure, failures, out_of_reach};
use crate::domain::audit::{AuditEvent, AuditedRemarksFilter};
use crate::domain::free_text::marks::{Mark, doubt, marks};
use crate::domain::free_text::review::{RemarkState, ShortenFault, shorten};
use crate::domain::ids::{CampaignKey, FormKey, RemarkId};
use crate::domain::server_key::ServerKey;
use crate::domain::staff::scope::OutOfReach;
use crate::store::AsyncPgConnection;
use crate::store::campaigns::find_campaign;
use crate::store::remarks::{
    PlacedRemark, RemarkRow, RemarksFilter, list_remarks, lock_remark, review_remark,
};

/// Why remarks were not listed or reviewed.
#[derive(Debug)]
pub enum RemarkError {
    /// The filter names a campaign that does not exist.
    CampaignUnknown,
    /// The role of the caller does not reach the campaign of the filter.
    OutOfReach(OutOfReach),
    /// There is no such remark, or the role of the caller does not reach its campaign. Ids of remarks are not public, so
    /// the two look alike.
    Unknown,
    /// The remark was changed by someone else meanwhile.
    Changed,
    /// The new text is not the old one with words taken out.
    NotShortened(ShortenFault),
    /// An internal failure.
    Failure(Failure),
}

failures!(RemarkError);
out_of_reach!(RemarkError);

/// Which remarks to list.
#[derive(Debug, Clone, Default)]
pub struct RemarksQuery {
    /// Only remarks of this campaign.
    pub campaign: Option<CampaignKey>,
    /// Only remarks to the question with this key.
    pub question: Option<String>,
    /// Only remarks to forms read in this language.
    pub language: Option<String>,
    /// Only remarks in this state.
    pub state: Option<RemarkState>,
}

/// The outcome of a review. What is none stays as it is.
#[derive(Clone)]
pub struct Review {
    /// Whether the remark may be exported.
    pub state: Option<RemarkState>,
    /// The text with words taken out.
    pub text: Option<String>,
}

/// A remark, with where it belongs and what a reviewer should look at.
#[derive(Clone)]
pub struct ListedRemark {
    /// The remark.
    pub remark: RemarkRow,
    /// The key of its campaign.
    pub campaign: CampaignKey,
    /// The key of the form.
    pub form: FormKey,
    /// The tag of its state.
    pub tag: RemarkTag,
    /// What may identify somebody. Computed from the text when it is read, and stored nowhere.
    pub marks: Vec<Mark>,
}

/// The tag of a remark's state: 96 bits of an HMAC.
pub type RemarkTag = [u8; 12];

impl ListedRemark {
    fn of((remark, campaign, form): PlacedRemark, key: &ServerKey) -> Self {
        Self {
            tag: tag(&remark, key),
            marks: marks(&remark.text),
            remark,
            campaign,
            form,
        }
    }

    /// How doubtful it is.
    pub fn doubt(&self) -> u32 {
        doubt(&self.marks)
    }
}

/// The place of a remark in a list: how doubtful it is, and its id. Where nothing waits for a reviewer, the id alone
/// counts.
pub type RemarkPlace = (u32, RemarkId);

/// A page of the remarks that the caller reaches. Those that nobody has reviewed come by doubt, the most doubtful first;
/// other lists, and equally doubtful ones, by ids, which are keyed hashes and reveal nothing. The audit records the page
/// before this returns. `rows` is one more than the page shows.
///
/// The doubt follows from the text and is stored nowhere, so a page of the queue reads all of the queue, and keeps as
/// many rows as the page has.
///
/// # Errors
///
/// When the filter names an unknown campaign, or one that the caller does not reach.
pub async fn list(
    app: &App,
    caller: &Caller,
    query: RemarksQuery,
    after: Option<RemarkPlace>,
    rows: i64,
) -> Result<Vec<ListedRemark>, RemarkError> {
    let listed = app
        .transact(async |tx| {
            let filter = filter(tx, caller, &query).await?;
            let listed = if query.state == Some(RemarkState::Pending) {
                most_doubtful(tx, &filter, after, rows).await?
            } else {
                let after = after.map(|(_, id)| id);
                let listed = list_remarks(tx, &filter, after, Some(rows)).await?;
                listed.try_collect().await?
            };
            // The extra row only tells that there is a next page.
            let shown = i64::try_from(listed.len()).unwrap_or(rows).min(rows - 1);
            tx.record(
                caller.actor,
                AuditEvent::RemarksListed {
                    filter: audited(&query, caller),
                    remarks: shown,
                },
            );
            Ok::<_, RemarkError>(listed)
        })
        .await?;
    let key = app.keys.server.oldest();
    Ok(listed
        .into_iter()
        .map(|row| ListedRemark::of(row, key))
        .collect())
}

/// The first `rows` of the queue behind this place.
async fn most_doubtful(
    conn: &mut AsyncPgConnection,
    filter: &RemarksFilter,
    after: Option<RemarkPlace>,
    rows: i64,
) -> Result<Vec<PlacedRemark>, RemarkError> {
    let rows = usize::try_from(rows).unwrap_or_default();
    let after = after.map(|(doubt, id)| (Reverse(doubt), id));
    let mut first = BTreeMap::new();
    let mut queue = pin!(list_remarks(conn, filter, None, None).await?);
    while let Some(placed) = queue.try_next().await? {
        let place = (Reverse(doubt(&marks(&placed.0.text))), placed.0.id);
        if after.is_none_or(|after| place > after) {
            first.insert(place, placed);
        }
        if first.len() > rows {
            first.pop_last();
        }
        // To look for marks takes a while, and others want to be served as well.
        tokio::task::yield_now().await;
    }
    Ok(first.into_values().collect())
}

/// Checks a query as [`list`] does, and shows nothing.
///
/// # Errors
///
/// When the filter names an unknown campaign, or one that the caller does not reach.
pub async fn check(app: &App, caller: &Caller, query: &RemarksQuery) -> Result<(), RemarkError> {
    let mut conn = app.connection().await?;
    filter(&mut conn, caller, query).await?;
    Ok(())
}

async fn filter(
    conn: &mut AsyncPgConnection,
    caller: &Caller,
    query: &RemarksQuery,
) -> Result<RemarksFilter, RemarkError> {
    let campaign = match &query.campaign {
        Some(key) => {
            let found = find_campaign(conn, key).await?;
            let found = found.ok_or(RemarkError::CampaignUnknown)?;
            caller.scope.check_campaign(&found)?;
            Some(found.id)
        }
        None => None,
    };
    Ok(RemarksFilter {
        campaign,
        state: query.state,
        question: query.question.clone(),
        language: query.language.clone(),
        scope: caller.scope.clone(),
    })
}

/// Stores the outcome of a review. Words that are taken out are lost. `expected` gets the tag of the remark, and
/// decides whether the reviewer knows this state.
///
/// # Errors
///
/// When there is no such remark, it is not the expected one, or the new text is not a shortened one.
pub async fn review(
    app: &App,
    caller: &Caller,
    id: RemarkId,
    review: Review,
    expected: impl Fn(RemarkTag) -> bool,
) -> Result<ListedRemark, RemarkError> {
    let key = app.keys.server.oldest();
    let reviewed = app
        .transact(async |tx| {
            let found = lock_remark(tx, id).await?;
            let reached =
                |(_, campaign, form): &PlacedRemark| caller.scope.covers_campaign(campaign, form);
            let found = found.filter(reached);
            let (old, campaign, form) = found.ok_or(RemarkError::Unknown)?;
            if !expected(tag(&old, key)) {
                return Err(RemarkError::Changed);
            }
            let state = review.state.unwrap_or(old.state);
            let text = match &review.text {
                Some(text) => shorten(&old.text, text).map_err(RemarkError::NotShortened)?,
                None => old.text.clone(),
            };
            let new = review_remark(tx, id, state, &text).await?;
            tx.record(
                caller.actor,
                AuditEvent::RemarkReviewed {
                    remark: id,
                    campaign: campaign.to_string(),
                    state: state.as_str(),
                    edited: text != old.text,
                },
            );
            Ok((new, campaign, form))
        })
        .await?;
    Ok(ListedRemark::of(reviewed, key))
}

fn audited(query: &RemarksQuery, caller: &Caller) -> AuditedRemarksFilter {
    AuditedRemarksFilter {
        state: query.state.map_or("all", RemarkState::as_str),
        campaign: query.campaign.as_ref().map(ToString::to_string),
        question: query.question.clone(),
        language: query.language.clone(),
        scope: caller.scope.list().cloned(),
    }
}

/// It is under the key that all servers hold for the longest time. When that one is removed, a reviewer reads the remark
/// again.
fn tag(row: &RemarkRow, key: &ServerKey) -> RemarkTag {
    let hash = key.hash(&[
        b"remark-tag",
        row.id.0.as_bytes(),
        row.state.as_str().as_bytes(),
        row.text.as_bytes(),
    ]);
    let mut tag = RemarkTag::default();
    for (byte, hashed) in tag.iter_mut().zip(hash) {
        *byte = hashed;
    }
    tag
}
