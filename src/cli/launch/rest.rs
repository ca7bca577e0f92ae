//! What `stop` and `hibernate` have in common.
//!
//! A machine at rest does not look at its deadline, so what it costs on is said each time.

use super::machines::{self, Found, MachineArguments, named};
use crate::aws::ec2::Rest;
use crate::aws::types::Located;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::Market;
use crate::provision::power::{self, Deed};

pub(super) fn run(
    context: &Context<'_>,
    arguments: &MachineArguments,
    rest: Rest,
) -> Result<ExitClass, CommandError> {
    let Found { session, machines, class: found, .. } = machines::find(context, arguments)?;
    let (resting, awake): (Vec<Located>, Vec<Located>) =
        machines.into_iter().partition(|one| one.machine.state.is_at_rest());
    if let Some(refusal) = awake.iter().find_map(|one| refusal(one, rest)) {
        return Err(refusal);
    }
    for one in &resting {
        context.streams.status(format_args!("{} is {} already", named(one), one.machine.state));
    }
    if awake.is_empty() {
        return Ok(found);
    }
    let outcomes =
        machines::change(context, async { Ok(power::act(&session, &awake, Deed::Rest(rest)).await) })?;
    let done = if rest == Rest::Stop { "is stopping" } else { "is hibernating" };
    let class = machines::tell(context, &awake, outcomes, done, "still runs");
    context.streams.warn_of_cost(
        "disks cost on while a machine rests, and its deadline can't end it: cloudkit launch status, start, terminate",
    );
    Ok(class.or(found))
}

fn refusal(one: &Located, rest: Rest) -> Option<CommandError> {
    let machine = &one.machine;
    let name = named(one);
    let error = |why: &str| CommandError::usage(format!("{name} cannot be {}: {why}", rested(rest)));
    if machine.state.is_ended() {
        return Some(CommandError { class: ExitClass::No, ..error("it has ended") });
    }
    if machine.market == Market::Spot {
        // A one-time spot request ends with its machine:
        // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-requests.html
        let hint = format!("end it: cloudkit launch terminate {}", machine.id);
        return Some(error("it is a spot machine of a one-time request, which EC2 can only end").hint(hint));
    }
    if rest == Rest::Hibernate && !machine.can_hibernate {
        let hint = format!("stop it, which forgets its memory: cloudkit launch stop {}", machine.id);
        return Some(error("it was not launched with hibernation, which can't be had later").hint(hint));
    }
    None
}

const fn rested(rest: Rest) -> &'static str {
    match rest {
        Rest::Stop => "stopped",
        Rest::Hibernate => "hibernated",
    }
}
