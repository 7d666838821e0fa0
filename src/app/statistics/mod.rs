//! Statistics of a form, protected by the cell key method.
//!
//! Figures are about the released responses of the campaigns that the caller reaches. They come from tallies where these
//! tell, and else from one pass over the responses. Either way the same responses give the same figures. They follow
//! withdrawals later, in batches: see [`crate::domain::statistics::Held`].

mod cache;
mod count;
mod insights;
mod report;
mod scope;

use std::sync::Arc;

use self::cache::CacheKey;
pub use self::cache::StatisticsCache;
pub use self::insights::{InsightsCache, InsightsRefused, Publishing, insights};
pub use self::report::{ReportRequest, check_report, report};
pub use self::scope::StatisticsRefused;
use self::scope::{Scope, method, record};
use super::{App, Caller};
use crate::domain::audit::{AuditEvent, AuditedExportFilter};
use crate::domain::ids::FormKey;
use crate::domain::statistics::{Asked, Statistics};
use crate::store::responses::tallies::states_of;

/// Which statistics, and in which language their texts are.
#[derive(Debug, Clone)]
pub struct StatisticsRequest {
    /// What is asked for.
    pub asked: Asked,
    /// Only responses of the campaigns with these keys; of any that the caller reaches, if none is given.
    pub campaigns: Option<Vec<String>>,
    /// The language of texts and labels; the first of the newest version, if none is given.
    pub language: Option<String>,
}

/// Statistics of a form.
///
/// # Errors
///
/// When the caller does not reach it, the query does not fit the form, or there were too many.
pub async fn statistics(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    request: StatisticsRequest,
) -> Result<Arc<Statistics>, StatisticsRefused> {
    let counted = app.limits.count_statistics(caller.actor.staff_id());
    counted.map_err(StatisticsRefused::TooMany)?;
    let mut conn = app.connection().await?;
    let (campaigns, language) = (request.campaigns.as_deref(), request.language.as_deref());
    let scope = Scope::find(app, &mut conn, caller, form, campaigns, language).await?;
    let query = scope.query(&request.asked)?;
    let states = states_of(&mut conn, &scope.ids()).await?;
    drop(conn);
    let event = AuditEvent::StatisticsRead {
        form: form.to_string(),
        of: request.asked.of.clone(),
        by: request.asked.by.clone(),
        conditions: request.asked.conditions.clone(),
        filter: AuditedExportFilter {
            campaigns: scope.keys(),
            versions: query.versions.clone().unwrap_or_default(),
            languages: query.languages.clone().unwrap_or_default(),
            from_week: query.from_week,
            to_week: query.to_week,
        },
    };
    record(app, caller, event).await?;
    let key = CacheKey {
        form: form.clone(),
        asked: request.asked,
        language: scope.language.clone(),
        campaigns: scope.ids(),
        versions: scope.versions.iter().map(|it| it.id).collect(),
    };
    if let Some(known) = app.statistics.find(&key, &states) {
        return Ok(known);
    }
    let counted = count::count(app, &scope, &query, &states).await?;
    let statistics = Arc::new(counted.protect(method()?));
    app.statistics.keep(key, &states, &statistics);
    Ok(statistics)
}

/// Checks a request as [`statistics`] does, and counts nothing.
///
/// # Errors
///
/// When the caller does not reach it, or the query does not fit the form.
pub async fn check_statistics(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    request: StatisticsRequest,
) -> Result<(), StatisticsRefused> {
    let mut conn = app.connection().await?;
    let (campaigns, language) = (request.campaigns.as_deref(), request.language.as_deref());
    let scope = Scope::find(app, &mut conn, caller, form, campaigns, language).await?;
    scope.query(&request.asked).map(drop)
}
