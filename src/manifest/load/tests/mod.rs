//! App folders as they are read: portable ones, conventions, and those of the older tool.

mod convention;
mod machines;
mod older;
mod portable;

use super::*;
use crate::manifest::find::in_folder;
use crate::manifest::places::Thing;

/// A repository `my-app` with these files.
fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for (file, content) in files {
        let path = home.path().join("my-app").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    home
}

fn load_files(files: &[(&str, &str)]) -> Loaded {
    let home = repository(files);
    load(in_folder(&home.path().join("my-app")).unwrap()).unwrap()
}

fn told(loaded: &Loaded) -> String {
    let line = |fault: &Fault| {
        let place = fault.place.as_ref().map(|place| {
            let number =
                |number: Option<usize>| number.map_or_else(String::new, |number| format!(":{number}"));
            format!("{}{}{} ", place.file, number(place.line), number(place.column))
        });
        let hint = fault.hint.as_ref().map_or_else(String::new, |hint| format!(" -> {hint}"));
        format!("{}{:?} {}: {}{hint}", place.unwrap_or_default(), fault.severity, fault.rule, fault.message)
    };
    loaded.faults.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A document in lines: one for each thing in a list, and one for each other key.
fn lines(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap();
    let mut lines = Vec::new();
    for (key, value) in value.as_object().unwrap() {
        match value.as_array() {
            Some(things) => lines.extend(things.iter().map(|thing| format!("{key} {thing}"))),
            None => lines.push(format!("{key}: {value}")),
        }
    }
    lines.join("\n")
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

const CONFIG: (&str, &str) = (".spot/config.yaml", "regions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\n");

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_is_written_places_are_within_the_file(
        keys in "((  )?(version|deployment|packages|uploads|source|dest|scripts|path|secrets|env|health|aws|regions|tags|- |\\[|\\]|\\{|\\}|: |: 1\n|'|\"|é|\t|\n|\r\n|\r| a|&a|\\*a|,))*",
    ) {
        let loaded = load_files(&[(".spot/deployment.yaml", &keys), (".spot/config.yaml", &keys)]);
        let text = with_line_feeds(&keys);
        let lines: Vec<&str> = text.lines().collect();
        for place in loaded.faults.iter().filter_map(|fault| fault.place.as_ref()) {
            let (line, column) = (place.line.unwrap(), place.column.unwrap());
            let shown = lines.get(line - 1).copied().unwrap_or_default();
            proptest::prop_assert!(line <= lines.len().max(1), "{place:?}");
            proptest::prop_assert!(column >= 1 && column <= shown.chars().count() + 1, "{place:?}");
        }
    }
}
