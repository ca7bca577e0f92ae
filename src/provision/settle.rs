//! Sends a request for machines until its fate is known.
//!
//! The request is in the journal before it is sent. Where no answer comes, the very same request is sent again: EC2 knows
//! it by its token and makes no further machine.

use std::time::Duration;

use super::journal::{Journal, JournalError, Outcome, Request};
use super::report::Event;
use crate::aws::ec2::{Ec2, FleetAnswer};
use crate::aws::types::fleet::{FleetRequest, ToldPool};
use crate::aws::types::{Machine, RunRequest};
use crate::aws::{AwsError, ErrorKind};
use crate::platform::random;

/// The pauses between one sending and the next, at their longest.
pub(super) const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// The pauses while EC2 does not know a profile that IAM has just made, which takes it some ten seconds, or a template.
pub(crate) const PROFILE_PAUSES: [Duration; 20] = [Duration::from_secs(2); 20];

/// What came of a request for machines.
#[derive(Debug)]
pub(super) enum Fate<T> {
    /// It was carried out.
    Made(T),
    /// EC2 will not do it.
    Refused(AwsError),
    /// Nobody knows: EC2 gave no answer at all.
    Unknown(AwsError),
}

/// Where requests are written down, and as of when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Book<'b> {
    pub(super) journal: &'b Journal,
    pub(super) region: &'b str,
    pub(super) now: jiff::Timestamp,
}

/// Writes a request for machines of one kind down, sends it and settles it.
pub(super) async fn run(
    ec2: &Ec2,
    request: &RunRequest,
    book: Book<'_>,
    report: &mut impl FnMut(Event),
) -> Result<Fate<Vec<Machine>>, JournalError> {
    let entry = book.journal.intend(book.region, Request::from(request), book.now)?;
    let fate = match send_until_known(|| ec2.run(request), report).await {
        Sent::Answered(machines) => Fate::Made(machines),
        Sent::Refused(error) => Fate::Refused(error),
        // EC2 may show machines that it never told of. Finding none proves nothing, since they may come late.
        Sent::Lost(error) => match ec2.machines_of_request(&request.client_token).await {
            Ok(machines) if !machines.is_empty() => Fate::Made(machines),
            _ => Fate::Unknown(error),
        },
    };
    let made = |machines: &Vec<Machine>| machines.iter().map(|machine| machine.id.clone()).collect();
    settle(book.journal, &entry, &fate, made, report);
    Ok(fate)
}

/// The same for a fleet; `known` are the machines that the launch has already.
pub(super) async fn fleet(
    ec2: &Ec2,
    request: &FleetRequest,
    known: &[String],
    book: Book<'_>,
    report: &mut impl FnMut(Event),
) -> Result<Fate<FleetAnswer>, JournalError> {
    let entry = book.journal.intend(book.region, Request::from(request), book.now)?;
    let fate = match send_until_known(|| ec2.make_fleet(request), report).await {
        Sent::Answered(answer) => Fate::Made(answer),
        Sent::Refused(error) => Fate::Refused(error),
        // Some of them tell nothing of the others: only all of them are an answer.
        Sent::Lost(error) => match ec2.machines_of_launch(&request.launch).await {
            Ok(machines) => shown(machines, known, request).map_or(Fate::Unknown(error), Fate::Made),
            Err(_) => Fate::Unknown(error),
        },
    };
    let made = |answer: &FleetAnswer| answer.machines.iter().map(|(id, _)| id.clone()).collect();
    settle(book.journal, &entry, &fate, made, report);
    Ok(fate)
}

fn settle<T>(
    journal: &Journal,
    entry: &super::journal::Entry,
    fate: &Fate<T>,
    made: impl Fn(&T) -> Vec<String>,
    report: &mut impl FnMut(Event),
) {
    let outcome = match fate {
        Fate::Made(what) => Outcome::made(made(what)),
        Fate::Refused(error) => Outcome::Nothing(error.to_string()),
        Fate::Unknown(_) => return,
    };
    // The machine is there whether that can be written down or not.
    if let Err(error) = journal.settle(entry, outcome) {
        report(Event::NotWrittenDown { because: error.to_string() });
    }
}

/// What EC2 shows of a fleet that it never told of, where that is all that was wanted.
fn shown(machines: Vec<Machine>, known: &[String], request: &FleetRequest) -> Option<FleetAnswer> {
    let is_new = |machine: &Machine| !machine.state.is_ended() && !known.contains(&machine.id);
    let new: Vec<_> = machines.into_iter().filter(is_new).collect();
    (u32::try_from(new.len()) == Ok(request.wanted)).then(|| FleetAnswer {
        machines: new
            .into_iter()
            .map(|machine| {
                let (instance_type, zones) = (Some(machine.instance_type), machine.zone_id);
                (machine.id, ToldPool { instance_type, zones: zones.into_iter().collect(), subnet: None })
            })
            .collect(),
        errors: Vec::new(),
    })
}

enum Sent<T> {
    Answered(T),
    Refused(AwsError),
    /// It may have been carried out, and nobody says.
    Lost(AwsError),
}

async fn send_until_known<T>(
    send: impl AsyncFn() -> Result<T, AwsError>,
    report: &mut impl FnMut(Event),
) -> Sent<T> {
    // Being told to come later uses up none of the patience with lost answers.
    let (mut throttled, mut lost) = (PAUSES.iter(), PAUSES.iter());
    let mut unknown_pauses = PROFILE_PAUSES.iter();
    let mut perhaps_made = false;
    loop {
        let error = match send().await {
            Ok(answer) => return Sent::Answered(answer),
            Err(error) => error,
        };
        if error.kind == ErrorKind::NotKnownYet
            && let Some(pause) = unknown_pauses.next()
        {
            // Refused, it made nothing: the same request is as good as a new one.
            report(not_known_yet(&error));
            tokio::time::sleep(*pause).await;
            continue;
        }
        if !error.may_have_happened && error.kind != ErrorKind::Throttled {
            return Sent::Refused(error);
        }
        perhaps_made |= error.may_have_happened;
        let pauses = if error.kind == ErrorKind::Throttled { &mut throttled } else { &mut lost };
        let Some(pause) = pauses.next() else {
            return if perhaps_made { Sent::Lost(error) } else { Sent::Refused(error) };
        };
        report(Event::AskedAgain { because: error.to_string() });
        tokio::time::sleep(random::jittered(*pause)).await;
    }
}

/// Of the things that EC2 knows only after a while, an instance profile is the one that takes its time.
pub(super) fn not_known_yet(error: &AwsError) -> Event {
    if error.names_a_launch_template() {
        Event::AskedAgain { because: error.to_string() }
    } else {
        Event::ProfileNotKnownYet
    }
}
