//! What keeps the audit as it was written: nobody has the rights to change it, and a trigger refuses all the same.
//!
//! The migration that makes the table takes the rights away. Who restores the database under another role gets them back
//! with the new owner, so they are looked at on every start.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

/// The rights by which entries could be changed.
const CHANGING: &str = "UPDATE, DELETE, TRUNCATE";
/// The trigger, as its migration makes it.
const TRIGGER: &str = "CREATE OR REPLACE TRIGGER audit_entries_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries \
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()";
const ALWAYS: &str = "ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_are_final";

#[derive(QueryableByName)]
struct Found {
    /// Roles that may change entries, as they are written in SQL.
    #[diesel(sql_type = Array<Text>)]
    holders: Vec<String>,
    /// When the trigger fires; none if there is no trigger.
    #[diesel(sql_type = Nullable<Text>)]
    fires: Option<String>,
    /// Whether this role may mend it.
    #[diesel(sql_type = Bool)]
    owned: bool,
}

/// What was done, or is to be done, about an audit that could be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditRights {
    /// Nobody can change an entry without taking the protection off first.
    Held,
    /// It was open, and was closed again by these statements.
    Mended(String),
    /// It is open, and only the owner of the table can close it, by these statements.
    Open(String),
}

/// Looks whether anybody has the rights to change entries, and whether the trigger is in force. Mends it, if the role owns
/// the table. Superusers pass by every right, so for them too it is looked at what is granted.
pub async fn hold(conn: &mut AsyncPgConnection) -> QueryResult<AuditRights> {
    let query = "SELECT \
        ARRAY(SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END \
            FROM aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS g \
            WHERE g.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE') ORDER BY 1) AS holders, \
        (SELECT t.tgenabled::text FROM pg_trigger AS t \
            WHERE t.tgrelid = c.oid AND t.tgname = 'audit_entries_are_final') AS fires, \
        pg_has_role(c.relowner, 'USAGE') AS owned \
        FROM pg_class AS c WHERE c.oid = 'audit_entries'::regclass";
    let found: Found = diesel::sql_query(query).get_result(conn).await?;
    let mut mend = Vec::new();
    if !found.holders.is_empty() {
        let holders = found.holders.join(", ");
        mend.push(format!("REVOKE {CHANGING} ON audit_entries FROM {holders}"));
    }
    if found.fires.is_none() {
        mend.push(TRIGGER.to_owned());
    }
    if found.fires.as_deref() != Some("A") {
        mend.push(ALWAYS.to_owned());
    }
    if mend.is_empty() {
        return Ok(AuditRights::Held);
    }
    let mend = mend.join("; ");
    if !found.owned {
        return Ok(AuditRights::Open(mend));
    }
    // One after the other, where several servers start together.
    let alone = format!("SELECT pg_advisory_xact_lock(7304); {mend}");
    conn.batch_execute(&alone).await?;
    Ok(AuditRights::Mended(mend))
}
