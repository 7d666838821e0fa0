//! Exports of a form's responses, its remarks and its codebook. Each is recorded in the audit before its first byte is
//! given.

use std::collections::HashMap;
use std::sync::Arc;

use super::export::audited::{Asked, written};
use super::export::campaigns::{FormCampaigns, NotChosen, by_id};
use super::export::remarks::RemarksExport;
use super::export::request::{NotFitting, columns_of, label_language, newest};
pub use super::export::request::{ResponsesRequest, Unfit};
use super::export::{Download, ExportError, ExportVersion, Limits, Report, ResponsesExport, start};
use super::limits::TooMany;
use super::{App, Caller, Failure, failures, out_of_reach};
use crate::domain::audit::{AuditEvent, AuditedCampaigns, AuditedExport};
use crate::domain::codebook::Entry;
use crate::domain::disclosure::{codebook as codebook_of, codebook_by_version};
use crate::domain::ids::{CampaignId, FormKey};
use crate::domain::server_key::ServerKey;
use crate::domain::staff::scope::OutOfReach;
use crate::formats::csv::CsvOptions;
use crate::random;
use crate::store::AsyncPgConnection;
use crate::store::exclusive_connection::ExclusiveConnection;
use crate::store::forms::{find_form, newest_version, versions_of};
use crate::store::responses::stream::{ExportedCampaign, campaigns_of};

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

/// A file of responses: what suppression took away, and the bytes.
pub struct ResponsesFile {
    /// The figures.
    pub report: Report,
    /// The bytes.
    pub download: Download,
}

/// Exports the responses to a form, of the campaigns that the caller reaches, each of which is masked by itself.
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
    let mut conn = app.pools.reading().await?;
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

pub(super) async fn responses_export(
    app: &App,
    conn: &mut AsyncPgConnection,
    caller: &Caller,
    form: &FormKey,
    request: ResponsesRequest,
) -> Result<ResponsesExport, ExportRefused> {
    let (campaigns, versions) = published(app, conn, caller, form).await?;
    let keys = keys_of(app, &campaigns.all)?;
    let export = request.export(&keys, &app.plans, form, versions, &campaigns);
    export.map_err(|not_fitting| match not_fitting {
        NotFitting::OutOfReach(out) => out.into(),
        NotFitting::Unfit(reasons) => ExportRefused::Unfit(reasons),
    })
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
    let mut conn = app.pools.reading().await?;
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

/// Describes the columns of a form's export in a language, or in the first language of the newest version: each as the
/// newest version has it that has it at all, or as each version does.
///
/// # Errors
///
/// When there is no such form, the caller reaches nothing of it, or it is not in this language.
pub async fn codebook(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    language: Option<&str>,
    each_version: bool,
) -> Result<Vec<Entry>, ExportRefused> {
    let mut conn = app.connection().await?;
    let (_, versions) = published(app, &mut conn, caller, form).await?;
    drop(conn);
    let language = label_language(newest(&versions), language);
    let language = language.map_err(ExportRefused::LanguageNotOffered)?;
    let describe = if each_version {
        codebook_by_version
    } else {
        codebook_of
    };
    Ok(describe(&columns_of(&versions), &language))
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
