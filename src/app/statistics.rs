//! Statistics of a form, protected by the cell key method.
//!
//! Figures are about the released responses of the campaigns that the caller reaches. They come from tallies where these
//! tell, and else from one pass over the responses. Either way the same responses give the same figures.

mod cache;
mod count;

use std::sync::{Arc, LazyLock};

use self::cache::CacheKey;
pub use self::cache::StatisticsCache;
use super::export::ExportVersion;
use super::export::campaigns::{FormCampaigns, NotChosen};
use super::exports::{ExportRefused, published};
use super::{App, Caller, Failure, failures, out_of_reach};
use crate::domain::audit::AuditEvent;
use crate::domain::codebook::Columns;
use crate::domain::disclosure::cell_key::{CellKeyMethod, Parameters};
use crate::domain::form::look_up;
use crate::domain::ids::FormKey;
use crate::domain::staff::scope::OutOfReach;
use crate::domain::statistics::{Asked, Query, QueryFault, Statistics};
use crate::store::responses::stream::ExportedCampaign;
use crate::store::responses::tallies::states_of;

/// How figures are protected. With these parameters there is a table, as a test shows.
static METHOD: LazyLock<Option<CellKeyMethod>> =
    LazyLock::new(|| CellKeyMethod::new(Parameters::DEFAULT, CellKeyMethod::DEFAULT_FLOOR).ok());

/// Why there are no statistics.
#[derive(Debug)]
pub enum StatisticsRefused {
    /// The caller reaches neither the form nor a campaign of it, or not a campaign that is named.
    OutOfReach(OutOfReach),
    /// The form, as for an export.
    Form(ExportRefused),
    /// The query does not fit the form, for each of these reasons.
    Unfit {
        /// A campaign is named that the form does not have.
        campaign: bool,
        /// What else is wrong.
        faults: Vec<QueryFault>,
    },
    /// The form is not in this language; these are the languages.
    LanguageNotOffered(Vec<String>),
    /// The machinery.
    Failure(Failure),
}

failures!(StatisticsRefused);
out_of_reach!(StatisticsRefused);

impl From<ExportRefused> for StatisticsRefused {
    fn from(refused: ExportRefused) -> Self {
        match refused {
            ExportRefused::OutOfReach(out) => Self::OutOfReach(out),
            ExportRefused::Failure(failure) => Self::Failure(failure),
            other => Self::Form(other),
        }
    }
}

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

/// How figures are protected.
///
/// # Errors
///
/// Never with the parameters that this program has.
pub fn method() -> Result<&'static CellKeyMethod, Failure> {
    METHOD
        .as_ref()
        .ok_or(Failure::Internal("there is no perturbation table"))
}

/// Statistics of a form.
///
/// # Errors
///
/// When the caller does not reach it, or the query does not fit the form.
pub async fn statistics(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    request: StatisticsRequest,
) -> Result<Arc<Statistics>, StatisticsRefused> {
    let mut conn = app.connection().await?;
    let (of_form, versions) = published(app, &mut conn, caller, form).await?;
    let language = language(&versions, request.language.as_deref())?;
    let scope = Scope::new(&of_form, versions, request.campaigns.as_deref());
    let scope = match scope {
        Err(NotChosen::OutOfReach) => return Err(OutOfReach.into()),
        other => other,
    };
    let query = scope
        .as_ref()
        .map(|scope| scope.query(&request.asked, &language));
    let (scope, query) = match (&scope, query) {
        (Ok(scope), Ok(Ok(query))) => (scope, query),
        (scope, query) => {
            return Err(StatisticsRefused::Unfit {
                campaign: scope.is_err(),
                faults: query.ok().and_then(Result::err).unwrap_or_default(),
            });
        }
    };
    let states = states_of(&mut conn, &scope.ids()).await?;
    drop(conn);
    record(app, caller, form, &request.asked, scope).await?;
    let key = CacheKey {
        form: form.clone(),
        asked: request.asked,
        language,
        campaigns: scope.ids(),
        versions: scope.versions.iter().map(|it| it.id).collect(),
    };
    if let Some(known) = app.statistics.find(&key, &states) {
        return Ok(known);
    }
    let counted = count::count(app, scope, &query, &states).await?;
    let statistics = Arc::new(counted.protect(method()?));
    app.statistics.keep(key, states, &statistics);
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
    let (of_form, versions) = published(app, &mut conn, caller, form).await?;
    let language = language(&versions, request.language.as_deref())?;
    let unfit = |campaign, faults| StatisticsRefused::Unfit { campaign, faults };
    match Scope::new(&of_form, versions, request.campaigns.as_deref()) {
        Err(NotChosen::OutOfReach) => Err(OutOfReach.into()),
        Err(NotChosen::Unknown) => Err(unfit(true, Vec::new())),
        Ok(scope) => {
            let query = scope.query(&request.asked, &language);
            query.map(drop).map_err(|faults| unfit(false, faults))
        }
    }
}

/// Which responses of a form statistics are about.
struct Scope {
    versions: Vec<ExportVersion>,
    /// By when they open.
    campaigns: Vec<ExportedCampaign>,
}

impl Scope {
    fn new(
        of_form: &FormCampaigns,
        versions: Vec<ExportVersion>,
        asked: Option<&[String]>,
    ) -> Result<Self, NotChosen> {
        let chosen = of_form.chosen(asked)?;
        let mut campaigns = chosen.unwrap_or_else(|| of_form.all.clone());
        campaigns.sort_by(|one, other| (one.opens_at, &one.key).cmp(&(other.opens_at, &other.key)));
        Ok(Self {
            versions,
            campaigns,
        })
    }

    fn ids(&self) -> Vec<crate::domain::ids::CampaignId> {
        self.campaigns.iter().map(|it| it.id).collect()
    }

    fn query(&self, asked: &Asked, language: &str) -> Result<Query, Vec<QueryFault>> {
        let forms = self.versions.iter().map(|it| (it.number, &*it.form));
        let columns = Columns::of(&forms.collect::<Vec<_>>());
        let campaigns = self.campaigns.iter().map(|it| it.key.to_string());
        Query::new(&columns, campaigns.collect(), asked, language)
    }
}

/// The language of texts: the one asked for, or the first of the newest version.
fn language(versions: &[ExportVersion], asked: Option<&str>) -> Result<String, StatisticsRefused> {
    let newest = versions.last().map(|version| version.form.definition());
    let offered = newest.map_or(&[][..], |definition| &definition.languages);
    let found = match asked {
        None => offered.first().map(String::as_str),
        Some(asked) => look_up(offered, asked),
    };
    let refused = || StatisticsRefused::LanguageNotOffered(offered.to_vec());
    found.map(str::to_owned).ok_or_else(refused)
}

/// Records a query in the audit, once a day for each caller: a dashboard asks the same every minute, and would bury
/// everything else.
async fn record(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    asked: &Asked,
    scope: &Scope,
) -> Result<(), Failure> {
    let event = AuditEvent::StatisticsRead {
        form: form.to_string(),
        of: asked.of.clone(),
        by: asked.by.clone(),
        conditions: asked.conditions.clone(),
        campaigns: scope
            .campaigns
            .iter()
            .map(|it| it.key.to_string())
            .collect(),
    };
    let details = event.details(caller.actor).to_string();
    let seen = format!("{:?} {details}", caller.actor.staff_id());
    if app.statistics.is_new_today(seen, app.now()) {
        app.record(caller.actor, event).await?;
    }
    Ok(())
}
