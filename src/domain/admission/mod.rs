//! Admission of responses: invitations, and the passes that are issued for them.

pub mod invitation;
pub mod invitation_link;
pub mod pass;
