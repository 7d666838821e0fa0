//! The whole life of a response in the database. Its id lives in one place at a time: among the arrivals, then among the
//! released responses, then, once withdrawn, among the tombstones. It only ever moves in this direction, and each move
//! is one transaction. Whoever looks through the places in this order finds it, wherever it is.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`arrival`] [`insert`] [`redeem`] | into the arrivals, with the invitation or pass that admits it |
//! | [`release`] | from the arrivals into the released responses, in shuffled batches |
//! | [`find`] | by its id, wherever it is |
//! | [`withdraw`] | out of either, leaving a tombstone |
//! | [`erase`] | everything of a campaign whose time is up |
//! | [`delta`] | what these change, so that counts can follow |
//! | [`count`] [`stream`] | how many there are; all of them, for an export |

pub mod arrival;
pub mod count;
pub mod delta;
pub mod erase;
pub mod find;
pub mod insert;
pub mod redeem;
pub mod release;
pub mod stream;
pub mod withdraw;
