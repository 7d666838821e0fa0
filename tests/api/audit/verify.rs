//! `aftercare audit verify` against a superuser who disabled the trigger first.

use std::process::Output;

use aftercare::domain::server_key::ServerKey;
use aftercare::store::server_keys;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel_async::SimpleAsyncConnection;

use super::append_many;
use crate::cli::{Place, printed, refused};

const LENGTH: i64 = 9;

/// A place with a server key and an audit of so many entries.
async fn place(length: i64) -> (Place, ServerKey) {
    let place = Place::migrated().await;
    let bytes: [u8; 32] = aftercare::random::bytes().unwrap();
    std::fs::create_dir_all(place.data_dir.join("keys")).unwrap();
    let file = place.data_dir.join("keys/server.key");
    std::fs::write(file, STANDARD.encode(bytes)).unwrap();
    let key = ServerKey::new(bytes);
    let mut conn = place.database.connect().await;
    server_keys::register_keys(&mut conn, &[key.fingerprint()])
        .await
        .unwrap();
    append_many(&mut conn, &key, length).await;
    (place, key)
}

fn verify(place: &Place, head: Option<&str>) -> Output {
    let head: Vec<_> = head.into_iter().flat_map(|head| ["--head", head]).collect();
    place.run(&[&["audit", "verify"], &*head].concat())
}

/// As somebody would do who may do everything in the database.
async fn tamper(place: &Place, sql: &str) {
    let sql = format!(
        "ALTER TABLE audit_entries DISABLE TRIGGER USER; {sql}; \
         ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_are_final"
    );
    place
        .database
        .connect()
        .await
        .batch_execute(&sql)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_audit_is_found_whole_and_its_head_is_found_again_later() {
    let (place, key) = place(LENGTH).await;
    let output = verify(&place, None);
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(said.contains("the audit is whole: 9 entries"), "{said}");
    let head = printed(&output);
    assert!(head.starts_with("9:") && head.trim().len() == 66, "{head}");

    append_many(&mut place.database.connect().await, &key, 2).await;
    let later = printed(&verify(&place, Some(head.trim())));
    assert!(later.starts_with("11:"), "{later}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_audit_is_whole_too() {
    let (place, _) = place(0).await;
    assert_eq!(printed(&verify(&place, None)), "0:\n");
    assert_eq!(printed(&verify(&place, Some("0:"))), "0:\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_superuser_does_to_an_entry_is_found_with_its_number() {
    let swap = "UPDATE audit_entries SET number = number + 100 WHERE number IN (4, 5); \
                UPDATE audit_entries SET number = 109 - number WHERE number > 100";
    for (what, sql, found) in [
        (
            "a changed detail",
            "UPDATE audit_entries SET details = '{\"rows\":0}' WHERE number = 4",
            "entry 4 is not as it was written",
        ),
        (
            "another action",
            "UPDATE audit_entries SET action = 'remarks_listed' WHERE number = 4",
            "entry 4 is not",
        ),
        (
            "another time",
            "UPDATE audit_entries SET at = at + interval '1 microsecond' WHERE number = 4",
            "entry 4 is not",
        ),
        (
            "another hash",
            "UPDATE audit_entries SET hash = sha256(hash) WHERE number = 4",
            "entry 4 is not",
        ),
        (
            "another person",
            "INSERT INTO staff SELECT gen_random_uuid(), 'a@b.example', 'A', 'x', '{admin}', false, now(); \
                            UPDATE audit_entries SET staff_id = (SELECT id FROM staff) WHERE number = 4",
            "entry 4 is not",
        ),
        (
            "one taken out",
            "DELETE FROM audit_entries WHERE number = 4",
            "entry 4 is missing",
        ),
        (
            "the first taken out",
            "DELETE FROM audit_entries WHERE number = 1",
            "entry 1 is missing",
        ),
        (
            "one taken out, and the gap closed",
            "DELETE FROM audit_entries WHERE number = 4; \
                                              UPDATE audit_entries SET number = number + 100 WHERE number > 4; \
                                              UPDATE audit_entries SET number = number - 101 WHERE number > 100",
            "entry 4 is not",
        ),
        ("two swapped", swap, "entry 4 is not"),
        (
            "one added by hand",
            "INSERT INTO audit_entries VALUES (10, now(), NULL, 'remarks_listed', '{}', sha256('x'))",
            "entry 10 is not",
        ),
        (
            "one twice",
            "ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_pkey; \
                       INSERT INTO audit_entries SELECT * FROM audit_entries WHERE number = 4",
            "entry 4 stands twice",
        ),
    ] {
        let (place, _) = place(LENGTH).await;
        tamper(&place, sql).await;
        let message = refused(&verify(&place, None));
        assert!(message.contains(found), "{what}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_cut_off_is_found_by_the_head_that_was_noted() {
    let (place, key) = place(LENGTH).await;
    let head = printed(&verify(&place, None));
    let head = Some(head.trim());
    tamper(&place, "DELETE FROM audit_entries WHERE number > 6").await;
    assert!(
        printed(&verify(&place, None)).starts_with("6:"),
        "nothing tells without it"
    );
    let message = refused(&verify(&place, head));
    assert!(
        message.contains("ends with entry 6, and entry 9 was noted"),
        "{message}"
    );
    // Nor does it help to go on until the number is reached again.
    append_many(&mut place.database.connect().await, &key, 5).await;
    let message = refused(&verify(&place, head));
    assert!(
        message.contains("entry 9 is another one than was noted"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_needs_the_key_of_the_server_and_makes_none() {
    let (place, _) = place(3).await;
    let file = place.data_dir.join("keys/server.key");
    std::fs::write(&file, STANDARD.encode([1; 32])).unwrap();
    let message = refused(&verify(&place, None));
    assert!(message.contains("another server key"), "{message}");
    std::fs::remove_file(&file).unwrap();
    let message = refused(&verify(&place, None));
    assert!(message.contains("server.key"), "{message}");
    assert!(!file.exists());
    assert_eq!(verify(&place, Some("9")).status.code(), Some(2));
}
