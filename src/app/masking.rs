//! What an export of a form's responses would mask now, without one.

use std::collections::{BTreeMap, BTreeSet};

use super::export::audited::Asked;
use super::export::request::{ResponsesRequest, columns_of};
use super::export::{ExportError, Report, ResponsesExport};
use super::exports::{ExportRefused, responses_export};
use super::{App, Caller};
use crate::domain::audit::AuditedExport;
use crate::domain::campaign::masking::MaskingWeights;
use crate::domain::ids::FormKey;
use crate::store::exclusive_connection::ExclusiveConnection;

/// What is measured instead of what the campaigns promise.
#[derive(Debug, Clone, Default)]
pub struct Alternative {
    /// How many responses are alike. A greater one than is promised masks further, as in an export. A smaller one, which no
    /// export takes, is measured as if the campaigns promised no more.
    pub k: Option<u32>,
    /// Whether answers are masked without being told coarser before, which exports never do.
    pub without_levels: bool,
    /// How much a masked cell costs: by the key of a background question or the name of a metadata column. What is not there
    /// costs what the campaigns promise.
    pub weights: BTreeMap<String, u8>,
    /// The keys of background questions to leave out, beside those that the campaigns leave out.
    pub left_out: BTreeSet<String>,
}

/// Why nothing was measured.
#[derive(Debug)]
pub enum MeasureRefused {
    /// The form has no background question with this key.
    NotBackground(String),
    /// The same as for an export.
    Export(ExportRefused),
}

impl From<ExportRefused> for MeasureRefused {
    fn from(refused: ExportRefused) -> Self {
        Self::Export(refused)
    }
}

impl Alternative {
    /// Checks that its questions are background questions of the form.
    fn check(&self, export: &ResponsesExport) -> Result<(), MeasureRefused> {
        let columns = columns_of(&export.versions);
        let background = |key: &&String| {
            let mut of_key = columns.as_slice().iter();
            of_key.any(|column| column.background && column.question() == Some(key))
        };
        let weighted = |key: &&String| !MaskingWeights::METADATA.contains(&key.as_str());
        let weights = self.weights.keys().filter(weighted);
        let mut named = self.left_out.iter().chain(weights);
        match named.find(|key| !background(key)) {
            Some(unknown) => Err(MeasureRefused::NotBackground(unknown.clone())),
            None => Ok(()),
        }
    }

    /// Has the campaigns of an export promise this.
    fn apply(&self, export: &mut ResponsesExport) {
        export.with_levels = !self.without_levels;
        export.k = self.k;
        for campaign in &mut export.campaigns {
            campaign.least_k = campaign.least_k.min(self.k.unwrap_or(campaign.least_k));
            campaign.weights.extend(self.weights.clone());
            campaign.left_out.extend(self.left_out.iter().cloned());
        }
    }
}

/// Measures what an export of all responses to a form would mask now, under what its campaigns promise or an alternative: the
/// first two passes of an export, and with them its plan.
///
/// It is recorded as an export is, since the figures change with each response: whoever measured again and again would
/// learn what single responses do, and when there are enough.
///
/// # Errors
///
/// When the caller does not reach the form, the alternative does not fit, or there are too few responses.
pub async fn measure_masking(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    alternative: &Alternative,
) -> Result<Report, MeasureRefused> {
    let counted = app.limits.count_export(caller.actor.staff_id());
    counted.map_err(ExportRefused::TooMany)?;
    let conn = app.pools.reading().await;
    let mut conn = conn.map_err(ExportRefused::from)?;
    let mut export =
        responses_export(app, &mut conn, caller, form, ResponsesRequest::default()).await?;
    alternative.check(&export)?;
    alternative.apply(&mut export);
    let asked = Asked::of(form, &export);
    let mut connection = ExclusiveConnection::new(conn);
    let figures = match connection.connection() {
        Some(conn) => export.figures(conn).await,
        None => Err(ExportError::BrokenOff),
    };
    if figures.is_ok() {
        connection.give_back();
    }
    let outcome = match &figures {
        Ok(report) => Some(AuditedExport::Measured {
            measured: report.records,
        }),
        Err(ExportError::TooFew) => Some(AuditedExport::Refused {
            refused: "too_few_records",
        }),
        Err(_) => None,
    };
    if let Some(outcome) = outcome {
        let recorded = app.record(caller.actor, asked.event(outcome)).await;
        recorded.map_err(ExportRefused::from)?;
    }
    Ok(figures.map_err(ExportRefused::Export)?)
}
