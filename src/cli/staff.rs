//! `aftercare staff`: manage accounts from the server's machine. The first admin is created with it.

use std::io::Read;

use anyhow::{bail, ensure};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use validator::ValidateEmail;

use super::application::application;
use super::{print, say};
use crate::app::App;
use crate::app::password::random_password;
use crate::app::staff::{self, NewAccount, ScopeFault, StaffError};
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::audit::Actor;
use crate::domain::ids::{CampaignKey, FormKey};
use crate::domain::staff::account::AccountChange;
use crate::domain::staff::role::Role;
use crate::domain::staff::scope::{RoleScope, RoleScopes};
use crate::postgres::database::Database;
use crate::store::pool::Target;
use crate::store::staff::StaffRow;

/// Manage accounts of staff.
#[derive(Debug, Args)]
pub struct Staff {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    key: ServerKeyConfig,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an account; its password is printed once, unless it is given on standard input
    Add(Add),
    /// List all accounts
    List,
    /// Set what the roles of an account reach, from its next request on
    Scope(SetScope),
    /// Disable an account and end its sessions
    Disable {
        /// E-mail of the account
        email: String,
    },
    /// Set a new password, which is printed once unless it is given on standard input; end the sessions of the account
    /// and revoke its API keys
    ResetPassword {
        /// E-mail of the account
        email: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// E-mail, the name for logging in
    email: String,
    /// What the person may do; give it several times for several roles. No role includes another
    #[arg(long = "role", required = true, value_parser = roles())]
    roles: Vec<Role>,
    #[command(flatten)]
    scope: ScopeArgs,
    /// The person's name [default: the e-mail]
    #[arg(long)]
    name: Option<String>,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Args)]
struct SetScope {
    /// E-mail of the account
    email: String,
    #[command(flatten)]
    scope: ScopeArgs,
    /// Let all roles of the account reach everything
    #[arg(long, conflicts_with = "limits")]
    everything: bool,
}

/// What roles are limited to. A role that is not named reaches everything.
#[derive(Debug, Args)]
struct ScopeArgs {
    /// Limit a role to a form or campaign: ROLE=form:KEY or ROLE=campaign:KEY. A form includes its campaigns. Give it
    /// several times for several of them; a role that is not named reaches everything
    #[arg(long = "limit", value_name = "LIMIT", value_parser = limit)]
    limits: Vec<Limit>,
}

/// One form or campaign that a role is limited to.
#[derive(Debug, Clone)]
struct Limit {
    role: Role,
    to: LimitTo,
}

#[derive(Debug, Clone)]
enum LimitTo {
    Form(FormKey),
    Campaign(CampaignKey),
}

/// Parses a limit.
fn limit(text: &str) -> Result<Limit, String> {
    let usage = || "a limit is ROLE=form:KEY or ROLE=campaign:KEY".to_owned();
    let (role, to) = text.split_once('=').ok_or_else(usage)?;
    let (kind, key) = to.split_once(':').ok_or_else(usage)?;
    let role = Role::parse(role).ok_or_else(|| format!("there is no role {role}"))?;
    let to = match kind {
        "form" => key.parse().map(LimitTo::Form),
        "campaign" => key.parse().map(LimitTo::Campaign),
        _ => return Err(usage()),
    };
    let to = to.map_err(|malformed| malformed.to_string())?;
    Ok(Limit { role, to })
}

impl ScopeArgs {
    fn scopes(self) -> RoleScopes {
        let mut scopes = RoleScopes::default();
        for limit in self.limits {
            let list = scopes.0.entry(limit.role).or_default();
            match limit.to {
                LimitTo::Form(key) => drop(list.forms.insert(key)),
                LimitTo::Campaign(key) => drop(list.campaigns.insert(key)),
            }
        }
        scopes
    }
}

/// Parses a role; the help lists all roles.
fn roles() -> impl TypedValueParser<Value = Role> {
    let words = Role::ALL.iter().map(|role| role.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Role>())
}

impl Staff {
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
            Action::Scope(set) => set.run(&app).await,
            Action::Disable { email } => disable(&app, &email).await,
            Action::ResetPassword {
                email,
                password_stdin,
            } => reset_password(&app, &email, password_stdin).await,
        }
    }
}

impl Add {
    fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.email.validate_email(),
            "`{}` is not an e-mail address",
            self.email
        );
        Ok(())
    }

    async fn run(self, app: &App) -> anyhow::Result<()> {
        let password = FirstPassword::get(self.password_stdin)?;
        let new = NewAccount {
            name: self.name.unwrap_or_else(|| self.email.clone()),
            email: self.email.clone(),
            roles: self.roles,
            scopes: self.scope.scopes(),
            password: password.text.clone(),
        };
        let row = match staff::create(app, Actor::Operator, new).await {
            Ok(row) => row,
            Err(StaffError::Exists) => {
                bail!("there is an account with the e-mail {} already", self.email)
            }
            Err(StaffError::Scopes(faults)) => bail!("{}", explained(&faults)),
            Err(error) => bail!("the account cannot be made: {error}"),
        };
        say(&format!("made the account {} ({})", row.email, words(&row)));
        password.show()
    }
}

/// A password that is set at the command line: typed in, or drawn and then shown once. It is never an argument, which every
/// user of the machine could read.
struct FirstPassword {
    text: String,
    drawn: bool,
}

impl FirstPassword {
    fn get(from_stdin: bool) -> anyhow::Result<Self> {
        let text = match from_stdin {
            true => password_from_stdin()?,
            false => random_password()?,
        };
        Ok(Self {
            text,
            drawn: !from_stdin,
        })
    }

    fn show(&self) -> anyhow::Result<()> {
        if self.drawn {
            say("its password, which is shown only now:");
            print(&self.text)?;
        }
        Ok(())
    }
}

impl SetScope {
    async fn run(self, app: &App) -> anyhow::Result<()> {
        ensure!(
            self.everything || !self.scope.limits.is_empty(),
            "say what the roles of the account reach: --limit ROLE=form:KEY or ROLE=campaign:KEY, once or more, or --everything"
        );
        let email = self.email;
        let change = AccountChange {
            scopes: Some(self.scope.scopes()),
            ..AccountChange::default()
        };
        let changed = match staff::find_by_email(app, &email).await {
            Ok(row) => staff::change(app, Actor::Operator, row.id, change, None).await,
            Err(error) => Err(error),
        };
        match changed {
            Ok(row) => print(&format!("{} is now {}", row.email, words(&row)))?,
            Err(StaffError::Unknown) => bail!("there is no account with the e-mail {email}"),
            Err(StaffError::Scopes(faults)) => bail!("{}", explained(&faults)),
            Err(error) => bail!("the account cannot be changed: {error}"),
        }
        Ok(())
    }
}

/// Why roles cannot be limited as the arguments say.
fn explained(faults: &[ScopeFault]) -> String {
    let explained = faults.iter().map(|fault| match fault {
        ScopeFault::RoleNotHeld(role) => {
            format!("the account does not have the role {}", role.as_str())
        }
        ScopeFault::NotLimitable(Role::Admin) => "the role admin cannot be limited".to_owned(),
        ScopeFault::NotLimitable(role) => {
            format!("the role {} can be limited to forms only", role.as_str())
        }
        ScopeFault::CampaignUnknown(_, key) => format!("there is no campaign {key}"),
        ScopeFault::FormUnknown(_, key) => format!("there is no form {key}"),
    });
    explained.collect::<Vec<_>>().join("; ")
}

async fn list(app: &App) -> anyhow::Result<()> {
    for row in staff::list(app, None, i64::MAX).await? {
        let state = if row.disabled { "disabled" } else { "active" };
        print(&format!(
            "{}\t{}\t{state}\t{}",
            row.email,
            words(&row),
            row.name
        ))?;
    }
    Ok(())
}

async fn disable(app: &App, email: &str) -> anyhow::Result<()> {
    let change = AccountChange {
        disabled: Some(true),
        ..AccountChange::default()
    };
    let disabled = match staff::find_by_email(app, email).await {
        Ok(row) => staff::change(app, Actor::Operator, row.id, change, None).await,
        Err(error) => Err(error),
    };
    match disabled {
        Ok(row) => print(&format!("disabled {}", row.email))?,
        Err(StaffError::LastAdmin) => {
            bail!("{email} is the last admin; make another one first")
        }
        Err(StaffError::Unknown) => bail!("there is no account with the e-mail {email}"),
        Err(error) => bail!("the account cannot be disabled: {error}"),
    }
    Ok(())
}

async fn reset_password(app: &App, email: &str, from_stdin: bool) -> anyhow::Result<()> {
    let row = match staff::find_by_email(app, email).await {
        Ok(row) => row,
        Err(StaffError::Unknown) => bail!("there is no account with the e-mail {email}"),
        Err(error) => return Err(error.into()),
    };
    let password = FirstPassword::get(from_stdin)?;
    let text = Some(password.text.clone());
    let nothing_else = AccountChange::default();
    match staff::change(app, Actor::Operator, row.id, nothing_else, text).await {
        Ok(row) if row.disabled => say(&format!(
            "{} has a new password, and is still disabled",
            row.email
        )),
        Ok(row) => say(&format!(
            "{} has a new password; its sessions are ended and its API keys revoked",
            row.email
        )),
        Err(error) => bail!("the password cannot be set: {error}"),
    }
    password.show()
}

fn password_from_stdin() -> anyhow::Result<String> {
    let mut password = String::new();
    std::io::stdin().take(4096).read_to_string(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    let length = password.chars().count();
    ensure!(
        (12..=200).contains(&length),
        "a password has 12 to 200 characters"
    );
    Ok(password)
}

/// The roles of an account, each with what it is limited to.
fn words(row: &StaffRow) -> String {
    let word = |role: Role| match row.scopes.of(role) {
        RoleScope::Everything => role.as_str().to_owned(),
        RoleScope::Only(list) => {
            let forms = list.forms.iter().map(|key| format!("form:{key}"));
            let campaigns = list.campaigns.iter().map(|key| format!("campaign:{key}"));
            let limits: Vec<_> = forms.chain(campaigns).collect();
            format!("{} ({})", role.as_str(), limits.join(" "))
        }
    };
    let words: Vec<_> = row.roles().into_iter().map(word).collect();
    words.join(", ")
}
