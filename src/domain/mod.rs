//! The rules of the field, pure: no HTTP, no database, no clock, no randomness, no environment.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`form`] | a form's definition, the checks at publishing, the changes between versions |
//! | [`response`] | raw answers → valid answers → an anonymous response; routing, scores, the record codec |
//! | [`audit`] | the chain of who looked at what |
//! | [`privacy`] | what is derived from a receipt; the cleaning of free text; the masking of rare combinations |
//! | [`codebook`] | the columns of an export and what they mean |
//!
//! A test greps this folder for whatever it may not know.

pub mod audit;
pub mod codebook;
pub mod fault;
pub mod form;
pub mod privacy;
pub mod response;
pub mod week;
