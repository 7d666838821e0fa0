//! Responses: sending one. Whoever sends it needs no account.

use std::net::IpAddr;
use std::sync::Arc;

use super::form_catalog::PublishedVersion;
use super::limits::TooMany;
use super::pass_keys::PassKey;
use super::{App, Failure, failures, trials};
use crate::domain::admission::invitation::Invitation;
use crate::domain::admission::pass::token::Token;
use crate::domain::admission::proof_of_work::{Proof, Work};
use crate::domain::campaign::access::{Access, Credential};
use crate::domain::campaign::{Campaign, NotOpen};
use crate::domain::fault::Fault;
use crate::domain::form::{self, Form, Question, look_up};
use crate::domain::free_text::redact::Kind;
use crate::domain::ids::CampaignKey;
use crate::domain::response::receipt::Receipt;
use crate::domain::response::{
    AnonymousResponse, AnswerFault, Occasion, RawAnswers, ResponseContext, Summary, ValidAnswers,
    validate,
};
use crate::domain::week::IsoWeek;
use crate::store::campaigns::{CampaignAndVersion, find_campaign, find_campaign_and_version};
use crate::store::forms::FormVersionRef;
use crate::store::responses::arrival::Arrival;
use crate::store::responses::find::find_response;
use crate::store::responses::insert::{Stored, find_earlier};
use crate::store::responses::redeem::Refusal;
use crate::store::responses::trial::{find_test, insert_test, is_redeemed};

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
    /// The campaign takes only this version of the form.
    #[error("the campaign takes only version {0} of the form")]
    VersionNotTaken(i32),
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
    /// The receipt of the response to replace is malformed.
    #[error("the receipt of the response to replace is malformed")]
    ReplacesMalformed,
    /// The campaign asks for a proof of this work.
    #[error("a proof of work is missing or too small")]
    WorkNeeded(Work),
    /// The credential is not good any more.
    #[error("the invitation or pass is not good any more")]
    Refused(Refusal),
    /// The receipt was used for other answers.
    #[error("the receipt was used for other answers")]
    ReceiptUsed,
    /// The response was released, so it can no longer be corrected. Holds whether it can be withdrawn.
    #[error("the response was released")]
    Released {
        /// Whether it can still be withdrawn.
        withdrawable: bool,
    },
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
    /// The receipt of a response that was withdrawn: its admission counts again.
    pub replaces: Sent<Receipt>,
    /// A proof of work.
    pub proof: Sent<Proof>,
}

/// A filled form.
pub struct FilledForm {
    /// The number of the version that was filled in.
    pub form_version: i32,
    /// The language in which the respondent read the form.
    pub language: String,
    /// The answers.
    pub answers: RawAnswers,
}

/// A response that is sent.
pub struct NewResponse {
    /// What was filled in.
    pub filled: FilledForm,
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
    /// Whether it is a test, which is deleted when the campaign opens.
    pub test: bool,
    /// The kinds of identifiers that were taken out of what was sent, each once.
    pub removed: Vec<Kind>,
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
    let checked = check(app, key, &sent.filled, &sent.receipt).await?;
    if checked.campaign.is_testing(now) {
        return submit_test(app, checked, sent, client).await;
    }
    let Checked {
        campaign,
        version,
        published,
        answers,
        response,
    } = checked;
    let sent_as = Sending::of(&response);
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
    receipted(&published, &answers, sent_as, stored, false)
}

/// Stores a response as a test. Credentials that are sent are checked, but neither needed nor used up.
async fn submit_test(
    app: &App,
    checked: Checked,
    sent: NewResponse,
    client: Option<IpAddr>,
) -> Result<Receipted, ResponseError> {
    let now = app.now();
    takes_version(&checked.campaign, &checked.version, now)?;
    count(app, &checked.campaign, client).map_err(ResponseError::TooMany)?;
    check_credentials(app, &checked.campaign, sent.credentials).await?;
    let mut conn = app.connection().await?;
    let stored = insert_test(&mut conn, &checked.response, now).await?;
    let stored = stored.ok_or(ResponseError::NotOpen(NotOpen::Upcoming))?;
    let sent_as = Sending::of(&checked.response);
    receipted(&checked.published, &checked.answers, sent_as, stored, true)
}

async fn check_credentials(
    app: &App,
    campaign: &Campaign,
    sent: SentCredentials,
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
    check_credentials(app, &campaign, sent).await
}

/// The week in which the response of this receipt came first, where that matters: dates are read as they were then, so
/// that sent again in a later week they are the same.
async fn week_of_first(
    app: &App,
    form: &Form,
    campaign: &Campaign,
    receipt: &Receipt,
) -> Result<Option<IsoWeek>, ResponseError> {
    let is_date = |question: &Question| matches!(question.kind, form::Kind::Date { .. });
    if !form.questions().iter().any(is_date) {
        return Ok(None);
    }
    let id = app.key_of(campaign)?.response_id(campaign.id, receipt);
    let mut conn = app.connection().await?;
    let earlier = match campaign.is_testing(app.now()) {
        true => find_test(&mut conn, id).await?.map(|(row, _)| row),
        false => find_response(&mut conn, id).await?,
    };
    Ok(earlier.map(|earlier| IsoWeek::of(earlier.week)))
}

/// A filled form that fits its version, and the response that would be stored.
pub(super) struct Checked {
    pub campaign: Campaign,
    pub version: FormVersionRef,
    pub published: Arc<PublishedVersion>,
    pub answers: ValidAnswers,
    pub response: AnonymousResponse,
}

/// Checks a filled form against its version. Whether the campaign takes it is not checked.
pub(super) async fn check(
    app: &App,
    key: &CampaignKey,
    filled: &FilledForm,
    receipt: &Receipt,
) -> Result<Checked, ResponseError> {
    let (campaign, version) = campaign_and_version(app, key, filled.form_version)
        .await?
        .ok_or(ResponseError::CampaignUnknown)?;
    trials::end_if_opened(app, &campaign).await?;
    let version = version.ok_or(ResponseError::VersionUnknown)?;
    let published = app.version(version.id).await?;
    let form = &published.form;
    let language = look_up(&form.definition().languages, &filled.language)
        .ok_or(ResponseError::LanguageNotOffered)?;
    let now = IsoWeek::of(app.now().date_naive());
    let week = week_of_first(app, form, &campaign, receipt).await?;
    let occasion = Occasion {
        week: week.unwrap_or(now),
        language,
    };
    let answers =
        validate(form, &filled.answers, occasion).map_err(ResponseError::AnswersInvalid)?;
    let context = ResponseContext {
        campaign_id: campaign.id,
        form_version_id: version.id,
        language: language.to_owned(),
        week: now,
    };
    let response = answers.anonymise(form, context, receipt, app.key_of(&campaign)?);
    Ok(Checked {
        campaign,
        version,
        published,
        answers,
        response,
    })
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

/// What the reply says of a response beside its answers.
struct Sending {
    context: ResponseContext,
    removed: Vec<Kind>,
}

impl Sending {
    fn of(response: &AnonymousResponse) -> Self {
        Self {
            context: response.context().clone(),
            removed: response.removed().iter().copied().collect(),
        }
    }
}

/// The reply for a response of `sent`, which says `answers`. A replay gets the reply of the first time, made of what was
/// stored then: it may have been said in another way.
fn receipted(
    published: &PublishedVersion,
    answers: &ValidAnswers,
    sent: Sending,
    stored: Stored,
    test: bool,
) -> Result<Receipted, ResponseError> {
    let form = &published.form;
    let Sending {
        context: sent,
        removed,
    } = sent;
    let (new, week, language, summary) = match stored {
        Stored::New => {
            let summary = Summary::of(form, answers.as_slice(), &sent.language);
            (true, sent.week, sent.language, summary)
        }
        Stored::Replay(first) => {
            let week = IsoWeek::of(first.week);
            let answers = form.layout().decode(form.questions(), &first.record);
            let answers = answers.map_err(|_| Failure::Internal("a record cannot be read"))?;
            let summary = Summary::of(form, &answers, &first.language);
            (false, week, first.language, summary)
        }
        Stored::Conflict => return Err(ResponseError::ReceiptUsed),
        Stored::Withdrawn => return Err(ResponseError::Withdrawn),
        Stored::Refused(refusal) => return Err(ResponseError::Refused(refusal)),
    };
    Ok(Receipted {
        new,
        form_version: published.version,
        language,
        week,
        summary,
        test,
        removed,
    })
}

fn takes_responses(
    campaign: &Campaign,
    version: &FormVersionRef,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), ResponseError> {
    campaign
        .check_accepts(now)
        .map_err(ResponseError::NotOpen)?;
    takes_version(campaign, version, now)
}

/// Checks that the campaign takes responses to this version of its form.
pub(super) fn takes_version(
    campaign: &Campaign,
    version: &FormVersionRef,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), ResponseError> {
    match campaign.form_version {
        Some(pinned) if !campaign.takes_version(version.version) => {
            Err(ResponseError::VersionNotTaken(pinned))
        }
        _ if version.accepts(now) => Ok(()),
        _ => Err(ResponseError::VersionRetired),
    }
}

/// The campaign with this key, and this version of its form. Concurrent requests share one query.
/// The version with this number of the form of a campaign.
///
/// # Errors
///
/// When there is no such campaign, or its form has no such version.
pub async fn version_of_form(
    app: &App,
    campaign: &CampaignKey,
    version: i32,
) -> Result<Arc<PublishedVersion>, ResponseError> {
    let found = campaign_and_version(app, campaign, version).await?;
    let (_, version) = found.ok_or(ResponseError::CampaignUnknown)?;
    let version = version.ok_or(ResponseError::VersionUnknown)?;
    Ok(app.version(version.id).await?)
}

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
    let server = app.key_of(campaign)?;
    let access = campaign.settings.access;
    if access == Access::Pass && !matches!(sent.invitation, Sent::Missing) {
        return Err(ResponseError::InvitationMisplaced);
    }
    match sent.replaces {
        Sent::Given(receipt) if access != Access::Open => {
            let withdrawn = server.response_id(campaign.id, &receipt);
            return Ok(Credential::Replacement { withdrawn, access });
        }
        Sent::Malformed => return Err(ResponseError::ReplacesMalformed),
        Sent::Given(_) | Sent::Missing => {}
    }
    match access {
        Access::Open => Ok(Credential::Open),
        Access::Code => match sent.invitation {
            Sent::Given(invitation) => Ok(Credential::Invitation(
                server.invitation_hash(campaign.id, &invitation),
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
