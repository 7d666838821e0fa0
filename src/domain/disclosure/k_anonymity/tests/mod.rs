//! Tests of the plan.

mod examples;
mod properties;
mod scale;
mod second_pass;
mod support;
