//! Responses: sending one. Whoever sends it needs no account.

mod admission;
mod error;

use std::net::IpAddr;
use std::sync::Arc;

use super::form_catalog::PublishedVersion;
use super::limits::TooMany;
use super::named_version::VersionName;
use super::{App, Failure, trials};
use crate::domain::campaign::access::Access;
use crate::domain::campaign::{Campaign, NotOpen};
use crate::domain::form::{self, Form, Question, look_up};
use crate::domain::free_text::redact::Kind;
use crate::domain::ids::CampaignKey;
use crate::domain::response::receipt::Receipt;
use crate::domain::response::{
    AnonymousResponse, Occasion, RawAnswers, ResponseContext, Summary, ValidAnswers, validate,
};
use crate::domain::week::IsoWeek;
use crate::store::forms::FormVersionRef;
use crate::store::responses::arrival::Arrival;
use crate::store::responses::find::find_response;
use crate::store::responses::insert::{Stored, find_earlier};
use crate::store::responses::redeem::Refusal;
use crate::store::responses::trial::{find_test, insert_test};

pub use admission::{Sent, SentCredentials, check_invitation};
use admission::{check_credentials, check_work, credential};
pub use error::ResponseError;

/// How often a response is checked anew, at most, because its campaign changes meanwhile.
const TRIES: usize = 3;

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
    let name = (key.clone(), sent.filled.form_version);
    let mut named = match app.named_versions.recent(&name, app.now()) {
        Some(recent) => recent,
        None => named_version(app, name.clone()).await?,
    };
    for _ in 1..TRIES {
        match submit_to(app, named, &sent, client).await {
            // It changed since it was read.
            Err(ResponseError::Refused(Refusal::CampaignChanged)) => {
                named = named_version(app, name.clone()).await?;
            }
            outcome => return outcome,
        }
    }
    submit_to(app, named, &sent, client).await
}

/// Stores a response that names this campaign and version.
async fn submit_to(
    app: &App,
    named: Named,
    sent: &NewResponse,
    client: Option<IpAddr>,
) -> Result<Receipted, ResponseError> {
    let now = app.now();
    let checked = check(app, named, &sent.filled, &sent.receipt).await?;
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
        .and_then(|()| check_work(&campaign, &sent.receipt, &sent.credentials.proof))
        .and_then(|()| count(app, &campaign, client).map_err(ResponseError::TooMany));
    let stored = match taken {
        Ok(()) => {
            let credential = credential(app, &campaign, &sent.credentials).await?;
            let arrival = Arrival {
                response,
                credential,
                campaign_revision: campaign.revision,
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
    sent: &NewResponse,
    client: Option<IpAddr>,
) -> Result<Receipted, ResponseError> {
    let now = app.now();
    takes_version(&checked.campaign, &checked.version, now)?;
    count(app, &checked.campaign, client).map_err(ResponseError::TooMany)?;
    check_credentials(app, &checked.campaign, &sent.credentials).await?;
    let mut conn = app.connection().await?;
    let stored = insert_test(&mut conn, &checked.response, now).await?;
    let stored = stored.ok_or(ResponseError::NotOpen(NotOpen::Upcoming))?;
    let sent_as = Sending::of(&checked.response);
    receipted(&checked.published, &checked.answers, sent_as, stored, true)
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
    pub campaign: Arc<Campaign>,
    pub version: FormVersionRef,
    pub published: Arc<PublishedVersion>,
    pub answers: ValidAnswers,
    pub response: AnonymousResponse,
}

/// Checks a filled form against the version that it names. Whether the campaign takes it is not checked.
pub(super) async fn check(
    app: &App,
    (campaign, version): Named,
    filled: &FilledForm,
    receipt: &Receipt,
) -> Result<Checked, ResponseError> {
    trials::end_if_opened(app, &campaign).await?;
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
    let (_, version) = named_version(app, (campaign.clone(), version)).await?;
    Ok(app.version(version.id).await?)
}

/// The campaign and the version that a response names.
pub(super) type Named = (Arc<Campaign>, FormVersionRef);

/// What this name stands for now.
///
/// # Errors
///
/// When there is no such campaign, or its form has no such version.
pub(super) async fn named_version(app: &App, name: VersionName) -> Result<Named, ResponseError> {
    let found = app.named_version(name).await?;
    let (campaign, version) = found.ok_or(ResponseError::CampaignUnknown)?;
    Ok((campaign, version.ok_or(ResponseError::VersionUnknown)?))
}
