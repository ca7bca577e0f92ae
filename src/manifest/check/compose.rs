//! Rules for compose files: that they are YAML and have services which can be made.
//!
//! What compose itself makes of the file is seen on the machine.
//! <https://docs.docker.com/reference/compose-file/>

use serde_yaml::{Mapping, Value};

use super::gathered::{Gathered, Source, read_text};
use super::provided::{Provided, who_brings};
use super::{Thing, images};
use crate::manifest::deployment::Compose;
use crate::manifest::{Fault, Place};

pub(super) fn check(gathered: &Gathered<'_>) -> Vec<Fault> {
    let all = gathered.subject.deployment.compose.iter().enumerate();
    let mut faults: Vec<Fault> = all.flat_map(|(index, compose)| of_file(gathered, index, compose)).collect();
    let is_docker_there =
        ["docker", "docker-compose", "docker-compose-v2", "docker-compose-plugin"].iter().any(|name| {
            images::packages_bring(&gathered.subject.deployment.packages, name) || gathered.mentions(name)
        });
    if !gathered.subject.deployment.compose.is_empty() && !is_docker_there {
        let fault = Fault::warning("no-docker", "there is a compose file, and nothing here brings docker");
        faults.push(gathered.at(&Thing::Compose(0), fault.hint("add a line template: docker")));
    }
    faults
}

fn of_file(gathered: &Gathered<'_>, index: usize, compose: &Compose) -> Vec<Fault> {
    let thing = Thing::Compose(index);
    let text = match read_text(gathered.subject.root, &compose.file, "compose file") {
        Ok(text) => text,
        Err(fault) => return vec![gathered.at(&thing, *fault)],
    };
    let source = Source { file: compose.file.clone(), text };
    match serde_yaml::from_str::<Value>(&source.text) {
        Err(error) => {
            let place =
                error.location().map_or_else(|| source.whole(), |at| source.place(at.line(), at.column()));
            vec![Fault::error("yaml", format!("this is not YAML: {error}")).at(place)]
        }
        Ok(document) => of_document(gathered, compose, &source, &document),
    }
}

fn of_document(gathered: &Gathered<'_>, compose: &Compose, source: &Source, document: &Value) -> Vec<Fault> {
    let services =
        document.get("services").and_then(Value::as_mapping).filter(|services| !services.is_empty());
    let includes = document.get("include").is_some();
    let Some(services) = services else {
        if includes {
            return Vec::new();
        }
        return vec![
            Fault::error("compose-services", format!("{} has no services", source.file.as_str()))
                .at(source.whole())
                .hint("add services: with one that has an image:"),
        ];
    };
    let of = |(name, service): (&Value, &Value)| {
        let name = name.as_str().unwrap_or_default();
        let place = || key_place(source, name);
        match service.as_mapping() {
            Some(service) => of_service(gathered, compose, name, service, &place),
            None => vec![
                Fault::error("compose-services", format!("the service {name} says nothing"))
                    .at(place())
                    .hint("give it an image:"),
            ],
        }
    };
    services.iter().flat_map(of).collect()
}

fn of_service(
    gathered: &Gathered<'_>,
    compose: &Compose,
    name: &str,
    service: &Mapping,
    place: &dyn Fn() -> Place,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !["image", "build", "extends", "provider"].iter().any(|key| service.contains_key(key)) {
        let fault =
            Fault::error("compose-services", format!("the service {name} has neither image nor build"));
        faults.push(fault.at(place()).hint("say what it runs: image: nginx:stable"));
    }
    let context = service
        .get("build")
        .and_then(|build| build.as_str().or_else(|| build.get("context").and_then(Value::as_str)));
    let folder = compose.destination.as_str().rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_here = |path: &&str| !path.contains("://") && !path.contains('$') && !path.starts_with("git@");
    let files = match service.get("env_file") {
        Some(Value::String(file)) => vec![file.as_str()],
        Some(Value::Sequence(files)) => files.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let named =
        context.into_iter().map(|path| ("builds", path)).chain(files.into_iter().map(|path| ("reads", path)));
    for (verb, path) in named.filter(|(_, path)| is_here(path)) {
        let whole = on_machine(folder, path);
        if matches!(who_brings(gathered, &whole), Provided::Nobody | Provided::MissingInUpload) {
            let message = format!("the service {name} {verb} {path}, and nothing is uploaded to {whole}");
            let hint =
                format!("upload it: uploads: [{{source: {}, dest: {whole}}}]", path.trim_start_matches("./"));
            faults.push(Fault::warning("compose-file-missing", message).at(place()).hint(hint));
        }
    }
    faults
}

/// Where a path of the file is on the machine.
fn on_machine(folder: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The line of a service.
fn key_place(source: &Source, name: &str) -> Place {
    let is_it = |line: &str| {
        line.starts_with([' ', '\t'])
            && line.trim_start().trim_matches(['"', '\'']).starts_with(&format!("{name}:"))
    };
    source.text.lines().position(is_it).map_or_else(|| source.whole(), |at| source.line(at + 1))
}
