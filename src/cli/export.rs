//! `aftercare export`: write the responses to a form into a file, as an analyst gets them over HTTP.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use futures_util::TryStreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use strum::VariantNames;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

use super::application::application;
use super::say;
use crate::app::export::{Download, ExportError};
use crate::app::exports::{self, ExportRefused, ResponsesRequest};
use crate::app::{App, Caller};
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::ids::FormKey;
use crate::domain::week::IsoWeek;
use crate::formats::csv::{CsvOptions, Formulas};
use crate::formats::file_format::FileFormat;
use crate::formats::table::Shape;
use crate::formats::table::shape::{LayoutKind, MissingShown, Values};
use crate::postgres::database::Database;
use crate::store::pool::Target;

/// Write the responses to a form into a file, masked as for analysts. The audit records it as the operator's act.
#[derive(Debug, Args)]
pub struct Export {
    /// The key of the form
    #[arg(long)]
    form: FormKey,
    /// The file, which is replaced once the new one is whole
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// What kind of file
    #[arg(long = "format", default_value = "csv", value_parser = PossibleValuesParser::new(FORMATS))]
    file_format: String,
    /// Only rows that show one of these campaigns
    #[arg(long, value_delimiter = ',', value_name = "KEYS")]
    campaign: Option<Vec<String>>,
    /// Only rows that show one of these versions of the form
    #[arg(long, value_delimiter = ',', value_name = "NUMBERS")]
    form_version: Option<Vec<i32>>,
    /// Only rows that show one of these languages
    #[arg(long, value_delimiter = ',', value_name = "TAGS")]
    response_language: Option<Vec<String>>,
    /// Only rows that show this ISO week or a later one, such as 2027-W05
    #[arg(long, value_name = "WEEK")]
    from_week: Option<IsoWeek>,
    /// Only rows that show this ISO week or an earlier one
    #[arg(long, value_name = "WEEK")]
    to_week: Option<IsoWeek>,
    /// How many responses share what is shown of their background at least: what the campaigns promise, or more
    #[arg(short, long)]
    k: Option<u32>,
    /// What a row is
    #[arg(long, default_value = "wide", value_parser = words::<LayoutKind>())]
    layout: LayoutKind,
    /// How the answers to choices are written
    #[arg(long, default_value = "codes", value_parser = words::<Values>())]
    values: Values,
    /// What stands where there is no answer
    #[arg(long, default_value = "blank", value_parser = words::<MissingShown>())]
    missing: MissingShown,
    /// Only these columns, by the names of the codebook
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    columns: Option<Vec<String>>,
    /// The language of labels and texts; the first of the form, if none is given
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Start CSV files with a byte order mark, by which Excel recognises UTF-8
    #[arg(long)]
    bom: bool,
    /// Leave texts in CSV files as they are that a spreadsheet would run as a formula
    #[arg(long)]
    raw_formulas: bool,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    key: ServerKeyConfig,
}

const FORMATS: [&str; 6] = ["csv", "ndjson", "parquet", "xlsx", "sav", "data-package"];

/// The words of an enum, as an argument takes them.
fn words<T>() -> impl TypedValueParser<Value = T>
where
    T: VariantNames + std::str::FromStr<Err = strum::ParseError> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(T::VARIANTS).try_map(|word| word.parse())
}

impl Export {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        if let Some((from, to)) = self.from_week.zip(self.to_week)
            && from > to
        {
            bail!("--to-week is before --from-week");
        }
        let database = Database::join(&self.database, &mut say).await?;
        let result = self.export(database.target()).await;
        database.stop().await;
        result
    }

    async fn export(&self, target: &Target) -> anyhow::Result<()> {
        let app = application(&self.database, &self.key, target).await?;
        // Made first: whoever cannot write there should not leave an entry in the audit.
        let file = Unfinished::beside(&self.out)?;
        // Whoever interrupts it finds no unfinished file.
        let (rows, bytes) = tokio::select! {
            written = self.write(&app, file) => written?,
            _ = tokio::signal::ctrl_c() => bail!("interrupted; nothing was written"),
        };
        say(&format!(
            "{}: {rows} responses, {bytes} bytes",
            self.out.display()
        ));
        Ok(())
    }

    async fn write(&self, app: &App, file: Unfinished) -> anyhow::Result<(u64, u64)> {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {bytes} {bytes_per_sec}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        bar.set_message("masking");
        let exported = exports::responses(app, &Caller::OPERATOR, &self.form, self.request()).await;
        let exported = exported.map_err(|refused| self.in_words(refused))?;
        bar.set_message(format!("writing {} responses", exported.report.records));
        let bytes = file.fill(exported.download, &bar).await?;
        file.finish(&self.out)?;
        bar.finish_and_clear();
        Ok((exported.report.records, bytes))
    }

    fn request(&self) -> ResponsesRequest {
        let csv = CsvOptions {
            bom: self.bom,
            formulas: match self.raw_formulas {
                true => Formulas::Raw,
                false => Formulas::Safe,
            },
        };
        ResponsesRequest {
            campaigns: self.campaign.clone(),
            versions: self.form_version.clone(),
            response_languages: self.response_language.clone(),
            from_week: self.from_week,
            to_week: self.to_week,
            k: self.k,
            sensitive: Vec::new(),
            format: match self.file_format.as_str() {
                "ndjson" => FileFormat::Ndjson,
                "parquet" => FileFormat::Parquet,
                "xlsx" => FileFormat::Xlsx,
                "sav" => FileFormat::Sav,
                "data-package" => FileFormat::DataPackage(csv),
                _ => FileFormat::Csv(csv),
            },
            shape: Shape {
                layout: self.layout,
                values: self.values,
                missing: self.missing,
            },
            columns: self.columns.clone(),
            language: self.language.clone(),
        }
    }

    fn in_words(&self, refused: ExportRefused) -> anyhow::Error {
        match refused {
            ExportRefused::FormUnknown | ExportRefused::OutOfReach(_) => {
                anyhow!("there is no form {}", self.form)
            }
            ExportRefused::NotPublished => anyhow!("no version of {} is published", self.form),
            ExportRefused::Unfit(reasons) => {
                let option = |parameter: &str| match parameter {
                    "version" => "form-version".to_owned(),
                    other => other.replace('_', "-"),
                };
                let reasons = reasons.iter();
                let reasons = reasons.map(|it| format!("--{}: {it}", option(it.parameter())));
                anyhow!(reasons.collect::<Vec<_>>().join("\n"))
            }
            ExportRefused::LanguageNotOffered(offered) => {
                anyhow!("the form is offered in {}", offered.join(", "))
            }
            ExportRefused::Export(ExportError::TooFew) => {
                anyhow!(
                    "there are fewer responses than must share what is shown of their background"
                )
            }
            ExportRefused::Export(error) => error.into(),
            ExportRefused::TooMany(_) => anyhow!("too many exports"),
            ExportRefused::Failure(failure) => anyhow!("{failure}"),
        }
    }
}

/// A file under another name, beside the place that it gets when it is whole. It is deleted if it never is. Only its owner
/// may read it.
struct Unfinished(NamedTempFile);

impl Unfinished {
    fn beside(place: &Path) -> anyhow::Result<Self> {
        let folder = place.parent().filter(|it| !it.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let file = tempfile::Builder::new()
            .prefix(".aftercare-export-")
            .tempfile_in(folder);
        let file = file.with_context(|| format!("no file can be made in {}", folder.display()))?;
        Ok(Self(file))
    }

    /// Writes all of it, and waits until it is on disk; gives the number of bytes.
    async fn fill(&self, mut download: Download, bar: &ProgressBar) -> anyhow::Result<u64> {
        let mut file = tokio::fs::File::from_std(self.0.as_file().try_clone()?);
        while let Some(piece) = download.try_next().await? {
            file.write_all(&piece).await?;
            bar.inc(piece.len() as u64);
        }
        file.flush().await?;
        file.sync_all().await?;
        Ok(bar.position())
    }

    fn finish(self, place: &Path) -> anyhow::Result<()> {
        let kept = self.0.persist(place);
        kept.with_context(|| format!("{} cannot be written", place.display()))?;
        Ok(())
    }
}
