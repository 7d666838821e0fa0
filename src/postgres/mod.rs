//! Which Postgres to use: the one of `DATABASE_URL`, or an embedded cluster of the server's own; and its programs that
//! dump and restore a database.

pub mod database;
pub mod dump;
pub mod embedded;
