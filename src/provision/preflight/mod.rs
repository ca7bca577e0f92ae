//! What a launch would fail of, told before anything is made: findings, each of them fine, to be mended or not known.
//!
//! Pure functions of wish, world and candidates. What is not known never stops a launch; what is certain to fail does.

mod findings;
mod network;
mod offering;
mod quota;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::plan::{Candidate, Refused};
use super::wish::count::Count;
use super::world::World;
use super::world::looks::{Look, Looks, Presence};
use crate::model::Market;

pub use findings::findings;
pub use quota::charged_to;

/// The value of a finding's `schema` field.
pub const SCHEMA: &str = "cloudkit.finding/v1";
/// What makes the role for spot machines, once for an account.
const MAKE_SPOT_ROLE: &str = "aws iam create-service-linked-role --aws-service-name spot.amazonaws.com";

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Who is asking.
    Credentials,
    /// This computer's clock.
    Clock,
    /// Whether the account uses the region.
    Region,
    /// What a launch looks at before it plans.
    Account,
    /// The SSH key that is let in.
    Key,
    /// Whether the machine can be at all, as it was wished.
    Machine,
    /// The image.
    Image,
    /// The binary that becomes the agent.
    Agent,
    /// Whether the machine can hibernate.
    Hibernation,
    /// Whether the type is offered.
    Offering,
    /// The account's quota of vCPUs.
    Quota,
    /// The role that EC2 needs for spot machines.
    SpotRole,
    /// The addresses of the subnets.
    Addresses,
    /// The way to the network, and to S3.
    Route,
    /// What the caller may do.
    Permission,
}

impl Check {
    /// The spelling of the documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Clock => "clock",
            Self::Region => "region",
            Self::Account => "account",
            Self::Key => "key",
            Self::Machine => "machine",
            Self::Image => "image",
            Self::Agent => "agent",
            Self::Hibernation => "hibernation",
            Self::Offering => "offering",
            Self::Quota => "quota",
            Self::SpotRole => "spot-role",
            Self::Addresses => "addresses",
            Self::Route => "route",
            Self::Permission => "permission",
        }
    }
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing is the matter.
    Ok,
    /// It has to be mended.
    Fix,
    /// It could not be found out.
    Unknown,
}

impl State {
    /// The spelling of the documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fix => "fix",
            Self::Unknown => "unknown",
        }
    }
}

/// What was found, `cloudkit.finding/v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// What was checked.
    pub check: Check,
    /// Of what: a machine, a region, an action; absent where it is of the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// How it stands.
    pub state: State,
    /// The facts, or why there are none.
    pub detail: String,
    /// What mends it, the best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fix: Vec<Fix>,
}

/// What mends something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What it does.
    pub what: String,
    /// The command that does it, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

impl Fix {
    /// A command and what it does.
    pub fn command(what: impl Into<String>, command: impl Into<String>) -> Self {
        Self { what: what.into(), command: Some(command.into()) }
    }

    /// The parts of a hint, each of which may end with a command.
    #[must_use]
    pub fn of_hint(hint: &str) -> Vec<Self> {
        let is_command = |text: &str| text.starts_with("aws ") || text.starts_with("cloudkit ");
        let part = |part: &str| match part.split_once(": ").filter(|(_, rest)| is_command(rest)) {
            Some((what, command)) => Self::command(what, command),
            None => Self { what: part.to_owned(), command: None },
        };
        hint.split("; ").map(part).collect()
    }

    /// The same as a hint in one line.
    #[must_use]
    pub fn hint(&self) -> String {
        match &self.command {
            Some(command) => format!("{}: {command}", self.what),
            None => self.what.clone(),
        }
    }
}

impl Finding {
    fn new(check: Check, state: State, detail: impl Into<String>) -> Self {
        Self { schema: SCHEMA, check, subject: None, state, detail: detail.into(), fix: Vec::new() }
    }

    /// Nothing is the matter.
    pub fn ok(check: Check, detail: impl Into<String>) -> Self {
        Self::new(check, State::Ok, detail)
    }

    /// It could not be found out.
    pub fn unknown(check: Check, because: impl Into<String>) -> Self {
        Self::new(check, State::Unknown, because)
    }

    /// It has to be mended.
    pub fn fix(check: Check, detail: impl Into<String>, fix: Vec<Fix>) -> Self {
        Self { fix, ..Self::new(check, State::Fix, detail) }
    }

    /// Of what it is.
    #[must_use]
    pub fn of(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }
}

/// A machine as far as it matters to what an account has for it.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'s> {
    /// Its type.
    pub instance_type: &'s str,
    /// Where.
    pub region: &'s str,
    /// In which zone, where one is asked for.
    pub zone: Option<&'s str>,
    /// On which market.
    pub market: Market,
    /// How many vCPUs it has, where that is known.
    pub vcpus: Option<u32>,
}

impl<'s> From<&'s Candidate> for Sought<'s> {
    fn from(candidate: &'s Candidate) -> Self {
        Self {
            instance_type: &candidate.instance_type,
            region: &candidate.region,
            zone: candidate.zone.as_deref(),
            market: candidate.market,
            vcpus: candidate.vcpus,
        }
    }
}

/// What the account has for so many machines of a kind, before there is a plan: whether they are offered, and whether its quota
/// has room for them.
#[must_use]
pub fn of_account(sought: &Sought<'_>, looks: &Looks, count: u32) -> [Finding; 2] {
    [offering::of(sought, looks), quota::of(sought, looks, count)]
}

/// Leaves out the candidates that are certain to be refused, with the reason of each.
pub(super) fn set_aside(
    candidates: Vec<Candidate>,
    world: &World,
    count: Count,
) -> (Vec<Candidate>, Vec<Refused>) {
    let mut refused = Vec::new();
    // Where another quota can give the rest, room for one machine is something.
    let mut quotas = candidates.iter().map(|one| (&one.region, charged_to(&one.instance_type, one.market)));
    let first = quotas.next();
    let count = if quotas.all(|quota| Some(quota) == first) { count.least } else { 1 };
    let kept = candidates.into_iter().filter(|candidate| match certain_failure(candidate, world, count) {
        None => true,
        Some(finding) => {
            let hints = finding.fix.iter().map(Fix::hint).collect();
            refused.push(Refused { hints, ..candidate.refused_for(None, finding.detail) });
            false
        }
    });
    (kept.collect(), refused)
}

/// Why a machine can't be had, where that is certain.
fn certain_failure(candidate: &Candidate, world: &World, count: u32) -> Option<Finding> {
    let findings = [
        Some(offering::finding(candidate, world)),
        Some(quota::finding(candidate, world, count)),
        network::of_default_subnets(candidate, world),
    ];
    findings.into_iter().flatten().find(|finding| finding.state == State::Fix)
}

/// What a person should know of the role for spot machines before saying yes: that it has yet to be made.
pub(super) fn spot_role_note(candidates: &[Candidate], world: &World) -> Option<String> {
    let spot = candidates.iter().any(|candidate| candidate.market == Market::Spot);
    let missing = world.looks.spot_role == Look::Known(Presence::Missing);
    (spot && missing).then(|| {
        format!("{NO_SPOT_ROLE}; where it is refused, somebody who may make it types: {MAKE_SPOT_ROLE}")
    })
}

const NO_SPOT_ROLE: &str = "the account has no role for spot machines (AWSServiceRoleForEC2Spot) yet: EC2 makes it at the first one, where the caller may do that (iam:CreateServiceLinkedRole)";

fn spot_role(world: &World) -> Finding {
    match &world.looks.spot_role {
        Look::NotAsked => Finding::unknown(Check::SpotRole, "nobody looked"),
        Look::Unknown { because } => Finding::unknown(Check::SpotRole, because),
        Look::Known(Presence::There) => Finding::ok(Check::SpotRole, "AWSServiceRoleForEC2Spot is there"),
        Look::Known(Presence::Missing) => {
            let fix = Fix::command("make it, once for the account", MAKE_SPOT_ROLE);
            Finding::fix(Check::SpotRole, NO_SPOT_ROLE, vec![fix])
        }
    }
}

/// A machine in words, whichever its zone: `g6.xlarge in us-east-1, spot`.
fn machine(candidate: &Candidate) -> String {
    format!("{} in {}, {}", candidate.instance_type, candidate.region, candidate.market)
}
