//! `cloudkit find search`: offers by name, size, GPU, architecture, price and region, best first.
//!
//! Answers from the catalog that is compiled in; nothing is asked of a network.

use clap::Args;

use crate::catalog::Catalog;
use crate::cli::command_error::CommandError;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region;
use crate::discovery::{self, Answer, Filter, NamePattern, Question, RegionSelection, SortKey};
use crate::model::{Architecture, DeviceCount, Market, Mebibytes, Money, OperatingSystem, Range};

/// How many offers a terminal gets where `--limit` does not say.
pub(super) const TERMINAL_LIMIT: usize = 20;

/// Search instance types and their prices
///
/// Ranges are written 8, 8.., ..8 or 4..16, both ends included. Without --region the region in force is searched: that of
/// the environment, of the settings or of the AWS profile, else us-east-1.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit find search 'g6*' --region us-east-1,us-west-2
  cloudkit find search --gpu h100 --region all
  cloudkit find search --vcpus 4..8 --memory 16.. --arch arm64 --max-price 0.20
  cloudkit find search 'm7i.*' | cloudkit launch --ttl 8h")]
pub(super) struct SearchArguments {
    /// Instance types by name or pattern, such as m7i.large, 'g6*' or 'c[67]i.*'
    #[arg(add = completions::instance_types())]
    patterns: Vec<NamePattern>,
    /// Virtual processors
    #[arg(long, value_name = "RANGE")]
    vcpus: Option<Range<u32>>,
    /// Memory, in GiB unless a unit is given
    #[arg(long, value_name = "RANGE")]
    memory: Option<Range<Mebibytes>>,
    /// Number of GPUs; parts of one count as fractions
    #[arg(long, value_name = "RANGE")]
    gpus: Option<Range<DeviceCount>>,
    /// Name of the GPU, such as l4 or h100
    #[arg(long, value_name = "NAME", add = completions::gpus())]
    gpu: Option<String>,
    /// Architecture: x86_64, arm64, i386
    #[arg(long, value_name = "ARCH")]
    arch: Option<Architecture>,
    /// Most that an hour may cost, in US dollars
    #[arg(long, value_name = "USD")]
    max_price: Option<Money>,
    /// Region, pattern such as 'us-*', or all; may be repeated or a comma list
    #[arg(short, long, value_name = "REGION", add = completions::regions())]
    region: Vec<String>,
    /// What the price is for: linux, windows, rhel, suse
    #[arg(long, value_name = "OS", default_value_t)]
    os: OperatingSystem,
    /// Sort by price, type, region, vcpus, memory or gpus; -price is falling; a comma list sorts by several
    #[arg(long, value_name = "KEYS", value_delimiter = ',', allow_hyphen_values = true)]
    sort: Vec<SortKey>,
    /// Show at most this many [default: 20 on a terminal, else all]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

pub(super) fn run(context: &Context<'_>, arguments: SearchArguments) -> Result<ExitClass, CommandError> {
    let catalog = context.catalog();
    let streams = context.streams;
    let is_default_limit = arguments.limit.is_none() && streams.surroundings().stdout_is_terminal;
    let question = arguments.resolve(context, catalog)?;
    let answer = discovery::search(catalog, &question)?;
    streams.write_list(streams.list_format(), &answer.offers)?;
    tell(context, &answer, is_default_limit);
    Ok(if answer.offers.is_empty() { ExitClass::No } else { ExitClass::Done })
}

impl SearchArguments {
    fn resolve(self, context: &Context<'_>, catalog: &Catalog<'_>) -> Result<Question, CommandError> {
        let selection = RegionSelection::parse(&self.region)?;
        let selection = if selection.is_empty() { in_force(context)? } else { selection };
        let regions = selection.resolve(catalog)?.iter().map(|region| region.code().to_owned()).collect();
        let terminal_limit = context.streams.surroundings().stdout_is_terminal.then_some(TERMINAL_LIMIT);
        Ok(Question {
            regions,
            patterns: self.patterns,
            architecture: self.arch,
            vcpus: self.vcpus,
            memory: self.memory,
            gpu_name: self.gpu,
            gpus: self.gpus,
            market: Market::OnDemand,
            os: self.os,
            max_price: self.max_price,
            sort: self.sort,
            limit: self.limit.or(terminal_limit),
        })
    }
}

/// The region in force, said on stderr.
pub(super) fn in_force(context: &Context<'_>) -> Result<RegionSelection, CommandError> {
    let region::InForce { region, named_by } = region::in_force(context);
    context.streams.status(format_args!("region {region} ({named_by}); --region all searches the world"));
    Ok(RegionSelection::parse([region])?)
}

/// What a person may wonder about.
pub(super) fn tell(context: &Context<'_>, answer: &Answer<'_>, is_default_limit: bool) {
    let streams = context.streams;
    for unmatched in &answer.unmatched {
        streams.warn(unmatched);
    }
    if answer.unpriced > 0 {
        streams.warn(format_args!("{} left out, because their price is not known", offers(answer.unpriced)));
    }
    if answer.left_out() > 0 {
        let flag = if is_default_limit {
            format!("--limit {}", answer.total)
        } else {
            "a higher --limit".to_owned()
        };
        streams.status(format_args!("{} left out; {flag} shows them", offers(answer.left_out())));
    }
    // Where no name fits, the warning above has said so already.
    let said = answer.emptied_by.as_ref().is_some_and(|emptied| emptied.filter == Filter::Name);
    if let Some(emptied) = answer.emptied_by.as_ref().filter(|_| !said) {
        streams.status(format_args!("nothing found: {emptied}"));
    }
}

fn offers(count: usize) -> String {
    if count == 1 { "1 offer".to_owned() } else { format!("{count} offers") }
}
