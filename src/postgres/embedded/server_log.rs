//! The log of Postgres: opening it, keeping it small, and the end of it, without what clients caused.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::process::last_lines;

/// What each line begins with: the time, the process, and what kind of process it is.
pub(super) const LINE_PREFIX: &str = "log_line_prefix=%m [%p] %b: ";
/// The kinds of processes that say nothing about rows: they run no statements. Those that run some may quote them,
/// and `RAISE LOG` of an operator's own statement writes what it likes.
const WITHOUT_STATEMENTS: [&str; 9] = [
    "postmaster",
    "not initialized",
    "startup",
    "checkpointer",
    "background writer",
    "walwriter",
    "archiver",
    "logger",
    "standalone backend",
];
/// What such a process says for itself. `DETAIL`, `CONTEXT`, `QUERY` and `STATEMENT` may quote a statement.
const SEVERITIES: [&str; 4] = ["LOG:", "FATAL:", "PANIC:", "HINT:"];
/// The size in bytes from which on the log is rotated at the next start.
const MAX_SIZE: u64 = 10 * 1024 * 1024;
/// The most bytes that are read for the end of the log.
const MAX_END: u64 = 64 * 1024;

/// Opens the log for Postgres, so that its user needs no rights to the file. A large one is set aside first.
/// Also gives the offset where the part of this start begins.
pub(super) fn open(path: &Path) -> io::Result<(File, u64)> {
    rotate(path);
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

/// Renames a large log. One old log is kept, which bounds the space on the disk.
fn rotate(path: &Path) {
    if fs::metadata(path).is_ok_and(|log| log.len() > MAX_SIZE) {
        let _ = fs::rename(path, path.with_extension("log.old"));
    }
}

/// The present length.
pub(super) fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |log| log.len())
}

/// The last lines that Postgres wrote after `start`, without those that may hold a statement or a value of a row.
pub(super) fn end(log: &Path, start: u64) -> String {
    let text = match read_end(log, start) {
        Ok(text) => text,
        Err(error) => return format!("({error})"),
    };
    let kept: Vec<&str> = text.lines().filter(|line| is_harmless(line)).collect();
    match kept.is_empty() {
        true => "(nothing)".to_owned(),
        false => last_lines(&kept.join("\n")),
    }
}

fn read_end(log: &Path, start: u64) -> io::Result<String> {
    let mut file = File::open(log)?;
    let from = file.metadata()?.len().saturating_sub(MAX_END);
    file.seek(SeekFrom::Start(from.max(start)))?;
    let mut bytes = Vec::new();
    file.take(MAX_END).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    // A line that is cut at its beginning no longer shows what it is.
    let whole = match from > start {
        true => text.split_once('\n').map_or("", |(_, whole)| whole),
        false => &text,
    };
    Ok(whole.to_owned())
}

/// Whether a line holds nothing that a client sent.
fn is_harmless(line: &str) -> bool {
    // The further lines of an entry begin with a tab.
    if line.starts_with(char::is_whitespace) {
        return false;
    }
    let Some((kind, said)) = parts(line) else {
        // Not written by the log of Postgres: the loader of programs, or the C library.
        return !line.starts_with(|first: char| first.is_ascii_digit());
    };
    // A statement that dies of a full disk says so itself. What it says then is about files.
    said.starts_with("PANIC:")
        || (WITHOUT_STATEMENTS.contains(&kind)
            && SEVERITIES.iter().any(|severity| said.starts_with(severity)))
}

/// The kind of process and the message of a line `2027-02-04 09:00:00.000 UTC [17] startup: LOG:  …`.
fn parts(line: &str) -> Option<(&str, &str)> {
    let (_, rest) = line.split_once(" UTC [")?;
    let (_, rest) = rest.split_once("] ")?;
    rest.split_once(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_log_holds_nothing_of_clients() {
        let path = std::env::temp_dir().join(format!("server-log-{}", std::process::id()));
        let log = "\
2027-02-04 09:00:00.000 UTC [17] postmaster: LOG:  of an earlier start
2027-02-04 09:00:00.000 UTC [18] client backend: LOG:  marmalade, raised
2027-02-04 09:00:00.000 UTC [18] client backend: FATAL:  role \"marmalade\" does not exist
2027-02-04 09:00:00.000 UTC [18] client backend: PANIC:  could not write to file \"pg_wal/xlogtemp.18\": No space left on device
2027-02-04 09:00:00.000 UTC [18] client backend: STATEMENT:  INSERT INTO t
\tVALUES ('marmalade')
2027-02-04 09:00:00.000 UTC [19] parallel worker: LOG:  marmalade
2027-02-04 09:00:00.000 UTC [17] postmaster: LOG:  server process (PID 18) was terminated by signal 6: Aborted
2027-02-04 09:00:00.000 UTC [17] postmaster: DETAIL:  Failed process was running: SELECT 'marmalade'
2027-02-04 09:00:00.000 UTC [20] startup: LOG:  redo starts at 0/1500028
postgres: error while loading shared libraries
";
        fs::write(&path, log).unwrap();
        let start = log.find('\n').unwrap() + 1;
        let end = end(&path, u64::try_from(start).unwrap());
        fs::remove_file(&path).unwrap();
        for kept in [
            "PANIC",
            "signal 6",
            "redo starts",
            "loading shared libraries",
        ] {
            assert!(end.contains(kept), "{end}");
        }
        for dropped in ["marmalade", "INSERT", "earlier"] {
            assert!(!end.contains(dropped), "{end}");
        }
    }

    #[test]
    fn a_line_cut_at_its_beginning_is_dropped() {
        let path = std::env::temp_dir().join(format!("server-log-cut-{}", std::process::id()));
        fs::write(&path, "marmalade ".repeat(10_000) + "\nlast words\n").unwrap();
        assert_eq!(end(&path, 0), "last words");
        fs::remove_file(&path).unwrap();
        assert!(!is_harmless("2027-02-04 09:00:00.000 UTC [18"));
    }
}
