//! Lists over the network, for the commands that ask for them.

#[cfg(feature = "net")]
pub(super) use with_net::{all, spot};
#[cfg(not(feature = "net"))]
pub(super) use without_net::{all, spot};

#[cfg(feature = "net")]
mod with_net {
    use std::time::Duration;

    use crate::catalog::refresh::fetch::{Addresses, Fetched, Fetching, LIST_LIMIT, QUESTION_LIMIT};
    use crate::catalog::refresh::{Refresh, Report};
    use crate::cli::command_error::CommandError;
    use crate::cli::context::Context;
    use crate::platform::http::HttpClient;

    /// Every list, from AWS's addresses or a mirror's.
    pub(in crate::cli::find) fn all(
        context: &Context<'_>,
        refresh: Refresh,
        mirror: Option<&str>,
    ) -> Result<Report, CommandError> {
        let addresses = mirror.map_or_else(|| Addresses::of_process(context.process), Addresses::of_mirror);
        run(context, refresh, &addresses, LIST_LIMIT, What::Everything)
    }

    /// The lists that spot offers are made of.
    pub(in crate::cli::find) fn spot(
        context: &Context<'_>,
        refresh: Refresh,
    ) -> Result<Report, CommandError> {
        run(context, refresh, &Addresses::of_process(context.process), QUESTION_LIMIT, What::Spot)
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
        refresh.take(&papers, &unchanged, failures);
        Ok(refresh.finish()?)
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
