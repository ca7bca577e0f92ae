//! Whatever is answered, the flags say the same.

use std::sync::Arc;

use proptest::prelude::*;

use super::answers::{Answers, Deadline, EndingAnswer, KeyAnswer, MarketAnswer, NameAnswer};
use super::command_line::Shell;
use super::list::Kept;
use crate::cli::arguments::Command;
use crate::cli::context::Context;
use crate::cli::parse;
use crate::cli::settings::Settings;
use crate::model::{Market, Span};
use crate::output::{self, Streams, Surroundings};
use crate::platform::Process;
use crate::provision::wish::{Lifetime, Wish};

fn kept<A>(answer: A) -> Option<Kept<A>> {
    Some(Kept { typed: String::new(), answer })
}

/// The wish of a command line, as the program reads it.
fn wish(words: &[String]) -> Wish {
    let process = Process::sealed(&[], &[]);
    let cloudkit = parse(&process, &words.iter().map(Into::into).collect::<Vec<_>>()).unwrap();
    let settings = Settings::default();
    let silent = Streams::over(
        std::io::sink(),
        std::io::sink(),
        Surroundings::without_terminal(),
        output::Settings::default(),
    );
    let streams = Arc::new(silent);
    let context = Context::new(&process, &cloudkit.global, &settings, &streams);
    let Command::Launch(command) = cloudkit.command else { panic!("{words:?}") };
    command.arguments.wish(&context, crate::catalog::Catalog::embedded()).unwrap()
}

prop_compose! {
    fn answers()(
        machine in prop::sample::select(vec!["t3a.small", "g6.12xlarge", "u7in-16tb.224xlarge"]),
        region in prop::sample::select(vec!["us-east-1", "eu-central-1", "ap-east-2"]),
        market in prop::sample::select(vec![MarketAnswer::OnDemand, MarketAnswer::Spot, MarketAnswer::SpotElseOnDemand]),
        deadline in prop::option::of(1_u64..1_000_000),
        idle in prop::option::of(1_u64..1_000_000),
        key in prop_oneof![
            Just(KeyAnswer::New),
            Just(KeyAnswer::Agent),
            "[^\u{0}]{1,20}".prop_map(|file| KeyAnswer::File(file.into())),
        ],
        name in prop::option::of("[!-~äß\"'$`\\\\]([ -~äß]{0,20}[!-~])?"),
    ) -> Answers {
        let span = |seconds: u64| Span::from_seconds(seconds);
        Answers {
            machine: kept(machine.to_owned()),
            region: kept(region.to_owned()),
            market: kept(market),
            ending: kept(EndingAnswer { deadline: deadline.map(|of| Deadline::After(span(of))), idle: idle.map(span) }),
            key: kept(key),
            name: kept(name.map_or(NameAnswer::OfLaunch, NameAnswer::Named)),
        }
    }
}

proptest! {
    #[test]
    fn the_command_that_is_shown_is_the_wish_that_was_made(answers in answers()) {
        let mut words = vec!["cloudkit".to_owned(), "launch".to_owned()];
        words.extend(answers.flags());
        let typed = shlex::split(&Shell::Posix.line(&words)).unwrap();
        prop_assert_eq!(&typed, &words);
        let wished = wish(&words);
        prop_assert_eq!(&wish(&typed), &wished);
        let first = &wished.candidates[0];
        prop_assert_eq!(first.instance_type.as_str(), answers.machine.unwrap().answer);
        prop_assert_eq!(first.region.as_str(), answers.region.unwrap().answer);
        let markets: Vec<Market> = wished.candidates.iter().map(|candidate| candidate.market).collect();
        prop_assert_eq!(markets, match answers.market.unwrap().answer {
            MarketAnswer::OnDemand => vec![Market::OnDemand],
            MarketAnswer::Spot => vec![Market::Spot],
            MarketAnswer::SpotElseOnDemand => vec![Market::Spot, Market::OnDemand],
        });
        let ending = answers.ending.unwrap().answer;
        prop_assert_eq!(wished.ending.idle_timeout, ending.idle);
        prop_assert_eq!(wished.lifetime, match ending.deadline {
            Some(Deadline::After(span)) => Lifetime::For(span),
            _ => Lifetime::UntilEnded,
        });
        prop_assert_eq!(wished.name, match answers.name.unwrap().answer {
            NameAnswer::OfLaunch => None,
            NameAnswer::Named(name) => Some(name),
        });
    }
}
