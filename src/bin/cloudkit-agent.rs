//! The program of machines: the agent alone. On a machine it goes by the name cloudkit.

use std::process::ExitCode;

fn main() -> ExitCode {
    cloudkit::cli::run_on_machine(&cloudkit::platform::Process::current())
}
