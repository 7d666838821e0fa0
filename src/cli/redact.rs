//! `aftercare redact`: cleans the remarks that still wait by the present rules.

use clap::Args;

use super::application::application;
use super::{print, say};
use crate::app::Caller;
use crate::app::redaction::{Cleaned, clean_pending};
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::free_text::redact::VERSION;
use crate::postgres::database::Database;
use crate::store::pool::Target;

/// Clean the remarks that nobody has reviewed by the rules of this version of the program. Only counts are shown
#[derive(Debug, Args)]
pub struct Redact {
    /// Clean what waits to be released or reviewed; what a person has cleared or withheld is left alone
    #[arg(long, required = true)]
    pending: bool,
    /// Only count what would be cleaned
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    key: ServerKeyConfig,
}

impl Redact {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let database = Database::join(&self.database, &mut say).await?;
        let result = self.clean(database.target()).await;
        database.stop().await;
        result
    }

    async fn clean(&self, target: &Target) -> anyhow::Result<()> {
        let app = application(&self.database, &self.key, target).await?;
        let cleaned = clean_pending(&app, &Caller::OPERATOR, self.dry_run).await?;
        print(&line(&cleaned, self.dry_run))?;
        Ok(())
    }
}

fn line(cleaned: &Cleaned, dry_run: bool) -> String {
    let verb = if dry_run {
        "would be cleaned"
    } else {
        "cleaned"
    };
    let kinds = cleaned
        .found
        .iter()
        .map(|(kind, count)| format!("{kind} {count}"));
    let kinds = kinds.collect::<Vec<_>>().join(", ");
    let colon = if kinds.is_empty() { "" } else { ": " };
    format!(
        "rules {VERSION}: {} of {} remarks that wait {verb}{colon}{kinds}",
        cleaned.changed, cleaned.read
    )
}
