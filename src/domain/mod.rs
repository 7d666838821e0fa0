//! The domain rules, pure: no HTTP, no database, no SQL, no clock, no randomness, no environment.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`form`] | a form's definition, the checks at publishing, advice, the changes between versions, routing, scores, answers and their record layout |
//! | [`response`] | raw answers → valid answers → an anonymous response; receipts, the summary |
//! | [`campaign`] | a campaign's state, schedule, access rule, privacy settings and privacy statement |
//! | [`admission`] | invitations, and passes that cannot be linked back to them |
//! | [`staff`] | roles of staff |
//! | [`disclosure`] | statistical disclosure control: quasi-identifiers, k-anonymity, secondary suppression, cell key method, rounding |
//! | [`free_text`] | the redaction of remarks, and their review by a person |
//! | [`week`] [`period`] | the week of a response, and the month, quarter and year that it belongs to |
//! | [`codebook`] | the columns of an export and what they mean |
//! | [`audit`] | the hash chain of the audit |
//!
//! The test `tests/api/layers.rs` enforces these boundaries.

pub mod admission;
pub mod audit;
pub mod campaign;
pub mod codebook;
pub mod disclosure;
pub mod fault;
pub mod form;
pub mod free_text;
pub mod ids;
pub mod period;
pub mod pointer;
pub mod response;
pub mod server_key;
pub mod staff;
pub mod statistics;
pub mod week;
pub mod whole_number;
