//! Exports of a form's responses, its remarks and its codebook. Each is recorded in the audit before its first byte is
//! given.

use std::collections::HashMap;
use std::sync::Arc;

use super::export::campaigns::{FormCampaigns, NotChosen, by_id};
use super::export::remarks::RemarksExport;
use super::export::selection::RowFilter;
use super::export::{Download, ExportError, ExportVersion, Limits, Report, ResponsesExport, start};
use super::limits::TooMany;
use super::{App, Caller, Failure, failures, out_of_reach};
use crate::domain::audit::{
    AuditEvent, AuditedCampaigns, AuditedDiversity, AuditedExport, AuditedExportFilter,
};
use crate::domain::campaign::privacy_settings::{MAX_K, least_k};
use crate::domain::codebook::{Columns, Entry};
use crate::domain::disclosure::codebook as codebook_of;
use crate::domain::form::look_up;
use crate::domain::ids::{CampaignId, FormKey};
use crate::domain::server_key::ServerKey;
use crate::domain::staff::scope::OutOfReach;
use crate::domain::week::IsoWeek;
use crate::formats::csv::CsvOptions;
use crate::random;
use crate::store::AsyncPgConnection;
use crate::store::exclusive_connection::ExclusiveConnection;
use crate::store::forms::{find_form, newest_version, versions_of};
use crate::store::responses::stream::{ExportedCampaign, campaigns_of};

/// Questions whose diversity is reported at once.
pub const MAX_SENSITIVE: usize = 20;

/// Why there is no export.
#[derive(Debug)]
pub enum ExportRefused {
    /// The account has exported too much lately.
    TooMany(TooMany),
    /// The role of the caller reaches neither the form nor a campaign of it, or not a campaign that is named.
    OutOfReach(OutOfReach),
    /// There is no such form.
    FormUnknown,
    /// No version of it is published.
    NotPublished,
    /// The request does not fit the form, for each of these reasons.
    Unfit(Vec<Unfit>),
    /// The codebook does not exist in this language; these are the languages.
    LanguageNotOffered(Vec<String>),
    /// It broke off before its first byte, or there are too few responses.
    Export(ExportError),
    /// The machinery.
    Failure(Failure),
}

failures!(ExportRefused);
out_of_reach!(ExportRefused);

/// Why a request does not fit the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// A campaign is named that the form does not have.
    CampaignUnknown,
    /// `k` is less than this, which a campaign promises.
    KTooSmall(u32),
    /// `k` is more than this.
    KTooLarge(u32),
    /// A question is named that has no column.
    SensitiveUnknown,
    /// A background question is named, which is suppressed itself.
    SensitiveBackground,
    /// More questions are named than [`MAX_SENSITIVE`].
    TooManySensitive,
}

/// Which responses are exported, and how.
#[derive(Debug, Clone)]
pub struct ResponsesRequest {
    /// Only rows that show one of the campaigns with these keys; any, if none is given.
    pub campaigns: Option<Vec<String>>,
    /// Only rows that show this week or a later one.
    pub from_week: Option<IsoWeek>,
    /// Only rows that show this week or an earlier one.
    pub to_week: Option<IsoWeek>,
    /// How many responses share what is shown of their background at least; if none is given, the greatest `k` of the
    /// form's campaigns.
    pub k: Option<u32>,
    /// The keys of questions whose diversity is reported.
    pub sensitive: Vec<String>,
    /// How the file is written.
    pub options: CsvOptions,
}

/// A file of responses: what suppression took away, and the bytes.
pub struct ResponsesFile {
    /// The figures.
    pub report: Report,
    /// The bytes.
    pub download: Download,
}

/// Exports the responses to a form, of the campaigns that the caller reaches. What they do not reach is left out by the
/// same filter as a choice of campaigns: after suppression, which is over the whole form.
///
/// # Errors
///
/// When the caller does not reach it, the request does not fit the form, or there are too few responses. That is recorded too, since whoever tries again
/// and again learns when there are enough.
pub async fn responses(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    request: ResponsesRequest,
) -> Result<ResponsesFile, ExportRefused> {
    let counted = app.limits.count_export(caller.actor.staff_id());
    counted.map_err(ExportRefused::TooMany)?;
    let mut conn = app.pools.exports.get().await?;
    let export = responses_export(app, &mut conn, caller, form, request).await?;
    let asked = Asked::of(form, &export);
    let connection = ExclusiveConnection::new(conn);
    let started = start(connection, export, &app.spool, Limits::default()).await;
    if let Err(ExportError::TooFew) = &started {
        let refused = "too_few_records";
        app.record(
            caller.actor,
            asked.event(AuditedExport::Refused { refused }),
        )
        .await?;
    }
    let started = started.map_err(ExportRefused::Export)?;
    let report = started.report().clone();
    app.record(caller.actor, asked.event(written(&report)))
        .await?;
    let download = started.download().await.map_err(ExportRefused::Export)?;
    Ok(ResponsesFile { report, download })
}

/// Checks a request for responses as [`responses`] does, and exports nothing. It does not tell whether there are enough
/// responses, since an attempt to learn that is recorded.
///
/// # Errors
///
/// When the caller does not reach it, or the request does not fit the form.
pub async fn check_responses(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    request: ResponsesRequest,
) -> Result<(), ExportRefused> {
    let mut conn = app.connection().await?;
    responses_export(app, &mut conn, caller, form, request).await?;
    Ok(())
}

async fn responses_export(
    app: &App,
    conn: &mut AsyncPgConnection,
    caller: &Caller,
    form: &FormKey,
    request: ResponsesRequest,
) -> Result<ResponsesExport, ExportRefused> {
    let (campaigns, versions) = published(app, conn, caller, form).await?;
    request.export(app, versions, &campaigns)
}

/// Exports the cleared remarks to a form, of the campaigns with these keys or of all.
///
/// # Errors
///
/// When the caller does not reach it, or the request does not fit the form.
pub async fn remarks(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    campaigns: Option<Vec<String>>,
    options: CsvOptions,
) -> Result<Download, ExportRefused> {
    let counted = app.limits.count_export(caller.actor.staff_id());
    counted.map_err(ExportRefused::TooMany)?;
    let mut conn = app.pools.exports.get().await?;
    let chosen = campaigns_with_remarks(&mut conn, caller, form, campaigns).await?;
    let export = RemarksExport {
        campaigns: by_id(&chosen),
        salt: random::bytes()?,
        options,
    };
    let connection = ExclusiveConnection::new(conn);
    let started = start(connection, export, &app.spool, Limits::default()).await;
    let started = started.map_err(ExportRefused::Export)?;
    let event = AuditEvent::RemarksExported {
        form: form.to_string(),
        filter: AuditedCampaigns {
            campaigns: chosen.iter().map(|it| it.key.to_string()).collect(),
        },
        rows: *started.report(),
    };
    app.record(caller.actor, event).await?;
    started.download().await.map_err(ExportRefused::Export)
}

/// Checks a request for remarks as [`remarks`] does, and exports nothing.
///
/// # Errors
///
/// When the caller does not reach it, or the request does not fit the form.
pub async fn check_remarks(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    campaigns: Option<Vec<String>>,
) -> Result<(), ExportRefused> {
    let mut conn = app.connection().await?;
    campaigns_with_remarks(&mut conn, caller, form, campaigns).await?;
    Ok(())
}

async fn campaigns_with_remarks(
    conn: &mut AsyncPgConnection,
    caller: &Caller,
    form: &FormKey,
    campaigns: Option<Vec<String>>,
) -> Result<Vec<ExportedCampaign>, ExportRefused> {
    let row = find_form(conn, form).await?;
    let row = row.ok_or(ExportRefused::FormUnknown)?;
    if newest_version(conn, row.id).await?.is_none() {
        return Err(unpublished(caller, form));
    }
    let of_form = FormCampaigns::new(caller, form, campaigns_of(conn, row.id).await?)?;
    match of_form.chosen(campaigns.as_deref()) {
        Ok(chosen) => Ok(chosen.unwrap_or(of_form.all)),
        Err(NotChosen::OutOfReach) => Err(OutOfReach.into()),
        Err(NotChosen::Unknown) => Err(ExportRefused::Unfit(vec![Unfit::CampaignUnknown])),
    }
}

/// Describes the columns of a form's export in a language, or in the first language of the newest version.
///
/// # Errors
///
/// When there is no such form, the caller reaches nothing of it, or it is not in this language.
pub async fn codebook(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    language: Option<&str>,
) -> Result<Vec<Entry>, ExportRefused> {
    let mut conn = app.connection().await?;
    let (_, versions) = published(app, &mut conn, caller, form).await?;
    drop(conn);
    let newest = versions.last().map(|version| version.form.definition());
    let offered = newest.map_or(&[][..], |definition| &definition.languages);
    let language = match language {
        None => offered.first().map_or("", String::as_str),
        Some(asked) => look_up(offered, asked)
            .ok_or_else(|| ExportRefused::LanguageNotOffered(offered.to_vec()))?,
    };
    Ok(codebook_of(&columns_of(&versions), language))
}

/// The campaigns of a form, and all its versions from the catalog, ascending.
pub(super) async fn published(
    app: &App,
    conn: &mut AsyncPgConnection,
    caller: &Caller,
    key: &FormKey,
) -> Result<(FormCampaigns, Vec<ExportVersion>), ExportRefused> {
    let form = find_form(conn, key).await?;
    let form = form.ok_or(ExportRefused::FormUnknown)?;
    let mut versions = Vec::new();
    for row in versions_of(conn, form.id).await? {
        let version = app.forms.remember(row)?;
        versions.push(ExportVersion {
            id: version.id,
            number: version.version,
            form: Arc::clone(&version.form),
        });
    }
    if versions.is_empty() {
        return Err(unpublished(caller, key));
    }
    let campaigns = campaigns_of(conn, form.id).await?;
    Ok((FormCampaigns::new(caller, key, campaigns)?, versions))
}

/// Whoever does not reach a form that is not published does not learn that there is one.
fn unpublished(caller: &Caller, form: &FormKey) -> ExportRefused {
    match caller.scope.covers_form(form) {
        true => ExportRefused::NotPublished,
        false => ExportRefused::FormUnknown,
    }
}

fn columns_of(versions: &[ExportVersion]) -> Columns<'_> {
    let forms: Vec<_> = versions.iter().map(|it| (it.number, &*it.form)).collect();
    Columns::of(&forms)
}

impl ResponsesRequest {
    fn export(
        self,
        app: &App,
        versions: Vec<ExportVersion>,
        of_form: &FormCampaigns,
    ) -> Result<ResponsesExport, ExportRefused> {
        let least_k = least_k(of_form.all.iter().map(|campaign| campaign.k));
        let mut unfit = Vec::new();
        let chosen = match of_form.chosen(self.campaigns.as_deref()) {
            Err(NotChosen::OutOfReach) => return Err(OutOfReach.into()),
            chosen => noted(chosen.map_err(|_| Unfit::CampaignUnknown), &mut unfit),
        };
        let k = noted(k(self.k, least_k), &mut unfit);
        let sensitive = sensitive(&self.sensitive, &columns_of(&versions));
        let sensitive = noted(sensitive, &mut unfit);
        if !unfit.is_empty() {
            return Err(ExportRefused::Unfit(unfit));
        }
        Ok(ResponsesExport {
            row_filter: RowFilter {
                campaigns: chosen.map(|all| all.iter().map(|it| it.id).collect()),
                from_week: self.from_week.map(IsoWeek::monday),
                to_week: self.to_week.map(IsoWeek::monday),
                reach: of_form.reach(),
            },
            campaigns: by_id(&of_form.all),
            k,
            least_k,
            sensitive,
            order_key: order_key(app, &of_form.all),
            keys: keys_of(app, &of_form.all)?,
            options: self.options,
            versions,
        })
    }
}

/// The server keys of these campaigns, without those of which nothing is left.
fn keys_of(
    app: &App,
    campaigns: &[ExportedCampaign],
) -> Result<HashMap<CampaignId, ServerKey>, Failure> {
    let mut keys = HashMap::new();
    for campaign in campaigns {
        if let Some(number) = campaign.server_key() {
            keys.insert(campaign.id, app.server_key(number)?.clone());
        }
    }
    Ok(keys)
}

/// The key of the order of the rows: that of the earliest campaign, so that the order stays when the key of new campaigns
/// changes.
fn order_key(app: &App, campaigns: &[ExportedCampaign]) -> ServerKey {
    let first = campaigns
        .iter()
        .filter_map(ExportedCampaign::server_key)
        .min();
    let key = first.and_then(|number| app.keys.server.get(number));
    key.unwrap_or(app.keys.server.oldest()).clone()
}

/// The value; nothing instead of one that does not fit, and the reason among the others.
fn noted<T: Default>(checked: Result<T, Unfit>, unfit: &mut Vec<Unfit>) -> T {
    checked.unwrap_or_else(|reason| {
        unfit.push(reason);
        T::default()
    })
}

/// The size of the smallest equivalence class.
fn k(asked: Option<u32>, least: u32) -> Result<u32, Unfit> {
    match asked {
        None => Ok(least),
        Some(k) if k < least => Err(Unfit::KTooSmall(least)),
        Some(k) if k > MAX_K.max(least) => Err(Unfit::KTooLarge(MAX_K)),
        Some(k) => Ok(k),
    }
}

/// The questions whose diversity is asked for, each once.
fn sensitive(asked: &[String], columns: &Columns<'_>) -> Result<Vec<String>, Unfit> {
    let mut keys: Vec<String> = Vec::new();
    for key in asked {
        let of_question = columns
            .as_slice()
            .iter()
            .filter(|column| column.question() == Some(key));
        let background: Vec<bool> = of_question.map(|column| column.background).collect();
        if background.is_empty() {
            return Err(Unfit::SensitiveUnknown);
        }
        if background.contains(&true) {
            return Err(Unfit::SensitiveBackground);
        }
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    if keys.len() > MAX_SENSITIVE {
        return Err(Unfit::TooManySensitive);
    }
    Ok(keys)
}

/// What was asked for, for the audit.
struct Asked {
    form: String,
    filter: AuditedExportFilter,
    k: u32,
    sensitive: Vec<String>,
}

impl Asked {
    fn of(form: &FormKey, export: &ResponsesExport) -> Self {
        let filter = &export.row_filter;
        let in_file = |id: &CampaignId| {
            let chosen = filter.campaigns.as_ref();
            chosen.is_none_or(|chosen| chosen.contains(id))
        };
        let campaigns = export.campaigns.iter().filter(|(id, _)| in_file(id));
        let mut campaigns: Vec<String> = campaigns.map(|(_, key)| key.clone()).collect();
        campaigns.sort_unstable();
        Self {
            form: form.to_string(),
            filter: AuditedExportFilter {
                campaigns,
                from_week: filter.from_week.map(IsoWeek::of),
                to_week: filter.to_week.map(IsoWeek::of),
            },
            k: export.k,
            sensitive: export.sensitive.clone(),
        }
    }

    fn event(&self, outcome: AuditedExport) -> AuditEvent {
        AuditEvent::ResponsesExported {
            form: self.form.clone(),
            filter: self.filter.clone(),
            k: self.k,
            sensitive: self.sensitive.clone(),
            outcome,
        }
    }
}

/// What was found and suppressed, for the audit.
fn written(report: &Report) -> AuditedExport {
    let diversity = report.diversity.iter().map(|question| AuditedDiversity {
        question: question.question.clone(),
        least: question.least_distinct,
        uniform_classes: question.uniform_classes,
    });
    AuditedExport::Written {
        rows: report.records,
        masked_cells: report.masked_cells,
        masked_records: report.masked_records,
        dependent_cells: report.dependent_cells,
        smallest_class: report.smallest_class,
        withheld_records: report.withheld_records,
        diversity: diversity.collect(),
    }
}
