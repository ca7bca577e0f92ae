//! `cargo xtask boot-test`: machines that really boot what a launch made, on the local AWS, and end as they should.
//!
//! The quick level boots containers (systemd-nspawn, root alone), the full one an emulated machine (QEMU, without
//! hardware help). Both run in namespaces of their own, so that nothing of them is left and nothing of them gets out. What
//! is asked of the machines is in `quick` and `full`; how they are made is beside.

mod aws;
mod bounded;
mod case;
mod container;
mod deployed;
mod deployed_cases;
mod emulator;
mod failure;
mod fault_cases;
mod folder;
mod forward;
mod full;
mod full_cases;
mod idle_cases;
mod image;
mod local_packages;
mod login;
mod namespace;
mod packages;
mod qemu;
mod quick;
mod secrets;
mod stage;
mod transcript;

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use self::failure::BootTestError;
use self::folder::Folder;
use self::transcript::Transcript;
use crate::venv::LAB;
use crate::workspace::Workspace;
use crate::{process, say};

/// Boot machines with what a launch gave them, and see them end.
#[derive(Debug, Clone, Args)]
pub(crate) struct BootTestArguments {
    /// Boot an emulated machine instead of containers, with many more cases; takes about half an hour.
    #[arg(long)]
    full: bool,
    /// Write what happened and how long it took into docs/boot-test.md.
    #[arg(long)]
    write: bool,
    /// Run the cases alone whose name contains this; can be given more than once.
    #[arg(long, value_name = "WORD", conflicts_with = "write")]
    only: Vec<String>,
    /// Test this build of cloudkit instead of the one that is built now.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// The second half, within the namespaces of the first.
    #[arg(long, hide = true)]
    inside: bool,
}

pub(crate) use self::packages::{Level, hindrance};

/// Builds and makes what the machines need, then boots them where they harm nobody.
pub(crate) fn run(workspace: &Workspace, arguments: &BootTestArguments) -> Result<(), BootTestError> {
    if arguments.inside {
        return inside(workspace, arguments);
    }
    let level = if arguments.full { Level::Full } else { Level::Quick };
    if let Some(why) = hindrance(workspace, level) {
        return Err(BootTestError::Hindered(why));
    }
    let program = if let Some(program) = &arguments.program {
        program.clone()
    } else {
        process::run(&mut workspace.build_program())?;
        workspace.target().join("debug").join("cloudkit")
    };
    LAB.ensure(workspace)?;
    let folder = Folder::make(workspace)?;
    stage::strip_program(&program, folder.path())?;
    image::ensure(workspace)?;
    if arguments.full {
        qemu::Qemu::ensure(workspace)?;
    }
    namespace::enter(workspace, arguments, folder)
}

fn inside(workspace: &Workspace, arguments: &BootTestArguments) -> Result<(), BootTestError> {
    let started = Instant::now();
    let mut transcript = Transcript::default();
    namespace::settle()?;
    let level = if arguments.full { full::run } else { quick::run };
    level(workspace, &arguments.only, &mut transcript)?;
    transcript.took(started.elapsed());
    say::result(format_args!("\n{transcript}"));
    if arguments.write {
        transcript.write(workspace)?;
    }
    transcript.verdict()
}
