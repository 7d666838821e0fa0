//! `aftercare openapi`: print the OpenAPI document.

use std::io::Write;

use clap::{Args, ValueEnum};

use crate::http::app::api;

/// Print the OpenAPI document.
#[derive(Debug, Args)]
pub struct Openapi {
    /// The version of OpenAPI. Some tools do not read 3.1.
    #[arg(long, value_enum, default_value_t = Edition::V3_1)]
    version: Edition,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Edition {
    #[value(name = "3.1")]
    V3_1,
    #[value(name = "3.0")]
    V3_0,
}

impl Openapi {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<()> {
        let api = api();
        let document = match self.version {
            Edition::V3_1 => api.json().clone(),
            Edition::V3_0 => api.json_3_0(),
        };
        std::io::stdout().lock().write_all(&document)?;
        Ok(())
    }
}
