//! How fast it is, each figure beside the limit of the same machine in the same run.
//!
//! `cargo bench` runs all of it in about two minutes; `cargo bench -- core release` only those named.
//! `cargo bench -- masking` measures what masking takes away, and runs only when it is named.
//! A Postgres of its own is started in a temporary folder, durable as in service, unless
//! `BENCH_DATABASE_URL` names one (its role may create databases).
//!
//! | module | holds |
//! | --- | --- |
//! | `measure` | slots of time in turn, medians, the table |
//! | `crowd` | many connections that each do one thing after the other |
//! | `wire` | a small HTTP client, so that the client is not what is measured |
//! | `world` | the server with a published form and an open campaign, and made-up responses |
//! | `core`, `free_text`, `passes`, `forms`, `responses`, `release`, `exports` | the figures |
//! | `masking` | what masking takes away |
//! | `statistics` | figures over 1,000,000 responses; runs only when it is named |

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods
)]

mod core;
mod crowd;
mod exports;
mod forms;
mod free_text;
mod masking;
mod measure;
mod passes;
mod release;
mod responses;
mod statistics;
mod wire;
mod world;

use measure::Table;
use world::{Scratch, World};

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let wants = |group: &str| wanted.is_empty() || wanted.iter().any(|word| word == group);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut table = Table::default();
    if wanted.iter().any(|word| word == "masking") {
        masking::run();
    }
    if wants("core") {
        core::run(&mut table);
    }
    if wants("free_text") {
        free_text::run(&mut table);
    }
    if wants("passes") {
        passes::run(&mut table);
    }
    let names_statistics = wanted.iter().any(|word| word == "statistics");
    if names_statistics
        || ["forms", "responses", "release", "exports"]
            .into_iter()
            .any(wants)
    {
        runtime.block_on(async {
            let scratch = Scratch::create().await;
            let world = World::start(&scratch).await;
            if wants("forms") {
                forms::run(&world, &mut table).await;
            }
            if wants("responses") {
                responses::run(&world, &mut table).await;
            }
            if wants("release") {
                release::run(&world, &mut table).await;
            }
            if wants("exports") {
                exports::run(&world, &mut table).await;
            }
            if names_statistics {
                statistics::run(&world, &mut table).await;
            }
            world.stop().await;
            scratch.remove().await;
        });
    }
    println!("\n{table}");
}
