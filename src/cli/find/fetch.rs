//! Lists over the network, for the commands that ask for them.

#[cfg(feature = "net")]
pub(super) use with_net::{all, spot};
#[cfg(not(feature = "net"))]
pub(super) use without_net::{all, spot};

#[cfg(feature = "net")]
mod with_net {
    use std::time::Duration;

    use crate::catalog::refresh::fetch::{Addresses, Fetched, Fetching};
    use crate::catalog::refresh::{ListFailure, Refresh, Report};
    use crate::cli::command_error::CommandError;
    use crate::cli::context::Context;
    use crate::platform::http::HttpClient;
    use crate::platform::{Process, variables};

    /// How long one list may take.
    const LIST_LIMIT: Duration = Duration::from_secs(60);
    /// How long a question waits for the lists that it can't be answered without.
    const QUESTION_LIMIT: Duration = Duration::from_secs(5);

    /// Every list, from AWS's addresses or a mirror's.
    pub(in crate::cli::find) fn all(
        context: &Context<'_>,
        refresh: Refresh,
        mirror: Option<&str>,
    ) -> Result<Report, CommandError> {
        let addresses = mirror.map_or_else(|| addresses(context.process), Addresses::of_mirror);
        run(context, refresh, &addresses, LIST_LIMIT, What::Everything)
    }

    /// The lists that spot offers are made of.
    pub(in crate::cli::find) fn spot(
        context: &Context<'_>,
        refresh: Refresh,
    ) -> Result<Report, CommandError> {
        run(context, refresh, &addresses(context.process), QUESTION_LIMIT, What::Spot)
    }

    #[derive(Clone, Copy)]
    enum What {
        Everything,
        Spot,
    }

    fn run(
        context: &Context<'_>,
        mut refresh: Refresh,
        addresses: &Addresses,
        limit: Duration,
        what: What,
    ) -> Result<Report, CommandError> {
        let certificates = context.certificates()?;
        let client = HttpClient::new(certificates.as_deref()).map_err(CommandError::usage)?;
        let step = context.streams.step("fetching AWS's lists");
        let progress = |done, of| step.update(format_args!("{done} of {of}"));
        let ledger = refresh.ledger();
        let fetching = Fetching { client: &client, addresses, ledger, limit, progress: &progress };
        let fetched = context.block_on_bounded(async {
            Ok(match what {
                What::Everything => fetching.all().await,
                What::Spot => fetching.spot().await,
            })
        })?;
        let Fetched { papers, unchanged, failures } = fetched;
        step.done(format_args!(
            "{} new, {} unchanged, {} failed",
            papers.len(),
            unchanged.len(),
            failures.len()
        ));
        refresh.read_all(&papers);
        unchanged.iter().for_each(|origin| refresh.unchanged(origin));
        for ListFailure { origin, feed, error } in failures {
            refresh.fail(&origin, feed, error);
        }
        Ok(refresh.finish()?)
    }

    fn addresses(process: &Process) -> Addresses {
        let aws = Addresses::default();
        let or = |variable: variables::Variable, address: String| {
            process.variable(variable.name).map_or(address, |own| own.trim_end_matches('/').to_owned())
        };
        Addresses {
            spot_prices: or(variables::SPOT_PRICES_URL, aws.spot_prices),
            interruptions: or(variables::INTERRUPTIONS_URL, aws.interruptions),
            on_demand: or(variables::ON_DEMAND_PRICES_URL, aws.on_demand),
            locations: or(variables::LOCATIONS_URL, aws.locations),
        }
    }
}

#[cfg(not(feature = "net"))]
mod without_net {
    use crate::catalog::refresh::{Refresh, Report};
    use crate::cli::command_error::CommandError;
    use crate::cli::context::Context;

    /// This build has no network.
    #[derive(Debug, thiserror::Error)]
    #[error("this build of cloudkit cannot fetch")]
    struct NoNetwork;

    fn refused() -> CommandError {
        CommandError::usage(NoNetwork).hint("read files of the lists: cloudkit find refresh --from DIR")
    }

    pub(in crate::cli::find) fn all(
        _context: &Context<'_>,
        _refresh: Refresh,
        _mirror: Option<&str>,
    ) -> Result<Report, CommandError> {
        Err(refused())
    }

    pub(in crate::cli::find) fn spot(
        _context: &Context<'_>,
        _refresh: Refresh,
    ) -> Result<Report, CommandError> {
        Err(refused())
    }
}
