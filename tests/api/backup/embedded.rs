//! The embedded database, and the check in a throw-away one.

use std::fs;

use super::{
    Folder, backed_up, demo, embedded, error_of, filled, hand_over_key, manifest, printed,
    read_own, send,
};
use crate::cli::Serving;

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_database_is_backed_up_whether_its_server_runs_or_not() {
    let folder = Folder::new();
    let (data, out) = (folder.0.join("data"), folder.0.join("out"));
    fs::create_dir(&out).unwrap();
    let out = out.display().to_string();
    let back_up = || {
        let output = embedded(&data, &["backup", "--out", &out])
            .output()
            .unwrap();
        printed(&output).trim().to_owned()
    };
    let error = error_of(
        &embedded(&data, &["backup", "--out", &out])
            .output()
            .unwrap(),
    );
    assert!(error.contains("there is no database in"), "{error}");
    assert!(!data.exists());

    let serving = demo(embedded(&data, &["demo"]));
    let client = reqwest::Client::new();
    let (receipt, _) = send(&client, &serving.address).await.unwrap();
    let running = back_up();
    serving.signal(rustix::process::Signal::TERM);
    assert!(serving.end().0);
    // Names have seconds.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let stopped = back_up();
    let rows = |backup: &str| {
        let rows = &manifest(backup.as_ref())["rows"];
        ["responses", "arrivals"].map(|it| rows[it].as_u64().unwrap())
    };
    assert_eq!(rows(&running).iter().sum::<u64>(), 1);
    assert_eq!(rows(&stopped).iter().sum::<u64>(), 1);

    // Into another data folder, whose Postgres is made by the restore.
    let other = folder.0.join("other");
    hand_over_key(&data, &other);
    printed(&embedded(&other, &["restore", &stopped]).output().unwrap());
    let serving = Serving::start(embedded(&other, &["serve"]));
    assert_eq!(read_own(&client, &serving.address, &receipt).await.0, 200);
    serving.signal(rustix::process::Signal::TERM);
    serving.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_reads_all_of_a_throw_away_restore_and_leaves_nothing() {
    let place = filled(20).await;
    let folder = Folder::new();
    let scratch = Folder::new();
    let check = |backup: &std::path::Path| {
        let mut command = place.command(&["restore", "--check"]);
        command
            .arg(backup)
            .env("TMPDIR", &scratch.0)
            .output()
            .unwrap()
    };
    let report = printed(&check(&backed_up(&place, &folder)));
    for line in [
        "rows\tresponses\t20\n",
        "versions\t1 readable\n",
        "responses\t20 readable\n",
        "audit\twhole, head ",
    ] {
        assert!(report.contains(line), "{report}");
    }
    assert!(scratch.files().is_empty(), "{:?}", scratch.files());

    // Each fault that a backup of a damaged database would carry along.
    let faults = [
        (
            "UPDATE responses SET record = '\\x0102' WHERE id = (SELECT min(id::text)::uuid FROM responses)",
            "not in the layout",
        ),
        (
            "ALTER TABLE audit_entries DISABLE TRIGGER ALL; \
             UPDATE audit_entries SET details = '{}' WHERE number = 1",
            "audit is not whole",
        ),
    ];
    for (number, (fault, words)) in faults.into_iter().enumerate() {
        let mended = number > 0;
        if mended {
            place
                .execute("DELETE FROM responses WHERE record = '\\x0102'")
                .await;
        }
        place.execute(fault).await;
        let out = folder
            .0
            .join(format!("fault-{number}"))
            .display()
            .to_string();
        printed(&place.run(&["backup", "--out", &out]));
        let error = error_of(&check(out.as_ref()));
        assert!(error.contains(words), "{error}");
        assert!(scratch.files().is_empty(), "{:?}", scratch.files());
    }
}
