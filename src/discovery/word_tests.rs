//! Words against the catalog that is compiled in: each name finds what has it, and nothing that is typed is too much.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use crate::catalog::{Catalog, InstanceType};

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
    let catalog = Catalog::embedded();
    let Reading { patterns, filters, .. } = read(words).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    let regions = catalog.regions().map(|region| region.code().to_owned()).collect();
    let answer = search(catalog, &Question { regions, patterns, filters, ..Question::default() }).unwrap();
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
        Label::UsageClass,
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
