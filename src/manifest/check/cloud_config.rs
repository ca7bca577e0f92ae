//! What cloud-init's own schema says of the cloud-config that a template adds.
//!
//! What it may not say on a machine that has to end is judged where user data is made.

use serde_yaml::Value;

use super::gathered::Gathered;
use super::tools;
use crate::manifest::Fault;
use crate::platform::Programs;
use crate::platform::command;

pub(super) async fn check(gathered: &Gathered<'_>, programs: &Programs) -> Vec<Fault> {
    let Some(document) = gathered.subject.cloud_config.filter(|document| !document.is_empty()) else {
        return Vec::new();
    };
    let left_out = "the cloud-config was not held against cloud-init's schema";
    let program = match tools::path(programs, "cloud-init", left_out, "check on a computer that has it") {
        Ok(program) => program,
        Err(note) => return vec![*note],
    };
    match ask(program, document).await {
        Ok(faults) => faults,
        Err(why) => vec![tools::failed(left_out, why)],
    }
}

async fn ask(program: &str, document: &serde_yaml::Mapping) -> Result<Vec<Fault>, String> {
    let yaml = serde_yaml::to_string(&Value::Mapping(document.clone())).map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("cloud-config.yaml");
    std::fs::write(&path, format!("#cloud-config\n{yaml}")).map_err(|error| error.to_string())?;
    let arguments = ["schema", "--config-file", &path.display().to_string()];
    let said = command::said(program, &arguments, &[("LC_ALL", "C.UTF-8")], tools::LIMIT)
        .await
        .map_err(|error| error.to_string())?;
    if said.code == Some(0) {
        return Ok(Vec::new());
    }
    let text = format!("{}\n{}", said.stdout, said.stderr);
    let errors = text.lines().find_map(|line| line.split_once("schema errors:").map(|(_, errors)| errors));
    let errors: Vec<Fault> = errors
        .into_iter()
        .flat_map(|errors| errors.split(", "))
        .map(str::trim)
        .filter(|error| !error.is_empty())
        .map(|error| {
            Fault::error("cloud-config", format!("cloud-init's schema refuses the cloud-config: {error}"))
        })
        .collect();
    if errors.is_empty() {
        return Err(text
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .unwrap_or("no words")
            .to_owned());
    }
    Ok(errors)
}
