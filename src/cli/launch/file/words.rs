//! A launch file as the arguments that mean the same.
//!
//! Whether a value is a good one is the parser's to say, as for any argument.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::document::{Document, NoDocument, Node};
use super::fault::{FileFault, Place};
use super::keys::{Key, Keys, Kind};
use crate::catalog;
use crate::platform::Process;

/// A launch file: its name as it was typed, and what is in it.
#[derive(Debug)]
pub(super) struct LaunchFile {
    name: String,
    folder: PathBuf,
    document: Document,
}

/// What the command line says already: it goes over the file.
pub(super) trait Typed {
    /// Whether a flag was typed.
    fn has(&self, key: &Key<'_>) -> bool;
    /// Whether one of KEY=VALUE was typed with this key.
    fn has_pair(&self, key: &Key<'_>, pair: &str) -> bool;
}

impl LaunchFile {
    /// Reads the text of a file whose paths are relative to `folder`.
    pub(super) fn read(name: &str, folder: &Path, content: Vec<u8>) -> Result<Self, FileFault> {
        let name = name.to_owned();
        let text = String::from_utf8(content).map_err(|error| FileFault::NotText {
            file: name.clone(),
            byte: error.utf8_error().valid_up_to() + 1,
        })?;
        let document = Document::read(&text).map_err(|fault| match fault {
            NoDocument::Empty => FileFault::Empty(name.clone()),
            NoDocument::NotAMapping => FileFault::NotAMapping(name.clone()),
            NoDocument::NotYaml(source) => {
                let line = source.location().map(|location| location.line());
                FileFault::NotYaml { place: Place { file: name.clone(), line }, source }
            }
        })?;
        Ok(Self { name, folder: folder.to_owned(), document })
    }

    /// The arguments that say what the file says, but for what was typed.
    pub(super) fn words(
        &self,
        keys: &Keys<'_>,
        typed: &impl Typed,
        process: &Process,
    ) -> Result<Vec<OsString>, FileFault> {
        let mut words = Vec::new();
        for (at, (name, node)) in self.document.entries.iter().enumerate() {
            let key = self.key(keys, at, name)?;
            let values = self.values(key, at, node)?;
            let contradicted = || {
                keys.all.iter().any(|other| typed.has(other) && keys.contradict(key.argument, other.argument))
            };
            let is_settled = match key.kind {
                Kind::Pairs { .. } => contradicted(),
                _ => typed.has(key) || contradicted(),
            };
            if is_settled {
                continue;
            }
            for value in values {
                words.extend(self.word(key, at, value, typed, process)?);
            }
        }
        Ok(words)
    }

    /// The place of a key, and of one of its values where that one is found.
    pub(super) fn place_of(&self, name: &str, value: Option<&str>) -> Option<Place> {
        let at = self.document.entries.iter().position(|(key, _)| key == name)?;
        let (_, node) = self.document.entries.get(at)?;
        let below = value.and_then(|value| match node {
            Node::List(nodes) => {
                nodes.iter().position(|node| matches!(node, Node::Text(text) if text == value))
            }
            Node::Mapping(entries) => entries.iter().position(|(key, _)| {
                value.strip_prefix(key.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
            }),
            Node::Nothing | Node::Text(_) => None,
        });
        Some(self.place(&below.map_or_else(|| vec![at], |below| vec![at, below])))
    }

    /// The names of its keys.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.document.entries.iter().map(|(name, _)| name.as_str())
    }

    fn place(&self, path: &[usize]) -> Place {
        Place { file: self.name.clone(), line: self.document.line(path) }
    }

    fn key<'k, 'c>(&self, keys: &'k Keys<'c>, at: usize, name: &str) -> Result<&'k Key<'c>, FileFault> {
        let place = || self.place(&[at]);
        let Some(key) = keys.get(name) else {
            if let Some(reason) = keys.why_not(name) {
                return Err(FileFault::NotInAFile { place: place(), key: name.to_owned(), reason });
            }
            let nearest = catalog::nearest(name, keys.all.iter().map(|key| key.name));
            let nearest = nearest.first().map(|nearest| (*nearest).to_owned());
            return Err(FileFault::UnknownKey { place: place(), key: name.to_owned(), nearest });
        };
        match self.names().position(|earlier| earlier == name) {
            Some(earlier) if earlier < at => Err(FileFault::Twice {
                place: place(),
                key: name.to_owned(),
                first: self.document.line(&[earlier]).unwrap_or_default(),
            }),
            _ => Ok(key),
        }
    }

    /// The values that a key is given, each as a flag takes it; `None` is the flag alone.
    fn values(&self, key: &Key<'_>, at: usize, node: &Node) -> Result<Vec<Option<String>>, FileFault> {
        let wrong = |node: &Node, path: &[usize]| self.wrong(key, path, node);
        match (key.kind, node) {
            (Kind::Switch, Node::Text(text)) if text == "false" => Ok(Vec::new()),
            (Kind::Switch | Kind::OneOrAlone, Node::Text(text)) if text == "true" => Ok(vec![None]),
            (Kind::OneOrAlone, Node::Text(text)) if text == "false" => Ok(Vec::new()),
            (Kind::One | Kind::OneOrAlone | Kind::List | Kind::Pairs { .. }, Node::Text(text)) => {
                Ok(vec![Some(text.clone())])
            }
            (Kind::List | Kind::Pairs { .. }, Node::List(nodes)) => nodes
                .iter()
                .enumerate()
                .map(|(below, node)| match node {
                    Node::Text(text) => Ok(Some(text.clone())),
                    other => Err(wrong(other, &[at, below])),
                })
                .collect(),
            (Kind::Pairs { alone }, Node::Mapping(entries)) => entries
                .iter()
                .enumerate()
                .map(|(below, entry)| match entry {
                    (pair, _) if entries.iter().take(below).any(|(earlier, _)| earlier == pair) => {
                        Err(self.pair_twice(key, &[at, below], entries, pair))
                    }
                    (pair, Node::Text(text)) => Ok(Some(format!("{pair}={text}"))),
                    (pair, Node::Nothing) if alone => Ok(Some(pair.clone())),
                    (pair, Node::Nothing) => Err(FileFault::NoValue {
                        place: self.place(&[at, below]),
                        key: format!("{pair} of {}", key.name),
                    }),
                    (_, other) => Err(wrong(other, &[at, below])),
                })
                .collect(),
            (_, other) => Err(wrong(other, &[at])),
        }
    }

    fn pair_twice(&self, key: &Key<'_>, path: &[usize], entries: &[(String, Node)], pair: &str) -> FileFault {
        let first = entries.iter().position(|(earlier, _)| earlier == pair).unwrap_or_default();
        let first = self.document.line(&[path.first().copied().unwrap_or_default(), first]);
        FileFault::Twice {
            place: self.place(path),
            key: format!("{pair} of {}", key.name),
            first: first.unwrap_or_default(),
        }
    }

    fn wrong(&self, key: &Key<'_>, path: &[usize], node: &Node) -> FileFault {
        let (place, key, kind) = (self.place(path), key.name.to_owned(), key.kind);
        let is = match node {
            Node::Nothing => return FileFault::NoValue { place, key },
            Node::Text(text) => format!("{text:?}"),
            Node::List(_) => "a list".to_owned(),
            Node::Mapping(_) => "a mapping".to_owned(),
        };
        let expected = match kind {
            Kind::Switch => "true or false",
            Kind::One => "one value",
            Kind::OneOrAlone => "one value, or true",
            Kind::List => "a value or a list of values",
            Kind::Pairs { .. } => "a mapping of names to values, or a list of KEY=VALUE",
        };
        FileFault::WrongKind { place, key, is, expected }
    }

    /// One argument; none where the command line has another value for the same name.
    fn word(
        &self,
        key: &Key<'_>,
        at: usize,
        value: Option<String>,
        typed: &impl Typed,
        process: &Process,
    ) -> Result<Option<OsString>, FileFault> {
        let mut word = OsString::from(format!("--{}", key.name));
        let Some(value) = value else { return Ok(Some(word)) };
        if let Kind::Pairs { .. } = key.kind {
            let pair = value.split_once('=').map_or(value.as_str(), |(pair, _)| pair);
            if typed.has_pair(key, pair) {
                return Ok(None);
            }
        }
        word.push("=");
        if key.is_path() {
            let path = self.path(&value, process).map_err(|source| FileFault::NoHome {
                place: self.place(&[at]),
                key: key.name.to_owned(),
                source,
            })?;
            word.push(path);
        } else {
            word.push(value);
        }
        Ok(Some(word))
    }

    /// A path of the file: relative to the file's folder, `~/` being the home.
    fn path(&self, path: &str, process: &Process) -> Result<PathBuf, crate::platform::process::NoHome> {
        match path.strip_prefix('~') {
            Some("") => Ok(process.home()?.to_owned()),
            Some(below) if below.starts_with('/') => Ok(process.home()?.join(below.trim_start_matches('/'))),
            // An empty value stays one, so that it is refused as one.
            _ if path.is_empty() => Ok(PathBuf::new()),
            _ => Ok(self.folder.join(path)),
        }
    }
}
