//! Faults as SARIF 2.1.0, which editors and code scanning read.
//!
//! Of the format there is what GitHub reads of it.
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::manifest::{Fault, Place, Severity};

/// Where each path of a log counts from: the root of the repository.
const ROOT: &str = "%SRCROOT%";
/// What GitHub keeps of a run.
/// <https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit>
pub const MOST_RESULTS: usize = 25_000;

/// A log of one run.
#[derive(Debug, Serialize)]
pub struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<ResultOf>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Text,
    default_configuration: Configuration,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultOf {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Text>,
}

impl Log {
    /// The log of these faults. One without a place is at the beginning of `about`, since a result has to be somewhere.
    #[must_use]
    pub fn of(faults: &[Fault], about: &Place) -> Self {
        let ids: Vec<&'static str> =
            faults.iter().map(|fault| fault.rule).collect::<BTreeSet<_>>().into_iter().collect();
        let rules = ids.iter().map(|id| rule(id, faults)).collect();
        let index = |id: &str| ids.iter().position(|known| *known == id).unwrap_or_default();
        let mut seen = BTreeMap::new();
        let results = faults
            .iter()
            .take(MOST_RESULTS)
            .map(|fault| result(fault, index(fault.rule), fault.place.as_ref().unwrap_or(about), &mut seen))
            .collect();
        let driver = Driver { name: "cloudkit", semantic_version: env!("CARGO_PKG_VERSION"), rules };
        Self {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: [Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results }],
        }
    }

    /// The document.
    ///
    /// # Errors
    /// Never for what a log holds; serde's signature has one.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

fn rule(id: &'static str, faults: &[Fault]) -> Rule {
    let worst = faults.iter().filter(|fault| fault.rule == id).map(|fault| fault.severity).min();
    let words = id.replace('-', " ");
    Rule {
        id,
        name: camel(id),
        short_description: Text { text: words.clone() },
        full_description: Text {
            text: format!("{words}: what cloudkit deploy validate looks at before anything is deployed"),
        },
        help: Text { text: "See docs/deployment.md of cloudkit.".to_owned() },
        default_configuration: Configuration { level: level(worst.unwrap_or(Severity::Warning)) },
    }
}

fn result(fault: &Fault, rule_index: usize, place: &Place, seen: &mut BTreeMap<String, usize>) -> ResultOf {
    let text = match &fault.hint {
        Some(hint) => format!("{}\nhint: {hint}", fault.message),
        None => fault.message.clone(),
    };
    let digest = fingerprint(fault, place);
    // Two alike in one file are told apart by which of them it is.
    let nth = seen.entry(digest.clone()).and_modify(|nth| *nth += 1).or_insert(1);
    let region = Region {
        start_line: place.line.unwrap_or(1),
        start_column: place.column,
        snippet: place.text.clone().map(|text| Text { text }),
    };
    let artifact_location = ArtifactLocation { uri: uri(place.file.as_str()), uri_base_id: ROOT };
    ResultOf {
        rule_id: fault.rule,
        rule_index,
        level: level(fault.severity),
        message: Text { text },
        locations: [Location { physical_location: PhysicalLocation { artifact_location, region } }],
        partial_fingerprints: [("primaryLocationLineHash", format!("{digest}:{nth}"))].into(),
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// The same fault after lines were put in above it: by the rule, the file and the line's text.
fn fingerprint(fault: &Fault, place: &Place) -> String {
    let line = place.text.as_deref().map_or(fault.message.as_str(), str::trim);
    let mut hash = Sha256::new();
    for part in [fault.rule, place.file.as_str(), line] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn camel(id: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    id.split('-').map(word).collect()
}

/// A path as a URI: whatever it may not hold is written by its bytes.
fn uri(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes()
        .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn place(file: &str, line: Option<usize>) -> Place {
        let text = line.map(|_| "  ExectStart=/bin/true".to_owned());
        Place { file: file.parse().unwrap(), line, column: line.map(|_| 3), text }
    }

    fn log(faults: &[Fault]) -> Value {
        serde_json::from_str(&Log::of(faults, &place(".spot/deployment.yaml", None)).to_json().unwrap())
            .unwrap()
    }

    fn faults() -> Vec<Fault> {
        vec![
            Fault::warning("unknown-unit-key", "no such key")
                .at(place(".spot/services/a b.service", Some(4)))
                .hint("write ExecStart="),
            Fault::warning("unknown-unit-key", "no such key")
                .at(place(".spot/services/a b.service", Some(9))),
            Fault::error("missing-file", "there is no script"),
            Fault::note("left-out", "shellcheck is not here"),
        ]
    }

    /// What GitHub documents as required or as shown, for each object.
    #[test]
    fn code_scanning_finds_what_it_asks_for() {
        let log = log(&faults());
        assert_eq!(log["version"], "2.1.0");
        assert!(log["$schema"].as_str().unwrap().ends_with("sarif-2.1.0.json"));
        let run = &log["runs"][0];
        let driver = &run["tool"]["driver"];
        assert_eq!((&driver["name"], driver["semanticVersion"].is_string()), (&"cloudkit".into(), true));
        let rules = driver["rules"].as_array().unwrap();
        for rule in rules {
            assert!(
                rule["id"].as_str().is_some_and(|id| !id.is_empty())
                    && rule["name"].as_str().unwrap().len() <= 255
            );
            for text in ["shortDescription", "fullDescription", "help"] {
                assert!(
                    rule[text]["text"].as_str().is_some_and(|text| !text.is_empty() && text.len() <= 1024),
                    "{text}"
                );
            }
            assert!(
                ["error", "warning", "note"]
                    .contains(&rule["defaultConfiguration"]["level"].as_str().unwrap())
            );
        }
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(result["message"]["text"].is_string() && result["level"].is_string());
            let physical = &result["locations"][0]["physicalLocation"];
            assert!(
                physical["artifactLocation"]["uri"].as_str().is_some_and(|uri| !uri.contains([' ', '\\']))
            );
            assert!(physical["region"]["startLine"].as_u64().unwrap() >= 1);
            assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
        }
    }

    #[test]
    fn a_fault_has_its_place_its_hint_and_a_fingerprint_of_its_own() {
        let log = log(&faults());
        let results = log["runs"][0]["results"].as_array().unwrap();
        let first = &results[0];
        assert_eq!(first["message"]["text"], "no such key\nhint: write ExecStart=");
        let physical = &first["locations"][0]["physicalLocation"];
        assert_eq!(physical["artifactLocation"]["uri"], ".spot/services/a%20b.service");
        assert_eq!(
            (&physical["region"]["startLine"], &physical["region"]["startColumn"]),
            (&4.into(), &3.into())
        );
        let fingerprints: BTreeSet<&str> = results
            .iter()
            .map(|result| result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap())
            .collect();
        assert_eq!(fingerprints.len(), results.len());
        assert_eq!(results[2]["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
    }

    #[test]
    fn a_fault_keeps_its_fingerprint_when_lines_come_before_it() {
        let of = |line| {
            log(&[Fault::error("crlf", "x").at(place("a.sh", Some(line)))])["runs"][0]["results"][0]["partialFingerprints"]
                .clone()
        };
        assert_eq!(of(1), of(7));
    }

    #[test]
    fn nothing_wrong_is_a_run_without_results() {
        let log = log(&[]);
        assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"], Value::Array(Vec::new()));
    }
}
