//! The application for commands: without background tasks, and with connections without time limits.

use std::io::ErrorKind;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};

use crate::app::App;
use crate::app::export::Spool;
use crate::app::server_keys::{self, NotSettled};
use crate::clock::SystemClock;
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::server_key::KeyMisfit;
use crate::keys::{KeyError, Keys, KeysAtStart};
use crate::store::audit_rights::{self, AuditRights};
use crate::store::pool::{Purpose, Target};
use crate::store::pools::Pools;
use crate::store::{AsyncPgConnection, migrations};

/// The advice for a database that lacks a table.
pub const MIGRATED: &str = "the database is not ready for this; did you run `aftercare migrate`?";

const SERVER_KEY: &str = "this command needs the server key, which the server makes at its first start: \
    start the server once, or name the file with AFTERCARE_SERVER_KEY_FILE";

const OTHER_KEY: &str = "this database belongs to another server key: with the present key, no response could be read or withdrawn.\n\
    Restore the key file (keys/server.key in the data folder, or AFTERCARE_SERVER_KEY_FILE) that the database was made with.";

/// Connects to the database with the server keys. The audit entries of a command are hashed under one of them.
pub async fn application(
    database: &DatabaseConfig,
    key: &ServerKeyConfig,
    target: &Target,
) -> anyhow::Result<App> {
    let mut conn = target.connect(Purpose::Maintenance).await?;
    check_schema(&mut conn).await.context(MIGRATED)?;
    let own = database.url()?.is_none();
    let keys = KeysAtStart::read_for_command(key, &database.data_dir()?, own);
    let keys = keys.map_err(|error| match error {
        KeyError::Unreadable(_, cause) if cause.kind() == ErrorKind::NotFound => {
            anyhow!(SERVER_KEY)
        }
        other => other.into(),
    })?;
    let keys = settle(&mut conn, keys).await?;
    drop(conn);
    let pools = Pools::for_commands(target)?;
    // Commands issue no passes, so the host is not used.
    Ok(App::new(
        pools,
        keys,
        Spool::new(database.data_dir()?, database.export_spool),
        Arc::new(SystemClock),
        "localhost".to_owned(),
    ))
}

/// Stores the new keys, once it is checked that the database belongs to the server keys. Nothing is stored otherwise.
pub async fn settle(conn: &mut AsyncPgConnection, keys: KeysAtStart) -> anyhow::Result<Keys> {
    server_keys::settle(conn, keys)
        .await
        .map_err(|error| match error {
            NotSettled::Misfit(misfit) => anyhow!(explained(&misfit)),
            NotSettled::Key(error) => error.into(),
            NotSettled::Query(error) => error.into(),
        })
}

/// Why the server keys do not fit the database, and what to do about it.
pub fn explained(misfit: &KeyMisfit) -> String {
    match misfit {
        KeyMisfit::Other => OTHER_KEY.to_owned(),
        KeyMisfit::Lacking(ids) => format!(
            "this database needs more than one server key, and of these {} is missing.\n\
             Copy the key file from the machine on which `aftercare server-key` was run.",
            ids.join(", ")
        ),
        KeyMisfit::AnotherNext(id) => format!(
            "another next server key was placed for this database: {id}.\n\
             Copy the key file from the machine on which it was placed, or take that key away with `aftercare server-key remove {id}`."
        ),
        KeyMisfit::SeveralNew => {
            "the file has several server keys that the database does not know: \
             place one at a time with `aftercare server-key place`"
                .to_owned()
        }
    }
}

/// Takes the rights to change the audit from whoever has them, as the owner does after a restore under another role.
pub async fn hold_audit_rights(conn: &mut AsyncPgConnection) -> anyhow::Result<()> {
    match audit_rights::hold(conn).await? {
        AuditRights::Held => {}
        AuditRights::Mended(statements) => tracing::warn!(
            statements,
            "entries of the audit could be changed, as after a restore under another role; this was mended"
        ),
        AuditRights::Open(statements) => tracing::error!(
            statements,
            "entries of the audit can be changed: let the owner of the table run these statements"
        ),
    }
    Ok(())
}

/// Whether the schema of the database is that of this program.
pub async fn check_schema(conn: &mut AsyncPgConnection) -> anyhow::Result<()> {
    let migration_status = migrations::migration_status(conn).await?;
    if !migration_status.unknown.is_empty() {
        return Err(migrations::MigrationError::Newer(migration_status.unknown.join(", ")).into());
    }
    if !migration_status.pending.is_empty() {
        let count = migration_status.pending.len();
        bail!(
            "the database lacks {count} migrations of this program: run `aftercare migrate`, or start with --migrate"
        );
    }
    Ok(())
}
