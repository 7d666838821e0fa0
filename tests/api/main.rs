//! The integration tests: behaviour over HTTP against a real Postgres.
//!
//! | module | holds |
//! | --- | --- |
//! | `support` | the harness: Postgres, an app of its own for each test, the client, the log |
//! | the others | one resource or one promise each |

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods
)]

mod support;

mod anonymity;
mod api_keys;
mod attack;
mod audit;
mod backup;
mod bad_input;
mod campaigns;
mod chaos;
mod cli;
mod compatibility;
mod console;
mod containers;
mod corrections;
mod database;
mod database_tls;
mod dictionaries;
mod documents;
mod drafts;
mod durability;
mod embedded;
mod export_command;
mod export_streaming;
mod exports;
mod fhir;
mod file_readers;
mod form_command;
mod form_lint;
mod form_preview;
mod form_schema;
mod forms;
mod free_text;
mod full_disk;
mod grace;
mod handout;
mod health;
mod http_habits;
mod hung_database;
mod instruments;
mod interop;
mod invitations;
mod key_files;
mod layers;
mod lives;
mod lookups;
mod masked_exports;
mod network_limits;
mod older_databases;
mod openapi;
mod own_account;
mod page;
mod passes;
mod problem_pages;
mod problems;
mod promises;
mod proof_of_work;
mod provider_log_in;

mod races;
mod reading;
mod readme;
mod recoding;
mod redemption;
mod release;
mod remarks;
mod replica;
mod responses;
mod retention;
mod role_matrix;
mod schemas;
mod scopes;
mod second_edition;
mod security_headers;
mod server_key_rotation;
mod server_tls;
mod sessions;
mod shapes;
mod shutdown;
mod slow_clients;
mod staff;
mod statistics;
mod supply_chain;
mod telemetry;
mod test_mode;
mod tokens;
mod trusted_proxies;
mod try_it_out;
mod try_out;
mod workbooks;
