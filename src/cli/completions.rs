//! `cloudkit completions`: what a shell needs to complete cloudkit's commands and the names that they take.
//!
//! A shell's script asks the binary itself at each Tab, so that the names of types, regions and GPUs are those of the
//! catalog in use. `CLOUDKIT_COMPLETE` says that it is a shell that asks.

use std::ffi::{OsStr, OsString};
use std::io;

use clap::builder::PossibleValuesParser;
use clap::{Args, Command, CommandFactory};
use clap_complete::ArgValueCandidates;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::Shells;

use super::arguments::Cloudkit;
use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;
use super::personality;
use crate::catalog::cache::CatalogCache;
use crate::catalog::{Catalog, InstanceType, Region, region_name};
use crate::platform::{Process, variables};

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

/// Print the script that makes a shell complete cloudkit's commands, instance types, regions and GPUs
#[derive(Debug, Args)]
#[command(after_help = "Put it where your shell starts:
  bash        echo 'source <(cloudkit completions bash)' >> ~/.bashrc
  zsh         echo 'source <(cloudkit completions zsh)' >> ~/.zshrc
  fish        echo 'cloudkit completions fish | source' >> ~/.config/fish/config.fish
  powershell  Add-Content $PROFILE 'cloudkit completions powershell | Out-String | Invoke-Expression'")]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_parser = PossibleValuesParser::new(SHELLS))]
    shell: String,
    /// The name that the binary is called by, where it goes by another one, such as truffle
    #[arg(long, value_name = "NAME", default_value = "cloudkit")]
    name: String,
}

pub(super) fn run(
    context: &Context<'_>,
    arguments: &CompletionsArguments,
) -> Result<ExitClass, CommandError> {
    let CompletionsArguments { shell, name } = arguments;
    let shells = Shells::builtins();
    let shell = shells.completer(shell).ok_or_else(|| CommandError::usage(format!("no shell {shell:?}")))?;
    let mut script = Vec::new();
    shell.write_registration(variables::COMPLETE.name, &name.replace('-', "_"), name, name, &mut script)?;
    context.streams.write_raw(&script)?;
    Ok(ExitClass::Done)
}

/// The answer to a shell that asks for completions; none where it is not a shell that asks.
pub(super) fn answer(process: &Process) -> Option<io::Result<Vec<u8>>> {
    let shell = process.variable(variables::COMPLETE.name)?;
    let shells = Shells::builtins();
    let shell = shells.completer(shell)?;
    let words = process.arguments.iter().skip_while(|word| *word != "--").skip(1);
    let words: Vec<OsString> = words.cloned().collect();
    let mut command = command_called(words.first()?);
    let mut answer = Vec::new();
    let written = shell.write_complete(&mut command, words, process.current_directory(), &mut answer);
    Some(written.map(|()| answer))
}

/// The command that a name means: cloudkit, or one of its personalities.
fn command_called(name: &OsStr) -> Command {
    let mut root = Cloudkit::command();
    root.build();
    let personality = personality::subcommand(name.as_ref());
    personality.and_then(|name| root.find_subcommand(name).cloned()).unwrap_or(root)
}

/// Completes instance types.
pub(super) fn instance_types() -> ArgValueCandidates {
    ArgValueCandidates::new(|| candidates(|catalog| catalog.types().map(InstanceType::name).collect()))
}

/// Completes regions.
pub(super) fn regions() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let all = catalog().regions().map(Region::code).chain(region_name::codes()).chain(["all"]);
        let mut all: Vec<&str> = all.collect();
        all.sort_unstable();
        all.dedup();
        let candidate =
            |code| CompletionCandidate::new(code).help(region_name::name_of(code).map(Into::into));
        all.into_iter().map(candidate).collect()
    })
}

/// Completes the names of GPUs.
pub(super) fn gpus() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(|catalog| {
            let mut names: Vec<&str> =
                catalog.types().flat_map(InstanceType::gpus).map(|gpu| gpu.name).collect();
            names.sort_unstable();
            names.dedup();
            names
        })
    })
}

fn candidates(names: fn(&'static Catalog<'static>) -> Vec<&'static str>) -> Vec<CompletionCandidate> {
    names(catalog()).into_iter().map(CompletionCandidate::new).collect()
}

/// The catalog in use. A shell in the middle of a line is no place for warnings: a cache that can't be used is passed over,
/// and left for the next command to drop and to say so.
fn catalog() -> &'static Catalog<'static> {
    let process = Process::current();
    let cached = process.cache_directory().ok().map(CatalogCache::in_directory);
    cached.and_then(|cache| cache.usable()).unwrap_or_else(Catalog::embedded)
}
