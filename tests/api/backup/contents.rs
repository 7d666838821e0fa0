//! What is in a backup, and what is not.

use std::collections::BTreeSet;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::{fs, path::Path};

use flate2::read::GzDecoder;

use super::{Folder, backed_up, files, filled, manifest, printed, restore};
use crate::cli::Place;
use crate::support::postgres::bin_dir;

fn rows(backup: &Path, table: &str) -> Vec<String> {
    let file = fs::File::open(backup.join(format!("{table}.copy.gz"))).unwrap();
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_stand_in_a_backup_in_the_order_of_their_hashes_and_so_after_a_restore() {
    let place = filled(60).await;
    // A row that was written last lies last, whatever its id.
    place
        .execute("UPDATE responses SET week = week WHERE id = (SELECT min(id::text)::uuid FROM responses)")
        .await;
    let ids = "SELECT id::text FROM responses ORDER BY ctid";
    let by_place = place.texts(ids).await;
    assert!(!by_place.is_sorted());
    let folder = Folder::new();
    let backup = backed_up(&place, &folder);
    let listed = rows(&backup, "responses");
    assert_eq!(listed.len(), 60);
    assert!(listed.is_sorted());

    let other = Place::empty().await;
    printed(&restore(&other, &backup));
    assert!(other.texts(ids).await.is_sorted());
}

/// A table that tells of a person who answered belongs to those that are copied by hash.
#[tokio::test(flavor = "multi_thread")]
async fn no_table_that_grows_with_responses_is_left_to_the_order_of_its_rows() {
    let place = filled(5).await;
    let folder = Folder::new();
    let backup = backed_up(&place, &folder);
    // Staff makes these, or they have a row for each campaign, however many answered.
    let others = ["invitation_batches", "pass_keys", "tallies", "tally_states"];
    let of_campaigns = "SELECT c.relname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
        WHERE a.attname = 'campaign_id' AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace";
    let tables: BTreeSet<String> = place.texts(of_campaigns).await.into_iter().collect();
    assert!(tables.len() > 6, "{tables:?}");
    let listed = Command::new(bin_dir().join("pg_restore"))
        .arg("--list")
        .arg(backup.join("database.dump"))
        .output()
        .unwrap();
    let listed = printed(&listed);
    assert!(listed.contains("TABLE DATA public campaigns"), "{listed}");
    for table in tables.iter().filter(|it| !others.contains(&it.as_str())) {
        assert!(backup.join(format!("{table}.copy.gz")).exists(), "{table}");
        let in_the_dump = format!("TABLE DATA public {table} ");
        assert!(!listed.contains(&in_the_dump), "{listed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_holds_no_key_and_is_for_its_owner_only() {
    let place = filled(5).await;
    let folder = Folder::new();
    let backup = backed_up(&place, &folder);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&backup), 0o700);
    for name in files(&backup) {
        assert_eq!(mode(&backup.join(&name)), 0o600, "{name}");
    }
    assert_eq!(folder.files().len(), 1, "{:?}", folder.files());
    let manifest = manifest(&backup);
    let key = fs::read_to_string(place.data_dir.join("keys/server.key")).unwrap();
    let fingerprint = "SELECT encode(fingerprint, 'hex') FROM server_keys WHERE state = 'current'";
    assert_eq!(
        place.texts(fingerprint).await,
        [manifest["server_key"].as_str().unwrap()]
    );
    assert_eq!(manifest["rows"]["campaigns"], 1);

    // All that was backed up, in plain text.
    let script = Command::new(bin_dir().join("pg_restore"))
        .args(["--file", "-"])
        .arg(backup.join("database.dump"))
        .output()
        .unwrap();
    let mut all = printed(&script);
    for name in files(&backup) {
        if let Some(table) = name.strip_suffix(".copy.gz") {
            all.extend(rows(&backup, table));
        }
    }
    assert!(all.contains("world-cancer-day-2027"));
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, key.trim());
    let hexadecimal = hex::encode(bytes.unwrap());
    for secret in [key.trim(), &hexadecimal, "PRIVATE KEY"] {
        assert!(!all.contains(secret));
    }
}
