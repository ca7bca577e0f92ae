//! A `deployment/` folder without a file that describes it: what is in it says what is deployed.
//!
//! Nothing of one application, and no content of a file, is known here but the names in `packages.txt`.

use super::deployment::{
    Compose, DEFAULT_DIRECTORY, Deployment, OnFailure, Package, SCHEMA, Script, ScriptRun, SecretName,
    Service, Symlinks, Upload,
};
use super::document::health::of_compose;
use super::document::scripts::{TIMEOUT, free_name, stem};
use super::document::secrets::is_secret_name;
use super::document::units::{SUFFIXES, has_starter, project_of};
use super::document::{default_place, is_package, plain_name};
use super::fault::{Fault, Place};
use super::find::CONVENTION;
use super::folder::{Folder, NoText, join};
use super::paths::{FolderPath, MachinePath, Mode};
use super::places::{Places, Thing};
use super::secret::{SecretFrom, SecretSource};
use crate::platform::files::FileError;
use crate::platform::folders::Kind;

/// Scripts, those before `scripts/` and those after.
const FIRST_SCRIPTS: [&str; 2] = ["setup.sh", "init.sh"];
const LAST_SCRIPTS: [&str; 2] = ["install.sh", "start.sh"];

/// Folders whose content has a place of its own, and the mode of its files.
const PLACED: [(&str, &str, &str); 2] = [("configs", "/opt/configs", "644"), ("files", "/opt/files", "644")];
const SECRETS_PLACE: &str = "/opt/secrets";

/// Folders that hold units.
const UNIT_FOLDERS: [&str; 2] = ["services", "systemd"];

/// Where compose looks, in its own order.
const COMPOSE: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// Files of a language, and the packages that they imply.
const LANGUAGES: [(&str, [&str; 2]); 5] = [
    ("requirements.txt", ["python3", "python3-pip"]),
    ("package.json", ["nodejs", "npm"]),
    ("Gemfile", ["ruby", "bundler"]),
    ("go.mod", ["golang", ""]),
    ("Cargo.toml", ["cargo", ""]),
];

const PACKAGES: &str = "packages.txt";
const SECRETS: &str = "secrets";
const ENV: &str = ".env";
const CONFIG: &str = "config.yaml";

/// How deep `secrets/` may go.
const MOST_LEVELS: usize = 8;

/// What a folder says.
#[derive(Debug)]
pub(super) struct Conventional {
    pub(super) deployment: Deployment,
    pub(super) secrets: Vec<SecretSource>,
    pub(super) places: Places,
    pub(super) faults: Vec<Fault>,
}

/// By what in it a `deployment/` folder is one; nothing where it has nothing that is known.
pub(super) fn reason(folder: &Folder) -> Result<Option<String>, FileError> {
    let reading = Reading::new(folder);
    let names = folder.names(&reading.base)?;
    let files = FIRST_SCRIPTS.iter().chain(&LAST_SCRIPTS).chain(&COMPOSE).copied().chain([PACKAGES, ENV]);
    let files = files.chain(LANGUAGES.iter().map(|(name, _)| *name));
    for name in files {
        if names.iter().any(|other| other == name) && reading.kind(name)? == Some(Kind::File) {
            return Ok(Some(name.to_owned()));
        }
    }
    if let Some(unit) = names.iter().find(|name| is_unit(name)) {
        return Ok(Some(unit.clone()));
    }
    let folders = PLACED.iter().map(|(name, _, _)| *name).chain(UNIT_FOLDERS).chain([SECRETS]);
    for name in folders {
        if !reading.names(name)?.is_empty() {
            return Ok(Some(format!("{name}/")));
        }
    }
    let has_scripts = reading.names("scripts")?.iter().any(|name| name.ends_with(".sh"));
    Ok(has_scripts.then(|| "scripts/".to_owned()))
}

/// Reads what is in the folder `deployment/` of a repository.
pub(super) fn conventional(folder: &Folder) -> Result<Conventional, FileError> {
    let mut reading = Reading::new(folder);
    let packages = reading.packages()?;
    let compose: Vec<Compose> = reading.compose()?.into_iter().collect();
    let uploads = reading.uploads(&compose)?;
    let scripts = reading.scripts()?;
    let services = reading.services()?;
    let (secrets, sources) = reading.secrets()?;
    let deployment = Deployment {
        schema: SCHEMA.to_owned(),
        packages,
        uploads,
        tarballs: Vec::new(),
        scripts,
        services,
        health: compose.iter().map(of_compose).collect(),
        compose,
        secrets,
        environment: std::collections::BTreeMap::new(),
        hooks: Vec::new(),
        on_failure: OnFailure::default(),
    };
    Ok(Conventional { deployment, secrets: sources, places: reading.places, faults: reading.faults })
}

fn is_unit(name: &str) -> bool {
    SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}

struct Reading<'f> {
    folder: &'f Folder,
    base: FolderPath,
    places: Places,
    faults: Vec<Fault>,
}

impl<'f> Reading<'f> {
    fn new(folder: &'f Folder) -> Self {
        let base = CONVENTION.parse().unwrap_or_else(|_| FolderPath::root());
        Self { folder, base, places: Places::default(), faults: Vec::new() }
    }

    /// Something in `deployment/`; what is no path is in no folder.
    fn path(&self, name: &str) -> Option<FolderPath> {
        join(&self.base, name).ok()
    }

    fn kind(&self, name: &str) -> Result<Option<Kind>, FileError> {
        self.path(name).map_or(Ok(None), |path| self.folder.kind(&path))
    }

    fn names(&self, name: &str) -> Result<Vec<String>, FileError> {
        self.path(name).map_or(Ok(Vec::new()), |path| self.folder.names(&path))
    }

    fn file(&self, name: &str) -> Result<Option<FolderPath>, FileError> {
        Ok(if self.kind(name)? == Some(Kind::File) { self.path(name) } else { None })
    }

    fn note(&mut self, thing: Thing, file: &FolderPath) {
        self.places.note(thing, Place { file: file.clone(), line: None, column: None, text: None });
    }

    fn packages(&mut self) -> Result<Vec<Package>, FileError> {
        let mut packages: Vec<Package> = Vec::new();
        for base in [FolderPath::root(), self.base.clone()] {
            for (name, implied) in LANGUAGES {
                let Ok(path) = join(&base, name) else { continue };
                if self.folder.kind(&path)? == Some(Kind::File) {
                    if base == FolderPath::root() {
                        self.not_deployed(&path);
                    }
                    for name in implied.into_iter().filter(|name| !name.is_empty()) {
                        self.add(&mut packages, Package::named(name), &path, None);
                    }
                }
            }
        }
        if let Some(path) = self.file(PACKAGES)? {
            match self.folder.text(&path) {
                Ok(text) => self.listed(&mut packages, &path, &text.unwrap_or_default()),
                Err(NoText::File(error)) => return Err(error),
                Err(error) => {
                    let fault = Fault::error("not-read", format!("{path} is not read: {error}"));
                    self.faults.push(fault);
                }
            }
        }
        Ok(packages)
    }

    /// A file of the root tells of a program there, and nothing of the root is placed on a machine.
    fn not_deployed(&mut self, path: &FolderPath) {
        let message = format!(
            "packages are installed for {path}, and files beside {CONVENTION}/ do not go to machines"
        );
        let place = Place { file: path.clone(), line: None, column: None, text: None };
        let hint = format!(
            "put what is deployed into {CONVENTION}/files/, which goes to /opt/files, or write .spot/deployment.yaml with uploads: [{{source: .., dest: /opt/app}}]"
        );
        self.faults.push(Fault::note("root-not-deployed", message).at(place).hint(hint));
    }

    /// The packages of `packages.txt`: names, or `name=version`; what follows a `#` is for people.
    fn listed(&mut self, packages: &mut Vec<Package>, path: &FolderPath, text: &str) {
        for (number, line) in text.lines().enumerate() {
            let said = line.split('#').next().unwrap_or_default();
            for word in said.split_whitespace() {
                let (name, version) = match word.split_once('=') {
                    Some((name, version)) => (name, Some(version.to_owned())),
                    None => (word, None),
                };
                let column = line.find(word).map(|at| line[..at].chars().count() + 1);
                let place =
                    Place { file: path.clone(), line: Some(number + 1), column, text: Some(line.to_owned()) };
                if !is_package(name) || version.as_deref().is_some_and(|version| !is_package(version)) {
                    let message = format!("{word:?} is no name of a package");
                    self.faults.push(Fault::error("bad-value", message).at(place));
                    continue;
                }
                self.add(packages, Package { version, ..Package::named(name) }, path, Some(place));
            }
        }
    }

    fn add(
        &mut self,
        packages: &mut Vec<Package>,
        package: Package,
        path: &FolderPath,
        place: Option<Place>,
    ) {
        if let Some(other) = packages.iter_mut().find(|other| other.name == package.name) {
            other.version = other.version.take().or(package.version);
            return;
        }
        self.note(Thing::Package(packages.len()), path);
        place.into_iter().for_each(|place| self.places.note(Thing::Package(packages.len()), place));
        packages.push(package);
    }

    fn compose(&mut self) -> Result<Option<Compose>, FileError> {
        for base in [self.base.clone(), FolderPath::root()] {
            for name in COMPOSE {
                let Ok(file) = join(&base, name) else { continue };
                if self.folder.kind(&file)? == Some(Kind::File) {
                    let Some(destination) = default_place(name) else { continue };
                    self.note(Thing::Compose(0), &file);
                    return Ok(Some(Compose { name: project_of(&file), file, destination }));
                }
            }
        }
        Ok(None)
    }

    fn uploads(&mut self, compose: &[Compose]) -> Result<Vec<Upload>, FileError> {
        let mut uploads = Vec::new();
        let own = PLACED.iter().map(|(name, _, _)| *name).chain(UNIT_FOLDERS);
        let mut exclude: Vec<String> = own.map(|name| format!("/{name}/")).collect();
        exclude.extend([PACKAGES, CONFIG].map(|name| format!("/{name}")));
        exclude.extend(SUFFIXES.map(|suffix| format!("/*{suffix}")));
        let in_folder =
            compose.iter().filter(|compose| compose.file.as_str().starts_with(self.base.as_str()));
        exclude.extend(in_folder.map(|compose| format!("/{}", compose.file.file_name())));
        uploads.extend(self.upload(self.base.clone(), DEFAULT_DIRECTORY, None, exclude));
        for (name, place, mode) in PLACED {
            if self.kind(name)? == Some(Kind::Folder) {
                let Some(source) = self.path(name) else { continue };
                uploads.extend(self.upload(source, place, Some(mode), Vec::new()));
            }
        }
        for (at, upload) in uploads.iter().enumerate() {
            self.note(Thing::Upload(at), &upload.source);
        }
        Ok(uploads)
    }

    /// A folder, without what is secret wherever it is in it.
    fn upload(
        &self,
        source: FolderPath,
        place: &str,
        mode: Option<&str>,
        mut exclude: Vec<String>,
    ) -> Option<Upload> {
        exclude.extend([format!("{SECRETS}/"), ENV.to_owned(), format!("{ENV}.*")]);
        let mode: Option<Mode> = mode.and_then(|mode| mode.parse().ok());
        let destination = place.parse().ok()?;
        Some(Upload { source, destination, mode, owner: None, exclude, symlinks: Symlinks::Keep })
    }

    fn scripts(&mut self) -> Result<Vec<Script>, FileError> {
        let mut files = Vec::new();
        for name in FIRST_SCRIPTS {
            if let Some(file) = self.file(name)?.filter(|_| files.is_empty()) {
                files.push(file);
            }
        }
        for name in self.names("scripts")?.iter().filter(|name| name.ends_with(".sh")) {
            files.extend(self.file(&format!("scripts/{name}"))?);
        }
        for name in LAST_SCRIPTS {
            files.extend(self.file(name)?);
        }
        let mut scripts: Vec<Script> = Vec::new();
        for file in files {
            let by_itself = plain_name(stem(file.file_name()));
            let name = free_name(&by_itself, || scripts.iter().map(|script| script.name.as_str()));
            let Ok(working_directory) = DEFAULT_DIRECTORY.parse::<MachinePath>() else { continue };
            self.note(Thing::Script(scripts.len()), &file);
            scripts.push(Script {
                name,
                run: ScriptRun::File(file),
                working_directory,
                user: "root".to_owned(),
                environment: std::collections::BTreeMap::new(),
                timeout: TIMEOUT,
                retries: 0,
            });
        }
        Ok(scripts)
    }

    fn services(&mut self) -> Result<Vec<Service>, FileError> {
        let mut services: Vec<Service> = Vec::new();
        for folder in ["."].into_iter().chain(UNIT_FOLDERS) {
            for name in self.names(folder)? {
                let Some(file) = self.file(&format!("{folder}/{name}"))?.filter(|_| is_unit(&name)) else {
                    continue;
                };
                if let Some(other) = services.iter().find(|other| other.name == name) {
                    let other = other.file.as_ref().map_or("", FolderPath::as_str);
                    let message = format!("{name} is there twice: as {other} too");
                    let place = Place { file, line: None, column: None, text: None };
                    self.faults.push(Fault::error("duplicate-name", message).at(place));
                    continue;
                }
                let drop_ins = self.drop_ins(folder, &name)?;
                self.note(Thing::Service(services.len()), &file);
                services.push(Service {
                    name,
                    file: Some(file),
                    drop_ins,
                    enabled: true,
                    start: true,
                    restart_on_change: true,
                });
            }
        }
        for at in 0..services.len() {
            if has_starter(&services, &services[at].name) {
                services[at].enabled = false;
                services[at].start = false;
            }
        }
        Ok(services)
    }

    fn drop_ins(&self, folder: &str, name: &str) -> Result<Vec<FolderPath>, FileError> {
        let below = format!("{folder}/{name}.d");
        let mut drop_ins = Vec::new();
        for name in self.names(&below)?.iter().filter(|name| name.ends_with(".conf")) {
            drop_ins.extend(self.file(&format!("{below}/{name}"))?);
        }
        Ok(drop_ins)
    }

    fn secrets(&mut self) -> Result<(Vec<SecretName>, Vec<SecretSource>), FileError> {
        let mut files = Vec::new();
        self.secret_files(SECRETS, MOST_LEVELS, &mut files)?;
        let mut found: Vec<(String, Option<MachinePath>, FolderPath)> = Vec::new();
        for path in files {
            let Some(file) = self.path(&path) else { continue };
            let below = path.strip_prefix(SECRETS).unwrap_or(&path).trim_start_matches('/');
            let name = below.replace('/', ".");
            found.push((name, format!("{SECRETS_PLACE}/{below}").parse().ok(), file));
        }
        if let Some(file) = self.file(ENV)? {
            found.push(("dotenv".to_owned(), default_place(ENV), file));
        }
        let (mut names, mut sources): (Vec<SecretName>, Vec<SecretSource>) = (Vec::new(), Vec::new());
        for (name, destination, file) in found {
            let place = Place { file: file.clone(), line: None, column: None, text: None };
            let is_taken = names.iter().any(|other| other.name == name);
            if is_taken || !is_secret_name(&name) {
                let (rule, why) = if is_taken {
                    ("duplicate-name", "another secret has this name too")
                } else {
                    (
                        "bad-value",
                        "a secret's name is of letters, digits, _, - and ., and begins with none of the last two",
                    )
                };
                self.faults
                    .push(Fault::error(rule, format!("{name:?}: {why}")).at(place).hint("rename the file"));
                continue;
            }
            self.places.note(Thing::Secret(names.len()), place);
            names.push(SecretName { name: name.clone(), destination });
            sources.push(SecretSource { name, from: SecretFrom::File(file) });
        }
        Ok((names, sources))
    }

    fn secret_files(
        &mut self,
        folder: &str,
        levels: usize,
        files: &mut Vec<String>,
    ) -> Result<(), FileError> {
        for name in self.names(folder)? {
            let path = format!("{folder}/{name}");
            match self.kind(&path)? {
                Some(Kind::File) if name != ".gitkeep" && name != ".gitignore" => files.push(path),
                Some(Kind::Folder) if levels > 0 => self.secret_files(&path, levels - 1, files)?,
                Some(Kind::Folder) => {
                    let message = format!("{path} is deeper than {MOST_LEVELS} folders, and not looked into");
                    self.faults.push(Fault::error("not-read", message));
                }
                Some(Kind::File | Kind::Other) | None => {}
            }
        }
        Ok(())
    }
}
