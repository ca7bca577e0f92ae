//! `cloudkit completions`: what a shell needs to complete cloudkit's commands and the names that they take.
//!
//! A shell's script asks the binary itself at each Tab, so that the names of types, regions and GPUs are those of the
//! catalog in use. `CLOUDKIT_COMPLETE` says that it is a shell that asks.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;

use clap::builder::PossibleValuesParser;
use clap::{Args, Command, CommandFactory};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::Shells;

use super::arguments::Cloudkit;
use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;
use super::personality;
use crate::catalog::cache::CatalogCache;
use crate::catalog::{Catalog, InstanceType, Region, region_name};
use crate::discovery::{Label, SortColumn};
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
pub(super) fn instance_types() -> ArgValueCompleter {
    names(|| catalog().types().map(InstanceType::name).map(CompletionCandidate::new).collect())
}

/// Completes regions.
pub(super) fn regions() -> ArgValueCompleter {
    names(|| {
        let all = catalog().regions().map(Region::code).chain(region_name::codes()).chain(["all"]);
        let all: BTreeSet<&str> = all.collect();
        let candidate =
            |code| CompletionCandidate::new(code).help(region_name::name_of(code).map(Into::into));
        all.into_iter().map(candidate).collect()
    })
}

/// Completes the names that there are of something, as they can be typed without quotes.
pub(super) fn labels(label: Label) -> ArgValueCompleter {
    names(move || {
        label.names(catalog()).into_iter().map(typed_plainly).map(CompletionCandidate::new).collect()
    })
}

/// Completes what offers are sorted by, also with the dash that turns the order round.
pub(super) fn sort_keys() -> ArgValueCompleter {
    names(|| {
        let columns = || SortColumn::all().map(SortColumn::as_str);
        let falling = columns().map(|column| format!("-{column}"));
        columns().map(str::to_owned).chain(falling).map(CompletionCandidate::new).collect()
    })
}

/// Completes one of a few words.
pub(super) fn words<T: ToString>(all: impl IntoIterator<Item = T>) -> ArgValueCompleter {
    let all: Vec<String> = all.into_iter().map(|one| one.to_string()).collect();
    names(move || all.iter().map(CompletionCandidate::new).collect())
}

/// Completes the last element of a comma list with one of the candidates; letter case does not count.
fn names(candidates: impl Fn() -> Vec<CompletionCandidate> + Send + Sync + 'static) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| {
        let typed = typed.to_string_lossy();
        let (before, last) = typed.split_at(typed.rfind(',').map_or(0, |comma| comma + 1));
        let wanted = last.to_lowercase();
        // A shell may drop what does not begin as it was typed.
        let in_the_case_of_the_typed = |candidate: CompletionCandidate| {
            let value = candidate.get_value().to_string_lossy().to_lowercase();
            let begins = value.starts_with(&wanted);
            let is_lower = last == wanted && !last.is_empty();
            let help = candidate.get_help().cloned();
            begins.then(|| {
                if is_lower { CompletionCandidate::new(value).help(help) } else { candidate }
                    .add_prefix(before)
            })
        };
        candidates().into_iter().filter_map(in_the_case_of_the_typed).collect()
    })
}

/// A name without what a shell reads otherwise; it means the same, since punctuation does not count.
fn typed_plainly(name: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let parts = name.split(|c| !is_part(c)).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

/// The catalog in use. A shell in the middle of a line is no place for warnings: a cache that can't be used is passed over,
/// and left for the next command to drop and to say so.
fn catalog() -> &'static Catalog<'static> {
    let process = Process::current();
    let cached = process.cache_directory().ok().map(CatalogCache::in_directory);
    cached.and_then(|cache| cache.usable()).unwrap_or_else(Catalog::embedded)
}
