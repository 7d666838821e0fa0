//! The errors of the embedded Postgres. Each message ends with a remedy.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

/// Why the embedded Postgres could not be started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No folder holds the server programs.
    #[error(
        "no Postgres server programs were found (searched {searched}). \
         Run script/bootstrap to install them, or set DATABASE_URL to a Postgres of your own"
    )]
    NoBinaries {
        /// Where they were searched for.
        searched: String,
    },

    /// All server programs are too old.
    #[error(
        "the Postgres in {folder} is version {found}, but {minimum} or newer is needed. \
         Run script/bootstrap to install a newer one, or set DATABASE_URL to a Postgres of your own"
    )]
    TooOld {
        /// Where the newest of them was found.
        folder: PathBuf,
        /// Its version.
        found: String,
        /// The oldest version that is supported.
        minimum: u32,
    },

    /// The cluster was made by a major version that is not installed.
    #[error(
        "the database in {cluster} was made by Postgres {needed}, which is not installed (installed: {installed}). \
         Install Postgres {needed}; or, to change to another version, dump the database with Postgres {needed}, \
         move the folder away, start again and load the dump"
    )]
    WrongVersion {
        /// The cluster.
        cluster: PathBuf,
        /// The major version that made it.
        needed: u32,
        /// The versions that are installed.
        installed: String,
    },

    /// The folder of the cluster is not empty, and holds no cluster.
    #[error(
        "{cluster} is not empty, but holds no Postgres cluster (no readable PG_VERSION). \
         Restore it from a backup, or move it away and start again"
    )]
    NotACluster {
        /// The folder.
        cluster: PathBuf,
    },

    /// Another server uses the data folder.
    #[error(
        "another Aftercare server{} uses the data folder {data_dir}. \
         Stop it first, or choose another folder with AFTERCARE_DATA_DIR",
        process_suffix(*.pid)
    )]
    InUse {
        /// The data folder.
        data_dir: PathBuf,
        /// The process that holds it, where it is known.
        pid: Option<u32>,
    },

    /// The cluster belongs to another user.
    #[error(
        "the database in {cluster} belongs to the user with id {owner}, but this server runs as the one with id {me}. \
         Run it as that user, or choose another folder with AFTERCARE_DATA_DIR"
    )]
    OtherOwner {
        /// The cluster.
        cluster: PathBuf,
        /// Its owner.
        owner: u32,
        /// The user of this process.
        me: u32,
    },

    /// This process is root, and there is no user that Postgres could run as.
    #[error(
        "Postgres refuses to run as root, and there is neither a user `postgres` nor `nobody` to run it as. \
         Run the server as an ordinary user, or add one: useradd --system postgres"
    )]
    NoServiceUser,

    /// This process is root, and the user that Postgres runs as cannot enter the data folder.
    #[error(
        "Postgres runs as the user {user}, who may not enter the folder {folder}, which is on the way to its data. \
         Choose another data folder with AFTERCARE_DATA_DIR (such as /var/lib/aftercare), or allow it: \
         chmod o+x {folder}"
    )]
    NotSearchable {
        /// The outermost folder that is closed.
        folder: PathBuf,
        /// The user that Postgres runs as.
        user: String,
    },

    /// The short folder for the socket exists already, and other users own it or may enter it.
    #[error(
        "the folder {folder}, meant for the socket of Postgres, belongs to somebody else or is open to others. \
         Remove it, or choose a shorter data folder with AFTERCARE_DATA_DIR"
    )]
    SocketFolderTaken {
        /// The folder.
        folder: PathBuf,
    },

    /// The cluster could not be made.
    #[error("the database could not be created: {program} failed ({status}). It said:\n{output}")]
    CreationFailed {
        /// The program that failed.
        program: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// The end of its output.
        output: String,
    },

    /// Postgres exited while it was starting.
    #[error("Postgres did not start ({status}). The end of {log}:\n{tail}")]
    Exited {
        /// How it ended.
        status: ExitStatus,
        /// Its log.
        log: PathBuf,
        /// What it wrote there during this start.
        tail: String,
    },

    /// Postgres was not ready in time, and was stopped again.
    #[error("Postgres was not ready after {} s and was stopped again. The end of {log}:\n{tail}", .waited.as_secs())]
    NotReady {
        /// How long it was given.
        waited: Duration,
        /// Its log.
        log: PathBuf,
        /// What it wrote there during this start.
        tail: String,
    },

    /// Postgres runs, but refuses the session. It was stopped again.
    #[error(
        "Postgres runs on {cluster}, but refuses the role and database `aftercare`: {reason}. \
         Restore the folder from a backup, or move it away and start again"
    )]
    Refused {
        /// The cluster.
        cluster: PathBuf,
        /// The message of Postgres.
        reason: String,
    },

    /// Somebody else runs Postgres on the cluster.
    #[error(
        "another Postgres (process {pid}) runs on the database in {cluster}, which this server did not start. \
         It is left alone; stop it: pg_ctl stop -D {cluster}"
    )]
    HeldByOther {
        /// The cluster.
        cluster: PathBuf,
        /// The process.
        pid: u32,
    },

    /// The cluster is gone from under a running server. A new one is not made, since it would be empty.
    #[error(
        "there is no database in {cluster} any more (no PG_VERSION). \
         Put the folder back, or mount its disk again; it is not made anew while the server runs"
    )]
    ClusterGone {
        /// Where it was.
        cluster: PathBuf,
    },

    /// The server is stopping, so the start was called off.
    #[error("the server is stopping, so Postgres is not started; start the server again")]
    Stopping,

    /// Postgres does not stop, and still runs.
    #[error(
        "Postgres (process {pid}) does not stop. Look at what it waits for, then: kill -QUIT {pid}"
    )]
    DoesNotStop {
        /// The process.
        pid: u32,
    },

    /// A program could not be run at all.
    #[error("could not run {}: {source}. See that it is installed and may be run", .program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// The cause.
        source: io::Error,
    },

    /// An operation of the file system failed.
    #[error(
        "could not {action} {path}: {source}. \
         See that the folder is on a disk with room, and that the user of this server may write there"
    )]
    Io {
        /// The operation.
        action: &'static str,
        /// Its path.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl EmbeddedError {
    /// For `map_err`: the operation and its path.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }

    /// For `map_err`: the program.
    pub(super) fn program(program: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Program {
            program: program.to_path_buf(),
            source,
        }
    }

    /// Whether a start failed only because processes of an earlier Postgres still run.
    pub(super) fn is_caused_by_leftover(&self) -> bool {
        // The messages are English, since Postgres runs with LC_ALL=C.
        let Self::Exited { tail, .. } = self else {
            return false;
        };
        tail.contains("pre-existing shared memory block")
            || tail
                .lines()
                .any(|line| line.contains("lock file") && line.contains("already exists"))
    }
}

fn process_suffix(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})"))
        .unwrap_or_default()
}
