//! The command line of Postgres, whose settings neither a file nor `ALTER SYSTEM` can override.
//!
//! `max_connections` (100) and `shared_buffers` (128 MB) are in the `postgresql.conf` of initdb, and the operator may
//! change them there.

use std::ffi::OsString;
use std::path::Path;

/// The role that owns everything in the cluster. It has no password: only its user may enter the folder of the socket.
pub(super) const ROLE: &str = "aftercare";
/// The database that the URL names.
pub(super) const DATABASE: &str = "aftercare";

/// Settings for privacy: no network, and no answers in the log.
const ALWAYS: [&str; 20] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "port=5432",
    "timezone=UTC",
    "log_timezone=UTC",
    // The log is our own file. See `postmaster`.
    "logging_collector=off",
    "log_destination=stderr",
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
    let mut socket = OsString::from("unix_socket_directories=");
    socket.push(socket_folder);
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
    use std::os::unix::ffi::OsStrExt;
    let mut line = Vec::new();
    for argument in arguments {
        line.extend_from_slice(b" \"");
        line.extend_from_slice(argument.as_bytes());
        line.push(b'"');
    }
    opts.trim_ascii_end().ends_with(&line)
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
    }
}
