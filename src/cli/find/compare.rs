//! `cloudkit find compare`: instance types side by side, the differences marked.

use clap::Args;

use super::types;
use crate::cli::command_error::CommandError;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region;
use crate::model::OperatingSystem;
use crate::output::type_sheet;

/// Compare instance types side by side; facts in which they differ are marked with *
///
/// Without --region the prices are those of the region in force.
#[derive(Debug, Args)]
pub(super) struct CompareArguments {
    /// The instance types, such as g6.xlarge g5.xlarge
    #[arg(value_name = "TYPE", num_args = 2.., required = true, add = completions::instance_types())]
    instance_types: Vec<String>,
    /// Prices of these regions: a code, a pattern such as 'us-*', or all; may be repeated or a comma list
    #[arg(short, long, value_name = "REGION", add = completions::regions())]
    region: Vec<String>,
    /// What the prices are for: linux, windows, rhel, suse
    #[arg(long, value_name = "OS", default_value_t, add = completions::words(OperatingSystem::ALL))]
    os: OperatingSystem,
}

pub(super) fn run(context: &Context<'_>, arguments: &CompareArguments) -> Result<ExitClass, CommandError> {
    let in_force = || vec![region::in_force(context).region];
    let regions = if arguments.region.is_empty() { in_force() } else { arguments.region.clone() };
    let sheets = arguments.instance_types.iter().map(|name| types::sheet(context, name, &regions));
    let sheets: Vec<_> = sheets.collect::<Result<_, _>>()?;
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_list(format, &sheets)?,
        None => {
            let width = context.streams.surroundings().columns;
            context.streams.write_text(&type_sheet::comparison(&sheets, arguments.os, width))?;
            types::tell_old(context, &sheets, arguments.os);
        }
    }
    Ok(ExitClass::Done)
}
