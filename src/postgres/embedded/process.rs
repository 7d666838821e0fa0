//! Programs of Postgres: their environment, whether one runs, and the end of its output.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The variables of our environment that are passed on. The rest may hold secrets, and `PG*` would change defaults.
const PASSED_ON: [&str; 6] = [
    "PATH",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "TMPDIR",
    "LOCPATH",
    "LOCALE_ARCHIVE",
];
/// The most lines of output that go into an error.
const MAX_LINES: usize = 15;

/// A program with a small, fixed environment: English messages, UTC, nothing else of ours.
/// Its current folder is `/`, since the user that it runs as may have no access to ours.
pub(in crate::postgres) fn command(program: impl AsRef<OsStr>) -> Command {
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

/// A variable of our environment, to pass it on or to search `PATH`. Settings come from the configuration instead.
pub(super) fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Whether the process is a Postgres on this cluster. A zombie (dead, not yet waited for) is not.
pub(super) fn is_postgres_of(pid: u32, cluster: &Path) -> bool {
    let process = PathBuf::from(format!("/proc/{pid}"));
    let folder = cluster.as_os_str().as_bytes();
    // Postgres changes to the folder of its cluster before it writes the pid file.
    match fs::read_link(process.join("cwd")) {
        Ok(current) => current == cluster,
        // In a container even root may not read this link of the process of another user. Its command line is readable.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            fs::read(process.join("cmdline")).is_ok_and(|line| {
                line.split(|byte| *byte == 0)
                    .any(|argument| argument == folder)
            })
        }
        Err(_) if Path::new("/proc/self").exists() => false,
        // Systems without /proc, such as macOS.
        Err(_) => command("ps")
            .args(["-ww", "-o", "stat=,command=", "-p", &pid.to_string()])
            .output()
            .is_ok_and(|output| {
                let line = String::from_utf8_lossy(&output.stdout).into_owned();
                !line.starts_with('Z')
                    && line.contains("postgres")
                    && line.contains(&*cluster.to_string_lossy())
            }),
    }
}

/// The last lines of a log or of a program's output.
pub(in crate::postgres) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines
        .get(lines.len().saturating_sub(MAX_LINES)..)
        .unwrap_or_default()
        .join("\n")
}
