//! Tests of the masking.

mod examples;
mod properties;
mod scale;
mod second_pass;
mod support;
