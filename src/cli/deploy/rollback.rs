//! `cloudkit deploy rollback`: the machines of a deployment go back to a bundle that they had before.
//!
//! It needs no app folder: former bundles are in the account's buckets. What scripts have done is not undone by it.

use clap::Args;

use super::chosen;
use super::differing::{self, Side};
use super::folder::FolderArguments;
use super::named::{self, NameArguments};
use super::rolling::{Rolling, RollingArguments};
use super::update::recorded;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::ssh;
use crate::deployment::record::Record;
use crate::output::deploy::change::short;

/// As short as a bundle may be named.
const LEAST: usize = 4;

/// Bring the machines of a deployment back to a former bundle
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit deploy rollback web
  cloudkit deploy rollback web --to 9f86d081 --batch 100%

A former bundle is one that all machines had come to; the last five are kept. What came after it is a former one then, so
the same once more leads forth again.")]
pub(super) struct RollbackArguments {
    #[command(flatten)]
    name: NameArguments,
    /// To this one, by the first digits of its SHA-256 [default: the last former one]
    #[arg(long, value_name = "SHA")]
    to: Option<String>,
    #[command(flatten)]
    rolling: RollingArguments,
}

pub(super) fn run(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &RollbackArguments,
) -> Result<ExitClass, CommandError> {
    let name = arguments.name.resolve(context, folder)?;
    let login = named::login(context, folder, &name, &arguments.rolling.login)?;
    context.block_on(ssh::is_here())??;
    let deployed = context.block_on_bounded(chosen::look(context, &name))?;
    let (stored, record) = recorded(&deployed)?;
    let to = target(record, arguments.to.as_deref())?;
    let rolling = Rolling {
        context,
        deployed: &deployed,
        arguments: &arguments.rolling,
        login: &login,
        verb: "rollback",
        to,
        file: None,
        objects: record.objects.get(to).map_or(&[], Vec::as_slice),
        // They are not of a bundle: those that are stored stay.
        secrets: None,
        stored,
        record,
    };
    let standing = context.block_on_bounded(rolling.look())?;
    if arguments.rolling.dry_run {
        return differing::show(&rolling, &standing, Side::Bucket(to));
    }
    context.streams.status(format_args!("{name}: from bundle {} to {}", short(&record.bundle), short(to)));
    rolling.run(standing)
}

/// The bundle that is gone back to.
fn target<'r>(record: &'r Record, typed: Option<&str>) -> Result<&'r str, CommandError> {
    let name = &record.name;
    let Some(typed) = typed else {
        return record.former_bundles.first().map(String::as_str).ok_or_else(|| {
            CommandError::new(ExitClass::No, format!("{name} has no former bundle to go back to"))
                .hint(format!("see what its machines have: cloudkit deploy status {name}"))
                .hint("bring the app folder as it is to them: cloudkit deploy update")
        });
    };
    let digits = typed.to_ascii_lowercase();
    let all = || std::iter::once(&record.bundle).chain(&record.former_bundles);
    let meant: Vec<&String> = all().filter(|one| one.starts_with(&digits)).collect();
    match meant.as_slice() {
        [only] if digits.len() >= LEAST => Ok(only),
        _ => {
            let kept: Vec<&str> = all().map(|one| short(one)).collect();
            let error = match meant.len() {
                0 => format!("{name} keeps no bundle {typed}"),
                _ => {
                    format!("{typed} may mean several bundles of {name}: give more digits, at least {LEAST}")
                }
            };
            Err(CommandError::usage(error).hint(format!("it keeps {}", kept.join(", "))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_named_by_its_first_digits() {
        let mut record = Record::new("web", "ada", jiff::Timestamp::UNIX_EPOCH, 1, None, "9f86d081");
        let refused = |record: &Record, typed| target(record, typed).unwrap_err().error.to_string();
        assert_eq!(refused(&record, None), "web has no former bundle to go back to");
        record.former_bundles = vec!["aaaa1".to_owned(), "aaaa2".to_owned()];
        assert_eq!(target(&record, None).unwrap(), "aaaa1");
        assert_eq!(target(&record, Some("AAAA2")).unwrap(), "aaaa2");
        assert_eq!(target(&record, Some("9f86")).unwrap(), "9f86d081");
        assert_eq!(refused(&record, Some("bbbb")), "web keeps no bundle bbbb");
        for several in ["aaaa", "9f8"] {
            let said = refused(&record, Some(several));
            assert!(said.contains("may mean several bundles"), "{said}");
        }
    }
}
