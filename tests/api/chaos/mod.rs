//! Postgres, or the server with it, is killed at random while clients send and retry. Nothing that was acknowledged may
//! be lost, nothing may be there twice. `script/chaos` runs the long one.

mod disk;
mod failover;
mod load;
mod pair;
mod world;

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rustix::process::Signal;

use load::Load;
use world::World;

/// What is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Victim {
    Postgres,
    Server,
    Both,
}

/// Kills until all is sent, or, where there is no number of responses to send, until all is killed.
async fn rage(world: &mut World, load: &Load, victims: &[Victim], kills: usize, rng: &mut StdRng) {
    for kill in 0..kills {
        let (done, part) = (load.acknowledged(), load.wanted() * kill / kills);
        // The kills are spread over the responses.
        let pause = if done < part { 1500 } else { 300 };
        tokio::time::sleep(Duration::from_millis(rng.random_range(100..pause + 100))).await;
        let victim = victims[rng.random_range(0..victims.len())];
        if victim != Victim::Server {
            world.kill_postgres().await;
        }
        if victim != Victim::Postgres {
            world.kill_server();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_killed_under_load_loses_and_doubles_nothing() {
    let mut world = World::start().await;
    let load = Load::start(&world, 32, 1500).await;
    let probe = world.probe_liveness();
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        world.wait_until_ready().await;
        world.kill_postgres().await;
    }
    let sent = load.finish().await;
    assert_eq!(probe.await_all_live().await, 0, "it is live all the time");
    world.wait_until_ready().await;
    let figures = world.check(&sent).await;
    eprintln!("{sent}; {figures}");
    assert_eq!((figures.lost, figures.doubled), (0, 0), "{figures}");
    assert!(world.restarts().await >= 5, "each is counted");
    let log = world.stop(Signal::TERM);
    assert!(
        log.contains("the embedded Postgres ended by itself"),
        "{log}"
    );
    assert!(log.contains("SIGKILL"), "it says how: {log}");
    assert!(log.contains("the embedded Postgres runs again"), "{log}");
    sent.assert_not_in(&log);
}

/// What `script/chaos` runs: `CHAOS_KILLS`, `CHAOS_RESPONSES`, `CHAOS_SEED`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: script/chaos runs it"]
async fn server_and_postgres_are_killed_at_random() {
    let number = |name: &str, default: u64| {
        std::env::var(name).map_or(default, |text| text.parse().unwrap())
    };
    let kills = usize::try_from(number("CHAOS_KILLS", 40)).unwrap();
    let responses = usize::try_from(number("CHAOS_RESPONSES", 20_000)).unwrap();
    let mut rng = StdRng::seed_from_u64(number("CHAOS_SEED", 9));
    let begin = Instant::now();
    let mut world = World::start().await;
    let load = Load::start(&world, 32, responses).await;
    let victims = [Victim::Postgres, Victim::Server, Victim::Both];
    rage(&mut world, &load, &victims, kills, &mut rng).await;
    let sent = load.finish().await;
    world.wait_until_ready().await;
    let figures = world.check(&sent).await;
    let log = world.stop(Signal::TERM);
    eprintln!(
        "{kills} kills in {:.0} s\n{sent}\n{figures}",
        begin.elapsed().as_secs_f64()
    );
    assert_eq!((figures.lost, figures.doubled), (0, 0));
    sent.assert_not_in(&log);
}
