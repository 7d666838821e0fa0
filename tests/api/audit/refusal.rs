//! What the database refuses, and to whom.

use aftercare::config::HttpConfig;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use serde_json::json;

use super::append_many;
use crate::support::TestApp;
use crate::support::collection::{Collection, EVERY_KIND, OWN, new_receipt};
use crate::support::postgres::TestDatabase;

/// Everything that changes or takes away an entry without changing the table itself.
const CHANGES: &[&str] = &[
    "UPDATE audit_entries SET details = '{}' WHERE number = 2",
    "UPDATE audit_entries SET details = '{}' WHERE false",
    "DELETE FROM audit_entries WHERE number = 2",
    "DELETE FROM audit_entries",
    "TRUNCATE audit_entries",
    "TRUNCATE staff CASCADE",
    "INSERT INTO audit_entries SELECT * FROM audit_entries ON CONFLICT (number) DO UPDATE SET details = '{}'",
    "WITH gone AS (DELETE FROM audit_entries RETURNING 1) SELECT count(*) FROM gone",
];

async fn refusal(conn: &mut AsyncPgConnection, sql: &str) -> String {
    match conn.batch_execute(sql).await {
        Ok(()) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn the_database_refuses_every_change_of_an_entry() {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    append_many(&mut conn, app.state.app.keys.server.oldest(), 3).await;
    // The role of this connection is the one that the server has in tests, and even a superuser.
    for sql in CHANGES {
        let refused = refusal(&mut conn, sql).await;
        assert_eq!(refused, "the audit can only be added to", "{sql}");
        let replayed = format!("SET session_replication_role = replica; {sql}");
        let refused = refusal(&mut conn, &replayed).await;
        assert_eq!(refused, "the audit can only be added to", "{replayed}");
        conn.batch_execute("RESET session_replication_role")
            .await
            .unwrap();
    }
    let more = append_many(&mut conn, app.state.app.keys.server.oldest(), 1).await;
    assert_eq!(more[0].number, 4, "nothing is gone");
}

#[tokio::test]
async fn a_role_that_does_not_own_the_table_cannot_change_it_by_any_means() {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let role = format!("role_{}", app.database.name);
    let make = format!(
        "CREATE ROLE {role}; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; SET ROLE {role}"
    );
    conn.batch_execute(&make).await.unwrap();
    append_many(&mut conn, app.state.app.keys.server.oldest(), 2).await;
    for sql in CHANGES {
        let refused = refusal(&mut conn, sql).await;
        assert_eq!(refused, "the audit can only be added to", "{sql}");
    }
    for sql in [
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_entries_are_final ON audit_entries",
        "DROP TABLE audit_entries",
        "DROP FUNCTION refuse_change_of_audit CASCADE",
        "ALTER TABLE audit_entries RENAME TO other",
        "SET session_replication_role = replica",
    ] {
        let refused = refusal(&mut conn, sql).await;
        let words = ["must be owner", "permission denied"];
        assert!(
            words.iter().any(|words| refused.starts_with(words)),
            "{sql}: {refused}"
        );
    }
    let drop = format!("RESET ROLE; DROP OWNED BY {role}; DROP ROLE {role}");
    conn.batch_execute(&drop).await.unwrap();
}

#[tokio::test]
async fn an_owner_who_is_no_superuser_lacks_the_rights_as_well() {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    append_many(&mut conn, app.state.app.keys.server.oldest(), 2).await;
    let role = format!("owner_{}", app.database.name);
    let make = format!(
        "CREATE ROLE {role}; GRANT ALL ON SCHEMA public TO {role}; GRANT SELECT ON staff, server_keys TO {role}; \
         ALTER TABLE audit_entries OWNER TO {role}; SET ROLE {role}"
    );
    conn.batch_execute(&make).await.unwrap();
    for sql in CHANGES.iter().filter(|sql| !sql.contains("staff")) {
        let refused = refusal(&mut conn, sql).await;
        let expected = "permission denied for table audit_entries";
        assert_eq!(refused, expected, "{sql}");
    }
    append_many(&mut conn, app.state.app.keys.server.oldest(), 1).await;
    let drop = format!(
        "RESET ROLE; REASSIGN OWNED BY {role} TO CURRENT_USER; DROP OWNED BY {role}; DROP ROLE {role}"
    );
    conn.batch_execute(&drop).await.unwrap();
}

/// As `docs/operations.md` describes it.
#[tokio::test]
async fn a_server_whose_role_owns_no_table_works_and_cannot_disable_the_trigger() {
    let database = TestDatabase::create().await;
    let role = format!("server_{}", database.name);
    let rights = format!(
        "CREATE ROLE {role}; GRANT USAGE, CREATE ON SCHEMA public TO {role}; \
         GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; \
         REVOKE ALL ON audit_entries FROM {role}; GRANT SELECT, INSERT ON audit_entries TO {role}"
    );
    database
        .connect()
        .await
        .batch_execute(&rights)
        .await
        .unwrap();
    let become_it = format!("ALTER DATABASE {} SET role = {role}", database.name);
    database.outside(&become_it).await;
    {
        let app = TestApp::start_on(database, HttpConfig::default()).await;
        let collection = Collection::start_on(app, EVERY_KIND).await;
        let receipt = new_receipt();
        let answers = json!({"group": "c", "meals": "some", "distress": 3});
        collection.send(&receipt, &answers).await.expect(201);
        let released = "SELECT count(*) FROM responses";
        assert_eq!(collection.sql::<i64>(released).await, 1);
        let app = &collection.app;
        let withdraw = app.client().delete(OWN).header("receipt", &receipt);
        withdraw.send().await.expect(204);
        let mut conn = app.connect().await;
        append_many(&mut conn, app.state.app.keys.server.oldest(), 2).await;
        let disable = "ALTER TABLE audit_entries DISABLE TRIGGER ALL";
        let refused = refusal(&mut conn, disable).await;
        assert!(refused.starts_with("must be owner"), "{refused}");
        let delete = refusal(&mut conn, "DELETE FROM audit_entries").await;
        assert!(delete.starts_with("permission denied"), "{delete}");
        let tidy = format!("RESET role; DROP OWNED BY {role} CASCADE");
        conn.batch_execute(&tidy).await.unwrap();
    }
    let gone = TestDatabase::create_empty().await;
    gone.outside(&format!("DROP ROLE {role}")).await;
}
