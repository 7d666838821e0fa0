//! The life of a response in the database. Its id is in one table at a time: among the arrivals, then among the
//! released responses, then, once withdrawn, among the tombstones. A response moves in this direction only, and each
//! move is one transaction. So a reader that checks the tables in this order always finds the response.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`arrival`] [`insert`] [`redeem`] | into the arrivals, with the invitation or pass that admits it |
//! | [`correct`] | the answers of an arrival, replaced |
//! | [`waiting`] | the remarks of arrivals, cleaned again |
//! | [`release`] | from the arrivals into the released responses, in shuffled batches |
//! | [`find`] | by its id, wherever it is |
//! | [`withdraw`] | out of either, leaving a tombstone |
//! | [`erase`] | everything of a campaign whose time is up |
//! | [`delta`] [`tallies`] | what these change, and the counts that follow in the same transaction |
//! | [`trial`] | tests of a campaign that has not opened, in a table of their own |
//! | [`count`] [`stream`] | how many there are; all of them, for an export |

pub mod arrival;
pub mod correct;
pub mod count;
pub mod delta;
pub mod erase;
pub mod find;
pub mod insert;
pub mod redeem;
pub mod release;
pub mod stream;
pub mod tallies;
pub mod trial;
pub mod waiting;
pub mod withdraw;
