//! `cargo xtask demo`: a machine's whole life on the local AWS, as a transcript, each step checked against the lab.
//! It needs no account, and believes nothing because cloudkit says it. What happens in it is told in `walk`.

mod control;
mod failure;
mod machine;
mod program;
mod terminal;
mod user_data;
mod walk;

use std::time::Instant;

use clap::Args;

use self::failure::{DemoError, Failure};
use self::program::Program;
use self::walk::Demo;
use crate::http::Http;
use crate::venv::LAB;
use crate::workspace::Workspace;
use crate::{lab, process, say};

/// Watch a machine be found, launched, looked after and ended on a local AWS; needs no account.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {}

/// Builds and makes what the demo needs, then shows it; everything it made is gone afterwards, however it ends.
pub(crate) fn run(workspace: &Workspace, _: &DemoArguments) -> Result<(), DemoError> {
    process::run(&mut workspace.build_program())?;
    LAB.ensure(workspace)?;
    let started = Instant::now();
    let program =
        Program::built(workspace).map_err(|source| DemoError::Step { step: "look at cloudkit", source })?;
    let lab = lab::start(workspace)?;
    // Not in the system's folder for such: programs may not be allowed to run there, and the agent is one.
    let folder = tempfile::Builder::new()
        .prefix("demo-")
        .tempdir_in(workspace.target())
        .map_err(|source| DemoError::Folder { path: workspace.target(), source })?;
    Demo::new(&program, &lab.addresses, &Http::new(), folder.path())?.run()?;
    let seconds = started.elapsed().as_secs_f64();
    say::result(format_args!(
        "\nThat was all, {seconds:.0} seconds after the build, and every step was verified. To go on yourself, start\n\
         `cargo xtask lab`: it keeps a local AWS running and prints the variables that point cloudkit at it."
    ));
    Ok(())
}

/// Tells what a step is about and takes it; a failure is told with the step's name.
fn step<T>(
    name: &'static str,
    about: &str,
    act: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, DemoError> {
    say::result(format_args!("\n{name}\n{}", "-".repeat(name.chars().count())));
    say::result(about);
    act().map_err(|source| DemoError::Step { step: name, source })
}

/// Something that was found to be so.
fn verified(what: impl std::fmt::Display) {
    say::result(format_args!("\nverified: {what}"));
}
