//! A server takes the rights to change the audit away again when it starts.

use rustix::process::Signal;

use crate::cli::Place;

const OPEN: &str = "SELECT count(*) FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g \
    WHERE c.oid = 'audit_entries'::regclass AND g.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')";
const TRIGGERS: &str =
    "SELECT count(*) FROM pg_trigger WHERE tgname = 'audit_entries_are_final' AND tgenabled = 'A'";

fn log_of_a_start(place: &Place) -> String {
    let serving = place.serve(&[]);
    serving.signal(Signal::TERM);
    serving.end().2
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_takes_the_rights_on_the_audit_back_at_its_start() {
    let place = Place::migrated().await;
    assert!(!log_of_a_start(&place).contains("could be changed"));
    for fault in [
        "GRANT UPDATE, DELETE ON audit_entries TO CURRENT_USER",
        "GRANT TRUNCATE ON audit_entries TO PUBLIC",
        "ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_are_final",
        "ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_are_final",
        "DROP TRIGGER audit_entries_are_final ON audit_entries",
    ] {
        place.execute(fault).await;
        let log = log_of_a_start(&place);
        assert!(log.contains("could be changed"), "{fault}: {log}");
        assert_eq!(place.count(OPEN).await, 0, "{fault}");
        assert_eq!(place.count(TRIGGERS).await, 1, "{fault}");
        assert!(!log_of_a_start(&place).contains("could be changed"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_own_the_audit_says_what_its_owner_has_to_do() {
    let place = Place::migrated().await;
    let role = format!("granted_{}", place.database.name);
    place
        .execute(&format!(
            "CREATE ROLE {role} LOGIN; GRANT USAGE, CREATE ON SCHEMA public TO {role}; \
             GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}"
        ))
        .await;
    let url = place.url();
    let mut command = place.command(&["serve"]);
    command.env(
        "DATABASE_URL",
        url.replace("aftercare@", &format!("{role}@")),
    );
    let serving = crate::cli::Serving::start(command);
    serving.signal(Signal::TERM);
    let log = serving.end().2;
    let mend = format!("REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries FROM {role}");
    assert!(log.contains(&mend), "{log}");
    place.execute(&mend).await;
    assert_eq!(place.count(OPEN).await, 0);
    place
        .execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await;
}
