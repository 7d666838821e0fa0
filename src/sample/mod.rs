//! The made-up people of the demonstration.

mod synthetic;

pub use synthetic::{synthetic, synthetic_in};
