//! `pg_dump` and `pg_restore`: found as the embedded Postgres finds its programs, and run with a small environment that
//! says where the database is.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use super::embedded::binaries::find_client;
use super::embedded::process::{command, last_lines};
use crate::store::pool::Target;

/// Why a program of Postgres did not do it.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The program is not there.
    #[error(
        "{0} is not installed (searched PATH, pg_config --bindir and the usual folders of Debian, Fedora and Homebrew): \
         install the client programs of Postgres {1} or newer, or run this where they are"
    )]
    Missing(&'static str, u32),
    /// The program is older than the database.
    #[error(
        "the newest {0} that was found is of Postgres {1}, and the database needs {2} or newer: \
         install the client programs of Postgres {2}"
    )]
    TooOld(&'static str, u32, u32),
    /// The program cannot be run.
    #[error("{0} cannot be run: {1}")]
    Unrunnable(&'static str, std::io::Error),
    /// The program failed.
    #[error("{program} ended with {status}:\n{said}")]
    Failed {
        /// Its name.
        program: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// The last lines that it wrote.
        said: String,
    },
}

/// Which part of a dump to restore.
#[derive(Debug, Clone, Copy, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Section {
    /// Tables, views and functions.
    PreData,
    /// Rows.
    Data,
    /// Indexes, constraints and triggers.
    PostData,
}

struct Program {
    name: &'static str,
    path: PathBuf,
    major: u32,
}

impl Program {
    fn find(name: &'static str, at_least: u32) -> Result<Self, DumpError> {
        match find_client(name, at_least) {
            Ok((path, major)) => Ok(Self { name, path, major }),
            Err(Some(newest)) => Err(DumpError::TooOld(name, newest, at_least)),
            Err(None) => Err(DumpError::Missing(name, at_least)),
        }
    }

    /// Runs it. It is ended with the future.
    async fn run(&self, target: &Target, arguments: Vec<OsString>) -> Result<(), DumpError> {
        let unrunnable = |error| DumpError::Unrunnable(self.name, error);
        let environment = target.libpq_environment(self.major).map_err(unrunnable)?;
        let mut command = command(&self.path);
        command
            .args(arguments)
            .envs(
                environment
                    .variables
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut command = tokio::process::Command::from(command);
        let output = command.kill_on_drop(true).output().await;
        let output = output.map_err(unrunnable)?;
        if output.status.success() {
            return Ok(());
        }
        Err(DumpError::Failed {
            program: self.name,
            status: output.status,
            said: last_lines(&without_values(&String::from_utf8_lossy(&output.stderr))),
        })
    }
}

/// The lines under an error of Postgres can quote a row.
fn without_values(said: &str) -> String {
    let is_kept = |line: &&str| {
        !["CONTEXT:", "DETAIL:"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    said.lines().filter(is_kept).collect::<Vec<_>>().join("\n")
}

/// What to dump.
pub struct Dump<'a> {
    /// The snapshot.
    pub snapshot: &'a str,
    /// The major version of the database.
    pub major: u32,
    /// Tables whose rows are left out, with their schema, as they are written in SQL.
    pub without_rows_of: &'a [String],
}

/// Dumps a database into a file, in the custom format.
///
/// # Errors
///
/// When the program is not there or fails.
pub async fn dump(target: &Target, what: &Dump<'_>, file: &Path) -> Result<(), DumpError> {
    let program = Program::find("pg_dump", what.major)?;
    let mut arguments = vec![
        OsString::from("--format=custom"),
        "--no-password".into(),
        option("--snapshot=", what.snapshot),
        option("--file=", file),
    ];
    let without = what.without_rows_of.iter();
    arguments.extend(without.map(|table| option("--exclude-table-data=", table)));
    program.run(target, arguments).await
}

/// Restores one section of a dump, whole or not at all. What is made belongs to the role that connects, and has the rights
/// that Postgres gives by itself.
///
/// # Errors
///
/// When the program is not there or fails.
pub async fn restore(
    target: &Target,
    section: Section,
    major: u32,
    file: &Path,
) -> Result<(), DumpError> {
    let program = Program::find("pg_restore", major)?;
    let section: &str = section.into();
    let arguments = vec![
        OsString::from("--no-owner"),
        "--no-privileges".into(),
        "--exit-on-error".into(),
        "--single-transaction".into(),
        "--no-password".into(),
        option("--section=", section),
        // Restore into a database, of which the environment says where it is.
        "--dbname=".into(),
        file.into(),
    ];
    program.run(target, arguments).await
}

fn option(name: &str, value: impl AsRef<OsStr>) -> OsString {
    let mut option = OsString::from(name);
    option.push(value);
    option
}
