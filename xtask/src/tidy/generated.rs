//! Text that is written by a program, with the program that writes it: the same code checks it and rewrites it.
//! The catalog is not written here; only its checksum is held against its provenance.

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;

use super::finding::Finding;
use super::tree::Tree;
use super::{homes, layers};
use crate::sha256;

const RULE: &str = "generated";

/// A part of a Markdown file, between `<!-- generated: NAME -->` and `<!-- end: NAME -->`.
struct Section {
    path: &'static str,
    name: &'static str,
    produce: fn() -> String,
}

const SECTIONS: &[Section] = &[
    Section { path: "ARCHITECTURE.md", name: "layers", produce: layers::markdown },
    Section { path: "ARCHITECTURE.md", name: "homes", produce: homes::markdown },
];

const CATALOG: &str = "src/catalog/embedded.bin";
const PROVENANCE: &str = "src/catalog/embedded.provenance.json";

/// What tidy reads of the catalog's provenance.
#[derive(Deserialize)]
struct Provenance {
    sha256: String,
}

/// A generated file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{path} could not be written")]
pub(crate) struct WriteError {
    path: PathBuf,
    source: std::io::Error,
}

pub(crate) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for section in SECTIONS {
        let Some(file) = tree.file(section.path) else { continue };
        match section.rewritten(&file.text) {
            None => findings.push(Finding::fault(RULE, section.path, 1, section.how_to_mark())),
            Some(fresh) if fresh != file.text => {
                let message = format!("the section {} is stale: run cargo xtask tidy --write", section.name);
                findings.push(Finding::fault(RULE, section.path, section.line_in(&file.text), message));
            }
            Some(_) => {}
        }
    }
    findings.extend(check_catalog(tree));
}

/// Brings every section up to date and returns the files that changed.
pub(crate) fn write(tree: &Tree) -> Result<Vec<&'static str>, WriteError> {
    let mut changed = Vec::new();
    let mut paths: Vec<&str> = SECTIONS.iter().map(|section| section.path).collect();
    paths.dedup();
    for path in paths {
        let Some(file) = tree.file(path) else { continue };
        let sections = SECTIONS.iter().filter(|section| section.path == path);
        let fresh =
            sections.fold(file.text.clone(), |text, section| section.rewritten(&text).unwrap_or(text));
        if fresh != file.text {
            let target = tree.root.join(path);
            fs::write(&target, fresh).map_err(|source| WriteError { path: target, source })?;
            changed.push(path);
        }
    }
    Ok(changed)
}

impl Section {
    fn opening(&self) -> String {
        format!("<!-- generated: {} -->\n", self.name)
    }

    fn closing(&self) -> String {
        format!("<!-- end: {} -->\n", self.name)
    }

    fn how_to_mark(&self) -> String {
        let (opening, closing) = (self.opening(), self.closing());
        format!(
            "has no section {}: add the lines `{}` and `{}`",
            self.name,
            opening.trim_end(),
            closing.trim_end()
        )
    }

    /// The text with this section as it should be; nothing if the section is not marked.
    fn rewritten(&self, text: &str) -> Option<String> {
        let (before, rest) = text.split_once(&self.opening())?;
        let (_, after) = rest.split_once(&self.closing())?;
        Some([before, &self.opening(), "\n", &(self.produce)(), "\n", &self.closing(), after].concat())
    }

    fn line_in(&self, text: &str) -> usize {
        text.split(&self.opening()).next().map_or(1, |before| before.lines().count() + 1)
    }
}

fn check_catalog(tree: &Tree) -> Option<Finding> {
    let provenance = tree.file(PROVENANCE)?;
    let bytes = fs::read(tree.root.join(CATALOG)).ok()?;
    let message = match serde_json::from_str::<Provenance>(&provenance.text) {
        Ok(Provenance { sha256 }) if sha256 == sha256::hex(&bytes) => return None,
        Ok(_) => format!("the checksum is not that of {CATALOG}: run cargo xtask catalog"),
        Err(error) => format!("cannot be read ({error}): run cargo xtask catalog"),
    };
    Some(Finding::fault(RULE, PROVENANCE, 1, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::{Sample, faults};

    const EMPTY: &str = "# Shape\n<!-- generated: layers -->\n<!-- end: layers -->\nand\n<!-- generated: homes -->\nold\n<!-- end: homes -->\nend\n";

    #[test]
    fn a_stale_section_is_caught_and_written() {
        let sample = Sample::of(&[("ARCHITECTURE.md", EMPTY)]);
        let lines: Vec<_> = faults(&sample.tree(), check).iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [2, 5]);
        assert_eq!(write(&sample.tree()).unwrap(), ["ARCHITECTURE.md"]);
        assert_eq!(faults(&sample.tree(), check), []);
        assert_eq!(write(&sample.tree()).unwrap(), [""; 0]);
        let text = &sample.tree().files[0].text;
        assert!(
            text.starts_with("# Shape\n")
                && text.ends_with("\nend\n")
                && text.contains("| model | nothing of ours |")
        );
    }

    #[test]
    fn a_page_without_the_sections_is_caught() {
        let sample = Sample::of(&[("ARCHITECTURE.md", "# Shape\n")]);
        assert_eq!(faults(&sample.tree(), check).len(), 2);
        assert_eq!(faults(&Sample::of(&[]).tree(), check), []);
    }

    #[test]
    fn a_catalog_that_is_not_the_recorded_one_is_caught() {
        let recorded =
            format!("{{\"sha256\": \"{}\", \"made_at\": \"2026-01-01\"}}\n", sha256::hex(b"catalog"));
        let fresh = Sample::of(&[(CATALOG, "catalog"), (PROVENANCE, &recorded)]);
        assert_eq!(faults(&fresh.tree(), check), []);
        let stale = Sample::of(&[(CATALOG, "another"), (PROVENANCE, &recorded)]);
        assert!(faults(&stale.tree(), check)[0].message.contains("run cargo xtask catalog"));
        let broken = Sample::of(&[(CATALOG, "catalog"), (PROVENANCE, "{}\n")]);
        assert_eq!(faults(&broken.tree(), check).len(), 1);
    }
}
