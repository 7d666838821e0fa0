//! Everything that speaks SQL. Functions take `&mut AsyncPgConnection`, so that they compose in one
//! transaction, and return typed rows. Nothing here knows HTTP.

pub mod admission;
pub mod arrivals;
pub mod audit;
pub mod campaigns;
pub mod database;
pub mod drafts;
pub mod embedded;
pub mod forms;
pub mod intake;
pub mod invitations;
pub mod lease;
pub mod lookups;
pub mod migrations;
pub mod passes;
pub mod pool;
pub mod publish;
pub mod release;
pub mod remarks;
pub mod responses;
pub mod responses_export;
pub mod retention;
#[allow(
    missing_docs,
    reason = "the columns are explained by COMMENT ON in the migrations"
)]
pub mod schema;
pub mod server_keys;
pub mod sessions;
pub mod staff;

pub use diesel_async::AsyncPgConnection;
pub use pool::{Pool, Pools};
