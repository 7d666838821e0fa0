//! What is refused, and that nothing is left of it.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::{Folder, backed_up, error_of, filled, hand_over_key, manifest, printed, restore};
use crate::cli::Place;

const TABLES: &str = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_or_newer_backup_is_refused_before_anything_is_restored() {
    let place = filled(5).await;
    let folder = Folder::new();
    let backup = backed_up(&place, &folder);
    let empty = Place::empty().await;
    let refusal = |words: &str| {
        let error = error_of(&restore(&empty, &backup));
        assert!(error.contains(words), "{error}");
    };
    for name in ["database.dump", "responses.copy.gz"] {
        let whole = fs::read(backup.join(name)).unwrap();
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        fs::write(backup.join(name), damaged).unwrap();
        refusal("is damaged");
        fs::remove_file(backup.join(name)).unwrap();
        refusal("cannot be read");
        fs::write(backup.join(name), whole).unwrap();
    }
    let mut newer = manifest(&backup);
    let write = |manifest: &serde_json::Value| {
        fs::write(backup.join("manifest.json"), manifest.to_string()).unwrap();
    };
    newer["made_by"] = json!("9.1.0");
    newer["migrations"]
        .as_array_mut()
        .unwrap()
        .push(json!("29990101000000"));
    write(&newer);
    refusal("newer version of the program (9.1.0)");
    write(&json!({"format": 2, "made_by": "9.2.0", "else": true}));
    refusal("restore it with aftercare 9.2.0");
    write(&json!({"format": 1, "made_by": "0.1.0"}));
    refusal("cannot be read as a manifest");
    fs::remove_file(backup.join("manifest.json")).unwrap();
    refusal("is no backup");
    assert_eq!(empty.count(TABLES).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_failed_leaves_a_database_on_which_no_server_starts() {
    let place = filled(5).await;
    let folder = Folder::new();
    let backup = backed_up(&place, &folder);
    let mut manifest = manifest(&backup);
    manifest["rows"]["responses"] = json!(6);
    fs::write(backup.join("manifest.json"), manifest.to_string()).unwrap();
    let target = Place::empty().await;
    hand_over_key(&place.data_dir, &target.data_dir);
    let error = error_of(&restore(&target, &backup));
    assert!(error.contains("responses has 5 rows, and had 6"), "{error}");
    // All of it is there, and yet it does not pass for whole.
    assert_eq!(target.count("SELECT count(*) FROM responses").await, 5);
    for arguments in [&["serve"][..], &["serve", "--migrate"]] {
        let error = error_of(&target.run(arguments));
        assert!(error.contains("migrat"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_key_is_named_before_anything_is_restored() {
    let place = filled(5).await;
    let folder = Folder::new();
    let backup = backed_up(&place, &folder);
    let other = Place::started_before().await;
    let empty = Place::empty().await;
    hand_over_key(&other.data_dir, &empty.data_dir);
    let error = error_of(&restore(&empty, &backup));
    assert!(
        error.contains("not the server key of this backup"),
        "{error}"
    );
    assert!(error.contains("keys/server.key"), "{error}");
    assert_eq!(empty.count(TABLES).await, 0);

    // Without a key the data are restored, and what is missing is said.
    fs::remove_file(empty.data_dir.join("keys/server.key")).unwrap();
    let output = restore(&empty, &backup);
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(said.contains("put it there before"), "{said}");
    assert!(printed(&output).contains("audit\tnot checked"));
    assert!(error_of(&empty.run(&["serve"])).contains("another server key"));
    hand_over_key(&place.data_dir, &empty.data_dir);
    drop(empty.serve(&[]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_fails_or_is_interrupted_leaves_nothing() {
    let folder = Folder::new();
    let out = folder.0.join("new").display().to_string();
    let empty = Place::empty().await;
    let error = error_of(&empty.run(&["backup", "--out", &out]));
    assert!(error.contains("no tables of Aftercare"), "{error}");
    let place = filled(5).await;
    let error = error_of(&place.run(&["backup", "--out", "/proc/new"]));
    assert!(error.contains("cannot be written to /proc/new"), "{error}");

    // pg_dump waits for a table that is locked.
    let lock = "BEGIN; LOCK TABLE campaigns IN ACCESS EXCLUSIVE MODE";
    let mut conn = place.database.connect().await;
    diesel_async::SimpleAsyncConnection::batch_execute(&mut conn, lock)
        .await
        .unwrap();
    let mut command = place.command(&["backup", "--out", &out]);
    let child = command
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let started = std::time::Instant::now();
    while folder.files().is_empty() && started.elapsed().as_secs() < 20 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(folder.files()[0].starts_with("new.unfinished-"));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let error = error_of(&child.wait_with_output().unwrap());
    assert!(error.contains("interrupted"), "{error}");
    assert!(folder.files().is_empty(), "{:?}", folder.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_backup_is_brought_up_to_this_schema() {
    let place = filled(5).await;
    printed(&place.run(&["migrate", "--revert"]));
    let folder = Folder::new();
    let backup = backed_up(&place, &folder);
    let target = Place::empty().await;
    hand_over_key(&place.data_dir, &target.data_dir);
    printed(&restore(&target, &backup));
    let migrations = "SELECT count(*) FROM __diesel_schema_migrations";
    assert_eq!(
        target.count(migrations).await,
        place.count(migrations).await + 1
    );
    drop(target.serve(&[]));
}
