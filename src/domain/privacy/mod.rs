//! What keeps a response anonymous.

pub mod access;
pub mod invitation;
pub mod invitation_link;
pub mod k_anonymity;
pub mod pass;
pub mod receipt;
pub mod redact;
pub mod remark;
pub mod server_key;
pub mod settings;
pub mod statement;
