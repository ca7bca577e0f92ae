//! What a launch tells the agent of its machine: the content of the agent's configuration file.
//!
//! Written by `launch` into the machine's user data, read by the agent at each start. It holds the deadline as it was at
//! launch; the machine's tag may move it later. No secret is ever in it.

use serde::{Deserialize, Serialize};

use super::thresholds::Thresholds;
use super::{EndAction, Money, ShutdownBehavior, Span};

/// Where the configuration lies on a machine.
pub const CONFIGURATION_PATH: &str = "/etc/cloudkit/agent.yaml";

/// Where the script that sets the dead-man timer lies on a machine.
pub const DEADLINE_SCRIPT_PATH: &str = "/usr/local/lib/cloudkit/deadline";

/// The group whose members may speak to the agent.
pub const GROUP: &str = "cloudkit";

/// The value of the configuration's `schema` field.
pub const SCHEMA: &str = "cloudkit.agent-configuration/v1";

/// How long a machine has had no work, by the first words of its status tag: `idle 42m`. None where the tag says anything
/// else.
#[must_use]
pub fn idle_for(status_tag: &str) -> Option<Span> {
    let span = status_tag.strip_prefix("idle ")?.split([' ', ',', ';', ':']).next()?;
    span.parse().ok()
}

/// What the agent is to do on its machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentConfiguration {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The id of the launch that made the machine.
    pub launch: String,
    /// When the launch was planned; before this the machine's clock is wrong, and nothing is ended.
    pub launched_at: jiff::Timestamp,
    /// When the machine ends; absent on a machine that was launched without a deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<jiff::Timestamp>,
    /// How the agent ends the machine.
    pub end_by: EndBy,
    /// What EC2 makes of a power-off.
    #[serde(default)]
    pub shutdown_behavior: ShutdownBehavior,
    /// What is done with the machine at its deadline, and when it has cost its limit.
    #[serde(default)]
    pub on_deadline: EndAction,
    /// After how long without work the machine is done with; absent where idleness does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout: Option<Span>,
    /// What is done with a machine that has been idle for so long.
    #[serde(default)]
    pub on_idle: EndAction,
    /// What is done with a machine whose work is complete.
    #[serde(default)]
    pub on_complete: EndAction,
    /// What the machine may cost, where that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_limit: Option<CostLimit>,
    /// How long after its work was said to be complete a machine is done with.
    #[serde(default = "default_complete_delay", skip_serializing_if = "is_default_complete_delay")]
    pub complete_delay: Span,
    /// How long the hooks may take that are run before the end.
    #[serde(default = "default_hook_limit", skip_serializing_if = "is_default_hook_limit")]
    pub hook_limit: Span,
    /// The folder of the hooks that are run before the end.
    #[serde(default = "default_hooks_directory", skip_serializing_if = "is_default_hooks_directory")]
    pub hooks_directory: String,
    /// From where on a signal tells of work.
    #[serde(default, skip_serializing_if = "is_default_thresholds")]
    pub thresholds: Thresholds,
    /// Names of processes that count as work where they run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub work_processes: Vec<String>,
    /// Who logs in, where that is known: a member of the group that may speak to the agent, and as whom hooks and probes are
    /// run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_user: Option<String>,
    /// The script that sets the dead-man timer; absent on a machine without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_script: Option<String>,
    /// Who is told of what the agent does, where somebody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<WebhookTarget>,
    /// Whom a warning reaches.
    pub warn: Warn,
    /// How long before the deadline users are warned.
    pub warn_before: Span,
    /// What has to survive a reboot: the agent's memory.
    pub state_directory: String,
    /// What need not: the agent's status and its warning.
    pub run_directory: String,
    /// The console on which the agent shows itself at its first look; absent where it shows itself to nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub console: Option<String>,
}

/// Enough for whoever completes the work by mistake to take it back.
const fn default_complete_delay() -> Span {
    Span::from_seconds(30)
}

/// What EC2 leaves between the notice of an interruption and its end.
const fn default_hook_limit() -> Span {
    Span::from_seconds(120)
}

fn default_hooks_directory() -> String {
    "/etc/cloudkit/hooks.d/pre-stop".to_owned()
}

fn is_default_complete_delay(delay: &Span) -> bool {
    *delay == default_complete_delay()
}

fn is_default_hook_limit(limit: &Span) -> bool {
    *limit == default_hook_limit()
}

fn is_default_thresholds(thresholds: &Thresholds) -> bool {
    *thresholds == Thresholds::default()
}

fn is_default_hooks_directory(directory: &String) -> bool {
    *directory == default_hooks_directory()
}

/// What a machine may cost in all, and what it costs by the hour as it was known at its launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostLimit {
    /// The limit in US dollars.
    pub usd: Money,
    /// US dollars an hour while it runs: the machine, its root volume and its public address.
    pub usd_hour: Money,
    /// US dollars an hour while it is stopped or hibernated: its volumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd_hour_stopped: Option<Money>,
}

/// An address that is told of what the agent does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookTarget {
    /// Its URL: https.
    pub url: String,
    /// The file on the machine that holds the secret by which events are signed; root's alone.
    pub secret_file: String,
}

/// How a machine is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndBy {
    /// By the power-off of its system wherever the shutdown behaviour makes of that what is wanted; by the API elsewhere.
    PowerOff,
    /// Always by the API. Needs credentials; the system is left alone.
    Api,
}

/// Whom a warning reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Warn {
    /// Everybody logged in, on their terminals, and the warning file.
    Terminals,
    /// The warning file in the run directory alone.
    File,
}

impl AgentConfiguration {
    /// The configuration of an ordinary EC2 machine.
    #[must_use]
    pub fn for_machine(
        launch: &str,
        launched_at: jiff::Timestamp,
        deadline: Option<jiff::Timestamp>,
    ) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            launch: launch.to_owned(),
            launched_at,
            deadline,
            end_by: EndBy::PowerOff,
            shutdown_behavior: ShutdownBehavior::default(),
            on_deadline: EndAction::default(),
            idle_timeout: None,
            on_idle: EndAction::default(),
            on_complete: EndAction::default(),
            cost_limit: None,
            complete_delay: default_complete_delay(),
            hook_limit: default_hook_limit(),
            hooks_directory: default_hooks_directory(),
            thresholds: Thresholds::default(),
            work_processes: Vec::new(),
            login_user: None,
            deadline_script: deadline.map(|_| DEADLINE_SCRIPT_PATH.to_owned()),
            webhook: None,
            warn: Warn::Terminals,
            warn_before: Span::from_seconds(300),
            state_directory: "/var/lib/cloudkit".to_owned(),
            run_directory: "/run/cloudkit".to_owned(),
            console: Some("/dev/console".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_tag_tells_how_long_a_machine_is_idle() {
        let read = |tag: &str| idle_for(tag).map(Span::seconds);
        assert_eq!(read("idle 42m"), Some(2520));
        assert_eq!(read("idle 1h5m, no session"), Some(3900));
        for tag in ["", "idle", "idle since noon", "busy 5m", "idle5m"] {
            assert_eq!(read(tag), None, "{tag}");
        }
    }
}
