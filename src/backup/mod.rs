//! A backup: a folder with a dump of the database and a manifest. It never holds a key.
//!
//! | file in the folder | holds |
//! | --- | --- |
//! | `manifest.json` | format, versions, numbers of rows, and the SHA-256 of the other files |
//! | `database.dump` | what `pg_dump` wrote in its custom format: everything but the rows below |
//! | `arrivals.copy.gz` and others | rows of the tables that grow with each response, in the order of their keyed hashes |
//!
//! All of it is of one snapshot. The folder is made under another name and renamed when all of it is on disk.

mod file_mark;
mod folder;
mod make;
mod manifest;
mod restore;
mod verify;

pub use make::{Made, make};
pub use manifest::{Backup, ManifestError};
pub use restore::{RestoreError, restore};
pub use verify::{Verified, verify};

/// What `pg_dump` wrote.
const DUMP: &str = "database.dump";
/// The file by which a folder is known as a backup.
pub const MANIFEST: &str = "manifest.json";
/// The end of the name of a file with rows, after the name of the table.
const ROWS: &str = ".copy.gz";
