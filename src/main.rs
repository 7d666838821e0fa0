//! The `aftercare` binary.

use std::io::Write;
use std::process::ExitCode;

use aftercare::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::from_environment();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(cli.run()),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do when standard error is gone.
            let _ = writeln!(std::io::stderr(), "aftercare: {error:#}");
            ExitCode::FAILURE
        }
    }
}
