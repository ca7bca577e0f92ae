//! `cloudkit find quotas`: the account's vCPU quotas, how much of them is used, and requests for more.
//!
//! Nothing is filed without `--submit` and a yes.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args};

use super::account_quotas::{account, freshness, tell};
use super::quota_request::{self, Wanted};
use crate::catalog::InstanceType;
use crate::catalog::quota_class::{self, QUOTAS, VcpuQuota};
use crate::cli::account_regions::AskedRegions;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::discovery::account::quotas::QuotaRow;
use crate::model::{InstanceTypeName, Market};
use crate::platform::clock;

/// Show the account's vCPU quotas: limit, used, free; ask AWS for higher ones
///
/// Used are the vCPUs of pending and running machines, of open spot requests and of reservations that nothing runs in;
/// capacity blocks have quotas of their own. Status: ok; tight, where 80 percent or more are used; full; none, where the
/// limit is 0; unknown, where the limit or what is used is not known.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("asking").multiple(true))]
#[command(after_help = "Examples:
  cloudkit find quotas
  cloudkit find quotas --family g,p5 --region all
  cloudkit find quotas --instance-type g6.xlarge --count 4 --market spot --request
  cloudkit find quotas --family g --market on-demand --target 64 --submit")]
pub(super) struct QuotasArguments {
    /// Quotas of a class such as standard, g or p, of a family such as g6, or of a type; a comma list means several
    #[arg(short, long, value_name = "FAMILY", value_delimiter = ',')]
    family: Vec<String>,
    /// Quotas of this instance type
    #[arg(short = 't', long, visible_alias = "type", value_name = "TYPE")]
    instance_type: Option<InstanceTypeName>,
    /// Quotas of one market: on-demand, spot
    #[arg(long, value_name = "MARKET", value_parser = markets())]
    market: Option<Market>,
    /// Region, pattern such as 'us-*', or all that the account has enabled; may be repeated or a comma list
    #[arg(short, long, value_name = "REGION")]
    region: Vec<String>,
    /// Ask AWS even where an answer of the last five minutes is kept
    #[arg(long)]
    fresh: bool,
    /// Print the commands that ask AWS for higher limits
    #[arg(long, group = "asking")]
    request: bool,
    /// Ask AWS for higher limits, after a question on the terminal
    #[arg(long, group = "asking")]
    submit: bool,
    /// Limit to ask for [default: what is used, and the vCPUs of --count machines of --instance-type]
    #[arg(long, value_name = "VCPUS", value_parser = at_least_one(), allow_negative_numbers = true, requires = "asking")]
    target: Option<u32>,
    /// How many machines of --instance-type the limit is to leave room for [default: 1]
    #[arg(long, value_name = "N", value_parser = at_least_one(), conflicts_with = "target")]
    #[arg(requires = "instance_type", requires = "asking")]
    count: Option<u32>,
    /// File the requests without asking
    #[arg(short, long, requires = "submit")]
    yes: bool,
}

fn at_least_one() -> impl TypedValueParser<Value = u32> {
    crate::cli::values::count
}

fn markets() -> impl TypedValueParser<Value = Market> {
    PossibleValuesParser::new(["on-demand", "spot"])
        .map(|name| if name == "spot" { Market::Spot } else { Market::OnDemand })
}

pub(super) fn run(context: &Context<'_>, arguments: &QuotasArguments) -> Result<ExitClass, CommandError> {
    let selected = arguments.selected()?;
    let wanted = arguments.wanted(context)?;
    let asked = AskedRegions::parse(context, &arguments.region)?;
    // What is filed is decided on what is true now.
    let freshness = freshness(arguments.fresh || arguments.submit);
    let session = context.block_on_bounded(context.asking_session())?;
    let (account, found) = context.block_on_bounded(async {
        let _step = context.streams.step("asking for the quotas");
        let account = account(context, &session).await?;
        let regions = asked.resolve(context, &session).await?;
        let found = account.quotas(&regions, freshness, clock::now()).await;
        Ok((account, found))
    })?;
    let class = tell(context, &found);
    let rows: Vec<&QuotaRow> = found
        .answers
        .iter()
        .flat_map(|(_, of_region)| selected.iter().filter_map(|quota| of_region.row(quota)))
        .collect();
    let Some(wanted) = wanted else {
        context.streams.write_list(context.streams.list_format(), rows)?;
        return Ok(class);
    };
    let wishes = quota_request::wishes(context, &rows, wanted)?;
    if !arguments.submit {
        context.streams.write_text(&quota_request::commands(&wishes, context.profile()))?;
        return Ok(class);
    }
    let answer = quota_request::submit(context, &account, &wishes, arguments.yes)?;
    Ok(class.or(answer))
}

impl QuotasArguments {
    /// The quotas that are meant; all of them where none is named.
    fn selected(&self) -> Result<Vec<&'static VcpuQuota>, CommandError> {
        let mut named = Vec::new();
        for word in
            self.family.iter().map(String::as_str).chain(self.instance_type.as_ref().map(AsRef::as_ref))
        {
            named.extend(quota_class::quotas_named(word)?);
        }
        let is_meant = |quota: &&VcpuQuota| {
            (self.names_none() || named.contains(quota))
                && self.market.is_none_or(|market| market == quota.market)
        };
        let selected: Vec<_> = QUOTAS.into_iter().filter(is_meant).collect();
        if selected.is_empty() {
            return Err(CommandError::new(ExitClass::No, "such machines are not sold on the spot market"));
        }
        Ok(selected)
    }

    const fn names_none(&self) -> bool {
        self.family.is_empty() && self.instance_type.is_none()
    }

    /// The limit that is to be asked for, where one is.
    fn wanted(&self, context: &Context<'_>) -> Result<Option<Wanted>, CommandError> {
        if !self.request && !self.submit {
            return Ok(None);
        }
        if self.names_none() {
            let error = CommandError::usage("a request has to say which quotas are meant");
            return Err(error.hint("name them: --family g, or --instance-type g6.xlarge"));
        }
        if let Some(target) = self.target {
            return Ok(Some(Wanted::Limit(target)));
        }
        let Some(name) = &self.instance_type else {
            let error = CommandError::usage("a request has to say which limit is to be asked for");
            let derive = "or let it be derived from what is used: --instance-type g6.xlarge --count 4";
            return Err(error.hint("name it: --target 64").hint(derive));
        };
        let vcpus = context.catalog().instance_type(name.as_str()).and_then(InstanceType::vcpus);
        let Some(vcpus) = vcpus else {
            let error = CommandError::usage(format!("how many vCPUs {name} has is not known"));
            return Err(error.hint("name the limit: --target 64"));
        };
        Ok(Some(Wanted::RoomFor(vcpus.saturating_mul(self.count.unwrap_or(1)))))
    }
}
