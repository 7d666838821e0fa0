//! What is handed out.

use crate::domain::admission::invitation::Invitation;
use crate::domain::admission::invitation_link::InvitationLink;

/// A file of invitations cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an invitation cannot be written")]
pub struct InvitationSheetFault;

/// Invitations, and a link that carries them, if there is one.
#[derive(Debug, Clone)]
pub struct InvitationSheet {
    /// The invitations.
    pub invitations: Vec<Invitation>,
    /// The link.
    pub link: Option<InvitationLink>,
}
