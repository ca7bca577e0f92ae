//! `--save-file`: what was asked for, as a launch file.
//!
//! The values of `--env` are never written, since they can be secrets; nor is anything written over.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::{CommandFactory, FromArgMatches};
use serde_yaml::{Mapping, Number, Value};

use super::keys::{self, Key, Keys, Kind};
use super::words::LaunchFile;
use super::{Given, STDIN};
use crate::catalog::Catalog;
use crate::cli::arguments::Cloudkit;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::launch::arguments::LaunchArguments;
use crate::model::Market;
use crate::platform::Process;
use crate::platform::files::{self, Access};
use crate::provision::wish::{Wish, WishedMachine, WishedReservation};

/// A launch file that is to be written.
pub(in crate::cli::launch) struct Saving {
    path: PathBuf,
    content: String,
    machines: Machines,
    /// Variables whose values are left out, and are not the ones that they have here.
    without_value: Vec<String>,
}

/// Where the machines of the wish are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Machines {
    /// In the file.
    Saved,
    /// In the offers alone: no flags say the same.
    InOffers,
}

impl Saving {
    /// What `--save-file` is to write, where it was given.
    pub(in crate::cli::launch) fn of(
        context: &Context<'_>,
        arguments: &LaunchArguments,
        wish: &Wish,
    ) -> Result<Option<Self>, CommandError> {
        let Some(path) = arguments.file.save_file.clone() else { return Ok(None) };
        if path == Path::new(STDIN) {
            let error = CommandError::usage("--save-file writes a file, and stdout is for what was launched");
            return Err(error.hint("name a file: --save-file job.yaml"));
        }
        let root = keys::command_line(&["launch"]);
        let keys = Keys::of(&root, &["launch"]);
        let (content, machines) = content(context, arguments, wish, &keys, &path)?;
        let saving = Self {
            content,
            machines,
            without_value: without_value(context.process, &arguments.given, &keys),
            path,
        };
        saving.can_be_written()?;
        Ok(Some(saving))
    }

    /// Refuses to write over another file, before anything is looked up.
    fn can_be_written(&self) -> Result<(), CommandError> {
        match files::read_if_there(&self.path)? {
            Some(there) if there != self.content.as_bytes() => {
                let path = self.path.display();
                let error = CommandError::usage(format!("{path} is there already, and says something else"));
                Err(error.hint(format!("name another file, or remove it first: rm {path}")))
            }
            _ => Ok(()),
        }
    }

    #[cfg(test)]
    pub(super) fn content(&self) -> &str {
        &self.content
    }

    /// Writes it and says so.
    pub(in crate::cli::launch) fn write(&self, context: &Context<'_>) -> Result<(), CommandError> {
        self.can_be_written()?;
        files::create(&self.path, self.content.as_bytes(), Access::Private)?;
        let path = self.path.display();
        for name in &self.without_value {
            context.streams.warn(format_args!(
                "the value of {name} is not in {path}, since it can be a secret: export {name} first, or write it there"
            ));
        }
        match self.machines {
            Machines::Saved => context
                .streams
                .status(format_args!("saved in {path}; the same again: cloudkit launch --file {path}")),
            Machines::InOffers => {
                context
                    .streams
                    .warn(format_args!("the machines are not in {path}: no flags say what these offers say"));
                context.streams.hint(format_args!(
                    "give it offers again: cloudkit find search … | cloudkit launch --file {path}"
                ));
            }
        }
        Ok(())
    }
}

fn content(
    context: &Context<'_>,
    arguments: &LaunchArguments,
    wish: &Wish,
    keys: &Keys<'_>,
    path: &Path,
) -> Result<(String, Machines), CommandError> {
    let given = given_values(context.process, &arguments.given, keys, path)?;
    let mut whole = given.clone();
    let places = if arguments.instance_type.is_empty() {
        places_of_offers(context.catalog(), &wish.candidates)
    } else {
        // The region in force is another one elsewhere.
        vec![("region", regions(&wish.candidates))]
    };
    for (name, value) in places {
        whole.entry(name.into()).or_insert(value);
    }
    let text = text(keys, &whole, path, Machines::Saved)?;
    if says_the_same(context, &text, keys, wish) {
        return Ok((text, Machines::Saved));
    }
    Ok((self::text(keys, &given, path, Machines::InOffers)?, Machines::InOffers))
}

/// What was typed and what a file said, by keys.
fn given_values(
    process: &Process,
    given: &Given,
    keys: &Keys<'_>,
    path: &Path,
) -> Result<Mapping, CommandError> {
    let mut mapping = Mapping::new();
    for key in &keys.all {
        let Some(values) = given.get(key.argument.get_id().as_str()) else { continue };
        let values = values.iter().map(|value| written(process, key, value, path));
        let values = values.collect::<Result<Vec<String>, _>>()?;
        let value = match key.kind {
            Kind::Switch => Value::Bool(true),
            Kind::Pairs { alone } => pairs(&values, alone),
            Kind::OneOrAlone if values.is_empty() => Value::Bool(true),
            Kind::One | Kind::OneOrAlone | Kind::List => one_or_list(values),
        };
        mapping.insert(key.name.into(), value);
    }
    Ok(mapping)
}

/// A value as the file has it; a path is one from the file's folder.
fn written(process: &Process, key: &Key<'_>, value: &OsStr, file: &Path) -> Result<String, CommandError> {
    let text = |value: &OsStr| {
        let text = value.to_str().map(str::to_owned);
        text.ok_or_else(|| {
            CommandError::usage(format!("--{} is not UTF-8 text, and can't be saved", key.name))
        })
    };
    if !key.is_path() {
        return text(value);
    }
    let (value, folder) = (Path::new(value), file.parent().unwrap_or(Path::new("")));
    let from_the_file = if value.is_absolute() || folder.as_os_str().is_empty() || folder == Path::new(".") {
        value.to_owned()
    } else if let Ok(below) = value.strip_prefix(folder) {
        below.to_owned()
    } else {
        process.current_directory().unwrap_or(Path::new("")).join(value)
    };
    let text = text(from_the_file.as_os_str())?;
    // In a file this would be the home.
    Ok(if text.starts_with('~') { format!("./{text}") } else { text })
}

/// KEY=VALUE as a mapping, without the values that can be secrets.
fn pairs(values: &[String], secret: bool) -> Value {
    let pair = |value: &String| match value.split_once('=') {
        Some((name, value)) if !secret => (name.into(), scalar(value)),
        // Nothing is no secret, and a variable that is empty is none here.
        Some((name, "")) => (name.into(), scalar("")),
        Some((name, _)) => (name.into(), Value::Null),
        None => (value.as_str().into(), Value::Null),
    };
    Value::Mapping(values.iter().map(pair).collect())
}

fn one_or_list(mut values: Vec<String>) -> Value {
    match (values.pop(), values.is_empty()) {
        (Some(only), true) => scalar(&only),
        (last, _) => Value::Sequence(values.iter().chain(&last).map(|value| scalar(value)).collect()),
    }
}

/// A number without quotes where it is written as numbers are.
pub(super) fn scalar(text: &str) -> Value {
    match text.parse::<Number>() {
        Ok(number) if number.to_string() == text => Value::Number(number),
        _ => Value::String(text.to_owned()),
    }
}

/// The head and the keys, in the order of the help.
fn text(keys: &Keys<'_>, values: &Mapping, path: &Path, machines: Machines) -> Result<String, CommandError> {
    let in_order = keys.all.iter().filter_map(|key| Some((key.name.into(), values.get(key.name)?.clone())));
    let in_order: Mapping = in_order.collect();
    let offers = if machines == Machines::InOffers { "cloudkit find search … | " } else { "" };
    let name = path.display().to_string().replace(char::is_control, "?");
    let head = format!("# A launch; the same again: {offers}cloudkit launch --file {name}\n");
    let body = serde_yaml::to_string(&in_order).map_err(CommandError::usage)?;
    Ok(if in_order.is_empty() { head } else { head + &body })
}

/// The variables whose values are nowhere but in the arguments.
fn without_value(process: &Process, given: &Given, keys: &Keys<'_>) -> Vec<String> {
    let by_name = keys.all.iter().filter(|key| key.kind == Kind::Pairs { alone: true });
    let values = by_name.filter_map(|key| given.get(key.argument.get_id().as_str())).flatten();
    let is_elsewhere = |value: &OsString| {
        let value = value.to_string_lossy().into_owned();
        let (name, value) = value.split_once('=')?;
        (!value.is_empty() && process.variable(name) != Some(value)).then(|| name.to_owned())
    };
    distinct(values.filter_map(is_elsewhere))
}

fn regions(candidates: &[WishedMachine]) -> Value {
    one_or_list(distinct(candidates.iter().map(|machine| machine.region.to_string())))
}

fn distinct(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut distinct = Vec::new();
    for one in all {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct
}

/// The flags that say what offers say, as far as flags can.
fn places_of_offers(catalog: &Catalog<'_>, candidates: &[WishedMachine]) -> Vec<(&'static str, Value)> {
    let types = distinct(candidates.iter().map(|machine| machine.instance_type.to_string()));
    let mut places = vec![("instance-type", one_or_list(types)), ("region", regions(candidates))];
    let zones = distinct(candidates.iter().flat_map(|machine| some_zones(catalog, machine)).cloned());
    if !zones.is_empty() {
        places.push(("zone", one_or_list(zones)));
    }
    let Some(first) = candidates.first() else { return places };
    let held = match &first.reservation {
        Some(WishedReservation::Named(id)) => Value::String(id.clone()),
        _ => Value::Bool(true),
    };
    match first.market {
        Market::OnDemand => {}
        Market::Spot => places.push(("spot", Value::Bool(true))),
        Market::Reservation => places.push(("use-reservation", held)),
        Market::CapacityBlock => places.push(("capacity-block", held)),
    }
    places
}

/// The zones of a machine; none where it is all that have its type.
fn some_zones<'m>(catalog: &Catalog<'_>, machine: &'m WishedMachine) -> &'m [String] {
    let region = catalog.region(machine.region.as_str());
    let offering = region.and_then(|region| region.offering(machine.instance_type.as_str()));
    let everywhere = offering
        .is_some_and(|offering| offering.zones().all(|zone| machine.zones.iter().any(|named| named == zone)));
    if everywhere { &[] } else { &machine.zones }
}

/// Whether the machines that a text asks for are those of the wish.
fn says_the_same(context: &Context<'_>, text: &str, keys: &Keys<'_>, wish: &Wish) -> bool {
    let Some(arguments) = arguments_of(context.process, text, keys) else { return false };
    let Ok(candidates) = arguments.candidates(context, context.catalog()) else { return false };
    let plain = |machine: &WishedMachine| WishedMachine {
        zones: some_zones(context.catalog(), machine).to_vec(),
        price: None,
        ..machine.clone()
    };
    candidates.iter().map(plain).eq(wish.candidates.iter().map(plain))
}

/// A launch file read back.
fn arguments_of(process: &Process, text: &str, keys: &Keys<'_>) -> Option<LaunchArguments> {
    let nothing = Cloudkit::command().try_get_matches_from(["cloudkit", "launch"]).ok()?;
    let file = LaunchFile::read("", Path::new(""), text.as_bytes().to_vec()).ok()?;
    let words = file.words(keys, nothing.subcommand_matches("launch")?, process).ok()?;
    let names = ["cloudkit", "launch"].map(OsStr::new);
    let words = names.into_iter().chain(words.iter().map(OsString::as_os_str));
    let matches = Cloudkit::command().try_get_matches_from(words).ok()?;
    LaunchArguments::from_arg_matches(matches.subcommand_matches("launch")?).ok()
}
