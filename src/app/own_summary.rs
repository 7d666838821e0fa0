//! The personal summary of a response, for the holder of its receipt.

use std::net::IpAddr;

use super::own_response::{Own, find_own};
use super::responses::ResponseError;
use super::statistics::{Peers, StatisticsRefused, peers};
use super::{App, Failure};
use crate::domain::disclosure::cell_key::ProtectedFigure;
use crate::domain::ids::{CampaignKey, FormKey};
use crate::domain::response::PersonalSummary;
use crate::domain::response::receipt::Receipt;
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
    if let Some(like) = &own.summary.likeness {
        let of = Peers {
            form: &own.form,
            campaign: key,
            version: own.form_version,
            like: (&like.question, &like.code),
        };
        let scores = own.summary.areas.iter().map(|area| area.key.as_str());
        match peers(app, &of, &scores.collect::<Vec<_>>()).await {
            Ok(found) => own.peers = found,
            Err(StatisticsRefused::Failure(failure)) => return Err(failure.into()),
            // Figures that nobody gets are held back here as well.
            Err(_) => {}
        }
    }
    Ok(own)
}
