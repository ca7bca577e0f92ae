//! What shells and shellcheck say of scripts, hooks and commands.
//!
//! Nothing of theirs is run: shells are asked to read alone.

use futures_util::{StreamExt as _, stream};
use serde::Deserialize;

use super::gathered::{Gathered, Source};
use super::scripts::shell_of;
use super::{Thing, tools};
use crate::manifest::Fault;
use crate::manifest::deployment::{Probe, ScriptRun};
use crate::platform::Programs;
use crate::platform::command::{self, Said};

/// How many shells read side by side.
const AT_ONCE: usize = 8;

pub(super) async fn check(gathered: &Gathered<'_>, programs: &Programs) -> Vec<Fault> {
    let (read, checked) = tokio::join!(by_shells(gathered, programs), by_shellcheck(gathered, programs));
    let is_new = |fault: &Fault| {
        let line = |fault: &Fault| fault.place.as_ref().map(|place| (place.file.clone(), place.line));
        fault.place.is_none() || !read.iter().any(|other| line(other) == line(fault))
    };
    let checked: Vec<Fault> = checked.into_iter().filter(is_new).collect();
    read.into_iter().chain(checked).collect()
}

/// Something that a shell can read.
enum Readable<'g> {
    File(&'g Source, &'static str),
    Line(Thing, String, &'g str),
}

async fn by_shells(gathered: &Gathered<'_>, programs: &Programs) -> Vec<Fault> {
    let deployment = gathered.subject.deployment;
    let files = gathered
        .scripts
        .iter()
        .filter_map(|script| Some(Readable::File(&script.source, shell_of(&script.source.text)?)));
    let commands = deployment.scripts.iter().enumerate().filter_map(|(index, script)| match &script.run {
        ScriptRun::Command(line) => Some(Readable::Line(Thing::Script(index), script.name.clone(), line)),
        ScriptRun::File(_) => None,
    });
    let probes = deployment.health.iter().enumerate().filter_map(|(index, check)| match &check.probe {
        Probe::Command { command } => Some(Readable::Line(Thing::Health(index), check.name.clone(), command)),
        _ => None,
    });
    let all: Vec<Readable<'_>> = files.chain(commands).chain(probes).collect();
    let mut faults: Vec<Fault> = stream::iter(&all)
        .map(|readable| read(gathered, programs, readable))
        .buffered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await;
    faults.dedup_by(|a, b| a.rule == "left-out" && a == b);
    faults
}

async fn read(gathered: &Gathered<'_>, programs: &Programs, readable: &Readable<'_>) -> Option<Fault> {
    let left_out = "scripts were not read by a shell";
    let shell = match readable {
        Readable::File(_, shell) => shell,
        Readable::Line(..) => "sh",
    };
    let program = match tools::path(programs, shell, left_out, "check on a computer that has it") {
        Ok(program) => program,
        Err(note) => return Some(*note),
    };
    let path;
    let arguments: Vec<&str> = match readable {
        Readable::File(source, _) => {
            path = source.file.below(gathered.subject.root).display().to_string();
            vec!["-n", &path]
        }
        Readable::Line(_, _, line) => vec!["-n", "-c", line],
    };
    let said = match command::said(program, &arguments, &[("LC_ALL", "C")], tools::LIMIT).await {
        Ok(said) if said.code == Some(0) => return None,
        Ok(said) => said,
        Err(error) => return Some(tools::failed(left_out, error)),
    };
    let (line, message) = first_complaint(&said);
    Some(match readable {
        Readable::File(source, _) => {
            Fault::error("shell-syntax", format!("{shell} does not understand it: {message}"))
                .at(line.map_or_else(|| source.whole(), |line| source.line(line)))
        }
        Readable::Line(thing, name, _) => {
            let fault = Fault::error(
                "shell-syntax",
                format!("{shell} does not understand the command of {name}: {message}"),
            );
            gathered.at(thing, fault)
        }
    })
}

/// The line and the words of `file: line 3: syntax error …`, or of `file: 3: Syntax error: …` as dash has it.
fn first_complaint(said: &Said) -> (Option<usize>, String) {
    let text = said.stderr.lines().find(|line| !line.trim().is_empty()).unwrap_or("no words");
    for (at, _) in text.match_indices(": ") {
        let rest = text[at + 2..].trim_start_matches("line ");
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if let (Ok(line), Some(message)) = (rest[..digits].parse(), rest[digits..].strip_prefix(": ")) {
            return (Some(line), message.to_owned());
        }
    }
    (None, text.to_owned())
}

#[derive(Deserialize)]
struct Comments {
    comments: Vec<Comment>,
}

#[derive(Deserialize)]
struct Comment {
    file: String,
    line: usize,
    column: usize,
    level: String,
    code: u32,
    message: String,
}

async fn by_shellcheck(gathered: &Gathered<'_>, programs: &Programs) -> Vec<Fault> {
    let left_out = "scripts were not looked through by shellcheck";
    let sources: Vec<(&Source, String)> = gathered
        .scripts
        .iter()
        .filter(|script| script.source.text.starts_with("#!") && shell_of(&script.source.text).is_some())
        .map(|script| (&script.source, script.source.file.below(gathered.subject.root).display().to_string()))
        .collect();
    if sources.is_empty() {
        return Vec::new();
    }
    let program =
        match tools::path(programs, "shellcheck", left_out, "install it: https://www.shellcheck.net") {
            Ok(program) => program,
            Err(note) => return vec![*note],
        };
    let mut arguments = vec!["--norc", "--format=json1", "--severity=warning", "--"];
    arguments.extend(sources.iter().map(|(_, path)| path.as_str()));
    let said = match command::said(program, &arguments, &[("LC_ALL", "C.UTF-8")], tools::LIMIT).await {
        Ok(said) => said,
        Err(error) => return vec![tools::failed(left_out, error)],
    };
    let Ok(Comments { comments }) = serde_json::from_str(&said.stdout) else {
        return vec![tools::failed(left_out, "its answer could not be read")];
    };
    let find =
        |comment: &Comment| sources.iter().find(|(_, path)| *path == comment.file).map(|(source, _)| *source);
    comments.iter().filter_map(|comment| Some(of_comment(comment, find(comment)?))).collect()
}

fn of_comment(comment: &Comment, source: &Source) -> Fault {
    let Comment { line, column, code, message, .. } = comment;
    let words = format!("SC{code}: {message}");
    // Below 2000 the script could not be parsed; above, it may do what was meant.
    let fault = if comment.level == "error" && *code < 2000 {
        Fault::error("shellcheck", words)
    } else {
        Fault::warning("shellcheck", words)
    };
    fault.at(source.place(*line, *column)).hint(format!("https://www.shellcheck.net/wiki/SC{code}"))
}
