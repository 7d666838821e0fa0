//! The Postgres server programs that are installed on this machine.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::EmbeddedError;
use super::process::{command, environment};

/// The oldest major version that is supported.
pub(super) const MIN_MAJOR_VERSION: u32 = 14;
/// The programs that a folder must hold.
const PROGRAMS: [&str; 2] = ["postgres", "initdb"];
/// Folders of packages with one folder a major version: parent, prefix of the name, rest of the path.
const VERSIONED: [(&str, &str, &str); 7] = [
    ("/usr/lib/postgresql", "", "bin"),          // Debian, Ubuntu
    ("/usr", "pgsql-", "bin"),                   // packages of postgresql.org for Fedora and RHEL
    ("/usr/lib", "postgresql", "bin"),           // SUSE
    ("/usr/libexec", "postgresql", ""),          // Alpine
    ("/opt/homebrew/opt", "postgresql@", "bin"), // Homebrew on Apple silicon
    ("/usr/local/opt", "postgresql@", "bin"),    // Homebrew on Intel
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"), // Homebrew on Linux
];
/// Folders of packages with a single version: Fedora, Arch, FreeBSD, Homebrew, built from source.
const PLAIN: [&str; 5] = [
    "/usr/bin",
    "/usr/local/bin",
    "/opt/homebrew/opt/postgresql/bin",
    "/usr/local/opt/postgresql/bin",
    "/usr/local/pgsql/bin",
];

/// A folder with the server programs, and their version.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    folder: PathBuf,
    pub(super) major: u32,
    /// The full version, such as `15.19`.
    pub(super) version: String,
}

impl Binaries {
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn in_folder(folder: PathBuf) -> Option<Self> {
        if !PROGRAMS
            .iter()
            .all(|program| folder.join(program).is_file())
        {
            return None;
        }
        let output = command(folder.join("postgres"))
            .arg("--version")
            .output()
            .ok()?;
        let (major, version) = parse_version(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self {
            folder,
            major,
            version,
        })
    }
}

/// Finds programs that fit: of the major version that made the cluster, or any that is new enough.
/// The order is that of the user's own choice first (`PATH`, `pg_config`), then the newest of the usual folders.
pub(super) fn find(
    chosen: Option<&Path>,
    needed: Option<u32>,
    cluster: &Path,
) -> Result<Binaries, EmbeddedError> {
    let mut seen: Vec<Binaries> = Vec::new();
    let candidates: Box<dyn Iterator<Item = PathBuf>> = match chosen {
        Some(folder) => Box::new(std::iter::once(folder.to_path_buf())),
        // Lazily: where `PATH` has a good one, nothing else is looked at.
        None => Box::new(
            on_path()
                .into_iter()
                .chain(std::iter::once_with(of_pg_config).flatten())
                .chain(std::iter::once_with(usual_folders).flatten()),
        ),
    };
    for folder in candidates {
        let Some(found) = Binaries::in_folder(folder) else {
            continue;
        };
        if found.major >= MIN_MAJOR_VERSION && needed.is_none_or(|needed| needed == found.major) {
            return Ok(found);
        }
        seen.push(found);
    }
    seen.sort_by_key(|found| std::cmp::Reverse(found.major));
    Err(match (needed, seen.first()) {
        (_, None) => EmbeddedError::NoBinaries {
            searched: searched(chosen),
        },
        (Some(needed), Some(_)) => EmbeddedError::WrongVersion {
            cluster: cluster.to_path_buf(),
            needed,
            installed: installed(&seen),
        },
        (None, Some(newest)) => EmbeddedError::TooOld {
            folder: newest.folder.clone(),
            found: newest.version.clone(),
            minimum: MIN_MAJOR_VERSION,
        },
    })
}

/// A program for clients, such as `pg_dump`, of this major version or a newer one; with its major version. The newest that
/// was seen, if all are older.
pub(in crate::postgres) fn find_client(
    name: &str,
    at_least: u32,
) -> Result<(PathBuf, u32), Option<u32>> {
    let candidates = on_path()
        .into_iter()
        .chain(std::iter::once_with(of_pg_config).flatten())
        .chain(std::iter::once_with(usual_folders).flatten());
    let mut newest = None;
    for program in candidates.map(|folder| folder.join(name)) {
        let Some(major) = major_of(&program) else {
            continue;
        };
        if major >= at_least {
            return Ok((program, major));
        }
        newest = newest.max(Some(major));
    }
    Err(newest)
}

fn major_of(program: &Path) -> Option<u32> {
    if !program.is_file() {
        return None;
    }
    let output = command(program).arg("--version").output().ok()?;
    Some(parse_version(&String::from_utf8_lossy(&output.stdout))?.0)
}

fn on_path() -> Vec<PathBuf> {
    environment("PATH")
        .map(|path| {
            std::env::split_paths(&path)
                .filter(|folder| folder.is_absolute())
                .collect()
        })
        .unwrap_or_default()
}

fn of_pg_config() -> Option<PathBuf> {
    let output = command("pg_config").arg("--bindir").output().ok()?;
    let folder = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim_end());
    (output.status.success() && folder.is_absolute()).then_some(folder)
}

fn usual_folders() -> Vec<PathBuf> {
    let mut versioned: Vec<(u32, PathBuf)> = Vec::new();
    for (parent, start, rest) in VERSIONED {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let version = name
                .to_str()
                .and_then(|name| name.strip_prefix(start))
                .and_then(leading_number);
            versioned.extend(version.map(|version| (version, entry.path().join(rest))));
        }
    }
    versioned.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versioned
        .into_iter()
        .map(|(_, folder)| folder)
        .chain(PLAIN.map(PathBuf::from))
        .collect()
}

fn searched(chosen: Option<&Path>) -> String {
    chosen.map_or_else(
        || {
            "PATH, pg_config --bindir and the usual folders of Debian, Fedora and Homebrew"
                .to_owned()
        },
        |folder| folder.display().to_string(),
    )
}

/// Each version once, though `PATH` and the usual folders may both have found it.
fn installed(seen: &[Binaries]) -> String {
    let mut versions: Vec<&str> = seen.iter().map(|found| found.version.as_str()).collect();
    versions.dedup();
    versions.join(", ")
}

/// Reads `postgres (PostgreSQL) 15.19 (Debian 15.19-0+deb12u1)`, and `18beta1` as well as `18devel`.
fn parse_version(said: &str) -> Option<(u32, String)> {
    let (_, rest) = said.split_once("(PostgreSQL) ")?;
    let version = rest.split_whitespace().next()?;
    Some((leading_number(version)?, version.to_owned()))
}

fn leading_number(text: &str) -> Option<u32> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_packages_of_the_world_write_them() {
        let read = |said| parse_version(said);
        assert_eq!(
            read("postgres (PostgreSQL) 15.19 (Debian 15.19-0+deb12u1)\n"),
            Some((15, "15.19".to_owned()))
        );
        assert_eq!(
            read("postgres (PostgreSQL) 17.2"),
            Some((17, "17.2".to_owned()))
        );
        assert_eq!(
            read("postgres (PostgreSQL) 18beta1"),
            Some((18, "18beta1".to_owned()))
        );
        assert_eq!(
            read("postgres (PostgreSQL) 9.6.24"),
            Some((9, "9.6.24".to_owned()))
        );
        assert_eq!(read("something else 15"), None);
    }

    #[test]
    fn the_usual_folders_come_newest_first() {
        let numbers: Vec<u32> = usual_folders()
            .iter()
            .filter_map(|folder| {
                folder
                    .parent()?
                    .file_name()?
                    .to_str()
                    .and_then(leading_number)
            })
            .collect();
        assert!(numbers.is_sorted_by(|a, b| a >= b), "{numbers:?}");
    }
}
