//! `aftercare staff`: manage accounts from the machine itself; how the first admin comes to be.

use std::io::Read;

use anyhow::{Context, bail, ensure};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use validator::ValidateEmail;

use super::{print, say};
use crate::app::password::{Passwords, random_password};
use crate::clock::{Clock, SystemClock};
use crate::config::DatabaseConfig;
use crate::domain::staff::role::Role;
use crate::postgres::database::Database;
use crate::random;
use crate::store::pool::{Purpose, Target};
use crate::store::staff::{self, ChangeError, NewStaff, StaffChanges};

/// Manage accounts of staff.
#[derive(Debug, Args)]
pub struct Staff {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    database: DatabaseConfig,
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
}

#[derive(Debug, Args)]
struct Add {
    /// E-mail, the name for logging in
    email: String,
    /// What the person may do; give it several times for several roles. No role includes another
    #[arg(long = "role", required = true, value_enum)]
    roles: Vec<Role>,
    /// The person's name [default: the e-mail]
    #[arg(long)]
    name: Option<String>,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

impl Staff {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        let database = Database::join(&self.database, &mut say).await?;
        let target = database.target();
        let now = SystemClock.now();
        let result = match self.action {
            Action::Add(add) => add.run(target, now).await,
            Action::List => list(target).await,
            Action::Disable { email } => disable(target, &email, now).await,
        };
        database.stop().await;
        result
    }
}

impl Add {
    async fn run(self, target: &Target, now: DateTime<Utc>) -> anyhow::Result<()> {
        ensure!(
            self.email.validate_email(),
            "`{}` is not an e-mail address",
            self.email
        );
        let (password, chosen) = match self.password_stdin {
            true => (password_from_stdin()?, true),
            false => (random_password()?, false),
        };
        let new = NewStaff {
            id: random::uuid()?,
            name: self.name.unwrap_or_else(|| self.email.clone()),
            email: self.email,
            password_hash: Passwords::default().hash(password.clone()).await?,
            roles: self.roles,
            created_at: now,
        };
        let mut conn = target.connect(Purpose::Maintenance).await?;
        let row = staff::insert(&mut conn, &new).await.context(MIGRATED)?;
        let Some(row) = row else {
            bail!("there is an account with the e-mail {} already", new.email);
        };
        say(&format!(
            "made the account {} ({})",
            row.email,
            words(&row.roles())
        ));
        if !chosen {
            say("its password, which is shown only now:");
            print(&password)?;
        }
        Ok(())
    }
}

const MIGRATED: &str = "the database is not ready for this; did you run `aftercare migrate`?";

async fn list(target: &Target) -> anyhow::Result<()> {
    let mut conn = target.connect(Purpose::Maintenance).await?;
    for row in staff::list(&mut conn, None, i64::MAX)
        .await
        .context(MIGRATED)?
    {
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

async fn disable(target: &Target, email: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
    let mut conn = target.connect(Purpose::Maintenance).await?;
    let row = staff::by_email(&mut conn, email).await.context(MIGRATED)?;
    let row = row.with_context(|| format!("there is no account with the e-mail {email}"))?;
    let changes = StaffChanges {
        disabled: Some(true),
        ..StaffChanges::default()
    };
    match staff::change(&mut conn, row.id, changes, now).await {
        Ok(row) => print(&format!("disabled {}", row.email))?,
        Err(ChangeError::LastAdmin) => bail!("{email} is the last admin; make another one first"),
        Err(ChangeError::Unknown) => bail!("there is no account with the e-mail {email}"),
        Err(ChangeError::Query(error)) => return Err(error.into()),
    }
    Ok(())
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
