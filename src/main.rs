//! The cloudkit binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    cloudkit::cli::run(&cloudkit::platform::Process::current())
}
