//! The whole life of a response in the database: insert, redeem, find, withdraw, release, erase.

pub mod erase;
pub mod find;
pub mod insert;
pub mod redeem;
pub mod release;
pub mod stream;
