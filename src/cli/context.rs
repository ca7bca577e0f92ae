//! What every command is handed: the process, its settings and its streams.
//!
//! It opens the door to AWS where a command needs one, and holds no state of a command.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::arguments::GlobalArguments;
use super::command_error::{CommandError, with_causes};
use super::settings::Settings;
use crate::catalog::Catalog;
use crate::catalog::cache::{Cached, CatalogCache};
use crate::output::Streams;
use crate::platform::{Process, clock, variables};

/// What a command works with.
pub(super) struct Context<'c> {
    pub(super) process: &'c Process,
    pub(super) global: &'c GlobalArguments,
    pub(super) settings: &'c Settings,
    pub(super) streams: &'c Arc<Streams>,
    catalog: Cell<Option<&'static Catalog<'static>>>,
}

impl<'c> Context<'c> {
    pub(super) const fn new(
        process: &'c Process,
        global: &'c GlobalArguments,
        settings: &'c Settings,
        streams: &'c Arc<Streams>,
    ) -> Self {
        Self { process, global, settings, streams, catalog: Cell::new(None) }
    }

    /// The catalog in use.
    ///
    /// It is the cache's where there is one, else the embedded one; a cache that can't be used is said once.
    pub(super) fn catalog(&self) -> &'static Catalog<'static> {
        self.catalog.get().unwrap_or_else(|| self.reread_catalog())
    }

    /// The catalog in use, after something was fetched.
    pub(super) fn reread_catalog(&self) -> &'static Catalog<'static> {
        let catalog = self.cached_catalog().unwrap_or_else(Catalog::embedded);
        self.catalog.set(Some(catalog));
        catalog
    }

    /// The day, by which figures are called old.
    pub(super) fn today(&self) -> Result<Date, CommandError> {
        let Some(day) = self.process.variable(variables::TODAY.name) else {
            return Ok(clock::now().to_zoned(TimeZone::UTC).date());
        };
        day.parse().map_err(|_| {
            CommandError::usage(format!(
                "{} is {day:?}, which is no day such as 2026-11-22",
                variables::TODAY.name
            ))
        })
    }

    /// Where what was fetched is kept.
    pub(super) fn cache_directory(&self) -> Result<PathBuf, CommandError> {
        Ok(self.process.cache_directory()?.to_owned())
    }

    fn cached_catalog(&self) -> Option<&'static Catalog<'static>> {
        let cache = CatalogCache::in_directory(self.process.cache_directory().ok()?);
        match cache.load() {
            Ok(Cached::Current(catalog)) => Some(catalog),
            Ok(Cached::Nothing) => None,
            Ok(Cached::Dropped(why)) => {
                let path = cache.path().display();
                self.streams.warn(format_args!("{path} is dropped: {why}"));
                self.streams.hint("fetch current prices again: cloudkit find refresh");
                None
            }
            Err(error) => {
                let reason = with_causes(&error);
                self.streams.warn(format_args!("{reason}; the catalog that is compiled in is used"));
                None
            }
        }
    }

    /// The AWS profile that was named, by flag or setting; the SDK looks at `AWS_PROFILE` itself.
    pub(super) fn profile(&self) -> Option<&str> {
        let setting = || self.settings.text(super::settings::Key::Profile);
        self.global.profile.as_deref().or_else(|| {
            let named = self.process.variable("AWS_PROFILE").is_some();
            setting().filter(|_| !named)
        })
    }
}

#[cfg(feature = "net")]
mod with_net {
    use std::time::Duration;

    use super::Context;
    use crate::cli::command_error::CommandError;
    use crate::cli::exit_code::ExitClass;
    use crate::platform::http;

    /// What is left after `--timeout` to put together what has arrived by then: questions to AWS end at it.
    const LAST_WORDS: Duration = Duration::from_millis(250);

    /// The command was not done within its `--timeout`.
    #[derive(Debug, thiserror::Error)]
    #[error("not done within {0}")]
    pub(in crate::cli) struct TimedOut(pub(in crate::cli) crate::model::Span);

    impl Context<'_> {
        /// Runs what waits for the network.
        pub(in crate::cli) fn block_on<T>(&self, work: impl Future<Output = T>) -> Result<T, CommandError> {
            Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work))
        }

        /// Runs what changes nothing and may be dropped half-way: `--timeout` ends it.
        pub(in crate::cli) fn block_on_bounded<T>(
            &self,
            work: impl Future<Output = Result<T, CommandError>>,
        ) -> Result<T, CommandError> {
            self.block_on(self.bounded(work))?
        }

        /// The same within work that goes on.
        pub(in crate::cli) async fn bounded<T>(
            &self,
            work: impl Future<Output = Result<T, CommandError>>,
        ) -> Result<T, CommandError> {
            match self.global.timeout {
                None => work.await,
                Some(limit) => tokio::time::timeout(limit.to_duration() + LAST_WORDS, work)
                    .await
                    .map_err(|_| CommandError::new(ExitClass::Unavailable, TimedOut(limit)))?,
            }
        }

        /// The certificates that `AWS_CA_BUNDLE` names.
        pub(in crate::cli) fn certificates(&self) -> Result<Option<Vec<u8>>, CommandError> {
            http::certificates(self.process).map_err(CommandError::usage)
        }
    }
}

#[cfg(feature = "aws")]
mod with_aws {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::Context;
    use crate::aws::Session;
    use crate::aws::call::{Call, CallReporter};
    use crate::aws::session::{ANSWER_LIMIT, Deadline, SessionOptions};
    use crate::cli::command_error::CommandError;
    use crate::model::Span;
    use crate::platform::variables;

    impl Context<'_> {
        /// Opens the door to AWS for questions, which change nothing.
        pub(in crate::cli) async fn asking_session(&self) -> Result<Session, CommandError> {
            Ok(self.session().await?.asking())
        }

        /// Opens the door to AWS.
        pub(in crate::cli) async fn session(&self) -> Result<Session, CommandError> {
            let deadline = self.global.timeout.and_then(|given| {
                Some(Deadline { at: Instant::now().checked_add(given.to_duration())?, given })
            });
            let options = SessionOptions {
                profile: self.profile().map(str::to_owned),
                certificates: self.certificates()?,
                reporter: self.call_reporter(),
                answer_limit: self.answer_limit()?,
                deadline,
            };
            Ok(Session::open(options).await?)
        }

        fn answer_limit(&self) -> Result<Duration, CommandError> {
            let name = variables::ANSWER_LIMIT.name;
            let Some(text) = self.process.variable(name) else { return Ok(ANSWER_LIMIT) };
            let limit: Span =
                text.parse().map_err(|error| CommandError::usage(format!("{name}: {error}")))?;
            Ok(limit.to_duration())
        }

        fn call_reporter(&self) -> CallReporter {
            let streams = Arc::clone(self.streams);
            CallReporter::new(move |call: Call| {
                let Call { service, operation, region, took, status } = call;
                let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
                let took = took.as_millis();
                streams.detail(format_args!("{service} {operation} in {region}: {status}, {took} ms"));
            })
        }
    }
}

#[cfg(feature = "net")]
#[cfg_attr(
    not(feature = "aws"),
    expect(unused_imports, reason = "only commands with the SDK match on it")
)]
pub(super) use with_net::TimedOut;
