//! `cloudkit deploy generate`: the beginning of an app folder, which can be deployed as it stands.
//!
//! What is there already stays as it is. Nothing is asked of AWS.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::folder::FolderArguments;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region;
use crate::manifest::scaffold::{self, Layout, ScaffoldFile};
use crate::manifest::templates;
use crate::output::Format;
use crate::output::deploy::{WrittenFile, WrittenState};
use crate::platform::files::{self, Access};

/// Write the beginning of an app folder, which can be deployed as it stands
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit deploy generate                               .spot/ with a page on port 8080
  cloudkit deploy generate --template python api         a small HTTP service, in api/.spot/
  cloudkit deploy generate --template docker --convention

Files that are there stay as they are.")]
pub(super) struct GenerateArguments {
    /// What the machines stand on
    #[arg(long, short, value_name = "NAME", default_value = templates::DEFAULT)]
    #[arg(value_parser = PossibleValuesParser::new(scaffold::templates()))]
    template: String,
    /// Write deployment/, whose files mean what their names say, instead of .spot/
    #[arg(long)]
    convention: bool,
    /// The repository's folder, made where it is not there, as --dir names it too [default: this one]
    #[arg(value_name = "DIR", conflicts_with = "dir")]
    folder: Option<PathBuf>,
}

pub(super) fn run(
    context: &Context<'_>,
    dir: &FolderArguments,
    arguments: &GenerateArguments,
) -> Result<ExitClass, CommandError> {
    let layout = if arguments.convention { Layout::Convention } else { Layout::Portable };
    let typed = arguments.folder.as_deref().or_else(|| dir.typed());
    let folder = folder(context, typed)?;
    refuse_second_layout(&folder, layout)?;
    let region = region::in_force(context).region;
    let mut written = Vec::new();
    for file in scaffold::files(&arguments.template, layout, &region) {
        let state = write(&folder, &file)?;
        written.push(WrittenFile::new(file.path.as_str().to_owned(), state));
    }
    written.extend(ignore(&folder, layout)?);
    let format = context.streams.explanation_format().unwrap_or(Format::Table);
    context.streams.write_list(format, &written)?;
    if written.iter().any(|file| file.state == WrittenState::Kept) {
        context.streams.status("what was there is kept: remove a file to have it written anew");
    }
    let named = typed.map_or_else(String::new, |folder| format!("cd {} && ", folder.display()));
    context.streams.hint(format_args!("look it through: {named}cloudkit deploy validate"));
    Ok(ExitClass::Done)
}

fn folder(context: &Context<'_>, typed: Option<&Path>) -> Result<PathBuf, CommandError> {
    let here = context.process.current_directory().ok_or_else(|| {
        CommandError::usage("the current folder is not known").hint("name it: cloudkit deploy generate DIR")
    })?;
    let folder = typed.map_or_else(|| here.to_owned(), |folder| here.join(folder));
    if folder.exists() && !folder.is_dir() {
        return Err(CommandError::usage(format!("{} is not a folder", folder.display())));
    }
    Ok(folder)
}

/// A folder with both layouts can't be deployed.
fn refuse_second_layout(folder: &Path, layout: Layout) -> Result<(), CommandError> {
    let (other, marks, hint): (_, &[&str], _) = match layout {
        Layout::Portable => (
            Layout::Convention,
            &["setup.sh", "init.sh", "config.yaml", "packages.txt"],
            "cloudkit deploy generate --convention",
        ),
        Layout::Convention => (Layout::Portable, &[""], "cloudkit deploy generate"),
    };
    let there = folder.join(scaffold::folder(other));
    if !marks.iter().any(|mark| there.join(mark).exists()) {
        return Ok(());
    }
    Err(CommandError::usage(format!("there is {} already, and a repository has one layout", there.display()))
        .hint(format!("go on with that one: {hint}")))
}

fn write(folder: &Path, file: &ScaffoldFile) -> Result<WrittenState, CommandError> {
    let path = file.path.below(folder);
    if path.symlink_metadata().is_ok() {
        let is_same = std::fs::read(&path).is_ok_and(|there| there == file.content.as_bytes());
        return Ok(if is_same { WrittenState::Unchanged } else { WrittenState::Kept });
    }
    let access = if file.runs { Access::Program } else { Access::Public };
    if let Some(above) = path.parent() {
        files::make_folder(above)?;
    }
    files::create(&path, file.content.as_bytes(), access)?;
    Ok(WrittenState::Written)
}

/// What must not be committed is written into `.gitignore`, behind what is there.
fn ignore(folder: &Path, layout: Layout) -> Result<Option<WrittenFile>, CommandError> {
    let path = folder.join(".gitignore");
    let there = files::read_if_there(&path)?;
    let state = if there.is_some() { WrittenState::Extended } else { WrittenState::Written };
    let Ok(text) = String::from_utf8(there.unwrap_or_default()) else {
        return Err(CommandError::usage(format!("{} is no text in UTF-8", path.display())));
    };
    let written = |state| WrittenFile::new(".gitignore".to_owned(), state);
    match scaffold::with_ignored(&text, layout) {
        None => Ok(Some(written(WrittenState::Unchanged))),
        Some((text, _)) => {
            files::replace(&path, text.as_bytes(), Access::Public)?;
            Ok(Some(written(state)))
        }
    }
}
