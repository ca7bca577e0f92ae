//! `cloudkit find show`: everything known of one instance type, and its price in each region.

use clap::Args;

use super::types;
use crate::cli::command_error::CommandError;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::OperatingSystem;
use crate::output::type_sheet;

/// Show everything known of one instance type, with its price in each region
#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// The instance type, such as g6.xlarge
    #[arg(value_name = "TYPE", add = completions::instance_types())]
    instance_type: String,
    /// Only these regions: a code, a pattern such as 'us-*'; may be repeated or a comma list [default: all]
    #[arg(short, long, value_name = "REGION", add = completions::regions())]
    region: Vec<String>,
    /// What the prices are for: linux, windows, rhel, suse
    #[arg(long, value_name = "OS", default_value_t, add = completions::words(OperatingSystem::ALL))]
    os: OperatingSystem,
}

pub(super) fn run(context: &Context<'_>, arguments: &ShowArguments) -> Result<ExitClass, CommandError> {
    let sheet = types::sheet(context, &arguments.instance_type, &arguments.region)?;
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_one(format, &sheet)?,
        None => {
            let width = context.streams.surroundings().columns;
            context.streams.write_text(&type_sheet::text(&sheet, arguments.os, width))?;
            types::tell_old(context, std::slice::from_ref(&sheet), arguments.os);
        }
    }
    let lacking = types::lacking(context, &sheet, &arguments.region)?;
    if !lacking.is_empty() && !sheet.regions.is_empty() {
        context.streams.status(format_args!("not known to be offered in {}", lacking.join(", ")));
    }
    Ok(ExitClass::Done)
}
