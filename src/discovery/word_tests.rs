//! Words against the catalog that is compiled in: each name finds what has it, and nothing that is typed is too much.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use crate::catalog::{Catalog, InstanceType};
use crate::model::Market;

use super::{DiscoveryError, Filter, Label, Question, Reading, read_question, search};

fn read(words: &[&str]) -> Result<Reading, DiscoveryError> {
    read_question(words, Catalog::embedded())
}

/// What the words were read as, a line a term.
fn meaning(words: &[&str]) -> String {
    match read(words) {
        Ok(reading) => {
            let terms = reading.terms.iter().map(|term| format!("{} = {}", term.words, term.meaning));
            terms.collect::<Vec<_>>().join("\n")
        }
        Err(error) => error.to_string(),
    }
}

/// The types that are offered anywhere and that the words find.
fn found(words: &[&str]) -> BTreeSet<String> {
    let Reading { patterns, filters, .. } = read(words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    found_anywhere(Question { patterns, filters, ..Question::default() })
}

/// The types that are offered anywhere and that a filter finds.
fn found_by(filter: Filter) -> BTreeSet<String> {
    found_anywhere(Question { filters: vec![filter], ..Question::default() })
}

fn found_anywhere(question: Question) -> BTreeSet<String> {
    let catalog = Catalog::embedded();
    let regions = catalog.regions().map(|region| region.code().to_owned()).collect();
    let answer = search(catalog, &Question { regions, ..question }).unwrap();
    answer.offers.into_iter().map(|offer| offer.instance_type.into_owned()).collect()
}

/// The types that are offered anywhere and that have this.
fn having(has: impl Fn(InstanceType<'_>) -> bool) -> BTreeSet<String> {
    let types = Catalog::embedded().types().filter(|one| has(*one) && one.offerings().next().is_some());
    types.map(|one| one.name().to_owned()).collect()
}

#[test]
fn every_name_of_the_catalog_is_a_word_for_what_has_it() {
    let labels = [
        Label::Family,
        Label::Size,
        Label::Architecture,
        Label::ProcessorMaker,
        Label::ProcessorGeneration,
        Label::Gpu,
        Label::GpuMaker,
        Label::Accelerator,
        Label::AcceleratorMaker,
        Label::StorageKind,
    ];
    let mut elsewhere = Vec::new();
    for label in labels {
        for name in label.names(Catalog::embedded()) {
            let is_it = read(&[name]).unwrap().filters.iter().any(
                |filter| matches!(filter, Filter::Label(of, names) if *of == label && names.iter().any(|one| one == name)),
            );
            if !is_it {
                elsewhere.push(format!("{} {name}: {}", label.title(), meaning(&[name])));
                continue;
            }
            let has = |one: InstanceType<'_>| label.any(one, &|has| has == name) == Some(true);
            assert_eq!(found(&[name]), having(has), "{} {name}", label.title());
        }
    }
    // Where two things have one name, the more common one is meant.
    insta::assert_snapshot!(elsewhere.join("\n"), @"
    size metal: metal = bare metal yes
    processor generation Graviton: Graviton = processor maker AWS
    GPU T4g: T4g = family t4g
    accelerator Inferentia: Inferentia = accelerator Inferentia1 or Inferentia2
    accelerator Trainium: Trainium = accelerator Trainium1 or Trainium2
    accelerator maker AWS: AWS = processor maker AWS
    ");
}

#[test]
fn numbers_go_with_the_noun_that_follows() {
    insta::assert_snapshot!(meaning(&["8 gpus", "16", "cores", "4..8 vcpus", "16+ cores", "64", "gib"]), @"
    8 gpus = number of GPUs 8
    16 cores = cores 16
    4..8 vcpus = vCPUs 4..8
    16+ cores = cores 16..
    64 gib = memory 64 GiB
    ");
    insta::assert_snapshot!(meaning(&["8 h100", "8x h100", "8 x nvidia gpus", "4xinferentia2", "8 a100-80gb"]), @"
    8 h100 = number of GPUs 8, GPU H100
    8x h100 = number of GPUs 8, GPU H100
    8 x nvidia gpus = number of GPUs 8, GPU maker NVIDIA
    4xinferentia2 = number of accelerators 4, accelerator Inferentia2
    8 a100-80gb = number of GPUs 8, GPU A100, GPU memory 72 GiB..80 GiB
    ");
    insta::assert_snapshot!(meaning(&["24gb vram", "8 gib per vcpu", "900gb storage", "..2usd", "3.5+ ghz", "4 nics"]), @"
    24gb vram = GPU memory 21.6 GiB..24 GiB
    8 gib per vcpu = memory per vCPU 8 GiB
    900gb storage = local storage 900 GB
    ..2usd = price ..2.00 USD
    3.5+ ghz = clock 3.5 GHz..
    4 nics = number of network cards 4
    ");
}

#[test]
fn a_unit_says_whether_it_is_memory_or_network() {
    insta::assert_snapshot!(meaning(&["32g", "32gb", "32 GiB", "1.5tib", "512..1024mib", "64+gib"]), @"
    32g = memory 32 GiB
    32gb = memory 32 GiB
    32 GiB = memory 32 GiB
    1.5tib = memory 1536 GiB
    512..1024mib = memory 0.5 GiB..1 GiB
    64+gib = memory 64 GiB..
    ");
    insta::assert_snapshot!(meaning(&["100gbps", "100 gbit", "25+ gbps baseline", "10 gbps ebs", "750mbps"]), @"
    100gbps = network bandwidth 100 Gbps
    100 gbit = network bandwidth 100 Gbps
    25+ gbps baseline = network baseline 25 Gbps..
    10 gbps ebs = EBS bandwidth 10 Gbps
    750mbps = network bandwidth 0.75 Gbps
    ");
}

#[test]
fn a_market_is_a_word_and_no_filter() {
    insta::assert_snapshot!(meaning(&["l4 spot"]), @"
    l4 = GPU L4
    spot = spot offers
    ");
    for (words, markets) in [
        ("spot", vec![Market::Spot]),
        ("on-demand l4", vec![Market::OnDemand]),
        ("capacity-block p5", vec![Market::CapacityBlock]),
        ("capacity blocks", vec![Market::CapacityBlock]),
        ("spot, on demand", vec![Market::Spot, Market::OnDemand]),
        ("l4", vec![]),
    ] {
        assert_eq!(read(&[words]).unwrap().markets, markets, "{words}");
    }
}

#[test]
fn a_size_is_of_what_stands_beside_it() {
    insta::assert_snapshot!(meaning(&["a100 80gb", "64gb"]), @"
    a100 = GPU A100
    80gb = GPU memory 72 GiB..80 GiB
    64gb = memory 64 GiB
    ");
    insta::assert_snapshot!(meaning(&["80gb gpu", "gpu 24gb", "8 h100 80 gb"]), @"
    80gb gpu = GPU memory 72 GiB..80 GiB
    gpu = number of GPUs 0.001..
    24gb = GPU memory 21.6 GiB..24 GiB
    8 h100 = number of GPUs 8, GPU H100
    80 gb = GPU memory 72 GiB..80 GiB
    ");
    insta::assert_snapshot!(meaning(&["nvme 1tb", "ssd 500 gb", "intel", "storage 900gb"]), @"
    nvme = kind of storage nvme
    1tb = local storage 1000 GB
    ssd = kind of storage ssd
    500 gb = local storage 500 GB
    intel = processor maker Intel
    storage 900gb = local storage 900 GB
    ");
    insta::assert_snapshot!(meaning(&["vram 24gb", "ram 64 gib", "disk 2 tb"]), @"
    vram 24gb = GPU memory 21.6 GiB..24 GiB
    ram 64 gib = memory 64 GiB
    disk 2 tb = local storage 2000 GB
    ");
    // What no such GPU has, and what no disk is measured in, is the machine's.
    insta::assert_snapshot!(meaning(&["h100 2tib", "nvme 64gib", "intel 64gb", "l4 16+gib"]), @"
    h100 = GPU H100
    2tib = memory 2048 GiB
    nvme = kind of storage nvme
    64gib = memory 64 GiB
    intel = processor maker Intel
    64gb = memory 64 GiB
    l4 = GPU L4
    16+gib = GPU memory 16 GiB..
    ");
    assert_eq!(found(&["a100 80gb"]), found(&["a100-80gb"]));
}

#[test]
fn a_list_of_amounts_is_one_figure() {
    insta::assert_snapshot!(meaning(&["4,8 vcpus", "16,32gib", "16gib,64+ gib", "1,8 h100", "8vcpus,16gib,efa"]), @"
    4,8 vcpus = vCPUs 4 or 8
    16,32gib = memory 16 GiB or 32 GiB
    16gib = memory 16 GiB
    64+ gib = memory 64 GiB..
    1,8 h100 = number of GPUs 1 or 8, GPU H100
    8vcpus = vCPUs 8
    16gib = memory 16 GiB
    efa = EFA yes
    ");
}

#[test]
fn an_accelerators_name_means_all_its_generations() {
    for (word, families) in [
        ("inferentia", vec!["inf1", "inf2"]),
        ("inferentia1", vec!["inf1"]),
        ("Inferentia2", vec!["inf2"]),
        ("aws inferentia", vec!["inf1", "inf2"]),
        ("trainium", vec!["trn1", "trn1n", "trn2"]),
        ("trainium2", vec!["trn2"]),
    ] {
        let of_families = having(|one| families.contains(&one.family()));
        assert_eq!(found(&word.split(' ').collect::<Vec<_>>()), of_families, "{word}");
        if !word.contains(' ') {
            assert_eq!(
                found_by(Filter::label(Label::Accelerator, word).unwrap()),
                of_families,
                "--accelerator {word}"
            );
        }
    }
}

#[test]
fn a_pattern_of_names_is_honoured_or_refused() {
    for (label, pattern, words) in [
        (Label::Accelerator, "inferentia*", "inferentia"),
        (Label::Family, "m7*", "m7*.*"),
        (Label::Gpu, "rtx*", "rtx*"),
        (Label::Size, "/^metal/", "/[.]metal/"),
        (Label::Architecture, "arm64*", "/./"),
    ] {
        let found_by = found_by(Filter::label(label, pattern).unwrap());
        assert!(!found_by.is_empty(), "{pattern}");
        if !matches!(label, Label::Gpu | Label::Architecture) {
            assert_eq!(found_by, found(&[words]), "{pattern}");
        }
    }
    assert!(Filter::label(Label::Family, "m7[").is_err());
    let nothing =
        Question { filters: vec![Filter::label(Label::Gpu, "zz*").unwrap()], ..Question::default() };
    insta::assert_snapshot!(search(Catalog::embedded(), &nothing).unwrap_err(), @r#"no instance type has a GPU called "zz*"; near it: L4, T4"#);
}

#[test]
fn words_and_patterns_are_told_apart() {
    insta::assert_snapshot!(meaning(&["m7i", "m7i.large", "m7*", "/c[6-8]i\\.large/", "c7i.{large,xlarge}", "m7i-flex"]), @"a type has one family: m7i and m7i-flex can't both hold");
    insta::assert_snapshot!(meaning(&["a100", "t4g", "nvidia t4g", "metal", "bare metal", "rtx pro 4500", "up to 12.5 gigabit"]), @"
    a100 = GPU A100
    t4g = family t4g
    nvidia t4g = GPU T4g
    metal = bare metal yes
    bare metal = bare metal yes
    rtx pro 4500 = GPU RTX PRO 4500
    up to 12.5 gigabit = network performance Up to 12.5 Gigabit
    ");
    insta::assert_snapshot!(meaning(&["graviton", "graviton4", "ice lake", "moderate network", "cheapest", "h100,efa"]), @"a type has one processor generation: Graviton4 and Ice Lake can't both hold");
}

#[test]
fn what_means_nothing_is_named_with_what_is_near() {
    for (words, said) in [
        ("h10", r#""h10" means nothing here; near it: h100, h1, h200"#),
        ("8", r#""8" of what? say 8 vcpus, 8 gib or 8 gpus"#),
        ("8 intel", r#""8" of what? say 8 vcpus, 8 gib or 8 gpus"#),
        ("us-east-1", r#""us-east-1" means nothing here; near it: --region us-east-1"#),
        ("8lb", r#""8lb" means nothing here"#),
        ("8-16 vcpus", r#""8-16" means nothing here; near it: 8..16"#),
        (">=8gib", r#"">=8gib" means nothing here; near it: 8gib+"#),
        ("9..4 vcpus", "the vCPUs can't be read"),
        ("kubernetes", r#""kubernetes" means nothing here"#),
        ("", "a name or a pattern of names such as m7i.* is missing"),
    ] {
        assert_eq!(meaning(&[words]), said, "{words}");
    }
}

#[test]
fn all_words_have_to_hold_and_any_pattern() {
    let both = found(&["h100 efa"]);
    assert!(both.is_subset(&found(&["h100"])) && both.is_subset(&found(&["efa"])) && !both.is_empty());
    let patterns = found(&["m7i.large", "c7i.*", "4..8 vcpus"]);
    assert_eq!(patterns, having(|one| one.family() == "c7i" && matches!(one.vcpus(), Some(4..=8))));
    let eight = having(|one| one.gpus().map(|gpu| gpu.count.thousandths()).sum::<u32>() == 8000);
    assert_eq!(found(&["8 gpus"]), eight);
    let size_only = found(&["48xlarge"]);
    assert!(size_only.iter().all(|name| name.ends_with(".48xlarge")) && !size_only.is_empty());
}

proptest! {
    #[test]
    fn nothing_that_is_typed_is_too_much(text in any::<String>()) {
        let _ = read(&[&text]);
    }

    #[test]
    fn nor_is_any_mixture_of_what_is_understood(
        parts in proptest::collection::vec(
            select(vec![
                "8", "16+", "4..8", "..2", "$", ".", "..", "+", "x", "8x", "gpus", "gib", "64gib", "h100", "-80gb", "a100-",
                "/", "[", "{", "*", "m7i", ".large", ",", " ", "ice", "lake", "per", "vcpu", "gpu", "memory", "cheapest", "é",
                "99999999999999999999", "network", "up", "to", "12.5", "gigabit",
            ]),
            0..12,
        ),
        glue in select(vec!["", " "]),
    ) {
        let text = parts.join(glue);
        if let Ok(reading) = read(&[&text]) {
            prop_assert_eq!(&read(&[&text]).unwrap(), &reading);
            prop_assert!(reading.limit.is_some() || !(reading.filters.is_empty() && reading.patterns.is_empty()));
        }
    }
}
