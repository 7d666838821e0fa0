//! Many connections that each do one thing after the other.

use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tokio::runtime::Handle;

use super::measure::{Contender, Sample};

/// Does one thing at a time, again and again.
pub trait Worker: Send + 'static {
    /// One round; tells how many things it did.
    fn step(&mut self) -> impl Future<Output = u64> + Send;
}

/// Workers side by side, on the runtime where they were made.
pub struct Crowd<W> {
    runtime: Handle,
    workers: Vec<W>,
}

impl<W: Worker> Crowd<W> {
    /// Makes the workers, where they will work.
    pub async fn new<F>(runtime: &Handle, count: usize, make: impl Fn() -> F) -> Self
    where
        F: Future<Output = W> + Send + 'static,
    {
        let mut workers = Vec::new();
        for _ in 0..count {
            workers.push(runtime.spawn(make()).await.unwrap());
        }
        Self {
            runtime: runtime.clone(),
            workers,
        }
    }
}

impl<W: Worker> Contender for Crowd<W> {
    fn run(&mut self, time: Duration) -> LocalBoxFuture<'_, Sample> {
        async move {
            let started = Instant::now();
            let at_work: Vec<_> = self
                .workers
                .drain(..)
                .map(|worker| self.runtime.spawn(work(worker, started, time)))
                .collect();
            let (mut done, mut latencies) = (0, Vec::new());
            for worker in at_work {
                let (worker, its_done, its_latencies) = worker.await.unwrap();
                self.workers.push(worker);
                done += its_done;
                latencies.extend(its_latencies);
            }
            latencies.sort_unstable();
            let a_second = done as f64 / started.elapsed().as_secs_f64();
            Sample {
                a_second,
                latencies,
            }
        }
        .boxed_local()
    }
}

async fn work<W: Worker>(
    mut worker: W,
    started: Instant,
    time: Duration,
) -> (W, u64, Vec<Duration>) {
    let (mut done, mut latencies) = (0, Vec::new());
    while started.elapsed() < time {
        let sent = Instant::now();
        done += worker.step().await;
        latencies.push(sent.elapsed());
    }
    (worker, done, latencies)
}

/// A runtime with one thread of its own, so that clients and server do not share theirs.
pub fn apart() -> Handle {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        tell.send(runtime.handle().clone()).unwrap();
        runtime.block_on(std::future::pending::<()>());
    });
    told.recv().unwrap()
}
