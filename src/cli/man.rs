//! `cloudkit man`: the manual pages, made from the same definitions as the help.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use super::arguments::Cloudkit;
use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;
use super::help;
use crate::platform::files::{self, Access};

/// Print the manual page of a command, or write all of them into a folder
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit man find search | man -l -
  cloudkit man --into ~/.local/share/man/man1")]
pub(super) struct ManArguments {
    /// The command, such as find search [default: cloudkit itself]
    #[arg(conflicts_with = "into")]
    command: Vec<String>,
    /// Write the page of every command into this folder
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

pub(super) fn run(context: &Context<'_>, arguments: &ManArguments) -> Result<ExitClass, CommandError> {
    let mut root = Cloudkit::command();
    root.build();
    let Some(folder) = &arguments.into else {
        let page = page(help::find(&mut root, &arguments.command)?.clone())?;
        context.streams.write_raw(&page.content)?;
        return Ok(ExitClass::Done);
    };
    let mut pages = Vec::new();
    collect(&root, &mut pages)?;
    for page in &pages {
        files::replace(&folder.join(&page.name), &page.content, Access::Public)?;
    }
    context.streams.status(format_args!("{} pages in {}", pages.len(), folder.display()));
    Ok(ExitClass::Done)
}

/// A page and the name of its file.
struct Page {
    name: String,
    content: Vec<u8>,
}

fn page(mut command: Command) -> Result<Page, CommandError> {
    let usage = command.render_usage().to_string();
    let man = Man::new(command).source(concat!("cloudkit ", env!("CARGO_PKG_VERSION")));
    let mut content = Vec::new();
    man.render(&mut content)?;
    let content = with_synopsis(&with_examples(&String::from_utf8_lossy(&content)), &usage).into_bytes();
    Ok(Page { name: man.get_filename(), content })
}

/// The page with the usage of the help as its synopsis: a list of all flags without their values can't be read.
fn with_synopsis(page: &str, usage: &str) -> String {
    let Some((before, synopsis)) = page.split_once(".SH SYNOPSIS\n") else { return page.to_owned() };
    let Some((_, after)) = synopsis.split_once("\n.SH ") else { return page.to_owned() };
    let usage: Vec<&str> = usage.trim_start_matches("Usage:").lines().map(str::trim).collect();
    let usage = usage.join("\n.br\n").replace('-', "\\-");
    format!("{before}.SH SYNOPSIS\n{usage}\n.SH {after}")
}

/// The page with what stands below the help as it stands there: filled like prose its lines could not be copied.
fn with_examples(page: &str) -> String {
    let Some((before, below)) = page.split_once("\n.SH EXTRA\n") else { return page.to_owned() };
    let (below, after) = below.split_once("\n.SH ").unwrap_or((below, "VERSION\n"));
    let (notes, examples) = match below.split_once("Examples:\n") {
        Some((notes, examples)) => (notes, Some(examples)),
        None => (below, None),
    };
    let section = |title, lines: &str| format!(".SH {title}\n.nf\n{}\n.fi\n", lines.trim_end());
    let notes = if notes.trim().is_empty() { String::new() } else { section("NOTES", notes) };
    let examples = examples.map_or_else(String::new, |lines| section("EXAMPLES", lines));
    format!("{before}\n{notes}{examples}.SH {after}")
}

fn collect(command: &Command, pages: &mut Vec<Page>) -> Result<(), CommandError> {
    pages.push(page(command.clone())?);
    command.get_subcommands().filter(|one| !one.is_hide_set()).try_for_each(|one| collect(one, pages))
}
