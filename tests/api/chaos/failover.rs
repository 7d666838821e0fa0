//! The primary of a pair dies while clients send and retry. `script/failover` runs it.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::load::Load;
use super::pair::Pair;
use super::world::World;

/// Deaths of a primary.
const DEATHS: usize = 5;
/// How soon the server stores again, once a host takes writes.
const BACK_WITHIN: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long, and needs pg_auto_failover: script/failover runs it"]
async fn primaries_that_die_under_load_lose_and_double_nothing() {
    let mut pair = Pair::start().await;
    let mut world = World::start_on(pair.url()).await;
    // More than can be sent meanwhile.
    let load = Load::start(&world, 32, 1_000_000).await;
    let probe = world.probe_liveness();
    for death in 1..=DEATHS {
        pair.wait_until_in_step().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let victim = pair.kill_primary();
        let (dead, before) = (Instant::now(), load.acknowledged());
        pair.wait_until_promoted(victim).await;
        let promoted = Instant::now();
        // Those whose acknowledgement was under way when the primary died are let pass.
        while load.acknowledged() < before + 64 {
            assert!(promoted.elapsed() < BACK_WITHIN, "it stores nothing");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        eprintln!(
            "death {death}: a new primary after {:.1} s, responses stored {:.1} s later",
            (promoted - dead).as_secs_f64(),
            promoted.elapsed().as_secs_f64()
        );
        pair.start_node(victim);
    }
    pair.wait_until_in_step().await;
    load.stop();
    let sent = load.finish().await;
    assert_eq!(probe.await_all_live().await, 0, "it is live all the time");
    world.wait_until_ready().await;
    let figures = world.check(&sent).await;
    eprintln!("{sent}\n{figures}");
    assert_eq!((figures.lost, figures.doubled), (0, 0));
    let log = world.stop(Signal::TERM);
    sent.assert_not_in(&log);
}
