//! Does the one thing that was decided: warns, takes a warning back, ends the machine.
//!
//! Nothing is decided here, and nothing is torn down before the end: an end that fails leaves the machine looked after.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::decide::{Decision, Effort};
use super::event::{Announcer, Event, Topic};
use super::means::{Means, means};
use super::memory::Memory;
use super::notify;
use super::readings::Identity;
use super::{hooks, warning};
use crate::model::EndAction;
use crate::model::agent::{AgentConfiguration, Warn};
use crate::platform::command::{self, CommandError};

const POWER_OFF_LIMIT: Duration = Duration::from_secs(20);
const API_LIMIT: Duration = Duration::from_secs(30);

/// An end that could not be asked for.
#[derive(Debug, thiserror::Error)]
enum EndError {
    /// The system can't be told to power off.
    #[error("cannot power off")]
    PowerOff {
        /// Why.
        source: CommandError,
    },
    /// The API needs the id of the machine, and the metadata service has never told it.
    #[error("it is not known which machine this is")]
    Unidentified,
    /// The API does not do it.
    #[error("cannot {action} {instance_id} in {region} by the API")]
    Api {
        /// What it was asked for.
        action: EndAction,
        /// The machine.
        instance_id: String,
        /// Its region.
        region: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The API takes too long to answer.
    #[error("the API gives no answer within {} s", API_LIMIT.as_secs())]
    TooSlow,
}

/// Does what was decided. An end that fails is noted in the memory, and so are hooks that can't be run.
pub(super) async fn act<T, E>(
    decision: &Decision,
    configuration: &AgentConfiguration,
    memory: &mut Memory,
    call: &T,
    announcer: &mut Announcer<impl FnMut(Event)>,
    now: Timestamp,
) where
    T: AsyncFn(EndAction, &Identity) -> Result<(), E>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let run_directory = Path::new(&configuration.run_directory);
    match decision {
        Decision::ClockBeforeLaunch
        | Decision::NoEnd
        | Decision::Wait
        | Decision::AwaitHooks
        | Decision::AwaitEnd => {}
        Decision::Warn(end) => {
            announcer.tell(Event::Warned(*end));
            announcer.outcome(Topic::WarningFile, warning::write(run_directory, end, now));
            if configuration.warn == Warn::Terminals {
                announcer.outcome(Topic::Terminals, notify::warn(&warning::text(end, now)).await);
            }
        }
        Decision::TakeBack(end) => {
            announcer.tell(Event::TakenBack);
            announcer.outcome(Topic::WarningFile, warning::remove(run_directory));
            if configuration.warn == Warn::Terminals {
                let text = warning::all_clear(end.as_ref());
                announcer.outcome(Topic::Terminals, notify::take_back(&text).await);
            }
        }
        Decision::Tell(notice) => {
            announcer.tell(Event::Told(notice.clone()));
            if configuration.warn == Warn::Terminals {
                announcer.outcome(Topic::Terminals, notify::warn(&format!("{notice}.\n")).await);
            }
        }
        Decision::RunHooks(end, limit) => {
            announcer.tell(Event::HooksStarted { reason: end.reason, limit: *limit });
            let started = hooks::start(configuration, end, *limit).await;
            if announcer.outcome(Topic::Hooks, started).is_none() {
                memory.hooks_failed(now);
            }
        }
        Decision::End(end, effort) => {
            announcer.tell(Event::Ending(end.reason, *effort));
            let ended = carry_out(end.action, configuration, *effort, memory.identity.as_ref(), call).await;
            if announcer.outcome(Topic::End, ended).is_none() {
                memory.end_failed(now);
            }
        }
    }
}

async fn carry_out<T, E>(
    action: EndAction,
    configuration: &AgentConfiguration,
    effort: Effort,
    identity: Option<&Identity>,
    call: &T,
) -> Result<(), EndError>
where
    T: AsyncFn(EndAction, &Identity) -> Result<(), E>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    match means(action, configuration.end_by, configuration.shutdown_behavior) {
        Means::PowerOff => command::run("systemctl", power_off_arguments(effort), "", POWER_OFF_LIMIT)
            .await
            .map_err(|source| EndError::PowerOff { source }),
        // What fails stays what was asked for: a machine that can't be stopped is never terminated instead.
        Means::Api => {
            let identity = identity.ok_or(EndError::Unidentified)?;
            let ended = tokio::time::timeout(API_LIMIT, call(action, identity)).await;
            let Identity { instance_id, region } = identity.clone();
            ended.map_err(|_| EndError::TooSlow)?.map_err(|source| EndError::Api {
                action,
                instance_id,
                region,
                source: source.into(),
            })
        }
    }
}

/// Forced twice, systemctl asks nobody: it powers off by itself, without unmounting.
fn power_off_arguments(effort: Effort) -> &'static [&'static str] {
    match effort {
        // Somebody's inhibitor lock must not keep a machine past its deadline.
        Effort::Orderly => &["poweroff", "-i"],
        Effort::Forced => &["poweroff", "--force", "--force"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_forced_power_off_is_forced() {
        assert_eq!(power_off_arguments(Effort::Orderly), ["poweroff", "-i"]);
        assert_eq!(power_off_arguments(Effort::Forced), ["poweroff", "--force", "--force"]);
    }
}
