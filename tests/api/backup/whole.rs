//! The whole way, as an operator would have to go it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aftercare::store::pool::{Purpose, Target};
use diesel_async::SimpleAsyncConnection;

use super::{Folder, demo, error_of, hand_over_key, manifest, post, printed, read_own, send};
use crate::cli::{Place, Serving, command};
use crate::support::postgres::Cluster;

/// Another cluster, with a role that is no superuser and owns a database.
fn elsewhere() -> (Cluster, String) {
    let cluster = Cluster::make();
    cluster.start("-c listen_addresses='' -c fsync=off -c max_connections=60");
    let host = cluster.folder.display().to_string().replace('/', "%2F");
    (cluster, format!("postgres://aftercare@{host}/postgres"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_while_responses_come_is_served_elsewhere_under_another_role() {
    let place = Place::empty().await;
    let serving = demo(place.command(&["demo", "--responses", "30"]));
    let client = reqwest::Client::new();
    let mut before = Vec::new();
    for _ in 0..20 {
        before.push(send(&client, &serving.address).await.unwrap());
    }
    let (withdrawn, _) = before.pop().unwrap();
    let own = format!("{}/{}/own", serving.address, super::RESPONSES);
    let gone = client.delete(own).header("receipt", &withdrawn);
    assert_eq!(gone.send().await.unwrap().status(), 204);

    // The backup is taken while others answer.
    let stop = Arc::new(AtomicBool::new(false));
    let (stopped, address) = (Arc::clone(&stop), serving.address.clone());
    let answering = tokio::spawn(async move {
        let client = reqwest::Client::new();
        let mut sent = Vec::new();
        while !stopped.load(Ordering::Relaxed) {
            sent.extend(send(&client, &address).await);
        }
        sent
    });
    let folder = Folder::new();
    let backup = folder.0.join("one");
    let out = backup.display().to_string();
    let output = place.run(&["backup", "--out", &out]);
    assert_eq!(printed(&output), format!("{out}\n"));
    let said = String::from_utf8(output.stderr).unwrap();
    let key = place.data_dir.join("keys/server.key");
    assert!(said.contains(&key.display().to_string()), "{said}");
    stop.store(true, Ordering::Relaxed);
    let meanwhile = answering.await.unwrap();
    assert!(!meanwhile.is_empty());
    drop(serving);

    let (cluster, owner) = elsewhere();
    let target: Target = owner.parse().unwrap();
    let mut conn = target.connect(Purpose::Maintenance).await.unwrap();
    for sql in [
        "CREATE ROLE somebody LOGIN",
        "CREATE DATABASE restored OWNER somebody",
    ] {
        conn.batch_execute(sql).await.unwrap();
    }
    let url = owner
        .replace("aftercare@", "somebody@")
        .replace("/postgres", "/restored");
    let data_dir = folder.0.join("data");
    let run = |arguments: &[&str]| {
        let mut command = command(arguments);
        command
            .env("DATABASE_URL", &url)
            .env("AFTERCARE_DATA_DIR", &data_dir);
        command
    };
    hand_over_key(&place.data_dir, &data_dir);
    let report = printed(&run(&["restore", &out]).output().unwrap());
    assert!(report.contains("audit\twhole"), "{report}");
    let rows = manifest(&backup)["rows"].clone();
    let count = rows["responses"].as_u64().unwrap() + rows["arrivals"].as_u64().unwrap();
    assert!(count >= 49, "{rows}");
    assert!(
        report.contains(&format!("responses\t{count} readable")),
        "{report}"
    );

    // The role that owns everything now may not change the audit, and the trigger is in force as well.
    let target: Target = url.parse().unwrap();
    let mut conn = target.connect(Purpose::Maintenance).await.unwrap();
    for sql in [
        "UPDATE audit_entries SET details = '{}'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
    ] {
        let error = conn.batch_execute(sql).await.unwrap_err().to_string();
        assert_eq!(error, "permission denied for table audit_entries", "{sql}");
        let granted = format!("GRANT ALL ON audit_entries TO somebody; {sql}");
        let error = conn.batch_execute(&granted).await.unwrap_err().to_string();
        assert_eq!(error, "the audit can only be added to", "{sql}");
    }
    printed(&run(&["audit", "verify"]).output().unwrap());

    // A server works on it, and the same receipts do.
    let serving = Serving::start(run(&["serve"]));
    for (receipt, body) in &before {
        let (status, own) = read_own(&client, &serving.address, receipt).await;
        assert_eq!((status, own.contains("Mornings")), (200, true));
        let replayed = post(&client, &serving.address, receipt).await.unwrap();
        assert_eq!(replayed, (200, body.clone()));
    }
    assert_eq!(read_own(&client, &serving.address, &withdrawn).await.0, 410);
    let (receipt, _) = &before[0];
    let own = format!("{}/{}/own", serving.address, super::RESPONSES);
    let gone = client.delete(own).header("receipt", receipt);
    assert_eq!(gone.send().await.unwrap().status(), 204);
    // What came during the backup is either in it or can be sent again.
    for (receipt, _) in meanwhile.iter().take(10) {
        let (status, _) = post(&client, &serving.address, receipt).await.unwrap();
        assert!([200, 201].contains(&status), "{status}");
    }
    drop(serving);

    let again = error_of(&run(&["restore", &out]).output().unwrap());
    assert!(again.contains("not empty"), "{again}");
    // A backup is never written over, and none hides in another one, where nobody would delete it.
    let inside = error_of(&place.run(&["backup", "--out", &out]));
    assert!(inside.contains("is a backup itself"), "{inside}");
    drop(cluster);
}
