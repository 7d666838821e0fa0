//! All SQL of the program. Functions take `&mut AsyncPgConnection`, so that several can run in one transaction, and
//! return typed rows. Nothing here knows HTTP.

pub mod api_keys;
pub mod audit;
pub mod audit_rights;
pub mod backup;
pub mod campaigns;
mod connect;
pub mod error;
pub mod exclusive_connection;
pub mod forms;
pub mod invitations;
pub mod libpq;
pub mod migrations;
pub mod passes;
mod patient_stream;
pub mod pool;
pub mod pools;
pub mod remarks;
pub mod replica;
pub mod responses;
#[allow(
    missing_docs,
    reason = "the columns are explained by COMMENT ON in the migrations"
)]
pub mod schema;
pub mod server_keys;
pub mod sessions;
pub mod staff;
mod stalls;
mod tls;
pub mod transaction;
mod types;

pub use diesel::result::Error as QueryError;
pub use diesel_async::AsyncPgConnection;
pub use pool::Pool;
pub use pools::Pools;
