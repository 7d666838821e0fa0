//! The command line: one module for each subcommand. Every failure ends with a non-zero status, and with one or two
//! lines that say what to do about it.

mod api_key;
mod application;
mod audit;
mod backup;
mod demo;
mod export;
mod form;
mod form_file;
mod form_lint;
mod form_preview;
mod health;
mod log_in;
mod masking;
mod migrate;
mod openapi;
mod redact;
mod report;
mod restore;
mod retention;
mod serve;
mod server_key;
mod signing_key;
mod staff;

use std::ffi::OsStr;
use std::io::{self, Write};

use clap::builder::Resettable;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::LogConfig;
use crate::telemetry;

/// The backend of patient-reported experience surveys.
#[derive(Debug, Parser)]
#[command(name = "aftercare", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    log: LogConfig,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API
    Serve(serve::Serve),
    /// Serve with the shipped form, an open campaign and a staff account, to try things out
    Demo(demo::Demo),
    /// Bring the database up to this version of the program
    Migrate(migrate::Migrate),
    /// Print the OpenAPI document
    Openapi(openapi::Openapi),
    /// Write the responses to a form into a file, masked as for analysts
    Export(export::Export),
    /// Check, publish and compare forms
    Form(form::FormCommand),
    /// Manage accounts of staff
    Staff(staff::Staff),
    /// Manage API keys of scheduled jobs
    ApiKey(api_key::ApiKey),
    /// Check that nothing was taken out of the audit
    Audit(audit::Audit),
    /// Back the database up into a new folder; keys are never part of it
    Backup(backup::BackupCommand),
    /// Restore a backup into an empty database, or check one
    Restore(restore::RestoreCommand),
    /// Show what an export would mask now
    Masking(masking::Masking),
    /// Clean remarks that wait by the present rules
    Redact(redact::Redact),
    /// Write the report of a form as a page, to be read in a browser and printed
    Report(report::ReportCommand),
    /// Delete what has been kept for as long as its campaign says
    Retention(retention::Retention),
    /// Rotate the key that signs access tokens
    SigningKey(signing_key::SigningKey),
    /// Go over to another server key, from which ids are derived
    ServerKey(server_key::ServerKey),
    /// Ask a running server whether it is ready
    Health(health::Health),
}

impl Cli {
    /// Parses arguments and environment; ends the program when they are invalid.
    pub fn from_environment() -> Self {
        let command = options_anywhere(ignoring_empty(Self::command()));
        let matches = command.get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// Runs the subcommand.
    pub async fn run(self) -> anyhow::Result<()> {
        telemetry::init_logs(&self.log)?;
        match self.command {
            Command::Serve(serve) => serve.run().await,
            Command::Demo(demo) => demo.run().await,
            Command::Migrate(migrate) => migrate.run().await,
            Command::Openapi(openapi) => openapi.run(),
            Command::Export(export) => export.run().await,
            Command::Form(form) => form.run().await,
            Command::Staff(staff) => staff.run().await,
            Command::ApiKey(api_key) => api_key.run().await,
            Command::Audit(audit) => audit.run().await,
            Command::Backup(backup) => backup.run().await,
            Command::Restore(restore) => restore.run().await,
            Command::Masking(masking) => masking.run().await,
            Command::Redact(redact) => redact.run().await,
            Command::Report(report) => report.run().await,
            Command::Retention(retention) => retention.run().await,
            Command::SigningKey(signing_key) => signing_key.run(),
            Command::ServerKey(server_key) => server_key.run().await,
            Command::Health(health) => health.run().await,
        }
    }
}

/// Compose files pass empty variables on; these count as unset. The exception is the address of the metrics, where
/// empty means off.
fn ignoring_empty(command: clap::Command) -> clap::Command {
    let is_empty = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    let command = command.mut_args(|arg| {
        let empty = arg.get_env().is_some_and(is_empty);
        if empty && arg.get_id() != "metrics_listen" {
            return arg.env(Resettable::Reset);
        }
        arg
    });
    command.mut_subcommands(ignoring_empty)
}

/// Lets the options of a subcommand that has subcommands itself stand before them or after them.
fn options_anywhere(command: clap::Command) -> clap::Command {
    command.mut_subcommands(|command| match command.has_subcommands() {
        true => command.mut_args(|arg| arg.global(true)),
        false => command,
    })
}

/// Prints a line of output.
fn print(line: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{line}")
}

/// Prints a progress message to standard error.
fn say(line: &str) {
    // If standard error is closed, the message is lost.
    let _ = writeln!(io::stderr().lock(), "{line}");
}
