//! Sends a request for a machine until its fate is known.
//!
//! The request is in the journal before it is sent. Where no answer comes, the very same request is sent again: EC2 knows
//! it by its token and makes no second machine.

use std::time::Duration;

use super::journal::{Journal, JournalError, Outcome};
use super::report::Event;
use crate::aws::ec2::Ec2;
use crate::aws::types::{Machine, RunRequest};
use crate::aws::{AwsError, ErrorKind};
use crate::platform::random;

/// The pauses between one sending and the next, at their longest.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// The pauses while EC2 does not know a profile that IAM has just made, which takes it some ten seconds.
const PROFILE_PAUSES: [Duration; 20] = [Duration::from_secs(2); 20];

/// What came of a request for a machine.
#[derive(Debug)]
pub(super) enum Fate {
    /// It made a machine.
    Made(Box<Machine>),
    /// EC2 will not give this machine.
    Refused(AwsError),
    /// Nobody knows: EC2 gave no answer at all.
    Unknown(AwsError),
}

/// Writes the request down, sends it and settles it.
pub(super) async fn run(
    ec2: &Ec2,
    region: &str,
    request: &RunRequest,
    journal: &Journal,
    now: jiff::Timestamp,
    report: &mut impl FnMut(Event),
) -> Result<Fate, JournalError> {
    let entry = journal.intend(region, request, now)?;
    let fate = send_until_known(ec2, request, report).await;
    let outcome = match &fate {
        Fate::Made(machine) => Some(Outcome::Made(machine.id.clone())),
        Fate::Refused(error) => Some(Outcome::Nothing(error.to_string())),
        Fate::Unknown(_) => None,
    };
    if let Some(outcome) = outcome {
        // The machine is there whether that can be written down or not.
        if let Err(error) = journal.settle(&entry, outcome) {
            report(Event::NotWrittenDown { because: error.to_string() });
        }
    }
    Ok(fate)
}

async fn send_until_known(ec2: &Ec2, request: &RunRequest, report: &mut impl FnMut(Event)) -> Fate {
    // Being told to come later uses up none of the patience with lost answers.
    let (mut throttled, mut lost) = (PAUSES.iter(), PAUSES.iter());
    let mut profile_pauses = PROFILE_PAUSES.iter();
    let mut perhaps_made = false;
    loop {
        let error = match ec2.run(request).await {
            Ok(machine) => return Fate::Made(Box::new(machine)),
            Err(error) => error,
        };
        if error.kind == ErrorKind::NotKnownYet
            && let Some(pause) = profile_pauses.next()
        {
            // Refused, it made nothing: the same request is as good as a new one.
            report(Event::ProfileNotKnownYet);
            tokio::time::sleep(*pause).await;
            continue;
        }
        if !error.may_have_happened && error.kind != ErrorKind::Throttled {
            return Fate::Refused(error);
        }
        perhaps_made |= error.may_have_happened;
        let pauses = if error.kind == ErrorKind::Throttled { &mut throttled } else { &mut lost };
        let Some(pause) = pauses.next() else {
            return look_for_it(ec2, request, error, perhaps_made).await;
        };
        report(Event::AskedAgain { because: error.to_string() });
        tokio::time::sleep(random::jittered(*pause)).await;
    }
}

/// The last resort: EC2 may show a machine that it never told of. Finding none proves nothing, since it may come late.
async fn look_for_it(ec2: &Ec2, request: &RunRequest, error: AwsError, perhaps_made: bool) -> Fate {
    if !perhaps_made {
        return Fate::Refused(error);
    }
    match ec2.machines_of_request(&request.client_token).await {
        Ok(machines) => match machines.into_iter().next() {
            Some(machine) => Fate::Made(Box::new(machine)),
            None => Fate::Unknown(error),
        },
        Err(_) => Fate::Unknown(error),
    }
}
