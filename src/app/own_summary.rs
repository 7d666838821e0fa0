//! The personal summary of a response, for the holder of its receipt.

use std::net::IpAddr;

use super::own_response::{Own, find_own};
use super::responses::ResponseError;
use super::statistics::{InsightsRefused, Publishing, insights};
use super::{App, Failure};
use crate::domain::disclosure::cell_key::ProtectedFigure;
use crate::domain::form::{Change, Changes, ElementChange, Form};
use crate::domain::ids::{CampaignKey, FormKey};
use crate::domain::response::receipt::Receipt;
use crate::domain::response::{Area, PersonalSummary};
use crate::domain::week::IsoWeek;

/// The summary of a stored response.
#[derive(Debug, Clone)]
pub struct OwnSummary {
    /// The campaign.
    pub campaign: CampaignKey,
    /// The form.
    pub form: FormKey,
    /// Its title, in the language of the response.
    pub title: String,
    /// The number of the version that was filled in.
    pub form_version: i32,
    /// The language in which the respondent read the form.
    pub language: String,
    /// The week of arrival.
    pub week: IsoWeek,
    /// What the response says.
    pub summary: PersonalSummary,
    /// By area, the mean of the people like the writer; none where it is held back.
    pub peers: Vec<Option<ProtectedFigure>>,
    /// Whether it is a test, which is deleted when the campaign opens.
    pub test: bool,
}

/// The summary of the response of a receipt, whether it was released or still waits.
///
/// # Errors
///
/// When there is none, it was withdrawn, or too many were read from the client's network.
pub async fn own_summary(
    app: &App,
    key: &CampaignKey,
    receipt: &Receipt,
    client: Option<IpAddr>,
) -> Result<OwnSummary, ResponseError> {
    let counted = app.limits.count_receipt(client, app.now());
    counted.map_err(ResponseError::TooMany)?;
    let mut conn = app.connection().await?;
    let Own {
        row,
        published,
        test,
        ..
    } = find_own(app, &mut conn, key, receipt).await?;
    drop(conn);
    let form = &published.form;
    let answers = form
        .layout()
        .decode(form.questions(), &row.record)
        .map_err(|_| Failure::Internal("a record cannot be read"))?;
    let summary = PersonalSummary::of(form, &answers, &row.language);
    let title = form.definition().title.get(&row.language);
    let mut own = OwnSummary {
        campaign: key.clone(),
        form: form
            .key()
            .parse()
            .map_err(|_| Failure::Internal("the key of a form cannot be read"))?,
        title: title.unwrap_or_default().to_owned(),
        form_version: published.version,
        week: IsoWeek::of(row.week),
        language: row.language,
        peers: vec![None; summary.areas.len()],
        summary,
        test: test.is_some(),
    };
    own.peers = peers(app, &own, form).await?;
    Ok(own)
}

/// The means of the people like the writer: those that everybody may see, so that a summary tells nobody more. Insights
/// name questions, answers and scores as the newest version does. What is recoded since is held back.
async fn peers(
    app: &App,
    own: &OwnSummary,
    form: &Form,
) -> Result<Vec<Option<ProtectedFigure>>, Failure> {
    let summary = &own.summary;
    let none = vec![None; summary.areas.len()];
    let publishing = match Publishing::of_campaign(app, &own.campaign).await {
        Ok(publishing) => publishing,
        Err(InsightsRefused::Failure(failure)) => return Err(failure),
        Err(_) => return Ok(none),
    };
    let (Some(like), Some(newest)) = (&summary.likeness, publishing.newest()) else {
        return Ok(none);
    };
    let language = publishing.languages().first().cloned().unwrap_or_default();
    let insights = match insights(app, &publishing, &language).await {
        Ok(insights) => insights,
        // The summary is the person's own, whatever keeps the figures of others back.
        Err(_) => return Ok(none),
    };
    let changes = (form.digest() != newest.digest()).then(|| Changes::between(form, newest));
    let is_recoded = |element: &ElementChange| element.change == Change::Recoded;
    let mut questions = changes.iter().flat_map(|it| &it.questions);
    if questions.any(|it| it.key == like.question && is_recoded(it)) {
        return Ok(none);
    }
    let group = insights.who_answered(&like.question, &like.code);
    let mean = |area: &Area| {
        let mut scores = changes.iter().flat_map(|it| &it.scores);
        if scores.any(|it| it.key == area.key && is_recoded(it)) {
            return None;
        }
        let mut areas = group?.areas.iter();
        areas.find(|it| it.area == area.key)?.mean
    };
    Ok(summary.areas.iter().map(mean).collect())
}
