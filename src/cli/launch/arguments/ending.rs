//! The flags of how a machine ends, over the settings of the same names.
//!
//! What they ask for is judged by the plan.

use clap::Args;

use super::until::{Until, UntilError};
use crate::aws::types::ending::MetadataTags;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::settings::Key;
use crate::model::{EndAction, Money, Span};
use crate::platform::{clock, time_zone};
use crate::provision::wish::AgentWish;
use crate::provision::wish::Lifetime;
use crate::provision::wish::ending::{Ending, HibernationWish};

/// How long a machine lives where nobody says.
pub(in crate::cli::launch) const DEFAULT_TTL: Span = Span::from_seconds(8 * 3600);
/// How long a machine may be without work where nobody says.
pub(in crate::cli::launch) const DEFAULT_IDLE_TIMEOUT: Span = Span::from_seconds(3600);

/// How it ends.
#[derive(Debug, Args)]
#[command(next_help_heading = "How it ends")]
pub(in crate::cli::launch) struct EndingArguments {
    /// End the machine this long after the launch, such as 90m or 1d12h [default: 8h]
    #[arg(long, value_name = "SPAN", conflicts_with_all = ["no_ttl", "until"])]
    pub(in crate::cli::launch) ttl: Option<Span>,
    /// End it at this time: 18:00 or '2026-11-22 18:00' here, or 2026-11-22T18:00:00Z
    #[arg(long, value_name = "TIME", conflicts_with = "no_ttl")]
    pub(in crate::cli::launch) until: Option<Until>,
    /// Give it no deadline
    #[arg(long)]
    pub(in crate::cli::launch) no_ttl: bool,
    /// End it after this long without work [default: 1h]
    #[arg(long, value_name = "SPAN", conflicts_with = "no_idle_timeout")]
    pub(in crate::cli::launch) idle_timeout: Option<Span>,
    /// Let it be without work for as long as it lives
    #[arg(long)]
    pub(in crate::cli::launch) no_idle_timeout: bool,
    /// What is done when it has been idle: terminate, stop or hibernate [default: terminate]
    #[arg(long, value_name = "ACTION", conflicts_with = "no_idle_timeout")]
    pub(in crate::cli::launch) on_idle: Option<EndAction>,
    /// What is done at the deadline: terminate, stop or hibernate [default: terminate]
    #[arg(long, value_name = "ACTION")]
    pub(in crate::cli::launch) on_deadline: Option<EndAction>,
    /// What is done when its work is complete: terminate, stop or hibernate [default: terminate]
    #[arg(long, value_name = "ACTION")]
    pub(in crate::cli::launch) on_complete: Option<EndAction>,
    /// Do at this cost, by the prices known at the launch, what is done at the deadline
    #[arg(long, value_name = "USD")]
    pub(in crate::cli::launch) cost_limit: Option<Money>,
    /// Make it able to hibernate, which can't be changed later; also says that its image can
    #[arg(long)]
    pub(in crate::cli::launch) hibernate: bool,
    /// Keep its tags from its metadata service, so that keys with a space or / can be used: a deadline can't be moved then
    #[arg(long)]
    pub(in crate::cli::launch) no_metadata_tags: bool,
}

impl EndingArguments {
    /// Whether the machine sees its own tags.
    pub(super) const fn metadata_tags(&self) -> MetadataTags {
        if self.no_metadata_tags { MetadataTags::Hidden } else { MetadataTags::Served }
    }

    /// When it ends.
    pub(super) fn lifetime(&self, context: &Context<'_>) -> Result<Lifetime, CommandError> {
        if let Some(until) = self.until {
            let at = until.resolve(clock::now(), time_zone::local(context.process))?;
            return Ok(Lifetime::Until(at));
        }
        if let Some(span) = self.ttl {
            return Ok(Lifetime::For(span));
        }
        if self.no_ttl || context.settings.parsed(Key::NoTtl)?.unwrap_or(false) {
            return Ok(Lifetime::UntilEnded);
        }
        Ok(Lifetime::For(match context.settings.parsed(Key::Ttl)? {
            Some(span) => span,
            None => {
                context.streams.status(format_args!("no --ttl given: the machine ends after {DEFAULT_TTL}"));
                DEFAULT_TTL
            }
        }))
    }

    /// How it ends, besides.
    pub(super) fn ending(&self, context: &Context<'_>, agent: AgentWish) -> Result<Ending, CommandError> {
        let action = |flag: Option<EndAction>, key| -> Result<EndAction, CommandError> {
            let setting = || context.settings.parsed(key);
            Ok(flag.map_or_else(setting, |action| Ok(Some(action)))?.unwrap_or_default())
        };
        let cost_limit = match self.cost_limit {
            Some(limit) => Some(limit),
            None => context.settings.parsed(Key::CostLimit)?,
        };
        if cost_limit == Some(Money::default()) {
            return Err(CommandError::usage("a limit of cost has to be more than nothing")
                .hint("give it in US dollars: --cost-limit 5"));
        }
        Ok(Ending {
            idle_timeout: self.idle_timeout(context, agent)?,
            on_idle: action(self.on_idle, Key::OnIdle)?,
            on_deadline: action(self.on_deadline, Key::OnDeadline)?,
            on_complete: action(self.on_complete, Key::OnComplete)?,
            cost_limit,
            metadata_tags: self.metadata_tags(),
            hibernation: if self.hibernate { HibernationWish::Asked } else { HibernationWish::WhereNeeded },
        })
    }

    /// Idleness is the agent's to see: without one nothing is said of it, and nothing may be asked.
    fn idle_timeout(&self, context: &Context<'_>, agent: AgentWish) -> Result<Option<Span>, CommandError> {
        match (self.idle_timeout, agent) {
            (Some(_), AgentWish::None) => {
                let error = CommandError::usage("nobody sees whether a machine without an agent is idle");
                return Err(error.hint("leave out --idle-timeout or --no-agent"));
            }
            (None, AgentWish::None) => return Ok(None),
            (Some(span), AgentWish::Installed) => return Ok(Some(span)),
            (None, AgentWish::Installed) => {}
        }
        if self.no_idle_timeout || context.settings.parsed(Key::NoIdleTimeout)?.unwrap_or(false) {
            return Ok(None);
        }
        Ok(Some(context.settings.parsed(Key::IdleTimeout)?.unwrap_or(DEFAULT_IDLE_TIMEOUT)))
    }
}

impl From<UntilError> for CommandError {
    fn from(error: UntilError) -> Self {
        let hint = match &error {
            UntilError::NoZone | UntilError::NoSuchTime(_) => {
                "give it in UTC: --until 2026-11-22T18:00:00Z".to_owned()
            }
            UntilError::Past { tomorrow: Some(tomorrow), .. } => {
                format!("for tomorrow: --until '{}'", tomorrow.strftime("%Y-%m-%d %H:%M"))
            }
            UntilError::Past { .. } => "give a later time".to_owned(),
        };
        Self::usage(error).hint(hint)
    }
}
