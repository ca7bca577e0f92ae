//! How the deployment's units depend on each other and on others: what nobody brings, and what waits for itself.
//!
//! Units are known by their files alone; what a package or a script brings is believed where its name says so.

use std::collections::{BTreeMap, BTreeSet};

use super::gathered::{Gathered, UnitAt};
use super::{Thing, images};
use crate::manifest::unit::{Setting, UnitKind, UnitName, known};
use crate::manifest::{Fault, Place};

/// Without these the unit is not started.
const NEEDS: [&str; 3] = ["Requires", "Requisite", "BindsTo"];
/// Without these it is, and may find nothing there.
const WISHES: [&str; 3] = ["Wants", "Upholds", "After"];

pub(super) fn check(gathered: &Gathered<'_>) -> Vec<Fault> {
    let mut faults: Vec<Fault> = gathered.units.iter().flat_map(|unit| missing(gathered, unit)).collect();
    faults.extend(gathered.units.iter().filter_map(|unit| without_service(gathered, unit)));
    faults.extend(cycles(gathered));
    faults
}

/// Whether the deployment has a unit, by its name or by the template that it is an instance of.
fn has(gathered: &Gathered<'_>, name: &str) -> bool {
    let parsed: Option<UnitName> = name.parse().ok();
    let template = parsed.as_ref().and_then(UnitName::template).map(|template| template.to_string());
    gathered.units.iter().any(|unit| {
        let own_template =
            unit.name.as_ref().and_then(UnitName::template).map(|template| template.to_string());
        unit.service.name == name
            || template.as_deref() == Some(unit.service.name.as_str())
            || template.is_some() && template == own_template
            || own_template.as_deref() == Some(name)
            || aliases(unit).any(|alias| alias == name)
    })
}

fn aliases<'u>(unit: &'u UnitAt<'_>) -> impl Iterator<Item = &'u str> {
    unit.settings().units("Install", "Alias").into_iter().map(|(_, _, name)| name)
}

/// Whether somebody brings a unit, as far as is known.
pub(super) fn is_brought(gathered: &Gathered<'_>, name: &str) -> bool {
    let stem = name.split(['.', '@']).next().unwrap_or_default();
    has(gathered, name)
        || known::is_on_every_machine(name)
        || images::packages_bring(&gathered.subject.deployment.packages, stem)
        || gathered.mentions(stem)
}

fn missing(gathered: &Gathered<'_>, unit: &UnitAt<'_>) -> Vec<Fault> {
    let settings = unit.settings();
    let mut faults = Vec::new();
    let mut said = BTreeSet::new();
    for key in NEEDS.into_iter().chain(WISHES) {
        for (file, setting, name) in settings.units("Unit", key) {
            // What only the machine knows is not judged.
            if name.contains('%') || is_brought(gathered, name) || !said.insert(name) {
                continue;
            }
            let fault = if name.parse::<UnitName>().is_err() {
                Fault::error("unit-dependency", format!("{key}= names {name:?}, which is no name of a unit"))
                    .hint(format!(
                        "write the whole name: {}.service",
                        name.split('.').next().unwrap_or_default()
                    ))
            } else if NEEDS.contains(&key) {
                needed(gathered, unit, name)
            } else {
                Fault::warning(
                    "unit-dependency",
                    format!("{key}={name} does nothing: neither the deployment nor systemd brings it"),
                )
                .hint("add the package that does to packages, or leave the name out")
            };
            faults.push(placed(unit, (file, setting), fault));
        }
    }
    faults
}

fn needed(gathered: &Gathered<'_>, unit: &UnitAt<'_>, name: &str) -> Fault {
    let message = format!(
        "{} is not started without {name}, which neither the deployment nor systemd brings",
        unit.service.name
    );
    let deployment = gathered.subject.deployment;
    // Packages and scripts may bring units whose names do not tell.
    let fault = if deployment.packages.is_empty() && deployment.scripts.is_empty() {
        Fault::error("unit-dependency", message)
    } else {
        Fault::warning("unit-dependency", message)
    };
    fault.hint("add its file to services, or the package that brings it to packages")
}

/// A timer or a socket starts a service, of the same name where it says no other.
fn without_service(gathered: &Gathered<'_>, unit: &UnitAt<'_>) -> Option<Fault> {
    let (name, own) = (unit.name.as_ref()?, unit.own()?);
    let settings = unit.settings();
    let of_same_name = name.with_kind(UnitKind::Service);
    let (key, wanted) = match name.kind {
        UnitKind::Timer => ("Unit", settings.last("Timer", "Unit")),
        UnitKind::Socket => ("Service", settings.last("Socket", "Service")),
        _ => return None,
    };
    let accepts = name.kind == UnitKind::Socket && settings.is_yes("Socket", "Accept");
    let started = match wanted {
        Some((_, setting)) => setting.value.clone(),
        None if accepts => of_same_name.as_template().to_string(),
        None => of_same_name.to_string(),
    };
    if started.contains('%') || is_brought_by_name(gathered, &started) {
        return None;
    }
    let kind = name.kind.as_str();
    let place = wanted.and_then(|at| unit.place(at)).unwrap_or_else(|| own.source.whole());
    Some(
        Fault::error("unit-trigger", format!("this {kind} starts {started}, which nobody brings"))
            .at(place)
            .hint(format!("add {started} to services, or name another one with {key}=")),
    )
}

/// A stricter look: the unit's own name must not be what speaks for it.
fn is_brought_by_name(gathered: &Gathered<'_>, name: &str) -> bool {
    let stem = name.split(['.', '@']).next().unwrap_or_default();
    has(gathered, name)
        || known::is_on_every_machine(name)
        || images::packages_bring(&gathered.subject.deployment.packages, stem)
        || gathered.mentions(name)
}

fn placed(unit: &UnitAt<'_>, at: (usize, &Setting), fault: Fault) -> Fault {
    match unit.place(at) {
        Some(place) => fault.at(place),
        None => fault,
    }
}

/// Who waits for whom: a unit, the one that is started before it, and where that is said.
type Waits = BTreeMap<String, Vec<(String, Option<Place>)>>;

fn waits(gathered: &Gathered<'_>) -> Waits {
    let mut waits = Waits::new();
    for unit in &gathered.units {
        let settings = unit.settings();
        let own = unit.service.name.clone();
        for (file, setting, name) in settings.units("Unit", "After") {
            waits.entry(own.clone()).or_default().push((name.to_owned(), unit.place((file, setting))));
        }
        for (file, setting, name) in settings.units("Unit", "Before") {
            waits.entry(name.to_owned()).or_default().push((own.clone(), unit.place((file, setting))));
        }
        // A timer and a socket are there before the service that they start.
        // <https://www.freedesktop.org/software/systemd/man/latest/systemd.timer.html#Automatic%20Dependencies>
        let starts_later =
            unit.name.as_ref().filter(|name| matches!(name.kind, UnitKind::Timer | UnitKind::Socket));
        if let Some(name) = starts_later {
            let started = name.with_kind(UnitKind::Service).to_string();
            waits.entry(started).or_default().push((own, unit.own().map(|own| own.source.whole())));
        }
    }
    let ours: BTreeSet<String> = gathered.units.iter().map(|unit| unit.service.name.clone()).collect();
    waits.retain(|name, _| ours.contains(name));
    for others in waits.values_mut() {
        others.retain(|(name, _)| ours.contains(name));
    }
    waits
}

/// Each circle once, from its first name in the alphabet on.
fn cycles(gathered: &Gathered<'_>) -> Vec<Fault> {
    let waits = waits(gathered);
    let mut found: BTreeMap<Vec<String>, Option<Place>> = BTreeMap::new();
    for start in waits.keys() {
        if let Some((circle, place)) = shortest_circle(&waits, start) {
            let first = circle.iter().enumerate().min_by(|a, b| a.1.cmp(b.1)).map_or(0, |(at, _)| at);
            let turned: Vec<String> = circle.iter().cycle().skip(first).take(circle.len()).cloned().collect();
            found.entry(turned).or_insert(place);
        }
    }
    let fault = |(circle, place): (Vec<String>, Option<Place>)| {
        let shown = match circle.as_slice() {
            [own] => format!("{own} waits for itself"),
            circle => format!(
                "{} waits for itself: {}",
                circle[0],
                circle.iter().chain(circle.first()).cloned().collect::<Vec<_>>().join(" after ")
            ),
        };
        let fault = Fault::error("unit-cycle", shown)
            .hint("take one of the After= or Before= away: systemd would leave one of the units out");
        match place {
            Some(place) => fault.at(place),
            None => fault,
        }
    };
    found.into_iter().map(fault).collect()
}

/// The shortest way from a unit back to itself, and where its first step is said.
fn shortest_circle(waits: &Waits, start: &str) -> Option<(Vec<String>, Option<Place>)> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut next = std::collections::VecDeque::from([start]);
    while let Some(at) = next.pop_front() {
        for (other, _) in waits.get(at).into_iter().flatten() {
            if other == start {
                let mut circle = vec![at.to_owned()];
                while let Some(before) = came_from.get(circle.last()?.as_str()) {
                    circle.push((*before).to_owned());
                }
                circle.reverse();
                let second = circle.get(1).map_or(start, String::as_str);
                let place = waits
                    .get(start)?
                    .iter()
                    .find(|(name, _)| name == second)
                    .and_then(|(_, place)| place.clone());
                return Some((circle, place));
            }
            if !came_from.contains_key(other.as_str()) {
                came_from.insert(other, at);
                next.push_back(other);
            }
        }
    }
    None
}

/// A unit that is only named: somebody else has to bring it.
pub(super) fn unbrought(gathered: &Gathered<'_>) -> Vec<Fault> {
    let is_missing =
        |unit: &&UnitAt<'_>| unit.service.file.is_none() && !is_brought_by_others(gathered, unit);
    gathered
        .units
        .iter()
        .filter(is_missing)
        .map(|unit| {
            let message = format!(
                "{} has no file here, and no package or script is known to bring it",
                unit.service.name
            );
            let fault = Fault::warning("unit-file", message)
                .hint("name its file (file: services/…), or add the package that brings it to packages");
            gathered.at(&Thing::Service(unit.index), fault)
        })
        .collect()
}

fn is_brought_by_others(gathered: &Gathered<'_>, unit: &UnitAt<'_>) -> bool {
    let name = unit.service.name.as_str();
    let stem = name.split(['.', '@']).next().unwrap_or_default();
    let template = unit.name.as_ref().and_then(UnitName::template).map(|template| template.to_string());
    let is_template_of_ours =
        |other: &UnitAt<'_>| other.service.file.is_some() && Some(&other.service.name) == template.as_ref();
    known::is_on_every_machine(name)
        || images::packages_bring(&gathered.subject.deployment.packages, stem)
        || gathered.mentions(stem)
        || gathered.units.iter().any(is_template_of_ours)
        || gathered.placed.iter().any(|placed| {
            placed.source.file_name() == name && placed.destination.as_str().contains("/systemd/system/")
        })
}
