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
use crate::app::staff::{self, NewAccount, StaffError};
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::audit::Actor;
use crate::domain::staff::account::AccountChange;
use crate::domain::staff::role::Role;
use crate::postgres::database::Database;
use crate::store::pool::Target;

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
    /// The person's name [default: the e-mail]
    #[arg(long)]
    name: Option<String>,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
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
            password: password.text.clone(),
        };
        let row = match staff::create(app, Actor::Operator, new).await {
            Ok(row) => row,
            Err(StaffError::Exists) => {
                bail!("there is an account with the e-mail {} already", self.email)
            }
            Err(error) => bail!("the account cannot be made: {error}"),
        };
        say(&format!(
            "made the account {} ({})",
            row.email,
            words(&row.roles())
        ));
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

async fn list(app: &App) -> anyhow::Result<()> {
    for row in staff::list(app, None, i64::MAX).await? {
        let state = if row.disabled { "disabled" } else { "active" };
        print(&format!(
            "{}\t{}\t{state}\t{}",
            row.email,
            words(&row.roles()),
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

fn words(roles: &[Role]) -> String {
    let words: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
    words.join(", ")
}
