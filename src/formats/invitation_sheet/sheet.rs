//! What is handed out.

use chrono::NaiveDate;

use crate::domain::admission::invitation::Invitation;
use crate::domain::admission::invitation_link::InvitationLink;

/// A file of invitations cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an invitation cannot be written")]
pub struct InvitationSheetFault;

/// Invitations, a link that carries them, if there is one, and what people should know who get one.
#[derive(Debug, Clone)]
pub struct InvitationSheet {
    /// The invitations.
    pub invitations: Vec<Invitation>,
    /// The link.
    pub link: Option<InvitationLink>,
    /// The last day on which one can answer.
    pub closes: NaiveDate,
    /// Who invites.
    pub sender: Option<String>,
    /// The fingerprint of the key that signs passes, by which people see that all were given the same.
    pub fingerprint: Option<String>,
}
