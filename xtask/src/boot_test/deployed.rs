//! App folders of `examples/deploy` on a machine: their bundles are made here, applied there, and asked from outside.
//!
//! How a machine fetches its bundle by itself is not part of it.

use std::time::{Duration, Instant};

use super::bounded;
use super::case::{self, Guest as _, Notes};
use super::container::Container;
use super::failure::{Failure, expect};
use super::local_packages;
use super::stage::Stage;
use crate::http::Http;

const LIMIT: Duration = Duration::from_secs(60);
/// What a service may take to answer, and a timer to have run.
const ANSWER: Duration = Duration::from_secs(20);

/// One app after the other on the same machine, which then has the last one alone.
pub(super) fn both(stage: &Stage, guest: &mut Container, notes: &mut Notes) -> Result<(), Failure> {
    let scratch = stage.folder().join("packages");
    local_packages::furnish(&guest.tree(), &scratch)?;
    let api = format!("http://{}:8080", guest.address());
    notes.add(apply(stage, guest, "python-api")?);
    answers(&format!("{api}/health"), "\"status\": \"ok\"")?;
    answers(&format!("{api}/report"), "\"load\"")?;
    notes.add("from outside, its API is healthy and has the report of its timer");
    notes.add(apply(stage, guest, "static-site")?);
    answers(&format!("{api}/"), "It is there")?;
    notes.add("from outside, its page is there, served by a package that apt installed");
    case::tell(
        guest,
        "dpkg -s nginx >/dev/null && ! systemctl is-active api.service && ! test -e /etc/systemd/system/api.service",
    )?;
    notes.add("nothing of the first one is left");
    Ok(())
}

/// Applies an example and says how long that took.
fn apply(stage: &Stage, guest: &mut Container, example: &str) -> Result<String, Failure> {
    let file = stage.folder().join(format!("{example}.tar.zst"));
    let (folder, named) = (format!("examples/deploy/{example}"), file.display().to_string());
    stage.cloudkit(&["deploy", "validate", "--dir", &folder])?;
    let said = stage.cloudkit(&["deploy", "bundle", "--dir", &folder, "--file", &named, "-o", "json"])?;
    let bundle = said.find('{').and_then(|at| serde_json::from_str(&said[at..]).ok());
    let bundle: serde_json::Value = bundle.unwrap_or_default();
    let digest = bundle["sha256"].as_str().unwrap_or_default();
    let there = guest.tree().join("opt/bundle.tar.zst");
    std::fs::copy(&file, &there).map_err(Failure::file(&there))?;
    let started = Instant::now();
    let line = format!("/usr/local/bin/cloudkit agent apply --bundle /opt/bundle.tar.zst --sha256 {digest}");
    let applied = guest.sh(&line, LIMIT)?;
    expect(applied.code == 0, "a bundle that is applied", applied.text)?;
    let status = case::tell(guest, "/usr/local/bin/cloudkit agent apply --status -o json")?;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap_or_default();
    let told = (status["state"].as_str(), status["bundle"].as_str());
    expect(told == (Some("succeeded"), Some(digest)), "a status that says so", status.to_string())?;
    Ok(format!("{example} was applied in {:.1} s", started.elapsed().as_secs_f64()))
}

/// Waits until an address answers with these words.
fn answers(url: &str, words: &str) -> Result<(), Failure> {
    let http = Http::new();
    bounded::until(&format!("{words:?} from {url}"), ANSWER, || {
        let body = http.get(url, &[]).unwrap_or_default();
        Ok(String::from_utf8_lossy(&body).contains(words).then_some(()))
    })
}
