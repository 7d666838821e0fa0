//! The user that Postgres runs as. Postgres refuses root, so root has to become somebody else.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::EmbeddedError;

pub(super) const ROOT: u32 = 0;
/// Who runs Postgres for root, first come. macOS says `_postgres`.
const SERVICE_USERS: [&str; 3] = ["postgres", "_postgres", "nobody"];
/// What the programs get to see of our environment. Not the rest: it may hold secrets, and `PG*` would mislead them.
const PASSED_ON: [&str; 6] = [
    "PATH",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "TMPDIR",
    "LOCPATH",
    "LOCALE_ARCHIVE",
];

/// The user that Postgres runs as.
#[derive(Debug)]
pub(super) struct Account {
    name: String,
    uid: u32,
    gid: u32,
    /// Whether this process is root and has to become that user.
    becomes: bool,
}

impl Account {
    /// An ordinary user runs Postgres as oneself. Root runs it as the owner of the cluster,
    /// or as a service user when there is no cluster yet or it belongs to root.
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
                    becomes: false,
                }),
            };
        }
        if let Some(found) = owner.filter(|found| found.uid() != ROOT) {
            let name = format!("with id {}", found.uid());
            return Ok(Self {
                name,
                uid: found.uid(),
                gid: found.gid(),
                becomes: true,
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
                    becomes: true,
                })
            })
            .ok_or(EmbeddedError::NoServiceUser)
    }

    pub(super) fn uid(&self) -> u32 {
        self.uid
    }

    /// Gives the user a file or folder that root made.
    pub(super) fn give(&self, path: &Path) -> Result<(), EmbeddedError> {
        if !self.becomes {
            return Ok(());
        }
        chown(path, Some(self.uid), Some(self.gid))
            .map_err(EmbeddedError::io("change the owner of", path))
    }

    /// Gives the user a whole cluster that belongs to root, as after a restore from a backup.
    pub(super) fn own(&self, cluster: &Path) -> Result<(), EmbeddedError> {
        let owner = fs::metadata(cluster)
            .map_err(EmbeddedError::io("look at", cluster))?
            .uid();
        if !self.becomes || owner == self.uid {
            return Ok(());
        }
        // The folder itself comes last: it tells whether this was finished.
        let mut command = tool("chown");
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
        self.give(cluster)
    }

    /// Sees that the user can get to `folder`: a parent that is closed to others (as `/root` is) stops it.
    pub(super) fn check_access(&self, folder: &Path) -> Result<(), EmbeddedError> {
        if !self.becomes || self.can_enter(folder)? {
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

    /// Asks the system itself: modes alone would not tell of access lists and of security modules.
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

    /// A program that is run as this user, in a process group of its own, so that a Ctrl-C in our terminal
    /// does not reach it: the server decides when Postgres stops.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = tool(program);
        command.process_group(0);
        if self.becomes {
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

/// Asks `id`, which unlike `getent` is there on every system.
fn id(what: &str, name: &str) -> io::Result<u32> {
    let output = tool("id").args([what, name]).output()?;
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .map_err(|_| io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// A program with a small, fixed environment: English messages, universal time, nothing of ours.
/// It stands in `/`, for the user that it runs as may not be allowed into our folder.
pub(super) fn tool(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .current_dir("/")
        .stdin(Stdio::null());
    for name in PASSED_ON {
        if let Some(value) = environment(name) {
            command.env(name, value);
        }
    }
    command
}

/// Not for settings, which come from the configuration: only to pass it on, and to search `PATH`.
pub(super) fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
