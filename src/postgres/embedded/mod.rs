//! The Postgres that the server starts by itself when it is given no `DATABASE_URL`.
//!
//! A first start so needs one command and no set-up. It is a full, durable Postgres from the installed binaries.
//! It listens only on a unix socket, in a folder that no other user may enter.
//! This module knows nothing of tables or of what is stored.
//!
//! The data folder holds:
//!
//! ```text
//! lock                  held by the one server that uses the folder; released when the process ends
//! postgres/cluster/     the cluster (PGDATA)
//! postgres/socket/      the unix socket, unless the path is too long for one
//! postgres/server.log   the log of Postgres: never a statement, a parameter or a value of a row
//! postgres/url          its URL, while the server runs
//! ```
//!
//! All functions block. Async callers use `spawn_blocking`.
//!
//! | file | content |
//! | --- | --- |
//! | `account` | the user that Postgres runs as, since Postgres refuses root |
//! | `binaries` | the installed server programs |
//! | `cancellation` | waiting that a shutdown calls off |
//! | `cluster` | the cluster on disk: its version, its creation, a leftover Postgres on it |
//! | `folder` | the data folder, its rights and its lock |
//! | `launch` | getting Postgres to run: taking over one that runs, or starting one |
//! | `options` | what can be chosen |
//! | `postmaster` | the running process: start, wait, stop |
//! | `process` | running programs, and whether a process is our Postgres |
//! | `running` | the value that stands for a running Postgres |
//! | `server_log` | the log of Postgres, and the end of it without what clients caused |
//! | `settings` | the command line of Postgres |
//! | `socket` | the folder of the socket, the URL, and a probe whether sessions are accepted |
//! | `supervisor` | starts it again when it ends by itself |

mod account;
pub(super) mod binaries;
mod cancellation;
mod cluster;
mod error;
mod folder;
mod launch;
mod options;
mod postmaster;
pub(super) mod process;
mod running;
mod server_log;
mod settings;
mod socket;
mod supervisor;

pub use error::EmbeddedError;
pub use folder::{create_data_folder, has_cluster, url_of_running};
pub use options::Options;
pub use running::EmbeddedPostgres;
pub use supervisor::Supervisor;
