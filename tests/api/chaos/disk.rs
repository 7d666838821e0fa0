//! The disk of the embedded Postgres is full, and has room again.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::load::Load;
use super::world::World;
use crate::embedded::{Folder, breakable_programs};

/// A server whose Postgres does not start while the file `broken` is there.
async fn breakable(folder: &Folder) -> World {
    let programs = breakable_programs(folder);
    World::start_in(folder.data(), Some(programs)).await
}

async fn wait_until_not_ready(world: &World) {
    let begin = Instant::now();
    while world.readiness().await != (503, true) {
        assert!(
            begin.elapsed() < Duration::from_secs(2),
            "readiness tells the truth"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgres_cannot_start_the_server_says_so_and_heals_alone() {
    let folder = Folder::new();
    let mut world = breakable(&folder).await;
    let load = Load::start(&world, 32, 300).await;
    let probe = world.probe_liveness();
    fs::write(folder.0.join("broken"), "").unwrap();
    world.kill_postgres().await;
    wait_until_not_ready(&world).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(world.readiness().await, (503, true));
    fs::remove_file(folder.0.join("broken")).unwrap();

    let sent = load.finish().await;
    world.wait_until_ready().await;
    assert_eq!(probe.await_all_live().await, 0, "it is live all the time");
    let figures = world.check(&sent).await;
    assert_eq!((figures.lost, figures.doubled), (0, 0), "{figures}");
    let attempts = fs::read_to_string(folder.0.join("attempts")).unwrap();
    let attempts = attempts.lines().count();
    assert!((2..20).contains(&attempts), "pauses grow: {attempts}");
    assert!(world.restarts().await > attempts as u64);
    let log = world.stop(Signal::TERM);
    let told = "the embedded Postgres does not start";
    assert!(log.contains(told) && log.contains("No space left on device"));
    sent.assert_not_in(&log);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_postgres_is_down_stops_when_it_is_told_to() {
    let folder = Folder::new();
    let mut world = breakable(&folder).await;
    fs::write(folder.0.join("broken"), "").unwrap();
    world.kill_postgres().await;
    wait_until_not_ready(&world).await;
    let begin = Instant::now();
    world.stop(Signal::TERM);
    assert!(begin.elapsed() < Duration::from_secs(10));
}

/// A small disk of its own. Only root may make one.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=140m,mode=0755", "tmpfs"]);
        let mounted = mount.arg(at).output();
        mounted
            .is_ok_and(|it| it.status.success())
            .then(|| Self(at.to_owned()))
    }

    /// Leaves no room.
    fn fill(&self) {
        let mut ballast = File::create(self.0.join("ballast")).unwrap();
        for size in [1 << 20, 4096, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_really_full_costs_no_response_once_it_has_room_again() {
    let folder = Folder::new();
    let Some(disk) = Disk::mount(&folder.data()) else {
        eprintln!("skipped: a disk can be mounted by root only");
        return;
    };
    let mut world = World::start_in(folder.data(), None).await;
    let load = Load::start(&world, 32, 40_000).await;
    let probe = world.probe_liveness();
    disk.fill();
    let begin = Instant::now();
    while world.restarts().await == 0 {
        assert!(
            begin.elapsed() < Duration::from_secs(120),
            "it goes on without room"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    disk.free();
    load.stop();
    let sent = load.finish().await;
    world.wait_until_ready().await;
    assert_eq!(probe.await_all_live().await, 0, "it is live all the time");
    let figures = world.check(&sent).await;
    eprintln!("{sent}; {figures}");
    assert_eq!((figures.lost, figures.doubled), (0, 0), "{figures}");
    let log = world.stop(Signal::TERM);
    assert!(
        log.contains("No space left on device"),
        "it says why: {log}"
    );
    sent.assert_not_in(&log);
    let of_postgres = fs::read_to_string(folder.data().join("postgres/server.log")).unwrap();
    sent.assert_not_in(&of_postgres);
}
