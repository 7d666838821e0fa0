//! How people who gave the same answer scored: published figures, for somebody who answered.

use super::figures;
use super::scope::{Scope, StatisticsRefused};
use crate::app::{App, Caller};
use crate::domain::codebook::{ColumnKind, Columns};
use crate::domain::disclosure::cell_key::ProtectedFigure;
use crate::domain::ids::{CampaignKey, FormKey};
use crate::domain::statistics::{Asked, FromTallies, Value};
use crate::store::responses::tallies::states_of;

/// Whose scores.
#[derive(Debug, Clone)]
pub struct Peers<'a> {
    /// The form.
    pub form: &'a FormKey,
    /// The campaign.
    pub campaign: &'a CampaignKey,
    /// The version by which question, answer and scores are named.
    pub version: i32,
    /// The key of a question, and the code of the answer that they gave to it.
    pub like: (&'a str, &'a str),
}

/// The mean of each of these scores, given by key; none where too few or none have it. It is not recorded who asks: the
/// figures are protected, and the audit would tell what the person answered.
///
/// # Errors
///
/// When the form has no such campaign.
pub async fn peers(
    app: &App,
    of: &Peers<'_>,
    scores: &[&str],
) -> Result<Vec<Option<ProtectedFigure>>, StatisticsRefused> {
    let mut conn = app.connection().await?;
    let campaigns = [of.campaign.to_string()];
    let scope = Scope::find(
        app,
        &mut conn,
        &Caller::OPERATOR,
        of.form,
        Some(&campaigns),
        None,
    )
    .await?;
    let states = states_of(&mut conn, &scope.ids()).await?;
    drop(conn);
    // What tallies do not tell would be counted response by response, as often as anybody asks.
    if !states.iter().all(|state| state.built) {
        return Ok(vec![None; scores.len()]);
    }
    let (question, code) = of.like;
    let columns = scope.columns();
    let by = coding(
        &columns,
        of.version,
        |kind| matches!(kind, ColumnKind::Answer { question: key } if key == question),
    );
    let mut means = Vec::with_capacity(scores.len());
    for score in scores {
        let name = coding(
            &columns,
            of.version,
            |kind| matches!(kind, ColumnKind::Score { score: key } if key == score),
        );
        let (Some(name), Some(by)) = (name, &by) else {
            means.push(None);
            continue;
        };
        let asked = Asked {
            of: name,
            by: vec![by.clone()],
            ..Asked::default()
        };
        let query = scope.query(&asked)?;
        if FromTallies::new(&query).is_none() {
            means.push(None);
            continue;
        }
        let found = figures(app, &scope, of.form, (asked, &query), states.clone()).await?;
        let is_alike = |value: &Value| matches!(value, Value::Plain(it) if it == code);
        let mut groups = found.groups.iter();
        let alike = groups.find(|group| group.by.first().is_some_and(is_alike));
        means.push(alike.and_then(|group| group.mean));
    }
    Ok(means)
}

/// The name of a coding that this version has.
fn coding(
    columns: &Columns<'_>,
    version: i32,
    is_it: impl Fn(&ColumnKind) -> bool,
) -> Option<String> {
    let mut columns = columns.as_slice().iter();
    let found = columns.find(|it| it.versions.contains(&version) && is_it(&it.kind));
    found.map(|column| column.coding.clone())
}
