//! The command line of Postgres, whose settings neither a file nor `ALTER SYSTEM` can override.
//!
//! `max_connections` (100) and `shared_buffers` (128 MB) are in the `postgresql.conf` of initdb, and the operator may
//! change them there.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::server_log::LINE_PREFIX;

/// The role that owns everything in the cluster. It has no password: only its user may enter the folder of the socket.
pub(super) const ROLE: &str = "aftercare";
/// The database that the URL names.
pub(super) const DATABASE: &str = "aftercare";

/// Settings for privacy: no network, and no answers in the log.
const ALWAYS: [&str; 21] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "port=5432",
    "timezone=UTC",
    "log_timezone=UTC",
    // The log is our own file. See `postmaster`.
    "logging_collector=off",
    "log_destination=stderr",
    LINE_PREFIX,
    // No statements, and no parameters of statements.
    "log_statement=none",
    "log_min_duration_statement=-1",
    "log_min_duration_sample=-1",
    "log_transaction_sample_rate=0",
    "log_min_error_statement=panic",
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
    // No errors of clients, since `invalid input syntax for type integer: "…"` holds the value.
    "log_min_messages=log",
    // No DETAIL, such as `Key (id)=(…) already exists`, and no statement of a crashed process.
    "log_error_verbosity=terse",
    "log_connections=off",
    "log_disconnections=off",
    "log_lock_waits=off",
    "log_temp_files=-1",
];

const DURABLE: [&str; 3] = ["fsync=on", "synchronous_commit=on", "full_page_writes=on"];
const FAST: [&str; 3] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
];

/// The arguments of `postgres`. Two starts with the same settings have the same arguments.
pub(super) fn arguments(cluster: &Path, socket_folder: &Path, durable: bool) -> Vec<OsString> {
    let socket = socket_setting(socket_folder);
    let fixed = ALWAYS
        .iter()
        .chain(if durable { &DURABLE } else { &FAST })
        .map(OsString::from);

    let mut arguments = vec![OsString::from("-D"), cluster.into()];
    for setting in fixed.chain(std::iter::once(socket)) {
        arguments.push("-c".into());
        arguments.push(setting);
    }
    arguments
}

/// Whether `postmaster.opts`, the file with the command line of the running Postgres, ends with these arguments.
pub(super) fn match_opts(arguments: &[OsString], opts: &[u8]) -> bool {
    let line: Vec<u8> = arguments.iter().flat_map(|it| quoted(it)).collect();
    opts.trim_ascii_end().ends_with(&line)
}

/// Whether `postmaster.opts` is that of a Postgres of ours, though perhaps with other settings: one that an earlier
/// version of this program started. Nobody else puts a socket into our folder.
pub(super) fn are_ours(socket_folder: &Path, opts: &[u8]) -> bool {
    let socket = quoted(&socket_setting(socket_folder));
    opts.windows(socket.len()).any(|part| part == socket)
}

fn socket_setting(folder: &Path) -> OsString {
    let mut setting = OsString::from("unix_socket_directories=");
    setting.push(folder);
    setting
}

fn quoted(argument: &OsStr) -> Vec<u8> {
    [b" \"", argument.as_bytes(), b"\""].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_recognised_again() {
        let ours = arguments(Path::new("/data/cluster"), Path::new("/data/socket"), true);
        let quoted: Vec<String> = ours
            .iter()
            .map(|argument| format!("\"{}\"", argument.display()))
            .collect();
        let opts = format!("/usr/lib/postgresql/15/bin/postgres {}\n", quoted.join(" "));
        assert!(match_opts(&ours, opts.as_bytes()));

        let other = arguments(Path::new("/data/cluster"), Path::new("/data/socket"), false);
        assert!(!match_opts(&other, opts.as_bytes()));
        assert!(!match_opts(&ours, b""));

        assert!(are_ours(Path::new("/data/socket"), opts.as_bytes()));
        assert!(!are_ours(Path::new("/data/other"), opts.as_bytes()));
        let somebodys = "/usr/lib/postgresql/15/bin/postgres \"-D\" \"/data/cluster\"\n";
        assert!(!are_ours(Path::new("/data/socket"), somebodys.as_bytes()));
    }
}
