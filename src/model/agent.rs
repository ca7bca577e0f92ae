//! What a launch tells the agent of its machine: the content of the agent's configuration file.
//!
//! Written by `launch` into the machine's user data, read by the agent at each start. It holds the deadline as it was at
//! launch; the machine's tag may move it later. No secret is ever in it.

use serde::{Deserialize, Serialize};

use super::Span;

/// Where the configuration lies on a machine.
pub const CONFIGURATION_PATH: &str = "/etc/cloudkit/agent.yaml";

/// The value of the configuration's `schema` field.
pub const SCHEMA: &str = "cloudkit.agent-configuration/v1";

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

/// How a machine is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndBy {
    /// By the power-off of its system; EC2 then terminates it, since that is the shutdown behaviour that launch asks for.
    PowerOff,
    /// By TerminateInstances. Needs credentials; the system is left alone.
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
            warn: Warn::Terminals,
            warn_before: Span::from_seconds(300),
            state_directory: "/var/lib/cloudkit".to_owned(),
            run_directory: "/run/cloudkit".to_owned(),
            console: Some("/dev/console".to_owned()),
        }
    }
}
