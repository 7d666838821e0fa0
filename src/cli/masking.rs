//! `aftercare masking`: what an export would mask now.

use std::collections::BTreeMap;

use anyhow::{anyhow, bail};
use clap::Args;

use super::application::application;
use super::{print, say};
use crate::app::export::{ExportError, MaskedColumn, MaskedRole, Report};
use crate::app::exports::ExportRefused;
use crate::app::masking::{Alternative, MeasureRefused, measure_masking};
use crate::app::{App, Caller};
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::campaign::masking::MAX_WEIGHT;
use crate::domain::campaign::privacy_settings::MAX_K;
use crate::domain::ids::FormKey;
use crate::postgres::database::Database;
use crate::store::pool::Target;

/// Show what an export of the responses to a form would mask now, under one `k` or several, and under other weights or without
/// some questions. No file is written; the audit records it as the operator's act
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
    /// How much a masked cell of a background question costs, or one of `week`, `language` or `form_version`, from 1 to 100:
    /// what weighs more keeps more. It is shown after what the campaigns promise. Give it once for each
    #[arg(long = "weight", value_name = "KEY=NUMBER", value_parser = weight)]
    weights: Vec<(String, u8)>,
    /// A background question to leave out altogether. It is shown after what the campaigns promise. Give it once for each
    #[arg(long = "leave-out", value_name = "KEY")]
    leave_out: Vec<String>,
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
        let differs = !self.weights.is_empty() || !self.leave_out.is_empty();
        if differs {
            print("as the campaigns promise")?;
            self.show(&app, &Alternative::default()).await?;
        }
        let each = self.k.iter().copied().map(Some);
        let none = self.k.is_empty().then_some(None);
        for k in each.chain(none) {
            let alternative = Alternative {
                k,
                without_levels: self.without_levels,
                weights: self.weights.iter().cloned().collect(),
                left_out: self.leave_out.iter().cloned().collect(),
            };
            if differs {
                print(&format!("\n{}", said(&alternative)))?;
            }
            self.show(&app, &alternative).await?;
        }
        Ok(())
    }

    async fn show(&self, app: &App, alternative: &Alternative) -> anyhow::Result<()> {
        let form = &self.form;
        let k = alternative.k;
        let under = k.map_or_else(String::new, |k| format!(" under k = {k}"));
        let measured = measure_masking(app, &Caller::OPERATOR, form, alternative);
        let report = match measured.await {
            Ok(report) => report,
            Err(MeasureRefused::NotBackground(key)) => {
                bail!("{form} has no background question {key}")
            }
            Err(MeasureRefused::Export(refused)) => match refused {
                ExportRefused::Export(ExportError::TooFew) => {
                    print(&format!(
                        "{form} has too few responses to export any{under}"
                    ))?;
                    return Ok(());
                }
                ExportRefused::FormUnknown => bail!("there is no form {form}"),
                ExportRefused::NotPublished => bail!("no version of {form} is published"),
                refused => {
                    return Err(anyhow!("{form} cannot be measured{under}: {refused:?}"));
                }
            },
        };
        for line in lines(form, &report) {
            print(&line)?;
        }
        Ok(())
    }
}

/// Reads `age_band=20`.
fn weight(text: &str) -> Result<(String, u8), String> {
    let read = text.split_once('=').and_then(|(key, weight)| {
        let weight: u8 = weight.parse().ok()?;
        (1..=MAX_WEIGHT)
            .contains(&weight)
            .then(|| (key.to_owned(), weight))
    });
    read.ok_or_else(|| format!("it is a key, “=” and a whole number from 1 to {MAX_WEIGHT}"))
}

/// An alternative in words.
fn said(alternative: &Alternative) -> String {
    let weights: &BTreeMap<String, u8> = &alternative.weights;
    let weights = weights
        .iter()
        .map(|(key, weight)| format!("{key}={weight}"));
    let left_out = alternative.left_out.iter();
    let left_out = left_out.map(|key| format!("without {key}"));
    let parts: Vec<String> = weights.chain(left_out).collect();
    format!("with {}", parts.join(", ")).replace("with without", "without")
}

fn lines(form: &FormKey, report: &Report) -> Vec<String> {
    let records = report.records;
    let width = report.columns.iter().map(|column| column.name.len());
    let width = width.max().unwrap_or_default();
    let line = |column: &MaskedColumn| {
        let share = percent(column.masked, records);
        let coarser = percent(column.coarser, records);
        let left_out = match column.left_out {
            0 => String::new(),
            all if all == records => "  left out".to_owned(),
            some => format!("  left out in {some}"),
        };
        format!(
            "  {:width$}  {:>9}  {share:>8}  {:>9}  {coarser:>8}{left_out}",
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
