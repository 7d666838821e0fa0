//! Admission of responses: invitations, the passes that are issued for them, and proofs of work.

pub mod invitation;
pub mod invitation_link;
pub mod pass;
pub mod proof_of_work;
