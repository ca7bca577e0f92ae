//! Rules for scripts and hooks: their first line, their line ends, and who reads them.
//!
//! What a shell says of them is asked in `shell`.

use super::gathered::{Gathered, ScriptText};
use super::images;
use super::provided::{Provided, who_brings};
use crate::manifest::Fault;

pub(super) fn check(gathered: &Gathered<'_>) -> Vec<Fault> {
    gathered.scripts.iter().flat_map(|script| of_script(gathered, script)).collect()
}

fn of_script(gathered: &Gathered<'_>, script: &ScriptText) -> Vec<Fault> {
    let source = &script.source;
    let name = source.file.as_str();
    if source.text.trim().is_empty() {
        return vec![Fault::error("empty-script", format!("{name} is empty")).at(source.whole())];
    }
    if source.text.starts_with('\u{feff}') {
        return vec![
            Fault::error(
                "byte-order-mark",
                format!("{name} begins with a byte order mark, so its first line is not seen"),
            )
            .at(source.line(1))
            .hint(format!("save it as UTF-8 without one: sed -i '1s/^\\xEF\\xBB\\xBF//' {name}")),
        ];
    }
    let mut faults: Vec<Fault> = crlf(script).into_iter().collect();
    let Some(interpreter) = Interpreter::of(&source.text) else {
        faults.push(
            Fault::warning("shebang", format!("{name} does not say what runs it"))
                .at(source.line(1))
                .hint("begin it with #!/bin/bash, or with the program that it is written for"),
        );
        return faults;
    };
    faults.extend(interpreter.fault(gathered).map(|fault| fault.at(source.line(1))));
    faults
}

/// Windows' line ends: the kernel looks for `bash\r`, and shells take the mark for a part of their words.
fn crlf(script: &ScriptText) -> Option<Fault> {
    let source = &script.source;
    let only_first = shell_of(&source.text).is_none();
    let mut lines = source.text.split('\n').take(if only_first { 1 } else { usize::MAX });
    let line = 1 + lines.position(|line| line.ends_with('\r'))?;
    let name = source.file.as_str();
    let consequence =
        if line == 1 { "bad interpreter" } else { "its commands get a carriage return too much" };
    Some(
        Fault::error("crlf", format!("{name} has Windows' line ends: {consequence}"))
            .at(source.line(line))
            .hint(format!(
                "sed -i 's/\\r$//' {name}, and for good: a line \"*.sh text eol=lf\" in .gitattributes"
            )),
    )
}

/// What the first line names.
struct Interpreter {
    path: String,
    /// What `env` is to look for.
    looked_for: Option<String>,
}

impl Interpreter {
    fn of(text: &str) -> Option<Self> {
        let line = text.lines().next()?.strip_prefix("#!")?;
        let mut words = line.split_whitespace();
        let path = words.next()?.to_owned();
        let looked_for = path
            .ends_with("/env")
            .then(|| words.find(|word| !word.starts_with('-') && !word.contains('=')).map(str::to_owned));
        Some(Self { path, looked_for: looked_for.flatten() })
    }

    /// The name of the program in the end.
    fn name(&self) -> &str {
        self.looked_for.as_deref().unwrap_or_else(|| self.path.rsplit('/').next().unwrap_or_default())
    }

    fn fault(&self, gathered: &Gathered<'_>) -> Option<Fault> {
        let path = &self.path;
        if !path.starts_with('/') {
            return Some(
                Fault::error("shebang", format!("the first line names {path}, which is no full path"))
                    .hint("write #!/bin/bash, or #!/usr/bin/env with the program's name"),
            );
        }
        let name = self.name();
        let is_system = self.looked_for.is_some() || images::system_program(path).is_some();
        let may_be_there = match is_system {
            true => may_run(gathered, name),
            false => !matches!(who_brings(gathered, path), Provided::Nobody),
        };
        (!may_be_there).then(|| {
            let hint = images::package_of(name).map_or_else(
                || "add the package that brings it to packages".to_owned(),
                |package| format!("add the package that brings it: packages: [{package}]"),
            );
            Fault::warning(
                "shebang",
                format!("the first line names {name}, which not every image has and no package here brings"),
            )
            .hint(hint)
        })
    }
}

/// Packages are there before scripts are run; what another script installs may be too.
fn may_run(gathered: &Gathered<'_>, name: &str) -> bool {
    let version = |c: char| c.is_ascii_digit() || c == '.';
    images::have_program(name)
        || images::have_program(name.trim_end_matches(version))
        || images::packages_bring(&gathered.subject.deployment.packages, name)
        || gathered.mentions(&format!("install {name}"))
}

/// The shell that a script is written for, where it is one; the one of a script that does not say is bash.
pub(super) fn shell_of(text: &str) -> Option<&'static str> {
    if !text.starts_with("#!") {
        return Some("bash");
    }
    match Interpreter::of(text)?.name() {
        "bash" => Some("bash"),
        "sh" | "dash" => Some("sh"),
        _ => None,
    }
}
