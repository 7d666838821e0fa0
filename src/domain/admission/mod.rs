//! Who may send a response: invitations, and passes that are issued for them.

pub mod invitation;
pub mod invitation_link;
pub mod pass;
