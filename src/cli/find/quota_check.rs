//! Quotas beside offers: what the commands that print offers flatten into their flags, and call after their offline answer.
//!
//! Where the account can't be asked the offers stay as they are, and the command ends with the class of the failure.

use std::collections::BTreeSet;

use clap::Args;

use super::account_quotas::{account, freshness, tell};
use crate::aws::regions::PerRegion;
use crate::catalog::quota_class::block_quota;
use crate::cli::command_error::{CommandError, with_causes};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::discovery::QuotaOrder;
use crate::discovery::account::quota_fit::{self, needs_no_quota};
use crate::discovery::account::quotas::RegionQuotas;
use crate::model::{Market, Offer, RegionName, name};
use crate::output::Streams;
use crate::platform::clock;

/// What is asked of the account's quotas.
#[derive(Debug, Args)]
#[command(next_help_heading = "Quotas (need an AWS account)")]
pub(super) struct QuotaArguments {
    /// Tell of each offer that is shown whether the account's quotas have room for it
    #[arg(long)]
    check_quotas: bool,
    /// Show only offers that the account's quotas have room for
    #[arg(long)]
    fits: bool,
    /// Ask AWS for the quotas even where an answer of the last five minutes is kept
    #[arg(long)]
    fresh: bool,
}

impl QuotaArguments {
    /// Whether the account is to be asked.
    pub(super) const fn are_asked(&self) -> bool {
        self.check_quotas || self.fits
    }

    /// Whether offers without room are not to be shown.
    pub(super) const fn drop_offers(&self) -> bool {
        self.fits
    }

    /// Fills the quota of each offer, puts the offers into the order of their quotas where there is one, and for `--fits`
    /// drops those that do not fit or of which that is not known.
    ///
    /// Returns how the command has to end because of it. Where the account could not be asked that is said, and of no offer
    /// it is known whether it fits.
    pub(super) fn check(
        &self,
        context: &Context<'_>,
        offers: &mut Vec<Offer<'_>>,
        count: u32,
        order: Option<&QuotaOrder>,
    ) -> ExitClass {
        if !self.are_asked() || offers.is_empty() {
            return ExitClass::Done;
        }
        match self.ask(context, offers) {
            Ok(found) => {
                let class = tell(context, &found);
                let unknown = quota_fit::fill(offers, &found, count);
                if let Some(order) = order {
                    order.apply(offers);
                }
                tell_blocks(context.streams, offers);
                self.drop_and_tell(context.streams, offers, unknown);
                class
            }
            Err(error) => {
                let class = tell_unchecked(context.streams, &error);
                if self.fits {
                    let unknown = offers.iter().filter(|offer| !needs_no_quota(offer)).count();
                    self.drop_and_tell(context.streams, offers, unknown);
                }
                class
            }
        }
    }

    fn ask(
        &self,
        context: &Context<'_>,
        offers: &[Offer<'_>],
    ) -> Result<PerRegion<RegionQuotas>, CommandError> {
        let regions: BTreeSet<&str> = offers.iter().map(|offer| &*offer.region).collect();
        let regions: Vec<RegionName> = regions.into_iter().map(str::parse).collect::<Result<_, _>>()?;
        context.block_on_bounded(async {
            let _step = context.streams.step("asking for the quotas");
            let session = context.asking_session().await?;
            let account = account(context, &session).await?;
            Ok(account.quotas(&regions, freshness(self.fresh), clock::now()).await)
        })
    }

    /// For `--fits`, drops what does not fit; what is left out or not known is said.
    fn drop_and_tell(&self, streams: &Streams, offers: &mut Vec<Offer<'_>>, unknown: usize) {
        if !self.fits {
            if unknown > 0 {
                let unknown = counted(unknown);
                streams.warn(format_args!("of {unknown} it is not known whether the quotas have room"));
            }
            return;
        }
        let before = offers.len();
        offers.retain(|offer| offer.quota.as_ref().map_or_else(|| needs_no_quota(offer), |quota| quota.fits));
        let without_room = before - offers.len() - unknown;
        if unknown > 0 {
            let unknown = counted(unknown);
            streams.warn(format_args!(
                "{unknown} left out, because it is not known whether the quotas have room; --check-quotas shows them"
            ));
        }
        if without_room > 0 {
            let without_room = counted(without_room);
            streams.status(format_args!(
                "{without_room} left out, because the quotas have no room; --check-quotas shows them"
            ));
        }
    }
}

/// Says of what capacity blocks are charged to, which is no quota of vCPUs.
fn tell_blocks(streams: &Streams, offers: &[Offer<'_>]) {
    let is_block = |offer: &&Offer<'_>| offer.market == Market::CapacityBlock && !needs_no_quota(offer);
    let families: BTreeSet<&str> =
        offers.iter().filter(is_block).map(|offer| name::family(&offer.instance_type)).collect();
    if families.is_empty() {
        return;
    }
    let quotas = families.into_iter().map(|family| match block_quota(family) {
        Some(code) => format!("{code} ({family})"),
        None => format!("{family} (code not known)"),
    });
    streams.status(format_args!(
        "quotas of capacity blocks count machines, not vCPUs, and are not checked; see Service Quotas: {}",
        quotas.collect::<Vec<_>>().join(", ")
    ));
}

/// Says why nothing could be asked.
fn tell_unchecked(streams: &Streams, error: &CommandError) -> ExitClass {
    // Why there are no credentials takes a paragraph; what to do about it does not.
    let because = match error.class {
        ExitClass::Credentials => error.error.to_string(),
        _ => with_causes(error.error.as_ref()),
    };
    streams.warn_of_cost(format_args!("the quotas could not be checked: {because}"));
    error.hints.iter().for_each(|hint| streams.hint(hint));
    error.class
}

fn counted(offers: usize) -> String {
    if offers == 1 { "1 offer".to_owned() } else { format!("{offers} offers") }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::model::QuotaFit;
    use crate::output::{Settings, Surroundings, captured};

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        quotas: QuotaArguments,
    }

    fn arguments(line: &str) -> QuotaArguments {
        Line::try_parse_from(line.split(' ')).unwrap().quotas
    }

    fn offer(instance_type: &str, market: &str, fits: Option<bool>) -> Offer<'static> {
        let json = format!(
            r#"{{"schema":"cloudkit.offer/v1","instance_type":"{instance_type}","region":"us-east-1","market":"{market}","os":"linux"}}"#
        );
        let mut offer: Offer<'static> = serde_json::from_str(json.leak()).unwrap();
        let quota =
            |fits| QuotaFit { code: "L-1".into(), name: "One".into(), limit_vcpus: 8, used_vcpus: 2, fits };
        offer.quota = fits.map(quota);
        offer
    }

    /// What is left of the offers, and what is said.
    fn left(line: &str) -> (Vec<String>, String) {
        let mut offers = vec![
            offer("m7i.large", "on-demand", Some(true)),
            offer("m7i.xlarge", "spot", Some(false)),
            offer("mac2.metal", "on-demand", None),
            offer("m7i.large", "reservation", None),
        ];
        let (streams, _, talk) = captured::streams(Surroundings::of_process(None, true), Settings::default());
        arguments(line).drop_and_tell(&streams, &mut offers, 1);
        let name = |offer: &Offer<'_>| format!("{} {}", offer.instance_type, offer.market);
        (offers.iter().map(name).collect(), talk.text())
    }

    #[test]
    fn offers_that_fit_and_those_that_need_no_quota_are_kept() {
        let (offers, said) = left("x --fits");
        assert_eq!(offers, ["m7i.large on-demand", "m7i.large reservation"]);
        assert_eq!(
            said,
            "warning: 1 offer left out, because it is not known whether the quotas have room; --check-quotas shows them\n\
             1 offer left out, because the quotas have no room; --check-quotas shows them\n"
        );
    }

    #[test]
    fn a_check_alone_drops_nothing() {
        let (offers, said) = left("x --check-quotas");
        assert_eq!(offers.len(), 4);
        assert_eq!(said, "warning: of 1 offer it is not known whether the quotas have room\n");
    }

    #[test]
    fn the_account_is_asked_only_where_a_flag_says_so() {
        assert!(!arguments("x").are_asked() && !arguments("x --fresh").are_asked());
        assert!(arguments("x --check-quotas").are_asked() && arguments("x --fits").are_asked());
    }

    #[test]
    fn why_nothing_could_be_checked_is_said_in_a_line_with_a_hint() {
        let (streams, _, talk) = captured::streams(Surroundings::of_process(None, true), Settings::default());
        let error =
            CommandError::new(ExitClass::Credentials, "no AWS credentials were found").hint("sign in");
        assert_eq!(tell_unchecked(&streams, &error), ExitClass::Credentials);
        assert_eq!(
            talk.text(),
            "warning: the quotas could not be checked: no AWS credentials were found\nhint: sign in\n"
        );
    }
}
