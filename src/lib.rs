//! Aftercare: the backend of patient-reported experience surveys.
//!
//! Where things are:
//!
//! | module | holds | may not know |
//! | --- | --- | --- |
//! | [`cli`] | one file a subcommand | |
//! | [`domain`] | the rules of the field: forms, answers, anonymity | HTTP, SQL, clock, randomness, environment |
//! | [`export`] | rows and codebook into files for analysts | HTTP, SQL |
//! | [`config`] | flags and environment, typed | |
//! | [`http`] | app, authentication, extractors, problems, one file a resource | SQL |
//! | [`store`] | pool, migrations, one file a table group, plain functions on a connection | HTTP |
//! | [`telemetry`] | logs and metrics, nothing personal | |
//! | [`keys`], [`password`], [`role`] | the server's keys; password hashing | HTTP, SQL |
//! | [`clock`], [`random`] | the only places that read the time and draw random bytes | |

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod formats;
pub mod http;
pub mod keys;
pub mod postgres;
pub mod random;
pub mod sample;
pub mod store;
pub mod telemetry;
