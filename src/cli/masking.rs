//! `aftercare masking`: what an export would mask now.

use anyhow::{anyhow, bail};
use clap::Args;

use super::application::application;
use super::{print, say};
use crate::app::export::{ExportError, MaskedColumn, MaskedRole, Report};
use crate::app::exports::ExportRefused;
use crate::app::masking::measure_masking;
use crate::app::{App, Caller};
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::campaign::privacy_settings::MAX_K;
use crate::domain::ids::FormKey;
use crate::postgres::database::Database;
use crate::store::pool::Target;

/// Show what an export of the responses to a form would mask now, under one `k` or several. No file is written; the audit
/// records it as the operator's act
#[derive(Debug, Args)]
pub struct Masking {
    /// The key of the form
    #[arg(long)]
    form: FormKey,
    /// How many responses share what is shown of their background at least [default: what the campaigns promise]
    #[arg(short, long, value_delimiter = ',', value_name = "NUMBERS",
        value_parser = clap::value_parser!(u32).range(2..=i64::from(MAX_K)))]
    k: Vec<u32>,
    /// Mask without telling answers coarser, to see what the levels of the form and of the week are worth
    #[arg(long)]
    without_levels: bool,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    key: ServerKeyConfig,
}

impl Masking {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let database = Database::join(&self.database, &mut say).await?;
        let result = self.measure(database.target()).await;
        database.stop().await;
        result
    }

    async fn measure(&self, target: &Target) -> anyhow::Result<()> {
        let app = application(&self.database, &self.key, target).await?;
        if self.k.is_empty() {
            return self.show(&app, None).await;
        }
        for k in &self.k {
            self.show(&app, Some(*k)).await?;
        }
        Ok(())
    }

    async fn show(&self, app: &App, k: Option<u32>) -> anyhow::Result<()> {
        let form = &self.form;
        let under = k.map_or_else(String::new, |k| format!(" under k = {k}"));
        let measured = measure_masking(app, &Caller::OPERATOR, form, k, !self.without_levels);
        let report = match measured.await {
            Ok(report) => report,
            Err(ExportRefused::Export(ExportError::TooFew)) => {
                print(&format!(
                    "{form} has too few responses to export any{under}"
                ))?;
                return Ok(());
            }
            Err(ExportRefused::FormUnknown) => bail!("there is no form {form}"),
            Err(ExportRefused::NotPublished) => bail!("no version of {form} is published"),
            Err(refused) => return Err(anyhow!("{form} cannot be measured{under}: {refused:?}")),
        };
        for line in lines(form, &report) {
            print(&line)?;
        }
        Ok(())
    }
}

fn lines(form: &FormKey, report: &Report) -> Vec<String> {
    let records = report.records;
    let width = report.columns.iter().map(|column| column.name.len());
    let width = width.max().unwrap_or_default();
    let line = |column: &MaskedColumn| {
        let share = percent(column.masked, records);
        let coarser = percent(column.coarser, records);
        format!(
            "  {:width$}  {:>9}  {share:>8}  {:>9}  {coarser:>8}",
            column.name, column.masked, column.coarser
        )
    };
    let mut lines = vec![format!(
        "{form}: {records} responses, k = {}, {} of them with a masked cell, {} with one told coarser",
        report.k, report.masked_records, report.coarser_records,
    )];
    lines.push(format!(
        "  {:width$}  {:>9}  {:>8}  {:>9}  {:>8}",
        "", "masked", "", "coarser", ""
    ));
    for (role, title) in [
        (MaskedRole::Metadata, "known of the response:"),
        (MaskedRole::Background, "background:"),
        (
            MaskedRole::Dependent,
            "masked since they would give these away:",
        ),
    ] {
        let columns = report.columns.iter().filter(|column| column.role == role);
        let columns: Vec<String> = columns.map(line).collect();
        if !columns.is_empty() {
            lines.push(title.to_owned());
            lines.extend(columns);
        }
    }
    lines.push(format!("loss: {:.3} of the background", report.loss()));
    lines
}

#[allow(clippy::cast_precision_loss, reason = "a share to show")]
fn percent(part: u64, of: u64) -> String {
    match of {
        0 => "–".to_owned(),
        of => format!("{:.1} %", 100.0 * part as f64 / of as f64),
    }
}
