//! `aftercare openapi`: print the OpenAPI document.

use std::io::Write;

use clap::Args;

use crate::http::app::api;

/// Print the OpenAPI document.
#[derive(Debug, Args)]
pub struct Openapi {}

impl Openapi {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<()> {
        std::io::stdout().lock().write_all(api().json())?;
        Ok(())
    }
}
