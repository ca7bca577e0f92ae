//! What the rules go by, read once: the uploaded files, the scripts' texts, the units.
//!
//! A file that can't be read is a fault here, so that no rule has to say so again.

use std::path::Path;

use super::tree::{Placed, Walk};
use super::{Subject, Thing};
use crate::manifest::deployment::{ScriptRun, Service};
use crate::manifest::unit::{Settings, UnitName, UnitText};
use crate::manifest::{Fault, FolderPath, Place};

/// Larger texts are not looked through.
const LARGEST_TEXT: u64 = 4 * 1024 * 1024;

/// Everything that was read.
pub(super) struct Gathered<'s> {
    pub(super) subject: Subject<'s>,
    pub(super) placed: Vec<Placed>,
    pub(super) scripts: Vec<ScriptText>,
    pub(super) units: Vec<UnitAt<'s>>,
    pub(super) faults: Vec<Fault>,
    /// All that is run before the services are, as one text.
    spoken: String,
}

/// A text of the app folder.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) file: FolderPath,
    pub(super) text: String,
}

/// A script or a hook that is a file.
pub(super) struct ScriptText {
    pub(super) thing: Thing,
    pub(super) source: Source,
}

/// A unit of the deployment.
pub(super) struct UnitAt<'s> {
    pub(super) index: usize,
    pub(super) service: &'s Service,
    pub(super) name: Option<UnitName>,
    /// The unit's own file, where it has one, then its drop-ins.
    pub(super) files: Vec<UnitFile>,
}

/// A unit file or a drop-in.
pub(super) struct UnitFile {
    pub(super) source: Source,
    pub(super) unit: UnitText,
}

impl Source {
    /// A line of it, and a column of that line.
    pub(super) fn place(&self, line: usize, column: usize) -> Place {
        Place { column: Some(column), ..self.line(line) }
    }

    /// A line of it.
    pub(super) fn line(&self, line: usize) -> Place {
        let text = self.text.lines().nth(line.saturating_sub(1));
        Place {
            file: self.file.clone(),
            line: Some(line),
            column: None,
            text: text.map(|line| line.trim_end().to_owned()),
        }
    }

    /// All of it.
    pub(super) fn whole(&self) -> Place {
        Place { file: self.file.clone(), line: None, column: None, text: None }
    }
}

impl UnitAt<'_> {
    /// What its files say together.
    pub(super) fn settings(&self) -> Settings<'_> {
        Settings::of(self.files.iter().map(|file| &file.unit))
    }

    /// Where a setting of [`Self::settings`] stands.
    pub(super) fn place(&self, (file, setting): (usize, &crate::manifest::unit::Setting)) -> Option<Place> {
        self.files.get(file).map(|file| file.source.place(setting.line, setting.column))
    }

    /// The unit's own file.
    pub(super) fn own(&self) -> Option<&UnitFile> {
        self.service.file.as_ref().and_then(|named| self.files.iter().find(|file| file.source.file == *named))
    }
}

impl<'s> Gathered<'s> {
    pub(super) fn of(subject: Subject<'s>) -> Self {
        let mut gathered = Self {
            subject,
            placed: Vec::new(),
            scripts: Vec::new(),
            units: Vec::new(),
            faults: Vec::new(),
            spoken: String::new(),
        };
        gathered.walk_uploads();
        gathered.read_scripts();
        gathered.read_units();
        gathered.listen();
        gathered
    }

    /// Whether anything that is run before the services names this.
    pub(super) fn mentions(&self, words: &str) -> bool {
        self.spoken.contains(words)
    }

    /// A fault at the place where a thing was written.
    pub(super) fn at(&self, thing: &Thing, fault: Fault) -> Fault {
        match self.subject.places.of(thing) {
            Some(place) => fault.at(place.clone()),
            None => fault,
        }
    }

    fn walk_uploads(&mut self) {
        for (index, upload) in self.subject.deployment.uploads.iter().enumerate() {
            let place = self.subject.places.of(&Thing::Upload(index)).cloned();
            let walk = Walk::whole(self.subject.root, index, upload, place);
            self.placed.extend(walk.placed);
            self.faults.extend(walk.faults);
        }
    }

    fn read_scripts(&mut self) {
        let deployment = self.subject.deployment;
        let scripts = deployment.scripts.iter().enumerate().filter_map(|(index, script)| match &script.run {
            ScriptRun::File(file) => Some((Thing::Script(index), file)),
            ScriptRun::Command(_) => None,
        });
        let hooks = deployment.hooks.iter().enumerate().map(|(index, hook)| (Thing::Hook(index), &hook.file));
        for (thing, file) in scripts.chain(hooks) {
            if let Some(source) = self.read(&thing, file, "script") {
                self.scripts.push(ScriptText { thing, source });
            }
        }
    }

    fn read_units(&mut self) {
        for (index, service) in self.subject.deployment.services.iter().enumerate() {
            let thing = Thing::Service(index);
            let mut files = Vec::new();
            for file in service.file.iter().chain(&service.drop_ins) {
                if let Some(source) = self.read(&thing, file, "unit") {
                    files.push(UnitFile { unit: UnitText::read(&source.text), source });
                }
            }
            self.units.push(UnitAt { index, service, name: service.name.parse().ok(), files });
        }
    }

    fn listen(&mut self) {
        for script in self.scripts.iter().filter(|script| matches!(script.thing, Thing::Script(_))) {
            self.spoken.push_str(&without_comments(&script.source.text));
        }
        for script in &self.subject.deployment.scripts {
            if let ScriptRun::Command(command) = &script.run {
                self.spoken.push_str(&without_comments(command));
            }
        }
        // A script that runs another one of the uploads speaks with its words, too.
        let called: Vec<String> = self
            .placed
            .iter()
            .filter(|file| file.source.as_str().ends_with(".sh") && file.bytes() < LARGEST_TEXT)
            .filter(|file| self.spoken.contains(file.source.file_name()))
            .filter_map(|file| std::fs::read_to_string(&file.path).ok())
            .collect();
        self.spoken.extend(called.iter().map(|text| without_comments(text)));
    }

    /// A text that a thing names; what is in the way is a fault.
    pub(super) fn read(&mut self, thing: &Thing, file: &FolderPath, what: &str) -> Option<Source> {
        match read_text(self.subject.root, file, what) {
            Ok(text) => Some(Source { file: file.clone(), text }),
            Err(fault) => {
                let fault = self.at(thing, *fault);
                self.faults.push(fault);
                None
            }
        }
    }
}

/// What is run of a script: a comment names what it likes and makes nothing.
fn without_comments(text: &str) -> String {
    text.lines().flat_map(|line| [code_of(line), "\n"]).collect()
}

/// A line up to its comment, which begins with a `#` outside quotes, where a word could begin.
fn code_of(line: &str) -> &str {
    let (mut quote, mut begins_word) = (None, true);
    for (at, c) in line.char_indices() {
        match (c, quote) {
            ('#', None) if begins_word => return &line[..at],
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            _ => {}
        }
        begins_word = c.is_whitespace() || c == ';';
    }
    line
}

/// The text of a file of the app folder.
pub(super) fn read_text(root: &Path, file: &FolderPath, what: &str) -> Result<String, Box<Fault>> {
    text_of(root, file, what).map_err(Box::new)
}

#[expect(clippy::result_large_err, reason = "boxed by its one caller")]
fn text_of(root: &Path, file: &FolderPath, what: &str) -> Result<String, Fault> {
    let path = file.below(root);
    let name = file.as_str();
    let metadata = path.metadata().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Fault::error("missing-file", format!("there is no {what} {name}"))
            .hint("paths count from the app folder"),
        _ => Fault::error("unreadable-file", format!("{name} can't be read: {error}")),
    })?;
    if metadata.is_dir() {
        return Err(Fault::error("not-a-file", format!("{name} is a folder, where a {what} is wanted"))
            .hint(format!("name the file in it: {name}/…")));
    }
    if metadata.len() > LARGEST_TEXT {
        return Err(Fault::error(
            "not-text",
            format!("{name} is {} bytes, which no {what} is", metadata.len()),
        ));
    }
    let bytes = std::fs::read(&path)
        .map_err(|error| Fault::error("unreadable-file", format!("{name} can't be read: {error}")))?;
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')).ok_or_else(|| {
        Fault::error("not-text", format!("{name} is no text in UTF-8, where a {what} is wanted"))
            .hint("a program goes along as an upload, and a unit or a script of a line runs it")
    })
}
