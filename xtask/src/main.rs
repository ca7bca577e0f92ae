//! `cargo xtask`: everything about the project that is not the product, with nothing but cargo to set up.
//! This file parses and dispatches; each verb has a file or a folder of its own.

mod bench;
#[cfg(target_os = "linux")]
mod bench_agent;
mod bench_deploy;
mod bindings;
#[cfg(target_os = "linux")]
mod boot_test;
mod catalog;
mod ci;
mod debian;
mod demo;
mod deny;
#[cfg(target_os = "linux")]
mod dist;
mod fuzz;
mod http;
mod lab;
mod process;
mod python;
mod report;
mod say;
mod sha256;
mod test;
mod tidy;
mod venv;
mod workspace;

use std::error::Error;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::workspace::Workspace;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Work on cloudkit itself")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Build or check the embedded catalog.
    Catalog(catalog::CatalogArguments),
    Tidy(tidy::TidyArguments),
    Test(test::TestArguments),
    Lab(lab::LabArguments),
    Demo(demo::DemoArguments),
    Fuzz(fuzz::FuzzArguments),
    Bench(bench::BenchArguments),
    BenchDeploy(bench_deploy::BenchDeployArguments),
    /// Measure the Python bindings beside what else answers such questions.
    BenchPython,
    #[cfg(target_os = "linux")]
    Dist(dist::DistArguments),
    #[cfg(target_os = "linux")]
    BenchAgent(bench_agent::BenchAgentArguments),
    #[cfg(target_os = "linux")]
    BootTest(boot_test::BootTestArguments),
    /// Run all that must hold before a change goes in.
    Ci,
}

fn main() -> ExitCode {
    match dispatch(&Arguments::parse().verb, &Workspace::find()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

fn dispatch(verb: &Verb, workspace: &Workspace) -> Result<(), Box<dyn Error>> {
    match verb {
        Verb::Catalog(arguments) => catalog::run(arguments)?,
        Verb::Tidy(arguments) => tidy::run(workspace.root(), arguments)?,
        Verb::Test(arguments) => test::run(workspace, arguments)?,
        Verb::Lab(arguments) => lab::run(workspace, arguments)?,
        Verb::Demo(arguments) => demo::run(workspace, arguments)?,
        Verb::Fuzz(arguments) => fuzz::run(workspace, arguments)?,
        Verb::Bench(arguments) => bench::run(workspace, arguments)?,
        Verb::BenchDeploy(arguments) => bench_deploy::run(workspace, arguments)?,
        Verb::BenchPython => bindings::bench(workspace)?,
        #[cfg(target_os = "linux")]
        Verb::Dist(arguments) => {
            dist::run(workspace, arguments)?;
            bindings::wheel(workspace, bindings::PLAIN)?;
            bindings::wheel_with_agents(workspace)?;
        }
        #[cfg(target_os = "linux")]
        Verb::BenchAgent(arguments) => bench_agent::run(workspace, arguments)?,
        #[cfg(target_os = "linux")]
        Verb::BootTest(arguments) => boot_test::run(workspace, arguments)?,
        Verb::Ci => ci::run(workspace, demo())?,
    }
    Ok(())
}

/// Whether there is a demo to run, as the verbs above say.
fn demo() -> ci::Demo {
    if Arguments::command().find_subcommand("demo").is_some() { ci::Demo::Present } else { ci::Demo::Absent }
}

fn complain(error: &dyn Error) {
    say::talk(format_args!("error: {error}"));
    let mut cause = error.source();
    while let Some(error) = cause {
        say::talk(format_args!("caused by: {error}"));
        cause = error.source();
    }
}
