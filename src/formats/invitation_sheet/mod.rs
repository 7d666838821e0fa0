//! Invitations as files to hand out: a table for mail merge, and cards for print.
//!
//! Both are written in pieces, when they are asked for: ten thousand cards are tens of megabytes.

pub mod cards;
mod qr;
mod table;

pub use self::cards::Cards;
pub use self::table::Table;

use crate::domain::admission::invitation::Invitation;
use crate::domain::admission::invitation_link::InvitationLink;

/// A file of invitations cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an invitation cannot be written")]
pub struct HandoutFault;

/// What is handed out: invitations, and a link that carries them, if there is one.
#[derive(Debug, Clone)]
pub struct Handout {
    /// The invitations.
    pub invitations: Vec<Invitation>,
    /// The link.
    pub link: Option<InvitationLink>,
}
