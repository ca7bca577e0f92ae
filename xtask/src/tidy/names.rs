//! Every path that a Rust file names, resolved as far as the file alone allows.
//! Imports, renames, `self` and `super` chains, attributes and the tokens of macros are followed; what a glob or
//! another file brings in is not, and no type is inferred.

mod collect;
mod tokens;

use std::collections::BTreeMap;

use super::tree::RustFile;

/// How a path stands in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mention {
    /// `use a::b;`
    Import,
    /// `use a::b::*;`
    Glob,
    /// In an expression, a type, an attribute or a macro.
    Inline,
}

/// A path as a file names it.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    /// Begins with `crate` for a name of the file's own crate; otherwise with another crate's name or with
    /// something that the file alone does not explain.
    pub(crate) segments: Vec<String>,
    pub(crate) mention: Mention,
    pub(crate) line: usize,
    /// Within `#[cfg(test)]`.
    pub(crate) in_test: bool,
}

impl Name {
    pub(crate) fn first(&self) -> &str {
        self.segments.first().map_or("", String::as_str)
    }

    /// Whether the path is the given one, or something within it, or a glob that brings it in.
    pub(crate) fn reaches(&self, path: &str) -> bool {
        let wanted: Vec<&str> = path.split("::").collect();
        let within =
            self.segments.len() >= wanted.len() && self.segments.iter().zip(&wanted).all(|(a, b)| a == b);
        let globbed = self.mention == Mention::Glob && self.segments.iter().eq(&wanted[..wanted.len() - 1]);
        within || globbed
    }
}

/// A path before it is resolved, with the module it stands in.
struct Raw {
    module: Vec<String>,
    segments: Vec<String>,
    mention: Mention,
    line: usize,
    in_test: bool,
}

/// What a name in a module stands for, by module and name.
type Aliases = BTreeMap<(Vec<String>, String), Vec<String>>;

/// Longer chains of renames are not followed.
const LONGEST_CHAIN: usize = 8;

/// All names of a file, in the order in which they stand.
pub(crate) fn names_of(file: &RustFile<'_>) -> Vec<Name> {
    let (raw, aliases) = collect::collect(file.syntax, &module_of(file.path), file.is_test_module());
    raw.into_iter()
        .map(|raw| Name {
            segments: resolve(&raw.segments, &raw.module, &aliases),
            mention: raw.mention,
            line: raw.line,
            in_test: raw.in_test,
        })
        .collect()
}

/// `src/aws/errors.rs` is the module `aws::errors`.
pub(crate) fn module_of(path: &str) -> Vec<String> {
    let inside = path.rsplit_once("src/").map_or(path, |(_, inside)| inside);
    let stem = inside.trim_end_matches(".rs");
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    match stem {
        "lib" | "main" | "mod" => Vec::new(),
        // A program of its own is a main.rs by another name.
        _ if stem.starts_with("bin/") => Vec::new(),
        _ => stem.split('/').map(str::to_owned).collect(),
    }
}

fn resolve(segments: &[String], module: &[String], aliases: &Aliases) -> Vec<String> {
    let (mut segments, mut module) = (segments.to_vec(), module.to_vec());
    for _ in 0..LONGEST_CHAIN {
        if let Some(absolute) = anchor(&segments, &module) {
            return absolute;
        }
        let Some((replaced, scope)) = unalias(&segments, &module, aliases) else { break };
        if replaced == segments {
            break;
        }
        (segments, module) = (replaced, scope);
    }
    segments
}

/// Turns `self`, `super` and `crate` into a path from the crate's root.
fn anchor(segments: &[String], module: &[String]) -> Option<Vec<String>> {
    let ups = segments
        .iter()
        .skip_while(|segment| *segment == "self")
        .take_while(|segment| *segment == "super")
        .count();
    let selves = usize::from(segments.first().is_some_and(|segment| segment == "self"));
    let rest = segments.get(selves + ups..).unwrap_or_default();
    if segments.first().is_some_and(|segment| segment == "crate") {
        return Some(segments.to_vec());
    }
    if selves + ups == 0 {
        return None;
    }
    let kept = module.get(..module.len().saturating_sub(ups)).unwrap_or_default();
    Some(
        std::iter::once("crate")
            .chain(kept.iter().map(String::as_str))
            .chain(rest.iter().map(String::as_str))
            .map(str::to_owned)
            .collect(),
    )
}

/// Replaces the first segment by what it was imported as, here or in an enclosing module of the same file.
fn unalias(segments: &[String], module: &[String], aliases: &Aliases) -> Option<(Vec<String>, Vec<String>)> {
    let (first, rest) = segments.split_first()?;
    (0..=module.len()).rev().find_map(|length| {
        let scope = module.get(..length)?.to_vec();
        let target = aliases.get(&(scope.clone(), first.clone()))?;
        Some((target.iter().chain(rest).cloned().collect(), scope))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(path: &str, source: &str) -> Vec<String> {
        let syntax = syn::parse_file(source).unwrap();
        let file = RustFile { path, text: source, syntax: &syntax };
        names_of(&file).into_iter().map(|name| name.segments.join("::")).collect()
    }

    #[track_caller]
    fn sees(path: &str, source: &str, wanted: &str) {
        let names = resolved(path, source);
        assert!(names.iter().any(|name| name == wanted), "{wanted} is not among {names:?}");
    }

    #[test]
    fn imports_are_spelled_out() {
        sees(
            "src/model/size.rs",
            "use crate::cli::{self, find::{Filter, sort as order}};",
            "crate::cli::find::sort",
        );
        sees("src/model/size.rs", "pub(crate) use crate::cli;", "crate::cli");
    }

    #[test]
    fn super_chains_are_followed_from_where_they_stand() {
        sees("src/model/size.rs", "use super::super::cli::x;", "crate::cli::x");
        sees("src/model/size.rs", "mod tests { fn f() { super::super::super::cli::x() } }", "crate::cli::x");
        sees("src/model/mod.rs", "fn f() { super::cli::x() }", "crate::cli::x");
    }

    #[test]
    fn renames_are_followed() {
        sees("src/model.rs", "use super as root; fn f() { root::cli::x() }", "crate::cli::x");
        sees(
            "src/model.rs",
            "use std::env; mod tests { use super::*; fn f() { env::var(\"A\"); } }",
            "std::env::var",
        );
        sees("src/output/mod.rs", "mod console; use console::Screen;", "crate::output::console::Screen");
    }

    #[test]
    fn expressions_types_and_patterns_are_read() {
        for body in [
            "let x: crate::cli::X;",
            "crate::cli::X {};",
            "if let crate::cli::X = y {}",
            "<crate::cli::X as T>::y();",
        ] {
            sees("src/model.rs", &format!("fn f() {{ {body} }}"), "crate::cli::X");
        }
    }

    #[test]
    fn macros_and_attributes_are_read() {
        sees("src/model.rs", "fn f() { vec![format!(\"{}\", crate::cli::x())]; }", "crate::cli::x");
        sees("src/model.rs", "macro_rules! m { () => { $crate::cli::x() } }", "crate::cli::x");
        sees("src/model.rs", "m! { use crate::{model::A, cli::x}; }", "crate::cli::x");
        sees("src/model.rs", "#[serde(with = \"crate::cli::x\")] struct S;", "crate::cli::x");
        sees("src/model.rs", "#[derive(clap::Parser)] struct S;", "clap::Parser");
    }

    #[test]
    fn globs_reach_what_they_bring_in() {
        let name =
            |mention| Name { segments: vec!["std".into(), "env".into()], mention, line: 1, in_test: false };
        assert!(name(Mention::Glob).reaches("std::env::var"));
        assert!(!name(Mention::Import).reaches("std::env::var"));
    }
}
