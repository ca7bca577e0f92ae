//! In which order services are started: by what their units say of each other.
//!
//! systemd keeps to the same order by itself where it is told of all at once; here each is waited for, so that a failure
//! is told of the one that failed.

use std::fs;

use super::wanted::{Content, NodeKind, Wanted};

/// What makes another unit come first.
const COMES_AFTER: [&str; 6] = ["After", "Requires", "Requisite", "BindsTo", "Wants", "PartOf"];

/// The numbers of the services. Where nothing is said, and in a circle, it is the order in which they were written.
#[must_use]
pub(super) fn of_services(wanted: &Wanted) -> Vec<usize> {
    let services = &wanted.deployment.services;
    let texts: Vec<String> = wanted
        .units
        .iter()
        .map(|nodes| nodes.iter().map(|node| text(&node.kind)).collect::<Vec<_>>().join("\n"))
        .collect();
    let names: Vec<&str> = services.iter().map(|service| service.name.as_str()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    sorted(&names, &texts)
}

fn text(kind: &NodeKind) -> String {
    match kind {
        NodeKind::File { content: Content::At(path), .. } => {
            fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
        }
        NodeKind::File { content: Content::Text(text), .. } => text.clone(),
        NodeKind::Folder | NodeKind::Link { .. } => String::new(),
    }
}

fn sorted(names: &[&str], texts: &[&str]) -> Vec<usize> {
    let number = |name: &str| names.iter().position(|other| *other == name);
    let mut first: Vec<Vec<usize>> = vec![Vec::new(); names.len()];
    for (at, text) in texts.iter().enumerate() {
        for (key, value) in assignments(text) {
            for other in value.split_whitespace().filter_map(number).filter(|other| *other != at) {
                if COMES_AFTER.contains(&key) {
                    first[at].push(other);
                } else if key == "Before" {
                    first[other].push(at);
                }
            }
        }
    }
    let mut done: Vec<usize> = Vec::new();
    while done.len() < names.len() {
        let left = || (0..names.len()).filter(|at| !done.contains(at));
        let ready = left().find(|at| first[*at].iter().all(|other| done.contains(other)));
        // In a circle somebody has to begin.
        let Some(next) = ready.or_else(|| left().next()) else { break };
        done.push(next);
    }
    done
}

/// The lines `KEY=VALUE` of a unit; one that ends with a backslash goes on.
fn assignments(text: &str) -> Vec<(&str, String)> {
    let mut all: Vec<(&str, String)> = Vec::new();
    let mut is_open = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        let (content, goes_on) = line.strip_suffix('\\').map_or((line, false), |line| (line, true));
        match (is_open, all.last_mut(), content.split_once('=')) {
            (true, Some((_, value)), _) => {
                value.push(' ');
                value.push_str(content);
            }
            (_, _, Some((key, value))) => all.push((key.trim(), value.trim().to_owned())),
            _ => {
                is_open = false;
                continue;
            }
        }
        is_open = goes_on;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(units: &[(&'static str, &str)]) -> Vec<&'static str> {
        let (names, texts): (Vec<_>, Vec<_>) = units.iter().copied().unzip();
        sorted(&names, &texts).into_iter().map(|at| names[at]).collect()
    }

    #[test]
    fn what_another_needs_comes_first() {
        let units = [
            ("web.service", "[Unit]\nAfter=network.target app.service\n"),
            ("app.service", "[Unit]\n# After=web.service\nRequires=log.socket \\\n  db.service\n"),
            ("db.service", "[Service]\nExecStart=/bin/db\n"),
            ("log.socket", "[Unit]\nBefore = db.service\n"),
        ];
        assert_eq!(order(&units), ["log.socket", "db.service", "app.service", "web.service"]);
    }

    #[test]
    fn nothing_said_and_a_circle_keep_the_order_of_writing() {
        assert_eq!(order(&[("b.service", ""), ("a.service", "")]), ["b.service", "a.service"]);
        let circle = [("a.service", "After=b.service"), ("b.service", "After=a.service"), ("c.service", "")];
        assert_eq!(order(&circle), ["c.service", "a.service", "b.service"]);
        assert_eq!(order(&[("a.service", "After=a.service")]), ["a.service"]);
    }
}
