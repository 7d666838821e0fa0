//! Tests of the plan.

mod examples;
mod hierarchies;
mod properties;
mod scale;
mod second_pass;
mod support;
