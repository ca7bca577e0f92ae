//! `cloudkit launch` alone on a terminal: six questions, the plan, and a yes.
//!
//! What comes of the questions is a list of flags and nothing else. The same parser reads them that reads typed ones, so that
//! there is one way to a wish. Nothing is made before the yes.

mod answers;
mod command_line;
mod ending;
mod facts;
#[cfg(test)]
mod fixture;
mod key;
mod list;
mod market;
mod name;
mod place;
mod purpose;
mod row;
mod search;
mod signed_out;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::ffi::OsString;

use self::answers::{Answers, MarketAnswer};
use self::command_line::Shell;
use self::facts::{DROPPABLE_OF_MACHINES, Facts};
use self::list::{Kept, Question, Reply, Screen};
use self::row::Row;
use super::arguments::{DEFAULT_IDLE_TIMEOUT, DEFAULT_TTL, LaunchArguments};
use super::run::{launch, question, reasons_to_ask};
use crate::cli::arguments::Command;
use crate::cli::ask::{self, Answer};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::settings::Key;
use crate::cli::{parse, personality};
use crate::model::{Market, Money};
use crate::output::{Failure, Verbosity};
use crate::platform::{clock, time_zone};
use crate::provision::plan::Plan;
use crate::provision::wish::AgentWish;
use crate::provision::world::key::KnownKey;

const HELP: &str = "USD/hour; arrows move, Enter takes the marked line, Esc goes back";
const HELP_FOR_ENDINGS: &str = "Enter takes the marked line; or type a deadline: 2d, 18:00; Esc goes back";
const HELP_FOR_KEYS: &str = "Enter takes the marked line; or type the file of a key; Esc goes back";
const HELP_FOR_NAMES: &str = "type a name, or Enter for none; Esc goes back";

/// Whether there is somebody to ask. Whoever says yes beforehand, or wants quiet, is not asked what to launch either.
pub(super) fn is_wanted(context: &Context<'_>, arguments: &LaunchArguments) -> bool {
    let wants_talk = context.global.plain_stream_settings().verbosity > Verbosity::Quiet;
    arguments.instance_type.is_empty()
        && !arguments.yes
        && wants_talk
        && context.process.stdin_is_terminal()
        && context.streams.surroundings().stderr_is_terminal
}

pub(super) fn run(context: &Context<'_>, arguments: &LaunchArguments) -> Result<ExitClass, CommandError> {
    let facts = Facts::gather(context, context.catalog())?;
    let signed_out = signed_out::find_out(context)?;
    let mut wizard = Wizard::new(context, arguments, facts);
    let mut first = 0;
    loop {
        wizard.ask_from(first)?;
        let flags = wizard.answers.flags();
        tell_command(context, &flags);
        let arguments = parsed(context, &flags)?;
        if let Some(error) = signed_out {
            signed_out::show_plan(context, &arguments)?;
            return Err(error);
        }
        let planned = Cell::new(false);
        let consent = |plan: &Plan| {
            planned.set(true);
            consent(context, plan)
        };
        match launch(context, &arguments, consent) {
            Ok(Some(class)) => return Ok(class),
            Ok(None) => first = wizard.steps.len().saturating_sub(1),
            Err(CommandError { class, error, hints }) if !planned.get() && is_of_the_answers(class) => {
                context.streams.fail(&Failure::of(error.as_ref(), hints, class.code()));
                first = 0;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Whether other answers may lead to a plan where these did not.
fn is_of_the_answers(class: ExitClass) -> bool {
    matches!(class, ExitClass::Usage | ExitClass::No | ExitClass::Capacity)
}

/// The arguments as they were typed with further ones behind them, by the parser that read the typed ones.
fn parsed(context: &Context<'_>, flags: &[String]) -> Result<LaunchArguments, CommandError> {
    let mut words = personality::rewrite(&context.process.arguments);
    words.extend(flags.iter().map(OsString::from));
    match parse(context.process, &words)?.command {
        Command::Launch(command) => Ok(command.arguments),
        _ => Err(CommandError::new(ExitClass::Bug, "the flags of a launch were read as another command")),
    }
}

/// Says which command does the same without a question.
fn tell_command(context: &Context<'_>, flags: &[String]) {
    let typed = context.process.arguments.iter().map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = typed.chain(flags.iter().cloned()).collect();
    let line = Shell::of_this_platform().line(&words);
    context.streams.status(format_args!("the same without questions:\n{line}"));
}

fn consent(context: &Context<'_>, plan: &Plan) -> Result<Option<Answer>, CommandError> {
    let mut words = question(plan, &reasons_to_ask(context, plan)?);
    words.push_str(" (Esc changes an answer)");
    ask::confirm_or_back(&words, "--yes")
}

/// A question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Purpose,
    Place,
    Market,
    Ending,
    Key,
    Name,
}

impl Step {
    const ALL: [Self; 6] = [Self::Purpose, Self::Place, Self::Market, Self::Ending, Self::Key, Self::Name];

    /// Whether a flag that was typed answers it.
    fn is_answered_by(self, arguments: &LaunchArguments) -> bool {
        let ending = &arguments.ending;
        match self {
            Self::Purpose | Self::Place => false,
            Self::Market => arguments.market.max_price.is_some() || arguments.market.fallback.is_some(),
            Self::Ending => {
                let deadline = ending.ttl.is_some() || ending.until.is_some() || ending.no_ttl;
                deadline || ending.idle_timeout.is_some() || ending.no_idle_timeout
            }
            Self::Key => {
                let network = &arguments.network;
                network.ssh_key.is_some() || network.key_pair.is_some() || network.ssh_agent
            }
            Self::Name => arguments.name.is_some(),
        }
    }
}

struct Wizard<'w> {
    context: &'w Context<'w>,
    arguments: &'w LaunchArguments,
    facts: Facts<'static>,
    screen: Screen,
    steps: Vec<Step>,
    answers: Answers,
}

/// Where to after a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Onward,
    Back,
}

impl<'w> Wizard<'w> {
    fn new(context: &'w Context<'w>, arguments: &'w LaunchArguments, facts: Facts<'static>) -> Self {
        let screen = Screen {
            columns: context.streams.surroundings().talk_columns,
            rows: context.streams.surroundings().talk_rows,
            shows_color: context.streams.talk_shows_color(),
        };
        let steps = Step::ALL.into_iter().filter(|step| !step.is_answered_by(arguments)).collect();
        let mut answers = Answers::default();
        if Step::Market.is_answered_by(arguments) {
            // Both flags are of spot machines.
            answers.market = Some(Kept { typed: String::new(), answer: MarketAnswer::Spot });
        }
        Self { context, arguments, facts, screen, steps, answers }
    }

    /// Asks one question after the other, and the one before where whoever is asked goes back.
    fn ask_from(&mut self, first: usize) -> Result<(), CommandError> {
        let mut at = first;
        while let Some(step) = self.steps.get(at).copied() {
            at = match self.ask(step, at + 1)? {
                Next::Onward => at + 1,
                Next::Back => at.saturating_sub(1),
            };
        }
        Ok(())
    }

    fn ask(&mut self, step: Step, number: usize) -> Result<Next, CommandError> {
        let (machine, region) = (self.machine().to_owned(), self.region().to_owned());
        let mut answers = self.answers.clone();
        let next = match step {
            Step::Purpose => {
                let purposes = purpose::Purposes::of(&self.facts);
                let rows = |typed: &str| purposes.rows(typed);
                self.put(
                    number,
                    "What for?",
                    &purposes.help(),
                    &DROPPABLE_OF_MACHINES,
                    &rows,
                    &mut answers.machine,
                )
            }
            Step::Place => {
                let rows = |typed: &str| place::rows(&self.facts, &machine, typed);
                let title = place::title(&self.facts, &machine);
                self.put(number, &title, HELP, &[5, 1], &rows, &mut answers.region)
            }
            Step::Market => {
                let rows = |typed: &str| market::rows(&self.facts, &machine, &region, typed);
                let title = market::title(&self.facts, &machine, &region);
                self.put(number, &title, HELP, &[4], &rows, &mut answers.market)
            }
            Step::Ending => {
                let endings = self.endings(&machine, &region)?;
                let rows = |typed: &str| endings.rows(typed);
                self.put(number, "How does it end?", HELP_FOR_ENDINGS, &[], &rows, &mut answers.ending)
            }
            Step::Key => {
                let keys = self.keys()?;
                let rows = |typed: &str| keys.rows(typed);
                self.put(number, "Which SSH key is let in?", HELP_FOR_KEYS, &[], &rows, &mut answers.key)
            }
            Step::Name => {
                self.put(number, "What is it called?", HELP_FOR_NAMES, &[], &name::rows, &mut answers.name)
            }
        }?;
        self.answers = answers;
        Ok(next)
    }

    /// Puts a question, and keeps the answer.
    fn put<A: Clone + PartialEq>(
        &self,
        number: usize,
        title: &str,
        help: &str,
        droppable: &'static [usize],
        rows: &dyn Fn(&str) -> Vec<Row<A>>,
        kept: &mut Option<Kept<A>>,
    ) -> Result<Next, CommandError> {
        let title = format!("{number}/{} {title}", self.steps.len());
        let question = Question { title, help: help.to_owned(), droppable, rows };
        match list::ask(self.screen, &question, kept.as_ref())? {
            Reply::Answer(answer) => {
                *kept = Some(answer);
                Ok(Next::Onward)
            }
            Reply::Back => Ok(Next::Back),
        }
    }

    fn machine(&self) -> &str {
        self.answers.machine.as_ref().map_or("", |kept| kept.answer.as_str())
    }

    fn region(&self) -> &str {
        self.answers.region.as_ref().map_or("", |kept| kept.answer.as_str())
    }

    fn endings(&self, machine: &str, region: &str) -> Result<ending::Endings, CommandError> {
        let settings = self.context.settings;
        let idle = settings.parsed(Key::IdleTimeout)?.unwrap_or(DEFAULT_IDLE_TIMEOUT);
        let is_unwanted = settings.parsed(Key::NoIdleTimeout)?.unwrap_or(false);
        Ok(ending::Endings {
            usd_hour: self.dearest_hour(machine, region),
            machines: self.arguments.count.count,
            ttl: settings.parsed(Key::Ttl)?.unwrap_or(DEFAULT_TTL),
            idle: (self.arguments.boot.agent() == AgentWish::Installed && !is_unwanted).then_some(idle),
            now: clock::now(),
            zone: time_zone::local(self.context.process),
        })
    }

    /// What an hour costs at most in the market that was chosen.
    fn dearest_hour(&self, machine: &str, region: &str) -> Option<Money> {
        let hour = |market| self.facts.offer(machine, region, market)?.price_usd_hour;
        match self.answers.market.as_ref().map(|kept| kept.answer) {
            Some(MarketAnswer::Spot) if self.arguments.market.fallback.is_none() => hour(Market::Spot),
            Some(MarketAnswer::Spot | MarketAnswer::SpotElseOnDemand) => {
                Some(hour(Market::OnDemand)?.max(hour(Market::Spot)?))
            }
            None | Some(MarketAnswer::OnDemand) => hour(Market::OnDemand),
        }
    }

    fn keys(&self) -> Result<key::Keys, CommandError> {
        let context = self.context;
        let (usual, of_agent) = context.block_on(async {
            let usual = super::key::find(context, &self.arguments.network).await;
            let is_of_agent = usual.as_ref().is_ok_and(|key| matches!(key.known, KnownKey::Agent { .. }));
            // Whoever has no key at all was asked for the agent's already.
            let is_new = usual.as_ref().is_ok_and(|key| matches!(key.known, KnownKey::New { .. }));
            let of_agent =
                if is_of_agent || is_new { None } else { super::key::offered_by_agent(context).await };
            (usual, of_agent)
        })?;
        Ok(key::Keys::of(context.process.home()?, usual, of_agent.as_deref()))
    }
}
