//! What an export of a form's responses would mask now, without one.

use super::export::audited::Asked;
use super::export::request::ResponsesRequest;
use super::export::{ExportError, Report};
use super::exports::{ExportRefused, responses_export};
use super::{App, Caller};
use crate::domain::audit::AuditedExport;
use crate::domain::ids::FormKey;
use crate::store::exclusive_connection::ExclusiveConnection;

/// Measures what an export of all responses to a form would mask now: the first two passes of
/// an export, and with them its plan.
///
/// Without a `k` it is what the campaigns promise. A greater one masks further, as in an export. A smaller one, which no
/// export takes, is measured as if the campaigns promised no more.
///
/// `with_levels` says whether answers are told coarser before they are masked, as exports do.
///
/// It is recorded as an export is, since the figures change with each response: whoever measured again and again would
/// learn what single responses do, and when there are enough.
///
/// # Errors
///
/// When the caller does not reach the form, `k` does not fit, or there are too few responses.
pub async fn measure_masking(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    k: Option<u32>,
    with_levels: bool,
) -> Result<Report, ExportRefused> {
    let counted = app.limits.count_export(caller.actor.staff_id());
    counted.map_err(ExportRefused::TooMany)?;
    let mut conn = app.pools.exports.get().await?;
    let mut export =
        responses_export(app, &mut conn, caller, form, ResponsesRequest::default()).await?;
    export.with_levels = with_levels;
    if let Some(k) = k {
        export.k = Some(k);
        for campaign in &mut export.campaigns {
            campaign.least_k = campaign.least_k.min(k);
        }
    }
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
        app.record(caller.actor, asked.event(outcome)).await?;
    }
    figures.map_err(ExportRefused::Export)
}
