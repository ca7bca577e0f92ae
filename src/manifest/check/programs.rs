//! Rules for the programs that units start: whether they are there, can be run, and are given what they need.
//!
//! What a program does is not known here.

use super::gathered::{Gathered, UnitAt};
use super::images;
use super::provided::{Provided, who_brings};
use super::tree::{Placed, PlacedKind, Runs};
use crate::manifest::unit::{CommandLine, Program, Setting, commands};
use crate::manifest::{Fault, Place};

/// The settings that are command lines.
const COMMANDS: [&str; 7] =
    ["ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost"];

/// What a shell would understand, and systemd hands to the program as it is.
const SHELL_WORDS: [&str; 8] = ["&&", "||", "|", ">", ">>", "<", "&", "2>&1"];

pub(super) fn check(gathered: &Gathered<'_>, unit: &UnitAt<'_>) -> Vec<Fault> {
    let settings = unit.settings();
    let mut faults = Vec::new();
    for key in COMMANDS {
        for at in settings.list("Service", key) {
            match commands(&at.1.value) {
                Ok(lines) => {
                    for line in lines {
                        faults.extend(of_line(gathered, unit, at, &line));
                    }
                }
                Err(error) => faults.push(placed(
                    unit,
                    at,
                    Fault::error("unit-command", format!("{key}= is no command line: {error}")).hint(
                        format!(
                            "write the whole path and the arguments: {key}=/usr/bin/python3 /opt/app/main.py"
                        ),
                    ),
                )),
            }
        }
    }
    faults.extend(paths(gathered, unit));
    faults
}

fn placed(unit: &UnitAt<'_>, at: (usize, &Setting), fault: Fault) -> Fault {
    match unit.place(at) {
        Some(place) => fault.at(place),
        None => fault,
    }
}

fn of_line(
    gathered: &Gathered<'_>,
    unit: &UnitAt<'_>,
    at: (usize, &Setting),
    line: &CommandLine,
) -> Vec<Fault> {
    let key = at.1.key.as_str();
    let mut faults: Vec<Fault> = match &line.program {
        Program::Relative(path) => vec![
            Fault::error(
                "unit-command",
                format!("{key}= starts {path}, which is neither a full path nor a bare name"),
            )
            .hint(format!("write the whole path: {key}=/opt/app/{}", path.trim_start_matches("./"))),
        ],
        Program::Name(name) => program_by_name(gathered, key, name).into_iter().collect(),
        Program::Path(path) => program_by_path(gathered, key, path),
        Program::Unknown(_) => Vec::new(),
    };
    faults.extend(shell_word(key, line));
    faults.extend(missing_argument(gathered, line));
    faults.extend(relative_file(unit, key, line));
    faults.into_iter().map(|fault| placed(unit, at, fault)).collect()
}

fn program_by_name(gathered: &Gathered<'_>, key: &str, name: &str) -> Option<Fault> {
    let found = images::program_folders().iter().any(|folder| {
        gathered.placed.iter().any(|placed| placed.destination.as_str() == format!("{folder}/{name}"))
    });
    (!found && !images::may_have_program(gathered, name)).then(|| not_brought(key, name, name))
}

fn program_by_path(gathered: &Gathered<'_>, key: &str, path: &str) -> Vec<Fault> {
    match who_brings(gathered, path) {
        Provided::Upload(placed) => of_uploaded(gathered, key, path, placed),
        Provided::Somehow => Vec::new(),
        Provided::MissingInUpload => vec![
            Fault::warning(
                "unit-program-missing",
                format!("{key}= starts {path}, and the upload that goes there has no such file"),
            )
            .hint("a script may make it; else correct the path, or what is excluded"),
        ],
        Provided::Nobody => match images::system_program(path) {
            Some(name) if images::may_have_program(gathered, name) => Vec::new(),
            Some(name) => vec![not_brought(key, path, name)],
            None => vec![
                Fault::warning(
                    "unit-program-missing",
                    format!("{key}= starts {path}, which nothing here brings"),
                )
                .hint("upload it, name the tarball that has it, or let a script install it"),
            ],
        },
    }
}

fn not_brought(key: &str, shown: &str, name: &str) -> Fault {
    let hint = match images::package_of(name) {
        Some(package) => format!("add the package that brings it: packages: [{package}]"),
        None => "add the package that brings it to packages".to_owned(),
    };
    Fault::warning(
        "unit-program-missing",
        format!("{key}= starts {shown}, which not every image has and no package here brings"),
    )
    .hint(hint)
}

/// A program that goes along: it must be one.
fn of_uploaded(gathered: &Gathered<'_>, key: &str, path: &str, placed: &Placed) -> Vec<Fault> {
    let source = placed.source.as_str();
    let PlacedKind::File { runs, .. } = placed.kind else {
        let folder = placed.kind == PlacedKind::Folder;
        return folder
            .then(|| {
                Fault::error("unit-command", format!("{key}= starts {path}, which is a folder: {source}"))
            })
            .into_iter()
            .collect();
    };
    let upload = gathered.subject.deployment.uploads.get(placed.upload);
    let mode = upload.and_then(|upload| upload.mode);
    let may_run = mode.map_or(runs != Runs::No, |mode| mode.bits() & 0o111 != 0);
    let mut faults = Vec::new();
    if !may_run {
        let (why, hint) = match mode {
            Some(mode) => (
                format!("is uploaded with the mode {mode}, by which nobody may run it"),
                "give the upload permissions: \"0755\", or start it by its interpreter".to_owned(),
            ),
            None => (
                "has no permission to be run".to_owned(),
                format!("chmod +x {source}, or start it by its interpreter"),
            ),
        };
        faults
            .push(Fault::error("unit-program-mode", format!("{key}= starts {path}, which {why}")).hint(hint));
    }
    faults.extend(first_line(placed, key, path));
    faults
}

/// A text that is started as a program needs a first line that says by what.
fn first_line(placed: &Placed, key: &str, path: &str) -> Option<Fault> {
    let text =
        super::gathered::read_text(placed.path.parent()?, &placed.source.file_name().parse().ok()?, "file")
            .ok()?;
    let source = placed.source.as_str();
    if !text.starts_with("#!") {
        return Some(
            Fault::error(
                "unit-program-interpreter",
                format!("{key}= starts {path}, a text without a first line that says what reads it"),
            )
            .hint(format!("begin {source} with #!/bin/sh or the like, or start it by its interpreter")),
        );
    }
    let first = text.lines().next().unwrap_or_default();
    let place = Place {
        file: placed.source.clone(),
        line: Some(1),
        column: None,
        text: Some(first.trim_end().to_owned()),
    };
    text.split('\n').next().is_some_and(|line| line.ends_with('\r')).then(|| {
        Fault::error(
            "crlf",
            format!("{source} has Windows' line ends, so its interpreter would not be found"),
        )
        .at(place)
        .hint(format!("sed -i 's/\\r$//' {source}"))
    })
}

fn shell_word(key: &str, line: &CommandLine) -> Option<Fault> {
    let name = line.program.as_str().rsplit('/').next().unwrap_or_default();
    let is_shell = matches!(name, "sh" | "bash" | "dash" | "zsh" | "env")
        && line.arguments.iter().any(|word| word.text == "-c");
    let word =
        line.arguments.iter().find(|word| !word.is_quoted && SHELL_WORDS.contains(&word.text.as_str()))?;
    (!is_shell).then(|| {
        Fault::warning(
            "unit-shell-words",
            format!("no shell reads {key}=: {} is handed to {name} as it is", word.text),
        )
        .hint(format!("have a shell read it: {key}=/bin/sh -c '…'"))
    })
}

/// `python3 /opt/app/main.py` where the upload to `/opt/app` has no `main.py`.
fn missing_argument(gathered: &Gathered<'_>, line: &CommandLine) -> Option<Fault> {
    let first = line.arguments.iter().find(|word| !word.text.starts_with('-'))?;
    let is_path = first.text.starts_with('/') && !first.text.contains(['$', '%', '*', ':', ' ', ';']);
    let is_missing = is_path && matches!(who_brings(gathered, &first.text), Provided::MissingInUpload);
    let has_ending = first.text.rsplit('/').next().is_some_and(|name| name.contains('.'));
    (is_missing && has_ending).then(|| {
        Fault::warning(
            "unit-file-missing",
            format!(
                "{} is given {}, and the upload that goes there has no such file",
                line.program.as_str(),
                first.text
            ),
        )
        .hint("a script may make it; else correct the path, or what is excluded")
    })
}

/// Programs that are given a file to run, and how such files end.
const INTERPRETERS: [&str; 10] =
    ["python", "node", "bash", "sh", "ruby", "perl", "php", "java", "deno", "bun"];
const RUN_BY_THEM: [&str; 9] = ["py", "js", "mjs", "cjs", "ts", "sh", "rb", "pl", "php"];

/// `python3 app.py` of a unit that does not say where: systemd starts it in `/`.
fn relative_file(unit: &UnitAt<'_>, key: &str, line: &CommandLine) -> Option<Fault> {
    let name = line.program.as_str().rsplit('/').next().unwrap_or_default();
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let word = |word: &str| line.arguments.iter().any(|other| other.text == word);
    // Those are followed by a module or by a program itself.
    if !INTERPRETERS.contains(&name) || word("-m") || word("-c") || word("-e") {
        return None;
    }
    let is_one = |text: &str| {
        let suffix = text.rsplit_once('.').map_or("", |(_, suffix)| suffix);
        let is_run = RUN_BY_THEM.contains(&suffix) || (name == "java" && suffix == "jar");
        is_run && !text.starts_with(['/', '-']) && !text.contains(['$', '%', ':'])
    };
    let file = line.arguments.iter().map(|word| word.text.as_str()).find(|text| !text.starts_with('-'))?;
    let says_where = !unit.settings().list("Service", "WorkingDirectory").is_empty();
    (is_one(file) && !says_where).then(|| {
        let file = file.trim_start_matches("./");
        Fault::warning(
            "unit-relative-file",
            format!("{key}= names {file} without its folder, and systemd starts this unit in /"),
        )
        .hint(format!(
            "add WorkingDirectory= with the folder that {file} goes to, or write its whole path: /opt/app/{file}"
        ))
    })
}

/// Settings whose path must be there before anything is started.
fn paths(gathered: &Gathered<'_>, unit: &UnitAt<'_>) -> Vec<Fault> {
    let settings = unit.settings();
    let mut faults = Vec::new();
    for key in ["WorkingDirectory", "EnvironmentFile"] {
        for at in settings.list("Service", key) {
            let path = at.1.value.as_str();
            // A dash before it says that it may be missing.
            if !path.starts_with('/') || path.contains(['%', '*']) {
                continue;
            }
            let hint = match (key, who_brings(gathered, path)) {
                (_, Provided::Upload(_) | Provided::Somehow) => continue,
                ("WorkingDirectory", _) => {
                    "upload something there, make it in a script, or leave the line out"
                }
                _ => "upload it, name it as a secret's destination, or write a dash before the path",
            };
            let fault = Fault::warning(
                "unit-path-missing",
                format!("{key}={path} is a place that nothing here makes"),
            );
            faults.push(placed(unit, at, fault.hint(hint)));
        }
    }
    faults
}
