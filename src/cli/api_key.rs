//! `aftercare api-key`: manage the API keys of scheduled jobs from the server's machine. A job that should outlive its
//! author gets an account of its own, and its key is made here, since nobody logs in to that account.

use anyhow::{anyhow, bail, ensure};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::application::application;
use super::{print, say};
use crate::app::App;
use crate::app::api_keys::{self, ApiKeyError, NewApiKey};
use crate::app::staff::{self, StaffError};
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::audit::Actor;
use crate::domain::ids::{ApiKeyId, FormKey};
use crate::domain::staff::api_key::{
    DEFAULT_LIFETIME_DAYS, MAX_LABEL_LENGTH, MAX_LIFETIME_DAYS, ROLES, Scope,
};
use crate::domain::staff::role::Role;
use crate::postgres::database::Database;
use crate::store::pool::Target;

/// Manage API keys of scheduled jobs.
#[derive(Debug, Args)]
pub struct ApiKey {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    key: ServerKeyConfig,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a key for an account; it is printed once
    Add(Add),
    /// List all keys, the newest first
    List,
    /// Revoke a key for good
    Revoke {
        /// Id of the key, as the list shows it
        id: Uuid,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// E-mail of the account that the key belongs to
    email: String,
    /// The one role of the account that the key has
    #[arg(long, value_parser = roles())]
    role: Role,
    /// What the key is for
    #[arg(long)]
    label: String,
    /// The only form that the key reads [default: all forms, and what belongs to none]
    #[arg(long)]
    form: Option<FormKey>,
    /// In how many days it expires
    #[arg(long, default_value_t = DEFAULT_LIFETIME_DAYS, value_parser = clap::value_parser!(i64).range(1..=MAX_LIFETIME_DAYS))]
    days: i64,
}

/// Parses a role that a key can have; the help lists them.
fn roles() -> impl TypedValueParser<Value = Role> {
    let words = ROLES.iter().map(|role| role.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Role>())
}

impl ApiKey {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let database = Database::join(&self.database, &mut say).await?;
        let result = self.act(database.target()).await;
        database.stop().await;
        result
    }

    async fn act(self, target: &Target) -> anyhow::Result<()> {
        if let Action::Add(add) = &self.action {
            add.check()?;
        }
        let app = application(&self.database, &self.key, target).await?;
        match self.action {
            Action::Add(add) => add.run(&app).await,
            Action::List => list(&app).await,
            Action::Revoke { id } => revoke(&app, ApiKeyId(id)).await,
        }
    }
}

impl Add {
    fn check(&self) -> anyhow::Result<()> {
        let length = self.label.chars().count();
        ensure!(
            !self.label.trim().is_empty() && length <= MAX_LABEL_LENGTH,
            "a label has 1 to {MAX_LABEL_LENGTH} characters, and is not blank"
        );
        Ok(())
    }

    async fn run(self, app: &App) -> anyhow::Result<()> {
        let (email, role) = (&self.email, self.role.as_str());
        let owner = match staff::find_by_email(app, email).await {
            Ok(row) => row,
            Err(StaffError::Unknown) => bail!("there is no account with the e-mail {email}"),
            Err(error) => bail!("the account cannot be found: {error}"),
        };
        let new = NewApiKey {
            label: self.label,
            scope: Scope {
                role: self.role,
                form: self.form,
            },
            lifetime_days: self.days,
        };
        let made = api_keys::create(app, Actor::Operator, owner.id, None, new).await;
        let made = made.map_err(|error| match error {
            ApiKeyError::SessionEnded => anyhow!("the account {email} is disabled"),
            ApiKeyError::RoleNotHeld => {
                anyhow!("the account {email} does not have the role {role}")
            }
            error => anyhow!("the key cannot be made: {error}"),
        })?;
        say(&format!(
            "made the key {} of {email} ({role}), which expires on {}",
            made.id,
            made.expires_at.date_naive()
        ));
        say("its text, which is shown only now:");
        print(made.secret.expose())?;
        Ok(())
    }
}

async fn list(app: &App) -> anyhow::Result<()> {
    let now = app.now();
    for row in api_keys::list(app, None, None, i64::MAX).await? {
        let (key, used) = (&row.key, row.last_used_on);
        print(&format!(
            "{}\t{}\t{}\t{}\t{}\texpires {}\t{}\t{}",
            row.id,
            row.owner_email,
            key.scope.role.as_str(),
            key.scope.form.as_ref().map_or("all forms", FormKey::as_str),
            key.state(now).as_str(),
            key.expires_at.date_naive(),
            used.map_or("never used".to_owned(), |day| format!("last used {day}")),
            row.label
        ))?;
    }
    Ok(())
}

async fn revoke(app: &App, id: ApiKeyId) -> anyhow::Result<()> {
    match api_keys::revoke(app, Actor::Operator, id, None).await {
        Ok(()) => print(&format!("revoked {id}"))?,
        Err(ApiKeyError::Unknown) => {
            bail!("there is no API key with the id {id}; `aftercare api-key list` shows them")
        }
        Err(error) => bail!("the key cannot be revoked: {error}"),
    }
    Ok(())
}
