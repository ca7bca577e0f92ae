//! The same wish by flags, by a file, by a file that was saved, and by a pipe, whatever is wished.
//!
//! Flags are those that the parser has, with values that it takes.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;
use crate::catalog::Catalog;
use crate::cli::arguments::Command as Verb;
use crate::cli::command_error::with_causes;
use crate::cli::context::Context;
use crate::cli::launch::arguments::LaunchArguments;
use crate::cli::launch::offers;
use crate::cli::settings::Settings;
use crate::model::Market;
use crate::output::{Surroundings, captured};
use crate::provision::wish::{Wish, WishedMachine};
use document::{Document, Node};
use keys::Kind;

/// Values of which a flag takes those that its parser takes.
const VALUES: [&str; 33] = [
    "m7i.large",
    "g6.xlarge",
    "t4g.small",
    "us-east-1",
    "us-west-2",
    "eu-central-1",
    "use1-az1",
    "us-east-1b",
    "2",
    "7",
    "200",
    "0.25",
    "1.10",
    "2.50",
    "90m",
    "8h",
    "1d12h",
    "2099-01-01T00:00:00Z",
    "true",
    "null",
    "a b",
    "x: y # z",
    "Jörg's \"own\"",
    "- x",
    "*x",
    "stop",
    "hibernate",
    "cr-0123456789abcdef0",
    "ami-0123456789abcdef0",
    "gpu",
    "500,gp3,6000",
    "203.0.113.0/24",
    "https://mirror.example/cloudkit/",
];
const PAIRS: [&str; 5] = ["SEED=7", "RATE=1.10", "EMPTY=", "TEXT=a=b: 'c' # d", "TOKEN"];
/// A script, user data and a file of variables in one.
const FILE_CONTENT: &str = "#!/bin/sh\n";

/// Texts, with what YAML would read as something else.
const TEXT: &str = "(\\PC|[\\x01-\\x1f\\x7f\\u{85}\\u{a0}\\u{2028}\\u{feff}]| |\n|\r|true|null|~|0x1f|1e3|- |: |#|'|\"){0,12}";

/// One flag and the values that it is given; none is the flag alone.
#[derive(Debug, Clone)]
struct Chosen {
    name: String,
    kind: Kind,
    values: Vec<String>,
}

/// The values that the parser takes for each flag.
fn samples(file: &str) -> Vec<Chosen> {
    let root = keys::command_line(&["launch"]);
    let keys = Keys::of(&root, &["launch"]);
    let launch = root.find_subcommand("launch").unwrap();
    let values_of = |key: &Key<'_>| -> Vec<String> {
        let possible = key.argument.get_possible_values();
        let possible = possible.iter().map(|value| value.get_name().to_owned());
        let all: Vec<String> = match key.kind {
            Kind::Switch => Vec::new(),
            Kind::Pairs { .. } => PAIRS.map(str::to_owned).to_vec(),
            _ if key.is_path() => vec![file.to_owned()],
            _ => possible.chain(VALUES.map(str::to_owned)).collect(),
        };
        let is_taken = |value: &String| {
            launch
                .clone()
                .try_get_matches_from(["launch", format!("--{}={value}", key.name).as_str()])
                .map_or_else(|error| matches!(error.kind(), ErrorKind::MissingRequiredArgument), |_| true)
        };
        all.into_iter().filter(is_taken).collect()
    };
    keys.all
        .iter()
        .map(|key| Chosen { name: key.name.to_owned(), kind: key.kind, values: values_of(key) })
        .collect()
}

/// Some flags, each with some of its values.
fn wishes(samples: Vec<Chosen>) -> impl Strategy<Value = Vec<Chosen>> {
    let one = |chosen: Chosen| {
        let most = match chosen.kind {
            Kind::List | Kind::Pairs { .. } => chosen.values.len().min(3),
            Kind::Switch | Kind::One | Kind::OneOrAlone => 1,
        };
        let least = usize::from(chosen.kind != Kind::Switch && chosen.kind != Kind::OneOrAlone);
        let values = if chosen.values.is_empty() {
            Just(Vec::new()).boxed()
        } else {
            subsequence(chosen.values.clone(), least..=most).prop_shuffle().boxed()
        };
        values.prop_map(move |values| Chosen { values, ..chosen.clone() })
    };
    let is_a_type = |chosen: &Chosen| chosen.name == "instance-type";
    let types = samples.iter().find(|chosen| is_a_type(chosen)).cloned().unwrap();
    let others: Vec<Chosen> = samples.into_iter().filter(|chosen| !is_a_type(chosen)).collect();
    let others = subsequence(others, 0..=6)
        .prop_flat_map(move |others| others.into_iter().map(one).collect::<Vec<_>>());
    let types = prop::option::weighted(0.9, one(types));
    (types, others).prop_map(|(types, others)| types.into_iter().chain(others).collect())
}

fn flags(chosen: &[Chosen]) -> Vec<String> {
    let flag = |chosen: &Chosen| match chosen.values.as_slice() {
        [] => vec![format!("--{}", chosen.name)],
        values => values.iter().map(|value| format!("--{}={value}", chosen.name)).collect(),
    };
    chosen.iter().flat_map(flag).collect()
}

/// A launch file, in one of two styles.
fn yaml(chosen: &[Chosen], in_blocks: bool) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let value = |chosen: &Chosen| match (chosen.kind, chosen.values.as_slice()) {
        (_, []) => "true".to_owned(),
        (Kind::Switch | Kind::One | Kind::OneOrAlone, [value, ..]) => quoted(value),
        (Kind::Pairs { .. }, values) if in_blocks => {
            let line = |value: &String| match value.split_once('=') {
                Some((name, value)) => format!("\n  {name}: {}", quoted(value)),
                None => format!("\n  {value}:"),
            };
            values.iter().map(line).collect()
        }
        (_, values) if in_blocks => values.iter().map(|value| format!("\n- {}", quoted(value))).collect(),
        (_, values) => {
            format!("[{}]", values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", "))
        }
    };
    chosen.iter().map(|chosen| format!("{}: {}\n", chosen.name, value(chosen))).collect()
}

/// Somebody's machine: a file to name, and the variables that are set.
struct Here {
    folder: tempfile::TempDir,
    process: Process,
}

impl Here {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), FILE_CONTENT).unwrap();
        let variables: BTreeMap<&str, &str> =
            PAIRS.iter().map(|pair| pair.split_once('=').unwrap_or((pair, "secret"))).collect();
        let variables: Vec<(&str, &str)> =
            variables.into_iter().chain([("AWS_REGION", "us-west-2")]).collect();
        Self { folder, process: Process::sealed(&["cloudkit"], &variables) }
    }

    fn file(&self) -> String {
        self.folder.path().join("file").to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// What comes of arguments: a wish, or why there is none; and what `--save-file` would write.
    fn wish(&self, words: &[String], offers: Option<&str>) -> Result<(Wish, Option<String>), String> {
        let words: Vec<OsString> = ["cloudkit", "launch"]
            .into_iter()
            .map(OsString::from)
            .chain(words.iter().map(OsString::from))
            .collect();
        let parsed = Cloudkit::command().try_get_matches_from(&words);
        let mut matches = read_too(&self.process, &words, parsed).map_err(|error| match error {
            NotParsed::Arguments(error) => error.to_string(),
            NotParsed::Input(error) => with_causes(error.error.as_ref()),
        })?;
        let cloudkit = Cloudkit::from_arg_matches_mut(&mut matches).unwrap();
        let Verb::Launch(launch) = cloudkit.command else { unreachable!() };
        let surroundings = Surroundings::of_process(None, false);
        let (streams, ..) = captured::streams(surroundings, crate::output::Settings::default());
        let (streams, settings) = (Arc::new(streams), Settings::default());
        let context = Context::new(&self.process, &cloudkit.global, &settings, &streams);
        self.wish_of(&context, &launch.arguments, offers).map_err(|error| with_causes(error.error.as_ref()))
    }

    fn wish_of(
        &self,
        context: &Context<'_>,
        arguments: &LaunchArguments,
        offers: Option<&str>,
    ) -> Result<(Wish, Option<String>), crate::cli::command_error::CommandError> {
        // There is no cache, and a process without a home has no place for one.
        let candidates = match offers {
            Some(offers) => arguments.market.complete(offers::read(offers)?)?,
            None => arguments.candidates(context, Catalog::embedded())?,
        };
        let mut wish = arguments.wish_for(context, candidates)?;
        let saving = Saving::of(context, arguments, &wish)?;
        wish.user.salt = Default::default();
        Ok((wish, saving.map(|saving| saving.content().to_owned())))
    }
}

/// Offers that `find` could have printed, for the machines that flags name.
fn offers_of(machines: &[WishedMachine]) -> String {
    let offer = |machine: &WishedMachine| {
        let market = machine.market.to_string();
        serde_json::json!({"schema": "cloudkit.offer/v1", "instance_type": machine.instance_type.as_str(),
            "region": machine.region.as_str(), "zones": machine.zones, "market": market, "os": "linux"})
    };
    machines.iter().map(|machine| format!("{}\n", offer(machine))).collect()
}

/// What says which machines: the offers do instead.
const OF_OFFERS: [&str; 6] = ["instance-type", "region", "zone", "spot", "use-reservation", "capacity-block"];

#[test]
fn every_flag_has_a_value_that_the_parser_takes() {
    let here = Here::new();
    for chosen in samples(&here.file()) {
        assert!(
            chosen.kind == Kind::Switch || !chosen.values.is_empty(),
            "give {} a value in VALUES",
            chosen.name
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn flags_a_file_a_saved_file_and_a_pipe_are_the_same_wish(
        chosen in wishes(samples("FILE")),
        in_blocks in any::<bool>(),
    ) {
        let here = Here::new();
        let in_place = |value: &String| value.replace("FILE", &here.file());
        let chosen: Vec<Chosen> = chosen.iter().map(|one| Chosen { values: one.values.iter().map(in_place).collect(), ..one.clone() }).collect();
        prop_assume!(chosen.iter().any(|one| one.name == "instance-type"));
        let wish = here.wish(&flags(&chosen), None).map(|(wish, _)| wish);
        prop_assume!(wish.is_ok());
        let wish = wish.map_err(TestCaseError::fail)?;

        let file = here.write("job.yaml", &yaml(&chosen, in_blocks));
        let (by_file, _) = here.wish(&["--file".into(), file], None).map_err(TestCaseError::fail)?;
        prop_assert_eq!(&by_file, &wish);

        let to = here.folder.path().join("saved.yaml").to_str().unwrap().to_owned();
        let saving = [flags(&chosen), vec![format!("--save-file={to}")]].concat();
        let (_, saved) = here.wish(&saving, None).map_err(TestCaseError::fail)?;
        let saved = here.write("saved.yaml", &saved.unwrap());
        let (by_saved, _) = here.wish(&[format!("--file={saved}")], None).map_err(TestCaseError::fail)?;
        prop_assert_eq!(&by_saved, &wish);

        let mut rest = chosen.clone();
        rest.retain(|one| !OF_OFFERS.contains(&one.name.as_str()));
        let is_held = |machine: &WishedMachine| matches!(machine.market, Market::Reservation | Market::CapacityBlock);
        prop_assume!(!wish.candidates.iter().any(is_held));
        let named = [flags(&chosen.iter().filter(|one| OF_OFFERS.contains(&one.name.as_str())).cloned().collect::<Vec<_>>())].concat();
        let (machines, _) = here.wish(&named, None).map_err(TestCaseError::fail)?;
        let (by_pipe, _) = here.wish(&flags(&rest), Some(&offers_of(&machines.candidates))).map_err(TestCaseError::fail)?;
        prop_assert_eq!(by_pipe, wish);
    }

    #[test]
    fn what_flags_refuse_a_file_refuses(chosen in wishes(samples("FILE"))) {
        let here = Here::new();
        prop_assume!(chosen.iter().any(|one| one.name == "instance-type"));
        let by_flags = here.wish(&flags(&chosen), None);
        let file = here.write("job.yaml", &yaml(&chosen, false));
        let by_file = here.wish(&["--file".into(), file], None);
        prop_assert_eq!(by_flags.is_err(), by_file.is_err(), "{:?} {:?}", by_flags, by_file);
    }

    #[test]
    fn any_text_is_read_as_it_was_saved(text in TEXT, in_list in any::<bool>()) {
        let value = save::scalar(&text);
        let value = if in_list { vec![value].into() } else { value };
        let saved = serde_yaml::to_string(&BTreeMap::from([("command", value)])).unwrap();
        let read = Document::read(&saved).map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
        let node = match &read.entries[0].1 {
            Node::List(nodes) => nodes[0].clone(),
            node => node.clone(),
        };
        prop_assert_eq!(node, Node::Text(text), "{}", saved);
    }

    #[test]
    fn any_text_is_a_launch_file_or_refused(text in "([a-c]: |- |\\[|\\]|\\{|\\}|\"|'|&a |\\*a|!t |\\||>|\n|  |#|\t|x|1|~|,|\\PC){0,24}") {
        if let Ok(document) = Document::read(&text) {
            let lines: Vec<_> = (0..document.entries.len()).map(|at| document.line(&[at])).collect();
            prop_assert!(lines.iter().all(|line| line.is_some_and(|line| line <= text.lines().count())), "{:?}", lines);
            prop_assert!(lines.is_sorted(), "{:?}", lines);
        }
    }
}
