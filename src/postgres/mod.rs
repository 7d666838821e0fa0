//! Which Postgres to use: the one of `DATABASE_URL`, or an embedded cluster of the server's own.

pub mod database;
pub mod embedded;
