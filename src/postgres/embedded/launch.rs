//! Getting Postgres to run on a cluster: taking over one that still runs there, or starting one.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::account::Account;
use super::binaries::Binaries;
use super::cancellation::Cancellation;
use super::error::EmbeddedError;
use super::options::Options;
use super::postmaster::{self, Postmaster, StartJob};
use super::socket::SocketFolder;
use super::{cluster, folder, settings};

/// The most attempts of a start while processes of an earlier server are still there.
const MAX_START_ATTEMPTS: u32 = 40;
/// The pause between two attempts.
const RETRY_INTERVAL: Duration = Duration::from_millis(250);

/// What a start needs, and what stays the same from one start to the next.
pub(super) struct Site<'a> {
    pub(super) data_dir: &'a Path,
    pub(super) options: &'a Options,
    pub(super) cancellation: &'a Cancellation,
}

/// Makes Postgres run on the cluster, which must be there.
pub(super) fn launch(
    site: &Site<'_>,
    binaries: &Binaries,
    account: &Account,
    progress: &mut dyn FnMut(&str),
) -> Result<(Postmaster, SocketFolder), EmbeddedError> {
    let home = folder::home(site.data_dir);
    let pgdata = folder::cluster(site.data_dir);
    account.chown_cluster(&pgdata)?;
    let socket = SocketFolder::prepare(&home, account)?;
    let arguments = settings::arguments(&pgdata, socket.path(), site.options.durable);
    let job = StartJob {
        binaries,
        account,
        cluster: &pgdata,
        socket: &socket,
        arguments: &arguments,
        log: &folder::server_log(site.data_dir),
        ready_within: site.options.ready_within,
        cancellation: site.cancellation,
    };
    let postmaster = take_over_or_start(&job, progress)?;
    Ok((postmaster, socket))
}

/// Takes over a Postgres that still runs on the cluster, or starts one.
///
/// After a kill, processes of the earlier Postgres may exit late, or one that was being started may appear late.
/// Both make a start fail at once, so it is repeated.
fn take_over_or_start(
    job: &StartJob<'_>,
    progress: &mut dyn FnMut(&str),
) -> Result<Postmaster, EmbeddedError> {
    let mut attempt = 1;
    loop {
        if let Some(pid) = cluster::leftover(job.cluster) {
            let opts = fs::read(job.cluster.join("postmaster.opts")).unwrap_or_default();
            if !settings::are_ours(job.socket.path(), &opts) {
                return Err(EmbeddedError::HeldByOther {
                    cluster: job.cluster.to_path_buf(),
                    pid,
                });
            }
            if let Some(taken) = postmaster::take_over(pid, &opts, job, progress) {
                return Ok(taken);
            }
            progress("Stopping a Postgres that an earlier server left behind.");
            Postmaster::adopted(pid, job.log).stop(job.cluster)?;
        }
        job.cancellation.pause(Duration::ZERO)?;
        cluster::remove_stale_pid_file(job.cluster)?;
        job.socket.remove_stale_files();

        progress(&format!("Starting Postgres {}.", job.binaries.version));
        match postmaster::start(job, progress) {
            Err(error) if attempt < MAX_START_ATTEMPTS && error.is_caused_by_leftover() => {
                attempt += 1;
                job.cancellation.pause(RETRY_INTERVAL)?;
            }
            done => return done,
        }
    }
}
