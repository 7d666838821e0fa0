//! The database: migrations, schema.rs, outages, keys.

use std::path::Path;
use std::time::Duration;

use aftercare::domain::server_key::{KeyState, ServerKey};
use aftercare::domain::staff::role::Role;
use aftercare::http::problem::Code;
use aftercare::store::{AsyncPgConnection, migrations, server_keys};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use crate::support::TestApp;
use crate::support::postgres::TestDatabase;

/// One fact of the catalogue a line, in a fixed order.
const CATALOGUE: &str = "
    SELECT format('%s.%s %s %s default %s -- %s', table_name, column_name, udt_name,
               CASE is_nullable WHEN 'YES' THEN 'null' ELSE 'not null' END, column_default,
               col_description(format('%I', table_name)::regclass, ordinal_position)) AS line
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT format('%s -- %s', relname, obj_description(oid, 'pg_class'))
      FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT proname || ' ' || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT typname::text FROM pg_type WHERE typnamespace = 'public'::regnamespace
    ORDER BY 1";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

async fn catalogue(conn: &mut AsyncPgConnection) -> Vec<String> {
    let lines: Vec<Line> = diesel::sql_query(CATALOGUE).load(conn).await.unwrap();
    let ours = lines.into_iter().map(|row| row.line);
    ours.filter(|line| !line.contains("__diesel_schema_migrations"))
        .collect()
}

#[tokio::test]
async fn migrations_go_up_and_down_and_up_again_to_the_same_catalogue() {
    let database = TestDatabase::create_empty().await;
    let mut conn = database.connect().await;
    let empty = catalogue(&mut conn).await;
    let ran = migrations::run(&database.target()).await.unwrap();
    assert!(ran.len() >= 2);
    let first = catalogue(&mut conn).await;
    assert!(first.len() > empty.len());

    for _ in &ran {
        migrations::revert_last(&database.target()).await.unwrap();
    }
    assert_eq!(catalogue(&mut conn).await, empty);
    migrations::run(&database.target()).await.unwrap();
    assert_eq!(catalogue(&mut conn).await, first);

    migrations::revert_all(&database.target()).await.unwrap();
    assert_eq!(catalogue(&mut conn).await, empty);
}

#[tokio::test]
async fn servers_that_migrate_at_once_do_not_get_in_each_others_way() {
    let database = TestDatabase::create_empty().await;
    let target = database.target();
    let all = futures_util::future::join_all((0..4).map(|_| migrations::run(&target))).await;
    let ran: Vec<_> = all
        .into_iter()
        .map(|result| result.unwrap().len())
        .collect();
    assert_eq!(ran.iter().filter(|count| **count > 0).count(), 1, "{ran:?}");
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_left_alone() {
    let database = TestDatabase::create().await;
    let mut conn = database.connect().await;
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231235959')";
    conn.batch_execute(newer).await.unwrap();
    let error = migrations::run(&database.target()).await.unwrap_err();
    assert!(error.to_string().contains("newer version"), "{error}");
    let standing = migrations::migration_status(&mut conn).await.unwrap();
    assert_eq!(standing.unknown, ["29991231235959"]);
}

#[tokio::test]
async fn every_table_is_explained() {
    let database = TestDatabase::create().await;
    let query = "SELECT relname::text AS line FROM pg_class \
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \
        AND relname <> '__diesel_schema_migrations' AND obj_description(oid, 'pg_class') IS NULL";
    let mut conn = database.connect().await;
    let bare: Vec<Line> = diesel::sql_query(query).load(&mut conn).await.unwrap();
    let bare: Vec<_> = bare.into_iter().map(|row| row.line).collect();
    assert!(bare.is_empty(), "tables without COMMENT ON: {bare:?}");
}

#[tokio::test]
async fn schema_rs_is_what_the_database_says() {
    let database = TestDatabase::create().await;
    let expected = schema_text(&mut database.connect().await).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/schema.rs");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap();
    let hint = "src/store/schema.rs is stale: run UPDATE_SCHEMA=1 cargo test --test api schema";
    assert!(found == expected, "{hint}\n\n{expected}");
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    comment: Option<String>,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    udt_name: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
    #[diesel(sql_type = Bool)]
    in_key: bool,
}

async fn schema_text(conn: &mut AsyncPgConnection) -> String {
    let query = "SELECT c.relname::text AS table_name, obj_description(c.oid, 'pg_class') AS comment, \
            a.attname::text AS column_name, t.typname::text AS udt_name, NOT a.attnotnull AS nullable, \
            EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary \
                    AND a.attnum = ANY (i.indkey)) AS in_key \
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
        JOIN pg_type t ON t.oid = a.atttypid \
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') \
        AND c.relname <> '__diesel_schema_migrations' ORDER BY c.relname, a.attnum";
    let columns: Vec<Column> = diesel::sql_query(query).load(conn).await.unwrap();
    let mut text = "//! The tables as diesel sees them, made from the database's own catalogue.\n//!\n\
        //! A test compares this file with the migrated database; `UPDATE_SCHEMA=1` makes it write the file.\n"
        .to_owned();
    let mut names = Vec::new();
    for table in columns.chunk_by(|a, b| a.table_name == b.table_name) {
        let name = &table[0].table_name;
        names.push(name.clone());
        let keys = table.iter().filter(|column| column.in_key);
        let keys: Vec<_> = keys.map(|column| &*column.column_name).collect();
        assert!(!keys.is_empty(), "{name} has no primary key");
        text += "\ndiesel::table! {\n";
        if let Some(comment) = &table[0].comment {
            text += &format!("    /// {comment}\n");
        }
        text += &format!("    {name} ({}) {{\n", keys.join(", "));
        for column in table {
            let mut kind = diesel_type(&column.udt_name);
            if column.nullable {
                kind = format!("Nullable<{kind}>");
            }
            text += &format!("        {} -> {kind},\n", column.column_name);
        }
        text += "    }\n}\n";
    }
    text += "\n";
    text += &joins(conn).await;
    text + &together(&names)
}

/// Only the references that are the single one between two tables: diesel cannot choose among several.
async fn joins(conn: &mut AsyncPgConnection) -> String {
    let query = "SELECT format('diesel::joinable!(%s -> %s (%s));', min(conrelid::regclass::text), \
            min(confrelid::regclass::text), min(a.attname)) AS line \
        FROM pg_constraint JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1] \
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid \
        GROUP BY conrelid, confrelid HAVING count(*) = 1 AND min(cardinality(conkey)) = 1 ORDER BY 1";
    let lines: Vec<Line> = diesel::sql_query(query).load(conn).await.unwrap();
    lines.iter().map(|row| format!("{}\n", row.line)).collect()
}

/// As rustfmt writes it.
fn together(names: &[String]) -> String {
    let one_line = format!(
        "\ndiesel::allow_tables_to_appear_in_same_query!({});\n",
        names.join(", ")
    );
    if one_line.trim().len() <= 100 {
        return one_line;
    }
    let rows: String = names.iter().map(|name| format!("    {name},\n")).collect();
    format!("\ndiesel::allow_tables_to_appear_in_same_query!(\n{rows});\n")
}

fn diesel_type(udt: &str) -> String {
    let known = match udt {
        "bool" => "Bool",
        "int2" => "Int2",
        "int4" => "Int4",
        "int8" => "Int8",
        "float4" => "Float4",
        "float8" => "Float8",
        "text" => "Text",
        "bytea" => "Bytea",
        "uuid" => "Uuid",
        "date" => "Date",
        "timestamptz" => "Timestamptz",
        "jsonb" => "Jsonb",
        "json" => "Json",
        array if array.starts_with('_') => return format!("Array<{}>", diesel_type(&array[1..])),
        other => panic!("teach this test the type {other}"),
    };
    known.to_owned()
}

#[tokio::test]
async fn a_database_that_goes_away_is_a_503_that_heals() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    admin.get("/v1/staff").send().await.expect(200);

    let name = &app.database.name;
    let cut = format!(
        "ALTER DATABASE {name} ALLOW_CONNECTIONS false; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    );
    app.database.outside(&cut).await;
    for _ in 0..3 {
        let answer = admin.get("/v1/staff").expecting_failure().send().await;
        assert_eq!(answer.header("retry-after"), "2");
        answer.expect_problem(Code::DatabaseUnavailable);
    }
    let ready = app
        .client()
        .get("/health/ready")
        .expecting_failure()
        .send()
        .await;
    ready.expect_problem(Code::DatabaseUnavailable);
    app.client().get("/health/live").send().await.expect(200);

    app.database
        .outside(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
        .await;
    admin.get("/v1/staff").send().await.expect(200);
    app.client().get("/health/ready").send().await.expect(200);
}

#[tokio::test]
async fn connections_cut_in_the_middle_do_not_spoil_the_pool() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let mut failures = 0;
    for _ in 0..5 {
        let cut = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
            app.database.name
        );
        let (_, answer) = futures_util::future::join(
            app.database.outside(&cut),
            admin.get("/v1/staff").expecting_failure().send(),
        )
        .await;
        failures += usize::from(answer.status == 503);
        assert!([200, 503].contains(&answer.status.as_u16()), "{answer:?}");
    }
    // Whatever happened meanwhile, afterwards all is well.
    tokio::time::sleep(Duration::from_millis(50)).await;
    for _ in 0..8 {
        admin.get("/v1/staff").send().await.expect(200);
    }
    assert!(failures <= 5);
}

#[tokio::test]
async fn a_pool_that_is_used_up_answers_503_and_recovers() {
    let app = TestApp::start().await;
    let admin = app.with_staff(Role::Admin).await.client;
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(app.state.app.connection().await.unwrap());
    }
    let answer = admin.get("/v1/staff").expecting_failure().send().await;
    answer.expect_problem(Code::DatabaseUnavailable);
    // Exports have a pool of their own.
    drop(app.state.app.pools.exports.get().await.unwrap());
    drop(held);
    admin.get("/v1/staff").send().await.expect(200);
}

#[tokio::test]
async fn connections_outlive_the_workers_that_first_used_them() {
    let app = TestApp::start().await;
    app.client().get("/health/ready").send().await.expect(200);
    assert!(app.state.app.pools.requests.status().size > 0);
    app.stop(true).await.unwrap();
    let mut conn = app.state.app.connection().await.unwrap();
    assert!(
        migrations::migration_status(&mut conn)
            .await
            .unwrap()
            .is_current()
    );
}

#[tokio::test]
async fn connections_carry_their_limits_and_a_name() {
    let app = TestApp::start().await;
    let query = "SELECT concat_ws(' ', current_setting('application_name'), \
        current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')) AS line";
    let mut conn = app.state.app.connection().await.unwrap();
    let line: Line = diesel::sql_query(query)
        .get_result(&mut conn)
        .await
        .unwrap();
    assert_eq!(line.line, "aftercare 10s 30s");
    let mut conn = app.state.app.pools.exports.get().await.unwrap();
    let line: Line = diesel::sql_query(query)
        .get_result(&mut conn)
        .await
        .unwrap();
    assert_eq!(line.line, "aftercare-export 30min 10min");
}

#[tokio::test]
async fn the_database_knows_its_server_keys_and_what_each_is_for() {
    let database = TestDatabase::create().await;
    let mut conn = database.connect().await;
    let [ours, next, other] = [1, 2, 3].map(|byte| ServerKey::new([byte; 32]).fingerprint());
    for held in [&[ours][..], &[ours, next], &[ours, other], &[other]] {
        let known = server_keys::register_keys(&mut conn, held).await.unwrap();
        let first = (known[0].fingerprint, known[0].state);
        assert_eq!(first, (ours, KeyState::Current));
        for key in &known[1..] {
            assert_eq!((key.fingerprint, key.state), (next, KeyState::Next));
        }
    }
    let known = server_keys::list_keys(&mut conn).await.unwrap();
    assert_eq!(known.len(), 2);
    assert_eq!(
        server_keys::current_key(&mut conn).await.unwrap(),
        known[0].number
    );
}
