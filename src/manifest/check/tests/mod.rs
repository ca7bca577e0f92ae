//! Rules, each on an app folder that breaks it and on one that does not.

mod files;
mod scaffolds;
mod scripts;
#[cfg(feature = "net")]
mod tools;
mod units;

use std::path::Path;

use super::*;
use crate::manifest::Severity;

/// An app folder.
pub(super) struct App {
    folder: tempfile::TempDir,
    deployment: Deployment,
    places: Places,
}

impl App {
    /// A folder without files, and a deployment of these keys.
    pub(super) fn of(keys: &str) -> Self {
        let text = format!("schema: cloudkit.deployment/v1\n{keys}");
        // YAML to write it, JSON to read it: an enum's variant is a key there.
        let value: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        let deployment = serde_json::from_value(value).unwrap_or_else(|error| panic!("{error}\n{text}"));
        Self {
            folder: tempfile::Builder::new().prefix("app").tempdir().unwrap(),
            deployment,
            places: Places::default(),
        }
    }

    /// One with a unit, and with further keys.
    pub(super) fn unit(name: &str, text: &str, keys: &str) -> Self {
        let service = format!(
            "services: [{{name: {name}, file: services/{name}, enabled: true, start: true, restart_on_change: true}}]\n"
        );
        Self::of(&(service + keys)).with(&format!("services/{name}"), text)
    }

    pub(super) fn with(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn subject(&self) -> Subject<'_> {
        Subject {
            root: self.root(),
            deployment: &self.deployment,
            placement: None,
            cloud_config: None,
            user_data: None,
            places: &self.places,
        }
    }

    /// What is wrong, a line for each.
    pub(super) fn faults(&self) -> Vec<String> {
        shown(&alone(self.subject()))
    }
}

/// `error[rule] file:line:column message`, without the hint.
pub(super) fn shown(faults: &[Fault]) -> Vec<String> {
    let line = |fault: &Fault| {
        let severity = match fault.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let number = |number: Option<usize>| number.map_or_else(String::new, |number| format!(":{number}"));
        let place = fault.place.as_ref().map_or_else(String::new, |place| {
            format!("{}{}{} ", place.file.as_str(), number(place.line), number(place.column))
        });
        format!("{severity}[{}] {place}{}", fault.rule, fault.message)
    };
    faults.iter().map(line).collect()
}

#[test]
fn too_large_user_data_and_too_short_a_life_are_told() {
    let app = App::of("");
    let subject = Subject { user_data: Some(UserDataSize { bytes: 16_385, limit: 16_384 }), ..app.subject() };
    assert_eq!(
        shown(&alone(subject)),
        ["error[user-data-size] user data is 16385 bytes when compressed, and EC2 takes 16384"]
    );
}

#[test]
fn a_fault_is_placed_where_its_thing_was_written() {
    let mut app = App::of("uploads: [{source: none, destination: /opt/a}]\n");
    let place =
        Place { file: ".spot/deployment.yaml".parse().unwrap(), line: Some(4), column: Some(7), text: None };
    app.places.note(Thing::Upload(0), place);
    assert_eq!(app.faults(), ["error[missing-file] .spot/deployment.yaml:4:7 there is no none to upload"]);
}
