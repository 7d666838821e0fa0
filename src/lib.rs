//! Aftercare: the backend of patient-reported experience surveys.
//!
//! Where things are:
//!
//! | module | holds | may not know |
//! | --- | --- | --- |
//! | [`cli`] | one file a subcommand | |
//! | [`http`] | app, server, authentication, extractors, problems, one folder or file a resource | SQL |
//! | [`app`] | the use cases, one file a noun: transactions, audit, clock, caches, background tasks | HTTP, SQL |
//! | [`backup`] | making, restoring and verifying backups | HTTP, SQL |
//! | [`formats`] | bytes in and out, pure: CSV, NDJSON, Excel, data packages, codebook, invitation sheets, XLSForm | HTTP, SQL |
//! | [`store`] | pool, migrations, one file a table group, plain functions on a connection | HTTP, use cases |
//! | [`postgres`] | the embedded cluster, and which database to use | |
//! | [`domain`] | the rules of the field: forms, answers, anonymity | HTTP, SQL, clock, randomness, environment |
//! | [`sample`] | the made-up people of the demonstration | |
//! | [`config`] | flags and environment, typed | |
//! | [`telemetry`] | logs and metrics, nothing personal | |
//! | [`keys`] | the server's keys | HTTP, SQL |
//! | [`oidc`] | the client of the OpenID Connect provider by which staff log in | HTTP of ours, SQL |
//! | [`tls`] | the crypto provider of TLS; certificates and keys in PEM files | HTTP, SQL |
//! | [`clock`], [`random`] | the only places that read the time and draw random bytes | |

pub mod app;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod formats;
pub mod http;
pub mod keys;
pub mod oidc;
pub mod postgres;
pub mod random;
pub mod sample;
pub mod store;
pub mod telemetry;
pub mod tls;
