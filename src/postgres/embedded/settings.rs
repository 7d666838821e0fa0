//! What Postgres is told on its command line, where neither a file nor `ALTER SYSTEM` can undo it.
//!
//! The sizes (`max_connections` 100, `shared_buffers` 128 MB) are what initdb writes into `postgresql.conf`,
//! and they stay there for the operator to change.

use std::ffi::OsString;
use std::path::Path;

/// Private: no network, and nothing of what people answered gets into the log.
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
    // No errors of clients: `invalid input syntax for type integer: "…"` names the value. The client gets to see them.
    "log_min_messages=log",
    // No DETAIL, such as `Key (id)=(…) already exists`, nor the statement that a crashed process was running.
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

/// Whether `postmaster.opts`, where Postgres keeps its command line, ends with these arguments.
pub(super) fn are_those_of(arguments: &[OsString], opts: &[u8]) -> bool {
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
        assert!(are_those_of(&ours, opts.as_bytes()));

        let other = arguments(Path::new("/data/cluster"), Path::new("/data/socket"), false);
        assert!(!are_those_of(&other, opts.as_bytes()));
        assert!(!are_those_of(&ours, b""));
    }
}
