//! The project's own chores, run as `cargo xtask <chore>`.
//!
//! Nothing here is part of what users install.

mod catalog;

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own chores")]
enum Chore {
    /// Build or check the embedded catalog
    Catalog(catalog::CatalogArguments),
}

#[expect(clippy::print_stderr, reason = "the edge of a developer's tool")]
fn main() -> ExitCode {
    let Chore::Catalog(arguments) = Chore::parse();
    match catalog::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
