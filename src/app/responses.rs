//! Responses: sending, reading and withdrawing one. The holder of the receipt needs no account.

use std::net::IpAddr;
use std::sync::Arc;

use super::form_catalog::PublishedVersion;
use super::limits::TooMany;
use super::pass_keys::PassKey;
use super::{App, Failure, failures};
use crate::domain::admission::invitation::Invitation;
use crate::domain::admission::pass::token::Token;
use crate::domain::admission::proof_of_work::{Proof, Work};
use crate::domain::campaign::access::{Access, Credential};
use crate::domain::campaign::{Campaign, NotOpen};
use crate::domain::fault::Fault;
use crate::domain::form::{Answer, Form, Kind, Question, Value};
use crate::domain::ids::{CampaignId, CampaignKey, RemarkId};
use crate::domain::response::receipt::Receipt;
use crate::domain::response::{
    AnonymousResponse, AnswerFault, Occasion, RawAnswers, Remark, ResponseContext, Summary,
    ValidAnswers, remark_ids, validate,
};
use crate::domain::week::IsoWeek;
use crate::store::AsyncPgConnection;
use crate::store::campaigns::{CampaignAndVersion, find_campaign, find_campaign_and_version};
use crate::store::forms::FormVersionRef;
use crate::store::responses::arrival::Arrival;
use crate::store::responses::find::{ResponseRow, find_response, find_texts, is_withdrawn};
use crate::store::responses::insert::{Stored, find_earlier};
use crate::store::responses::redeem::Refusal;
use crate::store::responses::withdraw::{Withdrawal, withdraw_response};

/// Why a response was not stored, found or withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum ResponseError {
    /// Too many came from the client's network.
    #[error("too many came from this network")]
    TooMany(TooMany),
    /// There is no such campaign.
    #[error("there is no such campaign")]
    CampaignUnknown,
    /// The campaign is not open.
    #[error("the campaign is not open")]
    NotOpen(NotOpen),
    /// The campaign's form has no such version.
    #[error("the form has no such version")]
    VersionUnknown,
    /// The version is retired, and its grace period is over.
    #[error("the version is retired")]
    VersionRetired,
    /// The form does not exist in this language.
    #[error("the form does not exist in this language")]
    LanguageNotOffered,
    /// Some answers do not fit the form.
    #[error("some answers do not fit the form")]
    AnswersInvalid(Vec<Fault<AnswerFault>>),
    /// The campaign takes responses by invitation only.
    #[error("an invitation is missing")]
    InvitationMissing,
    /// The invitation is mistyped.
    #[error("the invitation is malformed")]
    InvitationMalformed,
    /// An invitation was sent along with a pass, which would tell whose response it is.
    #[error("an invitation was sent with a pass")]
    InvitationMisplaced,
    /// The campaign takes responses with a pass of this key.
    #[error("a pass is missing")]
    PassMissing(Arc<PassKey>),
    /// The pass is not one of this key.
    #[error("the pass is not good")]
    PassInvalid(Arc<PassKey>),
    /// The campaign asks for a proof of this work.
    #[error("a proof of work is missing or too small")]
    WorkNeeded(Work),
    /// The credential is not good any more.
    #[error("the invitation or pass is not good any more")]
    Refused(Refusal),
    /// The receipt was used for other answers.
    #[error("the receipt was used for other answers")]
    ReceiptUsed,
    /// There is no response with this receipt.
    #[error("there is no such response")]
    Unknown,
    /// The response was withdrawn.
    #[error("the response was withdrawn")]
    Withdrawn,
    /// Responses of the campaign can no longer be withdrawn.
    #[error("responses can no longer be withdrawn")]
    WithdrawalEnded,
    /// The machinery.
    #[error("{0}")]
    Failure(Failure),
}

failures!(ResponseError);

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
    /// A proof of work.
    pub proof: Sent<Proof>,
}

/// A response that is sent.
pub struct NewResponse {
    /// The number of the version that was filled in.
    pub form_version: i32,
    /// The language in which the respondent read the form.
    pub language: String,
    /// The answers.
    pub answers: RawAnswers,
    /// The receipt.
    pub receipt: Receipt,
    /// The credentials.
    pub credentials: SentCredentials,
}

/// A response that is stored.
pub struct Receipted {
    /// Whether this request stored it, not an earlier one.
    pub new: bool,
    /// The number of the version that was filled in.
    pub form_version: i32,
    /// The language in which the respondent read the form.
    pub language: String,
    /// The week in which it arrived.
    pub week: IsoWeek,
    /// Scores and notices.
    pub summary: Summary,
}

/// A stored response, as the holder of its receipt can read it.
pub struct OwnResponse {
    /// The metadata.
    pub response: Receipted,
    /// The answers; free text as redacted.
    pub answers: RawAnswers,
}

/// Stores a response, or recognises one that was sent before. The response is on disk when this returns.
///
/// # Errors
///
/// When nothing was stored. All invalid answers are reported at once.
pub async fn submit(
    app: &App,
    key: &CampaignKey,
    sent: NewResponse,
    client: Option<IpAddr>,
) -> Result<Receipted, ResponseError> {
    let now = app.now();
    let (campaign, version) = campaign_and_version(app, key, sent.form_version)
        .await?
        .ok_or(ResponseError::CampaignUnknown)?;
    let version = version.ok_or(ResponseError::VersionUnknown)?;
    let published = app.version(version.id).await?;
    let form = &published.form;
    if !form.definition().languages.contains(&sent.language) {
        return Err(ResponseError::LanguageNotOffered);
    }
    let week = IsoWeek::of(now.date_naive());
    let context = ResponseContext {
        campaign_id: campaign.id,
        form_version_id: version.id,
        language: sent.language.clone(),
        week,
    };
    let answers = read_answers(app, form, campaign.id, &sent, week).await?;
    let response = answers.anonymise(form, context, &sent.receipt, &app.keys.server);
    let taken = takes_responses(&campaign, &version, now)
        .and_then(|()| check_work(&campaign, &sent))
        .and_then(|()| count(app, &campaign, client).map_err(ResponseError::TooMany));
    let stored = match taken {
        Ok(()) => {
            let credential = credential(app, &campaign, sent.credentials).await?;
            let arrival = Arrival {
                response,
                credential,
            };
            app.intake.store(arrival).await?
        }
        // A retry stores nothing, so it only counts as a look at what the receipt has.
        Err(refusal @ (ResponseError::TooMany(_) | ResponseError::WorkNeeded(_)))
            if app.limits.count_receipt(client, now).is_err() =>
        {
            return Err(refusal);
        }
        // The response was sent in time, but its reply was lost: still a replay.
        Err(refusal) => earlier(app, &response, refusal).await?,
    };
    let (new, week) = outcome(stored, week)?;
    Ok(Receipted {
        new,
        form_version: published.version,
        week,
        summary: Summary::of(form, answers.as_slice(), &sent.language),
        language: sent.language,
    })
}

/// The answers that were sent, if they are valid. Dates are read as they were when the response of this receipt came first,
/// so that sent again in a later week they are the same.
async fn read_answers(
    app: &App,
    form: &Form,
    campaign: CampaignId,
    sent: &NewResponse,
    now: IsoWeek,
) -> Result<ValidAnswers, ResponseError> {
    let is_date = |question: &Question| matches!(question.kind, Kind::Date { .. });
    let mut week = now;
    if form.questions().iter().any(is_date) {
        let id = app.keys.server.response_id(campaign, &sent.receipt);
        let mut conn = app.connection().await?;
        if let Some(earlier) = find_response(&mut conn, id).await? {
            week = IsoWeek::of(earlier.week);
        }
    }
    let language = sent.language.as_str();
    validate(form, &sent.answers, Occasion { week, language })
        .map_err(ResponseError::AnswersInvalid)
}

/// Checks that the work was done that the campaign asks for.
fn check_work(campaign: &Campaign, sent: &NewResponse) -> Result<(), ResponseError> {
    match (campaign.needed_work(), &sent.credentials.proof) {
        (None, _) => Ok(()),
        (Some(work), Sent::Given(proof))
            if work.is_shown_by(proof, &campaign.key, &sent.receipt) =>
        {
            Ok(())
        }
        (Some(work), _) => Err(ResponseError::WorkNeeded(work)),
    }
}

/// Counts a response that is sent: to an open campaign as one, else as an invitation or a pass that is tried.
fn count(app: &App, campaign: &Campaign, client: Option<IpAddr>) -> Result<(), TooMany> {
    match campaign.settings.access {
        Access::Open => app.limits.count_open_response(client, app.now()),
        Access::Code | Access::Pass => app.limits.count_credential(client, app.now()),
    }
}

/// What came of the same response before; if it did not come before, the reason why it is refused now.
async fn earlier(
    app: &App,
    response: &AnonymousResponse,
    refusal: ResponseError,
) -> Result<Stored, ResponseError> {
    let mut conn = app.connection().await?;
    find_earlier(&mut conn, response).await?.ok_or(refusal)
}

/// Whether this request stored the response, and in which week it was first stored.
fn outcome(stored: Stored, now: IsoWeek) -> Result<(bool, IsoWeek), ResponseError> {
    match stored {
        Stored::New => Ok((true, now)),
        Stored::Replay(week) => Ok((false, week)),
        Stored::Conflict => Err(ResponseError::ReceiptUsed),
        Stored::Withdrawn => Err(ResponseError::Withdrawn),
        Stored::Refused(refusal) => Err(ResponseError::Refused(refusal)),
    }
}

fn takes_responses(
    campaign: &Campaign,
    version: &FormVersionRef,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), ResponseError> {
    campaign.check_open(now).map_err(ResponseError::NotOpen)?;
    if version.accepts(now) {
        Ok(())
    } else {
        Err(ResponseError::VersionRetired)
    }
}

/// The campaign with this key, and this version of its form. Concurrent requests share one query.
async fn campaign_and_version(
    app: &App,
    campaign: &CampaignKey,
    version: i32,
) -> Result<CampaignAndVersion, Failure> {
    match app.campaigns.find((campaign.clone(), version)).await {
        Some(found) => Ok(found),
        // The shared query failed without a reason; this one returns the reason.
        None => {
            let mut conn = app.connection().await?;
            Ok(find_campaign_and_version(&mut conn, campaign, version).await?)
        }
    }
}

/// The credential that the campaign's access rule asks for. Whether it was used before is checked when the response is
/// stored.
async fn credential(
    app: &App,
    campaign: &Campaign,
    sent: SentCredentials,
) -> Result<Credential, ResponseError> {
    let server = &app.keys.server;
    match campaign.settings.access {
        Access::Open => Ok(Credential::Open),
        Access::Code => match sent.invitation {
            Sent::Given(invitation) => Ok(Credential::Invitation(
                server.invitation_hash(campaign.id, &invitation),
            )),
            Sent::Malformed => Err(ResponseError::InvitationMalformed),
            Sent::Missing => Err(ResponseError::InvitationMissing),
        },
        Access::Pass => {
            if !matches!(sent.invitation, Sent::Missing) {
                return Err(ResponseError::InvitationMisplaced);
            }
            let key = match app.pass_keys.known(campaign.id) {
                Some(known) => known,
                None => {
                    let mut conn = app.connection().await?;
                    app.pass_keys.get(&mut conn, campaign.id).await?
                }
            };
            match sent.pass {
                Sent::Given(token) if key.public.accepts(&token, &key.challenge) => {
                    Ok(Credential::Pass(server.pass_hash(campaign.id, &token)))
                }
                Sent::Given(_) | Sent::Malformed => Err(ResponseError::PassInvalid(key)),
                Sent::Missing => Err(ResponseError::PassMissing(key)),
            }
        }
    }
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
        ..
    } = find_own(app, &mut conn, key, receipt).await?;
    let form = &published.form;
    let mut answers = form
        .layout()
        .decode(form.questions(), &row.record)
        .map_err(|_| Failure::Internal("a record cannot be read"))?;
    let summary = Summary::of(form, &answers, &row.language);
    let ids: Vec<RemarkId> = remarks.iter().map(|remark| remark.id).collect();
    let mut texts = find_texts(&mut conn, row.id, &ids).await?;
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
        },
    })
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
        if !own.campaign.settings.allows_withdrawal(tx.now()) {
            return Err(ResponseError::WithdrawalEnded);
        }
        let remarks: Vec<RemarkId> = own.remarks.iter().map(|remark| remark.id).collect();
        match withdraw_response(tx, own.row.id, &remarks).await? {
            Withdrawal::Done(_) => Ok(()),
            Withdrawal::Already => Err(ResponseError::Withdrawn),
            Withdrawal::Unknown => Err(ResponseError::Unknown),
        }
    })
    .await
}

/// The stored response of a receipt, with its campaign and version.
struct Own {
    campaign: Campaign,
    row: ResponseRow,
    published: Arc<PublishedVersion>,
    /// The remarks that the response may have, without their texts.
    remarks: Vec<Remark>,
}

async fn find_own(
    app: &App,
    conn: &mut AsyncPgConnection,
    key: &CampaignKey,
    receipt: &Receipt,
) -> Result<Own, ResponseError> {
    let campaign = find_campaign(conn, key)
        .await?
        .ok_or(ResponseError::CampaignUnknown)?;
    let server = &app.keys.server;
    let id = server.response_id(campaign.id, receipt);
    let row = match find_response(conn, id).await? {
        Some(row) => row,
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
    })
}
