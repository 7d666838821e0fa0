//! The response of a receipt: reading, correcting and withdrawing it. The holder of the receipt needs no account.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use super::form_catalog::PublishedVersion;
use super::responses::{
    Checked, FilledForm, Receipted, ResponseError, check, named_version, takes_version,
};
use super::tallies::count_change;
use super::trials::end_if_opened;
use super::{App, Failure};
use crate::domain::campaign::Campaign;
use crate::domain::form::{Answer, Value};
use crate::domain::ids::{CampaignKey, RemarkId};
use crate::domain::response::receipt::Receipt;
use crate::domain::response::{AnonymousResponse, RawAnswers, Remark, Summary, remark_ids};
use crate::domain::week::IsoWeek;
use crate::store::AsyncPgConnection;
use crate::store::campaigns::find_campaign;
use crate::store::responses::correct::correct_arrival;
use crate::store::responses::find::{
    ResponseRow, find_response, find_texts, find_with_release, is_withdrawn,
};
use crate::store::responses::insert::{Stored, find_earlier};
use crate::store::responses::trial::{correct_test, delete_test, find_test};
use crate::store::responses::withdraw::{Withdrawal, withdraw_response};

/// A stored response, as the holder of its receipt can read it.
pub struct OwnResponse {
    /// The metadata.
    pub response: Receipted,
    /// The answers; free text as redacted.
    pub answers: RawAnswers,
    /// The version that was filled in.
    pub published: Arc<PublishedVersion>,
    /// Whether it was released, so that it cannot be corrected any more.
    pub is_released: bool,
}

/// Reads the response of a receipt.
///
/// # Errors
///
/// When there is none, it was withdrawn, or too many were read from the client's network.
pub async fn read_own(
    app: &App,
    key: &CampaignKey,
    receipt: &Receipt,
    client: Option<IpAddr>,
) -> Result<OwnResponse, ResponseError> {
    let counted = app.limits.count_receipt(client, app.now());
    counted.map_err(ResponseError::TooMany)?;
    let mut conn = app.connection().await?;
    let Own {
        row,
        published,
        remarks,
        test,
        is_released,
        ..
    } = find_own(app, &mut conn, key, receipt).await?;
    let form = &published.form;
    let mut answers = form
        .layout()
        .decode(form.questions(), &row.record)
        .map_err(|_| Failure::Internal("a record cannot be read"))?;
    let summary = Summary::of(form, &answers, &row.language);
    let is_test = test.is_some();
    let ids: Vec<RemarkId> = remarks.iter().map(|remark| remark.id).collect();
    let mut texts = match test {
        Some(texts) => texts,
        None => find_texts(&mut conn, row.id, &ids).await?,
    };
    for remark in remarks {
        let place = form
            .place(&remark.question)
            .and_then(|place| answers.get_mut(place));
        if let (Some(answer), Some(text)) = (place, texts.remove(&remark.id)) {
            *answer = Answer::Given(Value::Text(text));
        }
    }
    Ok(OwnResponse {
        answers: RawAnswers::of(form, &answers),
        response: Receipted {
            new: false,
            form_version: published.version,
            week: IsoWeek::of(row.week),
            language: row.language,
            summary,
            test: is_test,
            removed: Vec::new(),
        },
        published,
        is_released,
    })
}

/// Replaces the answers of a response that waits to be released. The correction is on disk when this returns; the same
/// correction again changes nothing. Language and version may change as well, the week stays.
///
/// # Errors
///
/// When the filled form does not fit, there is no such response, it was withdrawn, or it was released. All invalid
/// answers are reported at once.
pub async fn correct_own(
    app: &App,
    key: &CampaignKey,
    receipt: &Receipt,
    filled: FilledForm,
    client: Option<IpAddr>,
) -> Result<Receipted, ResponseError> {
    let now = app.now();
    let counted = app.limits.count_receipt(client, now);
    counted.map_err(ResponseError::TooMany)?;
    let named = named_version(app, (key.clone(), filled.form_version)).await?;
    let Checked {
        campaign,
        version,
        published,
        answers,
        response,
    } = check(app, named, &filled, receipt).await?;
    let test = campaign.is_testing(now);
    let corrected = app.transact(async |tx| {
        if test {
            takes_version(&campaign, &version, now)?;
            return Ok(correct_test(tx, &response).await?);
        }
        // A version that was retired since can still be corrected, but a response cannot move to it.
        let stored = find_response(tx, response.id()).await?;
        if stored.is_some_and(|stored| stored.form_version_id != version.id) {
            takes_version(&campaign, &version, now)?;
        }
        Ok::<_, ResponseError>(correct_arrival(tx, &response).await?)
    });
    let week = match corrected.await? {
        Some(week) => week,
        None if test => return Err(ResponseError::Unknown),
        None => {
            let withdrawable = campaign.settings.allows_withdrawal(now);
            corrected_before(app, &response, withdrawable).await?
        }
    };
    Ok(Receipted {
        new: false,
        form_version: published.version,
        week,
        summary: Summary::of(
            &published.form,
            answers.as_slice(),
            &response.context().language,
        ),
        language: response.context().language.clone(),
        test,
        removed: response.removed().iter().copied().collect(),
    })
}

/// The week of a response that waits no more, if it was corrected to this before it was released: the reply was lost then.
/// A retry may say nothing in another way, but what a correction says is what is to be stored.
async fn corrected_before(
    app: &App,
    response: &AnonymousResponse,
    withdrawable: bool,
) -> Result<IsoWeek, ResponseError> {
    let mut conn = app.connection().await?;
    match find_earlier(&mut conn, response).await? {
        Some(Stored::Replay(released))
            if released.record == response.record()
                && released.language == response.context().language =>
        {
            Ok(IsoWeek::of(released.week))
        }
        Some(Stored::Withdrawn) => Err(ResponseError::Withdrawn),
        Some(_) => Err(ResponseError::Released { withdrawable }),
        None => Err(ResponseError::Unknown),
    }
}

/// Withdraws the response of a receipt: it is deleted with its remarks.
///
/// # Errors
///
/// When there is none, it was withdrawn before, the campaign's responses are frozen, or there were too many from the
/// client's network.
pub async fn withdraw_own(
    app: &App,
    key: &CampaignKey,
    receipt: &Receipt,
    client: Option<IpAddr>,
) -> Result<(), ResponseError> {
    let counted = app.limits.count_receipt(client, app.now());
    counted.map_err(ResponseError::TooMany)?;
    app.transact(async |tx| {
        let own = find_own(app, tx, key, receipt).await?;
        if own.test.is_some() {
            delete_test(tx, own.row.id).await?;
            return Ok(());
        }
        if !own.campaign.settings.allows_withdrawal(tx.now()) {
            return Err(ResponseError::WithdrawalEnded);
        }
        let remarks: Vec<RemarkId> = own.remarks.iter().map(|remark| remark.id).collect();
        match withdraw_response(tx, own.row.id, &remarks).await? {
            Withdrawal::Done(None) => Ok(()),
            Withdrawal::Done(Some(delta)) => Ok(count_change(app, tx, &delta).await?),
            Withdrawal::Already => Err(ResponseError::Withdrawn),
            Withdrawal::Unknown => Err(ResponseError::Unknown),
        }
    })
    .await
}

/// The stored response of a receipt, with its campaign and version.
pub(super) struct Own {
    campaign: Campaign,
    pub row: ResponseRow,
    pub published: Arc<PublishedVersion>,
    /// The remarks that the response may have, without their texts.
    remarks: Vec<Remark>,
    /// The texts of its remarks, where it is a test.
    pub test: Option<HashMap<RemarkId, String>>,
    is_released: bool,
}

pub(super) async fn find_own(
    app: &App,
    conn: &mut AsyncPgConnection,
    key: &CampaignKey,
    receipt: &Receipt,
) -> Result<Own, ResponseError> {
    let campaign = find_campaign(conn, key)
        .await?
        .ok_or(ResponseError::CampaignUnknown)?;
    let server = app.key_of(&campaign)?;
    let id = server.response_id(campaign.id, receipt);
    end_if_opened(app, &campaign).await?;
    let test = match campaign.is_testing(app.now()) {
        true => Some(find_test(conn, id).await?.ok_or(ResponseError::Unknown)?),
        false => None,
    };
    let (test, found) = match test {
        Some((row, texts)) => (Some(texts), Some((row, false))),
        None => (None, find_with_release(conn, id).await?),
    };
    let (row, is_released) = match found {
        Some(found) => found,
        None if is_withdrawn(conn, id).await? => return Err(ResponseError::Withdrawn),
        None => return Err(ResponseError::Unknown),
    };
    let published = app.forms.get(conn, row.form_version_id).await?;
    let remarks = remark_ids(&published.form, campaign.id, receipt, server);
    Ok(Own {
        campaign,
        row,
        published,
        remarks,
        test,
        is_released,
    })
}
