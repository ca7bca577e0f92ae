//! What a machine's agent says, as a person reads it.
//!
//! A line for each thing, with its label.

use super::agent::status_lines;
use crate::model::Span;
use crate::monitor::status::Status;
use crate::provision::agent_word::{AgentNow, AgentWord, Answer, NotAsked};

/// Lines of a machine's status: a label, or none where the line goes on with what the one before is about.
pub(super) fn lines(word: &AgentWord) -> Vec<(&'static str, String)> {
    let mut lines = match (&word.answer, word.way) {
        (Some(answer), Some(way)) => answered(answer, &format!("(by {way})")),
        _ => unasked(word),
    };
    lines.extend(
        word.not_asked
            .iter()
            .map(|NotAsked { way, because }| ("", format!("could not be asked by {way}: {because}"))),
    );
    lines
}

/// What is known where the machine was not asked, or gave no answer.
fn unasked(word: &AgentWord) -> Vec<(&'static str, String)> {
    match &word.tag {
        Some(tag) => vec![("agent", format!("{tag} (by its tag)"))],
        None => vec![("agent", "not known: it has written no tag".to_owned())],
    }
}

fn answered(answer: &Answer, way: &str) -> Vec<(&'static str, String)> {
    let mut lines = match &answer.agent {
        AgentNow::Running { status } => running(status, way),
        AgentNow::Silent { because } => vec![("agent", format!("gives no word {way}: {because}"))],
        AgentNow::Missing { because } => {
            let why = because.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            vec![("agent", format!("not installed {way}{why}; its timer alone keeps its deadline"))]
        }
    };
    let jobs = answer.jobs.iter().map(|job| format!("{}: {}", job.name, job.state));
    let failure = answer.jobs_failure.iter().map(|why| format!("none was run: {why}"));
    let labels = std::iter::once("jobs").chain(std::iter::repeat(""));
    lines.extend(labels.zip(failure.chain(jobs)));
    lines
}

fn running(status: &serde_json::Value, way: &str) -> Vec<(&'static str, String)> {
    let Ok(known) = serde_json::from_value::<Status>(status.clone()) else {
        let version = status["version"].as_str().unwrap_or("unknown");
        return vec![(
            "agent",
            format!("looks after it {way}, in words of version {version} (-o json shows them)"),
        )];
    };
    let labels = std::iter::once("agent").chain(std::iter::repeat(""));
    let mut said = status_lines(&known);
    if let Some(first) = said.first_mut() {
        *first = format!("{first} {way}");
    }
    let mut lines: Vec<_> = labels.zip(said).collect();
    let labels = std::iter::once("work").chain(std::iter::repeat(""));
    lines.extend(labels.zip(work(&known)));
    lines
}

/// Why it is or is not idle, where that counts.
fn work(status: &Status) -> Vec<String> {
    if status.idle_timeout_seconds.is_none() {
        return Vec::new();
    }
    match (status.idle_seconds, status.work.as_slice()) {
        (0, []) => vec!["not known: its agent has not looked yet".to_owned()],
        (0, work) => work.to_vec(),
        (idle, _) => vec![format!("none for {}", Span::from_seconds(idle).rough())],
    }
}
