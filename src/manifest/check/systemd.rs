//! What `systemd-analyze verify` says of the deployment's units.
//!
//! It is asked in a folder that stands for a machine's root, so that no unit or program of this computer matters: what
//! the units name is there as something that does nothing. That all of it is brought is for our own rules to say.

use std::collections::BTreeSet;
use std::path::Path;

use super::gathered::{Gathered, Source, UnitAt};
use super::tools;
use crate::manifest::Fault;
use crate::manifest::unit::{Program, Setting, UnitKind, UnitName, commands};
use crate::platform::Programs;
use crate::platform::command;

const UNITS: &str = "etc/systemd/system";

/// What systemd adds to units by itself.
const ALWAYS: [&str; 12] = [
    "sysinit.target",
    "basic.target",
    "shutdown.target",
    "multi-user.target",
    "timers.target",
    "sockets.target",
    "paths.target",
    "slices.target",
    "local-fs.target",
    "network.target",
    "time-set.target",
    "time-sync.target",
];

pub(super) async fn check(gathered: &Gathered<'_>, programs: &Programs) -> Vec<Fault> {
    let units: Vec<&UnitAt<'_>> =
        gathered.units.iter().filter(|unit| unit.own().is_some() && unit.name.is_some()).collect();
    if units.is_empty() {
        return Vec::new();
    }
    let left_out = "units were not verified by systemd";
    let program =
        match tools::path(programs, "systemd-analyze", left_out, "check on a Linux that has systemd") {
            Ok(program) => program,
            Err(note) => return vec![*note],
        };
    let folder = match tempfile::tempdir().and_then(|folder| furnish(folder.path(), &units).map(|()| folder))
    {
        Ok(folder) => folder,
        Err(error) => return vec![tools::failed(left_out, error)],
    };
    // The name of a folder that it resolves, such as macOS' /tmp, would not be found in its words.
    let root = folder.path().canonicalize().unwrap_or_else(|_| folder.path().to_owned());
    let root_argument = format!("--root={}", root.display());
    let names: Vec<String> =
        units.iter().filter_map(|unit| unit.name.as_ref()).map(|name| startable(name).to_string()).collect();
    let mut arguments = vec!["verify", "--man=no", root_argument.as_str()];
    arguments.extend(names.iter().map(String::as_str));
    let said = match command::said(program, &arguments, &[("LC_ALL", "C")], tools::LIMIT).await {
        Ok(said) => said,
        Err(error) => return vec![tools::failed(left_out, error)],
    };
    let faults: Vec<Fault> = said.stderr.lines().filter_map(|line| of_line(&root, &units, line)).collect();
    if faults.is_empty() && said.code != Some(0) {
        let words = said.stderr.lines().next().unwrap_or("no words");
        return vec![tools::failed(left_out, words.replace(&root.display().to_string(), ""))];
    }
    faults
}

/// Of a template only an instance can be loaded.
fn startable(name: &UnitName) -> UnitName {
    if name.is_template() { name.instance("1") } else { name.clone() }
}

/// The units, and stand-ins for what they name.
fn furnish(root: &Path, units: &[&UnitAt<'_>]) -> std::io::Result<()> {
    let folder = root.join(UNITS);
    std::fs::create_dir_all(&folder)?;
    let mut named: BTreeSet<String> = ALWAYS.map(str::to_owned).into();
    for unit in units {
        let (Some(name), Some(own)) = (&unit.name, unit.own()) else { continue };
        let installed = name.template().unwrap_or_else(|| name.clone());
        std::fs::write(folder.join(installed.to_string()), &own.source.text)?;
        let drop_ins = folder.join(format!("{name}.d"));
        for file in unit.files.iter().filter(|file| file.source.file != own.source.file) {
            std::fs::create_dir_all(&drop_ins)?;
            std::fs::write(drop_ins.join(file.source.file.file_name()), &file.source.text)?;
        }
        for file in &unit.files {
            named.extend(file.unit.settings.iter().flat_map(units_of));
            for setting in file.unit.settings.iter().filter(|setting| setting.key.starts_with("Exec")) {
                for path in programs_of(setting) {
                    stand_in(root, &path)?;
                }
            }
        }
    }
    stand_in(root, "/bin/true")?;
    for name in named {
        let Ok(parsed) = name.parse::<UnitName>() else { continue };
        let path = folder.join(parsed.template().unwrap_or(parsed.clone()).to_string());
        if let Some(text) = something(parsed.kind).filter(|_| !path.exists()) {
            std::fs::write(path, text)?;
        }
    }
    Ok(())
}

/// The units that a setting names.
fn units_of(setting: &Setting) -> Vec<String> {
    let names = ["Unit", "Install"].contains(&setting.section.as_str())
        || ["Unit", "Service", "Slice", "Sockets"].contains(&setting.key.as_str());
    let words = setting.value.split_whitespace().filter(|word| names && !word.contains('%'));
    words.map(str::to_owned).collect()
}

/// A unit of a kind that does nothing.
fn something(kind: UnitKind) -> Option<&'static str> {
    match kind {
        UnitKind::Target | UnitKind::Slice => Some("[Unit]\nDefaultDependencies=no\n"),
        UnitKind::Service => Some("[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/true\n"),
        UnitKind::Socket => {
            Some("[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/none\nAccept=no\n")
        }
        UnitKind::Timer => Some("[Unit]\nDefaultDependencies=no\n[Timer]\nOnBootSec=1h\n"),
        UnitKind::Path => Some("[Unit]\nDefaultDependencies=no\n[Path]\nPathExists=/none\n"),
        _ => None,
    }
}

fn programs_of(setting: &Setting) -> Vec<String> {
    let path = |program: Program| match program {
        Program::Path(path) if !path.split('/').any(|part| part == "..") => vec![path],
        Program::Name(name) => vec![format!("/usr/bin/{name}")],
        _ => Vec::new(),
    };
    commands(&setting.value)
        .unwrap_or_default()
        .into_iter()
        .flat_map(|command| path(command.program))
        .collect()
}

/// A file that may be run, and is never.
fn stand_in(root: &Path, path: &str) -> std::io::Result<()> {
    let path = root.join(path.trim_start_matches('/'));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    if path.exists() {
        return Ok(());
    }
    std::fs::write(&path, "")?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// `ROOT/etc/systemd/system/web.service:8: words`, or `web.service: words`.
fn of_line(root: &Path, units: &[&UnitAt<'_>], line: &str) -> Option<Fault> {
    let line = line.strip_prefix(&root.display().to_string()).unwrap_or(line);
    let fault = |words: &str| Fault::warning("systemd-analyze", words.trim().to_owned());
    if let Some(rest) = line.strip_prefix('/') {
        let (path, rest) = rest.split_once(':')?;
        let (number, words) = rest.split_once(':').unwrap_or(("", rest));
        let name = Path::new(path).file_name()?.to_str()?;
        let file = source_of(units, name)?;
        let place = number.parse().map_or_else(|_| file.whole(), |number| file.line(number));
        return Some(fault(words).at(place));
    }
    let (name, words) = line.split_once(": ")?;
    let unit =
        units.iter().find(|unit| unit.name.as_ref().is_some_and(|own| startable(own).to_string() == name))?;
    Some(fault(words).at(unit.own()?.source.whole()))
}

/// The file that was written by this name: a unit, its template, or a drop-in.
fn source_of<'g>(units: &'g [&UnitAt<'_>], name: &str) -> Option<&'g Source> {
    let is_installed = |unit: &&&UnitAt<'_>| {
        unit.name
            .as_ref()
            .is_some_and(|own| own.template().unwrap_or_else(|| own.clone()).to_string() == name)
    };
    let own = units.iter().find(is_installed).and_then(|unit| unit.own());
    let named =
        || units.iter().flat_map(|unit| &unit.files).find(|file| file.source.file.file_name() == name);
    own.or_else(named).map(|file| &file.source)
}
