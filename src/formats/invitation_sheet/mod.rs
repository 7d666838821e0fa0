//! Invitations as files to hand out: a table for mail merge, and cards for print.
//!
//! Both are written in pieces, when they are asked for: ten thousand cards are tens of megabytes.

pub mod cards;
pub mod qr;
mod sheet;
mod table;

pub use self::cards::InvitationCards;
pub use self::sheet::{InvitationSheet, InvitationSheetFault};
pub use self::table::InvitationTable;
