//! The integration tests: behaviour over HTTP against a real Postgres.
