//! The keys of a launch file: the long names of the flags, as the parser of the command line has them.
//!
//! There is no second list of them. What is told apart here is how a value is written in YAML.

use clap::builder::Str;
use clap::{Arg, ArgAction, Command, CommandFactory, ValueHint};

use crate::cli::arguments::Cloudkit;

/// Flags that are for one call and not for a launch file, each with the reason.
const NOT_IN_A_FILE: [(&str, &str); 4] = [
    ("yes", "a yes is given where the plan is seen"),
    ("dry-run", "it is about this one call and not about the machine"),
    ("file", "a launch file names no other one"),
    ("save-file", "a launch file names no other one"),
];
const GLOBAL: &str = "it is about this one call and not about the machine";

/// A flag as a key.
pub(super) struct Key<'c> {
    pub(super) name: &'c str,
    pub(super) kind: Kind,
    pub(super) argument: &'c Arg,
}

/// How the value of a key is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `true` or `false`.
    Switch,
    /// A value.
    One,
    /// A value, or `true` for the flag alone.
    OneOrAlone,
    /// A value or a list of them.
    List,
    /// A mapping, or a list of KEY=VALUE.
    Pairs {
        /// Whether a key may stand without a value.
        alone: bool,
    },
}

/// The keys that a command has.
pub(super) struct Keys<'c> {
    root: &'c Command,
    command: &'c Command,
    pub(super) all: Vec<Key<'c>>,
}

/// The command line, of which the command of these names knows its groups.
pub(super) fn command_line(names: &[&str]) -> Command {
    let mut root = Cloudkit::command();
    let below = |command, name| Command::find_subcommand_mut(command, name);
    if let Some(command) = names.iter().try_fold(&mut root, below) {
        command.build();
    }
    root
}

impl<'c> Keys<'c> {
    /// Of the command of these names.
    pub(super) fn of(root: &'c Command, names: &[&str]) -> Self {
        let below = |command: &'c Command, name: &&str| command.find_subcommand(name).unwrap_or(command);
        let command = names.iter().fold(root, below);
        let all = command.get_arguments().filter_map(Key::of).collect();
        Self { root, command, all }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Key<'c>> {
        self.all.iter().find(|key| key.name == name)
    }

    /// Why a flag of this name is none for a file.
    pub(super) fn why_not(&self, name: &str) -> Option<&'static str> {
        let mut all = self.command.get_arguments().chain(self.root.get_arguments());
        reason_against(all.find(|argument| argument.get_long() == Some(name))?)
    }

    /// Whether two flags exclude each other.
    pub(super) fn contradict(&self, one: &Arg, other: &Arg) -> bool {
        let names = |one: &Arg, other: &Arg| {
            self.command.get_arg_conflicts_with(one).iter().any(|named| named.get_id() == other.get_id())
        };
        let of_one_group = self.command.get_groups().any(|group| {
            let has = |argument: &Arg| group.get_args().any(|id| id == argument.get_id());
            has(one) && has(other) && !group.clone().is_multiple()
        });
        one.get_id() != other.get_id() && (names(one, other) || names(other, one) || of_one_group)
    }
}

impl<'c> Key<'c> {
    fn of(argument: &'c Arg) -> Option<Self> {
        let name = argument.get_long()?;
        let kind = Kind::of(argument)?;
        reason_against(argument).is_none().then_some(Self { name, kind, argument })
    }

    /// Whether its value is a file or a folder.
    pub(super) fn is_path(&self) -> bool {
        matches!(
            self.argument.get_value_hint(),
            ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath | ValueHint::ExecutablePath
        )
    }

    /// What its value is called in the help.
    pub(super) fn value_name(&self) -> String {
        let names = self.argument.get_value_names().unwrap_or_default();
        names.iter().map(Str::as_str).collect::<Vec<_>>().join(" ")
    }
}

impl Kind {
    fn of(argument: &Arg) -> Option<Self> {
        let first_name = argument.get_value_names().and_then(|names| names.first());
        let first_name = first_name.map(Str::as_str).unwrap_or_default();
        match argument.get_action() {
            ArgAction::SetTrue => Some(Self::Switch),
            ArgAction::Append if first_name.starts_with("KEY=") => Some(Self::Pairs { alone: false }),
            ArgAction::Append if first_name.starts_with("KEY[=") => Some(Self::Pairs { alone: true }),
            ArgAction::Append => Some(Self::List),
            ArgAction::Set => {
                let may_stand_alone = argument.get_num_args().is_some_and(|range| range.min_values() == 0);
                Some(if may_stand_alone { Self::OneOrAlone } else { Self::One })
            }
            _ => None,
        }
    }
}

fn reason_against(argument: &Arg) -> Option<&'static str> {
    if argument.is_global_set() {
        return Some(GLOBAL);
    }
    let name = argument.get_long()?;
    NOT_IN_A_FILE.iter().find(|(flag, _)| *flag == name).map(|(_, reason)| *reason)
}
