//! What all statistics have in common: which responses they are about, how they are protected and recorded, and why there
//! are none.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::NaiveDate;

use crate::app::export::ExportVersion;
use crate::app::export::campaigns::NotChosen;
use crate::app::exports::{ExportRefused, published};
use crate::app::limits::TooMany;
use crate::app::{App, Caller, Failure, failures, out_of_reach};
use crate::domain::audit::AuditEvent;
use crate::domain::campaign::Campaign;
use crate::domain::codebook::Columns;
use crate::domain::disclosure::cell_key::{CellKeyMethod, Parameters};
use crate::domain::form::{Form, look_up};
use crate::domain::ids::{CampaignId, FormKey};
use crate::domain::server_key::ServerKey;
use crate::domain::staff::scope::OutOfReach;
use crate::domain::statistics::{Asked, Query, QueryFault};
use crate::store::AsyncPgConnection;
use crate::store::responses::stream::ExportedCampaign;

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
    /// The figures of these campaigns hold what was withdrawn, until this day at the latest, and the table is not among
    /// those that can be told meanwhile.
    Held {
        /// The keys of the campaigns.
        campaigns: Vec<String>,
        /// The last day.
        until: NaiveDate,
    },
    /// The form is not in this language; these are the languages.
    LanguageNotOffered(Vec<String>),
    /// The caller read too many.
    TooMany(TooMany),
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

/// How figures are protected.
///
/// # Errors
///
/// Never with the parameters that this program has.
pub(super) fn method() -> Result<&'static CellKeyMethod, Failure> {
    METHOD
        .as_ref()
        .ok_or(Failure::Internal("there is no perturbation table"))
}

/// Which responses of a form statistics are about, and in which language its texts are.
pub(super) struct Scope {
    pub versions: Vec<ExportVersion>,
    /// By when they open.
    pub campaigns: Vec<ExportedCampaign>,
    pub language: String,
    /// Whether a campaign is named that the form does not have. Then there are none.
    campaign_unknown: bool,
}

impl Scope {
    pub async fn find(
        app: &App,
        conn: &mut AsyncPgConnection,
        caller: &Caller,
        form: &FormKey,
        campaigns: Option<&[String]>,
        language: Option<&str>,
    ) -> Result<Self, StatisticsRefused> {
        let (of_form, versions) = published(app, conn, caller, form).await?;
        let (mut chosen, campaign_unknown) = match of_form.chosen(campaigns) {
            Ok(chosen) => (chosen.unwrap_or(of_form.all), false),
            Err(NotChosen::Unknown) => (Vec::new(), true),
            Err(NotChosen::OutOfReach) => return Err(OutOfReach.into()),
        };
        chosen.sort_by(|one, other| (one.opens_at, &one.key).cmp(&(other.opens_at, &other.key)));
        Ok(Self {
            language: self::language(&versions, language)?,
            versions,
            campaigns: chosen,
            campaign_unknown,
        })
    }

    /// These campaigns, whoever asks.
    pub fn of_everybody(
        versions: Vec<ExportVersion>,
        campaigns: &[Campaign],
        language: String,
    ) -> Self {
        let campaigns = campaigns.iter().map(|campaign| ExportedCampaign {
            id: campaign.id,
            key: campaign.key.clone(),
            opens_at: campaign.schedule.opens_at,
            k: campaign.settings.k,
            left_out: campaign.settings.left_out.clone(),
            masking_weights: campaign.settings.masking_weights.clone(),
            server_key: campaign.server_key.0,
            erased_at: campaign.erased_at,
        });
        Self {
            versions,
            campaigns: campaigns.collect(),
            language,
            campaign_unknown: false,
        }
    }

    pub fn ids(&self) -> Vec<CampaignId> {
        self.campaigns.iter().map(|it| it.id).collect()
    }

    /// The place of each campaign, and the server key of its record keys. One of which nothing is left is not there.
    pub fn places<'a>(
        &self,
        app: &'a App,
    ) -> Result<HashMap<CampaignId, (usize, &'a ServerKey)>, Failure> {
        let mut places = HashMap::new();
        for (place, campaign) in self.campaigns.iter().enumerate() {
            if let Some(number) = campaign.server_key() {
                places.insert(campaign.id, (place, app.server_key(number)?));
            }
        }
        Ok(places)
    }

    pub fn keys(&self) -> Vec<String> {
        let keys = self.campaigns.iter().map(|it| it.key.to_string());
        keys.collect()
    }

    /// The columns over its versions.
    pub fn columns(&self) -> Columns<'_> {
        let forms = self.versions.iter().map(|it| (it.number, &*it.form));
        Columns::of(&forms.collect::<Vec<(i32, &Form)>>())
    }

    /// What is asked for, if it fits.
    pub fn query(&self, asked: &Asked) -> Result<Query, StatisticsRefused> {
        match Query::new(&self.columns(), self.keys(), asked, &self.language) {
            Ok(query) if !self.campaign_unknown => Ok(query),
            other => Err(StatisticsRefused::Unfit {
                campaign: self.campaign_unknown,
                faults: other.err().unwrap_or_default(),
            }),
        }
    }

    /// Checks what does not depend on a query.
    pub fn check(&self) -> Result<(), StatisticsRefused> {
        match self.campaign_unknown {
            false => Ok(()),
            true => Err(StatisticsRefused::Unfit {
                campaign: true,
                faults: Vec::new(),
            }),
        }
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

/// Records in the audit what is read, once a day for each caller: a dashboard asks the same every minute, and would bury
/// everything else.
pub(super) async fn record(app: &App, caller: &Caller, event: AuditEvent) -> Result<(), Failure> {
    let details = event.details(caller.actor);
    let read = format!("{:?} {} {details}", caller.actor, event.action().as_str());
    if app.statistics.is_new_today(read, app.now()) {
        app.record(caller.actor, event).await?;
    }
    Ok(())
}
