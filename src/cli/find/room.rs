//! How many machines are wanted, and whether the account's quotas have room for them: the same for `search` and `spot`.
//!
//! A build without the SDK has no account to ask.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::discovery::QuotaOrder;
use crate::model::Offer;

/// What has the account asked for its quotas.
#[cfg(feature = "aws")]
pub(super) const HOW_TO_ASK: &str = "ask the account: --check-quotas, or --fits for those with room alone";
/// The same where there is no account to ask.
#[cfg(not(feature = "aws"))]
pub(super) const HOW_TO_ASK: &str = "this build asks no account";

/// How many machines, and what is asked of the quotas.
#[derive(Debug, Args)]
pub(super) struct RoomArguments {
    /// How many machines are wanted: what quotas should have room for, and what a placement score is for
    #[cfg(feature = "aws")]
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Quotas (need an AWS account)",
        value_parser = clap::builder::RangedU64ValueParser::<u32>::new().range(1..=2_000_000_000))]
    pub(super) count: u32,
    #[cfg(feature = "aws")]
    #[command(flatten)]
    quotas: super::quota_check::QuotaArguments,
}

#[cfg(feature = "aws")]
impl RoomArguments {
    /// Whether the account is to be asked.
    pub(super) const fn is_asked(&self) -> bool {
        self.quotas.are_asked()
    }

    /// Whether offers without room are not to be shown.
    pub(super) const fn drops_offers(&self) -> bool {
        self.quotas.drop_offers()
    }

    /// Fills in the quotas of offers, puts them into that order, and drops those that are not to be shown; how the command has
    /// to end because of it.
    pub(super) fn check(
        &self,
        context: &Context<'_>,
        offers: &mut Vec<Offer<'_>>,
        order: Option<&QuotaOrder>,
    ) -> ExitClass {
        self.quotas.check(context, offers, self.count, order)
    }
}

#[cfg(not(feature = "aws"))]
impl RoomArguments {
    /// Nothing is asked.
    #[expect(clippy::unused_self, reason = "the build with the SDK looks at the flags")]
    pub(super) const fn is_asked(&self) -> bool {
        false
    }

    /// Nothing is dropped.
    #[expect(clippy::unused_self, reason = "the build with the SDK looks at the flags")]
    pub(super) const fn drops_offers(&self) -> bool {
        false
    }

    /// Nothing is known.
    #[expect(clippy::unused_self, reason = "the build with the SDK looks at the flags")]
    pub(super) const fn check(
        &self,
        _context: &Context<'_>,
        _offers: &mut Vec<Offer<'_>>,
        _order: Option<&QuotaOrder>,
    ) -> ExitClass {
        ExitClass::Done
    }
}
