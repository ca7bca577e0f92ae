//! What each part of user data holds.
//!
//! Values are checked here for their place: a header or a key of two lines would be two headers or two keys. How parts
//! are put together is not known here.

use serde::Serialize;

use super::mime::{Part, PartKind};
use super::{AgentDownload, Boot, DownloadSource, RenderError, script, user, user_files};
use crate::model::agent::AgentConfiguration;
use crate::model::apply_request::ApplyRequest;

const BOOTHOOK: &str = include_str!("../../templates/boot/boothook.sh");
const DEADLINE_SCRIPT: &str = include_str!("../../templates/boot/deadline.sh");
const DEADLINE_SERVICE: &str = include_str!("../../templates/systemd/cloudkit-deadline.service");
const DEADLINE_TIMER: &str = include_str!("../../templates/systemd/cloudkit-deadline.timer");
/// What the scripts fetch with.
pub(super) const FETCH: &str = include_str!("../../templates/boot/fetch.sh");
const AGENT: &str = include_str!("../../templates/boot/agent.sh");
const AGENT_SERVICE: &str = include_str!("../../templates/systemd/cloudkit-agent.service");

const APPLY: &str = include_str!("../../templates/boot/apply.sh");
const AGENT_TMPFILES: &str = include_str!("../../templates/systemd/cloudkit-tmpfiles.conf");

/// The parts in the order in which the machine meets them.
pub(super) fn of(boot: &Boot) -> Result<Vec<Part>, RenderError> {
    let mut parts = vec![boothook(boot)?];
    parts.extend(user_files::early_parts(boot)?);
    let keys = authorized_keys(boot);
    if !keys.is_empty() {
        parts.push(cloud_config(&keys)?);
    }
    if let Some(agent) = &boot.agent {
        parts.push(install_agent(agent, &boot.configuration)?);
    }
    if let Some(request) = &boot.apply {
        parts.push(apply(request)?);
    }
    parts.extend(user_files::late_parts(boot)?);
    Ok(parts)
}

/// The launch's keys and then those of the user's own cloud-configs, which ours takes the place of.
fn authorized_keys(boot: &Boot) -> Vec<String> {
    let configs = boot.user.parts.iter().filter(|part| part.kind == PartKind::CloudConfig);
    let mut keys = boot.authorized_keys.clone();
    for key in configs.flat_map(|part| user::cloud_config::authorized_keys(&part.body)) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn boothook(boot: &Boot) -> Result<Part, RenderError> {
    let body = boothook_script(&boot.configuration)?;
    Ok(Part::new(PartKind::Boothook, "cloudkit-boothook.sh", body))
}

fn boothook_script(configuration: &AgentConfiguration) -> Result<String, RenderError> {
    let yaml = to_yaml("the agent's configuration", configuration)?;
    let launched_at = configuration.launched_at.as_second().to_string();
    let deadline = configuration.deadline.map(|deadline| deadline.as_second().to_string());
    let mut variables = vec![
        ("CLOUDKIT_LAUNCH", one_line("the launch's id", &configuration.launch)?),
        ("CLOUDKIT_LAUNCHED_AT", &launched_at),
        ("CLOUDKIT_DEADLINE", deadline.as_deref().unwrap_or_default()),
        ("CLOUDKIT_CONFIGURATION", &yaml),
    ];
    let [service, timer] = [DEADLINE_SERVICE, DEADLINE_TIMER].map(script::without_comments);
    if deadline.is_some() {
        variables.push(("CLOUDKIT_DEADLINE_SCRIPT", DEADLINE_SCRIPT));
        variables.push(("CLOUDKIT_DEADLINE_SERVICE", &service));
        variables.push(("CLOUDKIT_DEADLINE_TIMER", &timer));
    }
    script::with_variables(&variables, &[BOOTHOOK])
}

/// The part of the cloud-config schema that is used.
#[derive(Serialize)]
struct CloudConfig<'b> {
    ssh_authorized_keys: &'b [String],
}

fn cloud_config(keys: &[String]) -> Result<Part, RenderError> {
    for key in keys {
        one_line("a public key", key)?;
    }
    let yaml = to_yaml("the cloud-config", &CloudConfig { ssh_authorized_keys: keys })?;
    Ok(Part::new(PartKind::CloudConfig, "cloudkit.yaml", format!("#cloud-config\n{yaml}")))
}

/// Named so that it comes before other scripts, which run in the order of their names.
fn install_agent(agent: &AgentDownload, configuration: &AgentConfiguration) -> Result<Part, RenderError> {
    let sources = agent
        .sources
        .iter()
        .map(|one| source("the agent's URL", one))
        .collect::<Result<Vec<_>, _>>()?
        .join("\n");
    let body = agent_script(&sources, "", (&agent.sha256, agent.bytes), configuration)?;
    Ok(Part::new(PartKind::Script, "00-cloudkit-agent.sh", body))
}

/// Named so that it comes right after the agent, which it needs.
fn apply(request: &ApplyRequest) -> Result<Part, RenderError> {
    let bundle = sha256("the SHA-256 of the bundle", &request.sha256)?;
    for place in request.bundle.iter().chain(request.objects.values()) {
        visible("the URL of a bundle", &place.url)?;
    }
    let text = serde_json::to_string(request).map_err(|_| RenderError::Unfit {
        what: "the request for a bundle",
        expected: "one that has a JSON form",
    })?;
    let variables = [("CLOUDKIT_APPLY_REQUEST", text.as_str()), ("CLOUDKIT_APPLY_SHA256", bundle)];
    let body = script::with_variables(&variables, &[APPLY])?;
    Ok(Part::new(PartKind::Script, "05-cloudkit-apply.sh", body))
}

/// What installs the agent from one of these places, or from a file on the machine itself.
fn agent_script(
    sources: &str,
    file: &str,
    (sha256_of_it, bytes): (&str, u64),
    configuration: &AgentConfiguration,
) -> Result<String, RenderError> {
    let login_user =
        configuration.login_user.as_deref().map_or(Ok(""), |user| one_line("the login user", user))?;
    let bytes = bytes.to_string();
    let [service, tmpfiles] = [AGENT_SERVICE, AGENT_TMPFILES].map(script::without_comments);
    let variables = [
        ("CLOUDKIT_LAUNCH", one_line("the launch's id", &configuration.launch)?),
        ("CLOUDKIT_AGENT_SOURCES", sources),
        ("CLOUDKIT_AGENT_SHA256", sha256("the agent's SHA-256", sha256_of_it)?),
        ("CLOUDKIT_AGENT_BYTES", &bytes),
        ("CLOUDKIT_AGENT_FILE", file),
        ("CLOUDKIT_AGENT_SERVICE", &service),
        ("CLOUDKIT_AGENT_TMPFILES", &tmpfiles),
        ("CLOUDKIT_LOGIN_USER", login_user),
    ];
    script::with_variables(&variables, &[FETCH, AGENT])
}

/// The scripts that put the timer, the configuration and the agent into place on a machine that was not launched with
/// them, in order: each for `/bin/sh` and as root.
pub(super) fn by_hand(
    configuration: &AgentConfiguration,
    program: &str,
    sha256_of_it: &str,
) -> Result<[String; 2], RenderError> {
    let program = one_line("the path of the program", program)?;
    // A file is there as it is, so nothing has to be unpacked.
    let agent = agent_script("", program, (sha256_of_it, 0), configuration)?;
    Ok([boothook_script(configuration)?, agent])
}

/// A place as one line: the URL, then the headers, with a tab before each.
pub(super) fn source(what: &'static str, source: &DownloadSource) -> Result<String, RenderError> {
    let mut line = visible(what, &source.url)?.to_owned();
    for (name, value) in &source.headers {
        let name = visible("the name of a signed header", name)?;
        let value = one_line("the value of a signed header", value)?;
        line.push_str(&format!("\t{name}: {value}"));
    }
    Ok(line)
}

fn to_yaml(what: &'static str, value: &impl Serialize) -> Result<String, RenderError> {
    serde_yaml::to_string(value).map_err(|source| RenderError::Yaml { what, source })
}

fn one_line<'t>(what: &'static str, text: &'t str) -> Result<&'t str, RenderError> {
    let fits = !text.trim().is_empty() && !text.chars().any(char::is_control);
    fits.then_some(text).ok_or(RenderError::Unfit { what, expected: "one line of text" })
}

fn visible<'t>(what: &'static str, text: &'t str) -> Result<&'t str, RenderError> {
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(text).ok_or(RenderError::Unfit { what, expected: "one word of visible ASCII characters" })
}

pub(super) fn sha256<'t>(what: &'static str, text: &'t str) -> Result<&'t str, RenderError> {
    let fits = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    fits.then_some(text).ok_or(RenderError::Unfit { what, expected: "64 hexadecimal digits" })
}
