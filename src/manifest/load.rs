//! An app folder as what is deployed, on which machines, with what secrets, and all that is wrong with how it is written.
//!
//! A function of the files alone: no network, no variable, no value of a secret. Rules beyond reading are elsewhere.

use std::ops::Range;

use super::check::{Subject, UserDataSize};
use super::convention::{self, Conventional};
use super::deployment::Deployment;
use super::document;
use super::document::secrets;
use super::fault::{Fault, Place};
use super::find::{Found, Mode};
use super::folder::{Folder, NoText, join};
use super::paths::FolderPath;
use super::placement::Placement;
use super::places::Places;
use super::secret::SecretSource;
use super::settings;
use super::templates::{self, Template, TemplateContent};
use super::yaml::{Mark, Node, ReadFault, with_line_feeds};
use crate::platform::files::FileError;
use crate::platform::folders::Kind;

/// What describes a portable deployment.
const MANIFEST: &str = "deployment.yaml";
/// What says on which machines a deployment is.
const CONFIG: &str = "config.yaml";

/// What an app folder says.
#[derive(Debug)]
pub struct Loaded {
    /// Where it is, and why it was taken for what it is.
    pub found: Found,
    /// The file of the deployment; none for a convention.
    pub manifest: Option<FolderPath>,
    /// The file of the placement, where there is one.
    pub config: Option<FolderPath>,
    /// What is deployed, as far as it was understood: it is whole where no fault is an error.
    pub deployment: Option<Deployment>,
    /// On which machines.
    pub placement: Option<Placement>,
    /// What machines stand on, the last word last; the plainest where none is said.
    pub templates: Vec<Template>,
    /// What that comes to: its packages are among the deployment's, its image is the placement's where that names none.
    pub start: TemplateContent,
    /// Where secret values come from.
    pub secrets: Vec<SecretSource>,
    /// What is wrong with it, by file and line.
    pub faults: Vec<Fault>,
    /// Where each thing was written.
    pub places: Places,
}

impl Loaded {
    /// What is judged further; nothing where there is no deployment to judge.
    #[must_use]
    pub fn subject(&self, user_data: Option<UserDataSize>) -> Option<Subject<'_>> {
        Some(Subject {
            root: &self.found.root,
            deployment: self.deployment.as_ref()?,
            placement: self.placement.as_ref(),
            cloud_config: Some(&self.start.cloud_config),
            user_data,
            places: &self.places,
        })
    }
}

/// Reads the app folder that was found.
///
/// # Errors
/// Where a folder can't be read at all. What is wrong in files is among the faults.
pub fn load(found: Found) -> Result<Loaded, FileError> {
    let folder = Folder::new(found.root.clone());
    let mut loaded = Loaded {
        found,
        manifest: None,
        config: None,
        deployment: None,
        placement: None,
        templates: Vec::new(),
        start: TemplateContent::default(),
        secrets: Vec::new(),
        faults: Vec::new(),
        places: Places::default(),
    };
    match loaded.found.mode {
        Mode::Portable => loaded.portable(&folder),
        Mode::Convention => loaded.convention(&folder)?,
    }
    loaded.configuration(&folder)?;
    if loaded.templates.is_empty() {
        let has_compose = loaded.deployment.as_ref().is_some_and(|all| !all.compose.is_empty());
        let name = if has_compose { "docker" } else { templates::DEFAULT };
        loaded.templates = vec![Template::Named(name.to_owned())];
    }
    loaded.stand_on_templates(&folder);
    loaded.faults.sort_by(|one, other| one.place.cmp(&other.place));
    Ok(loaded)
}

impl Loaded {
    fn portable(&mut self, folder: &Folder) {
        let Ok(path) = join(&self.found.folder, MANIFEST) else { return };
        let Some(text) = self.text(folder, &path, MISSING_MANIFEST) else { return };
        let source = Source { file: &path, text: &text, hidden: secrets::lines(&text) };
        let mut faults = Vec::new();
        if let Some(read) = document::document(folder, &self.found.folder, &text, &mut faults) {
            self.deployment = Some(read.deployment);
            self.templates = read.templates;
            self.secrets = read.secrets;
            for (thing, mark) in read.marks {
                self.places.note(thing, source.place(mark));
            }
        }
        self.faults.extend(faults.into_iter().map(|fault| source.fault(fault)));
        self.manifest = Some(path);
    }

    fn convention(&mut self, folder: &Folder) -> Result<(), FileError> {
        let Conventional { deployment, secrets, places, faults } = convention::conventional(folder)?;
        self.deployment = Some(deployment);
        self.secrets = secrets;
        self.places = places;
        self.faults.extend(faults);
        Ok(())
    }

    fn configuration(&mut self, folder: &Folder) -> Result<(), FileError> {
        let Some(path) = self.configuration_file(folder)? else { return Ok(()) };
        let Some(text) = self.text(folder, &path, MISSING_CONFIG) else { return Ok(()) };
        let name = self.found.root.file_name().unwrap_or_default().to_string_lossy();
        let source = Source { file: &path, text: &text, hidden: 0..0 };
        let mut faults = Vec::new();
        if let Some(read) = settings::settings(&name, &text, &mut faults) {
            self.placement = Some(read.placement);
            for (thing, mark) in read.marks {
                self.places.note(thing, source.place(mark));
            }
            if let Some(deployment) = &mut self.deployment {
                for (name, value) in read.environment {
                    deployment.environment.entry(name).or_insert(value);
                }
            }
        }
        self.faults.extend(faults.into_iter().map(|fault| source.fault(fault)));
        self.config = Some(path);
        Ok(())
    }

    fn stand_on_templates(&mut self, folder: &Folder) {
        for template in &self.templates {
            let content = match template {
                Template::Named(name) => TemplateContent::named(name).ok_or_else(Vec::new),
                Template::File(path) => match folder.text(path) {
                    Ok(text) => TemplateContent::read(path, &with_line_feeds(&text.unwrap_or_default())),
                    Err(error) => Err(vec![Fault::error("not-read", format!("{path} is not read: {error}"))]),
                },
            };
            match content {
                Ok(content) => self.start = std::mem::take(&mut self.start).with(content),
                Err(faults) => self.faults.extend(faults),
            }
        }
        self.faults.extend(self.start.notes.iter().cloned());
        if let Some(deployment) = &mut self.deployment {
            self.start.put_under(deployment);
        }
        let regions = self.placement.iter_mut().flat_map(|placement| &mut placement.regions);
        for region in regions.filter(|region| region.image.is_none()) {
            region.image = self.start.image.map(str::to_owned);
        }
    }

    /// The file beside what is deployed, else the one in the repository's root: for a portable deployment only one of the
    /// older tool, which read it there, since an application may have a `config.yaml` of its own.
    fn configuration_file(&mut self, folder: &Folder) -> Result<Option<FolderPath>, FileError> {
        let beside = join(&self.found.folder, CONFIG).ok();
        let at_root = join(&FolderPath::root(), CONFIG).ok();
        let is_there = |path: &Option<FolderPath>| match path {
            Some(path) => Ok(folder.kind(path)? == Some(Kind::File)),
            None => Ok(false),
        };
        let (has_beside, has_root) = (is_there(&beside)?, is_there(&at_root)?);
        if self.found.mode == Mode::Convention && has_beside && has_root {
            let message = format!(
                "{}/{CONFIG} and {CONFIG} are both there, and one says on which machines",
                self.found.folder
            );
            self.faults.push(Fault::error("two-files", message).hint("keep one of them"));
            return Ok(None);
        }
        if has_beside || !has_root {
            return Ok(beside);
        }
        let of_older_tool = |path: &FolderPath| {
            let text = folder.text(path).ok().flatten().unwrap_or_default();
            Node::read(&text, &mut Vec::new()).is_ok_and(|node| settings::is_older(&node))
        };
        let takes_root = self.found.mode == Mode::Convention || at_root.as_ref().is_some_and(of_older_tool);
        Ok(if takes_root { at_root } else { beside })
    }

    /// A file that has to be there.
    fn text(&mut self, folder: &Folder, path: &FolderPath, missing: (&str, &str)) -> Option<String> {
        let fault = match folder.text(path) {
            Ok(Some(text)) => return Some(with_line_feeds(&text)),
            Ok(None) => Fault::error("missing-file", format!("there is no {path}, which {}", missing.0))
                .hint(missing.1),
            Err(NoText::File(error)) => {
                let why = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
                Fault::error("not-read", format!("{error}: {why}"))
            }
            Err(error @ (NoText::TooLarge(_) | NoText::NotUtf8(_))) => {
                Fault::error("not-read", format!("{path}: {error}"))
            }
        };
        self.faults.push(fault);
        None
    }
}

const MISSING_MANIFEST: (&str, &str) = (
    "says what is deployed",
    "write one with version: 1 and deployment: below it; its keys: cloudkit help deployment",
);
const MISSING_CONFIG: (&str, &str) = (
    "says on which machines",
    "write one with regions: [us-east-1], types: [m7i.large] and ttl: 8h; its keys: cloudkit help deployment",
);

/// A file that was read.
struct Source<'s> {
    file: &'s FolderPath,
    text: &'s str,
    /// The lines that are not shown.
    hidden: Range<usize>,
}

impl Source<'_> {
    fn place(&self, mark: Mark) -> Place {
        // What is at the end of a text stands behind its last line.
        let last = self.text.lines().count().max(1);
        let line = mark.line.min(last);
        let text = self.text.lines().nth(line - 1).unwrap_or_default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let shown = (!self.hidden.contains(&line)).then(|| text.to_owned());
        let most = text.chars().count() + 1;
        let column = if mark.line > last { most } else { mark.column.min(most) };
        Place { file: self.file.clone(), line: Some(line), column: Some(column), text: shown }
    }

    fn fault(&self, fault: ReadFault) -> Fault {
        let ReadFault { mark, severity, rule, message, hint } = fault;
        let place = Some(self.place(mark.unwrap_or(Mark::START)));
        Fault { severity, rule, place, message, hint }
    }
}

#[cfg(test)]
mod tests;
