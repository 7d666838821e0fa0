//! `aftercare report`: write the report of a form.

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use clap::Args;

use super::application::application;
use super::{print, say};
use crate::app::Caller;
use crate::app::exports::ExportRefused;
use crate::app::statistics::{ReportRequest, StatisticsRefused, report};
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::ids::FormKey;
use crate::domain::statistics::Detail;
use crate::formats::report::report_html;
use crate::postgres::database::Database;

/// Write the report of a form as a page, to be read in a browser and printed
#[derive(Debug, Args)]
pub struct ReportCommand {
    /// The key of the form
    #[arg(long)]
    form: FormKey,
    /// Only responses of these campaigns: keys, separated by commas
    #[arg(long, value_delimiter = ',')]
    campaign: Option<Vec<String>>,
    /// The language of the page; the first of the form, if none is given
    #[arg(long)]
    language: Option<String>,
    /// Also by each background question and by campaign, on many pages
    #[arg(long)]
    full: bool,
    /// The file to write; it must not exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    key: ServerKeyConfig,
    #[command(flatten)]
    database: DatabaseConfig,
}

impl ReportCommand {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        if self.out.exists() {
            bail!("{} exists already", self.out.display());
        }
        let database = Database::join(&self.database, &mut say).await?;
        let page = self.page(&self.form, &database).await;
        database.stop().await;
        let page = page?;
        // Written beside it first, so that nothing half-written has its name.
        let folder = self.out.parent().filter(|it| !it.as_os_str().is_empty());
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or_else(|| ".".as_ref()))?;
        std::io::Write::write_all(&mut file, page.as_bytes())?;
        file.persist_noclobber(&self.out)?;
        print(&format!("wrote {}", self.out.display()))?;
        Ok(())
    }

    async fn page(&self, form: &FormKey, database: &Database) -> anyhow::Result<String> {
        let app = application(&self.database, &self.key, database.target()).await?;
        let request = ReportRequest {
            campaigns: self.campaign.clone(),
            language: self.language.clone(),
            detail: match self.full {
                true => Detail::Full,
                false => Detail::Overall,
            },
        };
        let found = report(&app, &Caller::OPERATOR, form, request).await;
        app.stop().await;
        let report = found.map_err(|refused| match refused {
            StatisticsRefused::Form(ExportRefused::FormUnknown | ExportRefused::NotPublished) => {
                anyhow!("there is no published form with this key")
            }
            StatisticsRefused::Unfit { .. } => anyhow!("the form has no campaign with this key"),
            StatisticsRefused::LanguageNotOffered(offered) => {
                anyhow!("the form is offered in {}", offered.join(", "))
            }
            StatisticsRefused::Failure(failure) => failure.into(),
            other => anyhow!("{other:?}"),
        })?;
        Ok(report_html(&report)?)
    }
}
