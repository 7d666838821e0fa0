//! The user that Postgres runs as. Postgres refuses root, so root runs it as another user.

use std::fs;
use std::io;
use std::os::unix::fs::{self as unix_fs, MetadataExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::EmbeddedError;
use super::process;

pub(super) const ROOT: u32 = 0;
/// The users that run Postgres for root, in order of preference. `_postgres` is the one of macOS.
const SERVICE_USERS: [&str; 3] = ["postgres", "_postgres", "nobody"];

/// The user that Postgres runs as.
#[derive(Debug)]
pub(super) struct Account {
    name: String,
    uid: u32,
    gid: u32,
    /// Whether this process is root and has to switch to that user.
    switches: bool,
}

impl Account {
    /// The user of this process, unless it is root. Root uses the owner of the cluster,
    /// or a service user if there is no cluster yet or it belongs to root.
    pub(super) fn choose(cluster: &Path) -> Result<Self, EmbeddedError> {
        let owner = match fs::metadata(cluster) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(EmbeddedError::io("look at", cluster)(error)),
        };
        let me = effective_uid();
        if me != ROOT {
            return match owner.map(|found| found.uid()).filter(|owner| *owner != me) {
                Some(owner) => Err(EmbeddedError::OtherOwner {
                    cluster: cluster.to_path_buf(),
                    owner,
                    me,
                }),
                None => Ok(Self {
                    name: me.to_string(),
                    uid: me,
                    gid: 0,
                    switches: false,
                }),
            };
        }
        if let Some(found) = owner.filter(|found| found.uid() != ROOT) {
            let name = format!("with id {}", found.uid());
            return Ok(Self {
                name,
                uid: found.uid(),
                gid: found.gid(),
                switches: true,
            });
        }
        SERVICE_USERS
            .iter()
            .find_map(|name| {
                let (uid, gid) = (id("-u", name).ok()?, id("-g", name).ok()?);
                Some(Self {
                    name: (*name).to_owned(),
                    uid,
                    gid,
                    switches: true,
                })
            })
            .ok_or(EmbeddedError::NoServiceUser)
    }

    pub(super) fn uid(&self) -> u32 {
        self.uid
    }

    /// Makes the user the owner of a file or folder that root made.
    pub(super) fn chown(&self, path: &Path) -> Result<(), EmbeddedError> {
        if !self.switches {
            return Ok(());
        }
        unix_fs::chown(path, Some(self.uid), Some(self.gid))
            .map_err(EmbeddedError::io("change the owner of", path))
    }

    /// Makes the user the owner of a whole cluster that belongs to root, as after a restore from a backup.
    pub(super) fn chown_cluster(&self, cluster: &Path) -> Result<(), EmbeddedError> {
        let owner = fs::metadata(cluster)
            .map_err(EmbeddedError::io("look at", cluster))?
            .uid();
        if !self.switches || owner == self.uid {
            return Ok(());
        }
        // The folder itself comes last: its owner shows that this was completed.
        let mut command = process::command("chown");
        command.args(["-Rh", &format!("{}:{}", self.uid, self.gid)]);
        for entry in fs::read_dir(cluster).map_err(EmbeddedError::io("read", cluster))? {
            command.arg(entry.map_err(EmbeddedError::io("read", cluster))?.path());
        }
        let status = command
            .status()
            .map_err(EmbeddedError::program(Path::new("chown")))?;
        if !status.success() {
            return Err(EmbeddedError::io("change the owner of", cluster)(
                io::Error::other(status.to_string()),
            ));
        }
        self.chown(cluster)
    }

    /// Checks that the user can enter `folder`. A parent that is closed to others (as `/root` is) prevents it.
    pub(super) fn check_access(&self, folder: &Path) -> Result<(), EmbeddedError> {
        if !self.switches || self.can_enter(folder)? {
            return Ok(());
        }
        let mut from_the_root: Vec<&Path> = folder.ancestors().collect();
        from_the_root.reverse();
        for step in from_the_root {
            if !self.can_enter(step)? {
                return Err(EmbeddedError::NotSearchable {
                    folder: step.to_path_buf(),
                    user: self.name.clone(),
                });
            }
        }
        Ok(())
    }

    /// Tries it, since modes alone do not show access lists and security modules.
    fn can_enter(&self, folder: &Path) -> Result<bool, EmbeddedError> {
        let shell = Path::new("/bin/sh");
        let status = self
            .command(shell)
            .args(["-c", "cd \"$1\"", "sh"])
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(EmbeddedError::program(shell))?;
        Ok(status.success())
    }

    /// A program to run as this user, in a process group of its own, so that Ctrl-C in the terminal does not reach it.
    /// The server decides when Postgres stops.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = process::command(program);
        command.process_group(0);
        if self.switches {
            // `uid` drops the groups of root as well.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }
}

/// The user of this process.
pub(super) fn effective_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Calls `id`, which unlike `getent` exists on every system.
fn id(what: &str, name: &str) -> io::Result<u32> {
    let output = process::command("id").args([what, name]).output()?;
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .map_err(|_| io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}
