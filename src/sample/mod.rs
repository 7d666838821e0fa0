//! The made-up people of the demonstration.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `people` | who answers a form in the demonstration: people after national statistics, as far as there is a file |
//! | `leaning` | how much weighs on a person in an area, and the answers that come of it |
//! | [`synthetic`] | how a made-up person walks through a form |

mod leaning;
mod people;
mod synthetic;
#[cfg(test)]
mod tests;

pub use people::{People, PeopleFault};
pub use synthetic::{synthetic, synthetic_in};
