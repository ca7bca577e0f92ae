//! Questions and what a person learns from their answers.

use crate::catalog::{Catalog, Feature, Region};
use crate::model::{Market, Offer};

use super::{
    Answer, DiscoveryError, Figure, Filter, GroupBy, Label, LivePrice, LivePrices, NamePattern, NotAPattern,
    Question, RegionSelection, SortKey, fixture, search, search_with,
};

fn catalog() -> &'static Catalog<'static> {
    Box::leak(Box::new(Catalog::read(fixture::bytes()).unwrap()))
}

/// A question about these types in us-east-1.
fn about(patterns: &[&str]) -> Question {
    Question {
        regions: vec!["us-east-1".to_owned()],
        patterns: patterns.iter().map(|pattern| pattern.parse().unwrap()).collect(),
        ..Question::default()
    }
}

/// The same with filters.
fn filtered(patterns: &[&str], filters: Vec<Filter>) -> Question {
    Question { filters, ..about(patterns) }
}

fn figure(figure: Figure, range: &str) -> Filter {
    Filter::figure(figure, range).unwrap()
}

fn label(label: Label, names: &str) -> Filter {
    Filter::label(label, names).unwrap()
}

fn answer(question: &Question) -> Answer<'static> {
    search(catalog(), question).unwrap()
}

fn types(question: &Question) -> Vec<String> {
    answer(question).offers.into_iter().map(|offer| offer.instance_type.into_owned()).collect()
}

fn reason(question: &Question) -> String {
    answer(question).emptied_by.unwrap().to_string()
}

fn regions(values: &[&str]) -> Result<Vec<&'static str>, DiscoveryError> {
    let selected = RegionSelection::parse(values).unwrap().resolve(catalog())?;
    Ok(selected.into_iter().map(Region::code).collect())
}

#[test]
fn an_offer_says_all_that_the_catalog_knows() {
    let offer = answer(&about(&["g6f.large"])).offers.remove(0);
    let json = serde_json::to_string_pretty(&offer).unwrap();
    insta::assert_snapshot!(json, @r#"
    {
      "schema": "cloudkit.offer/v1",
      "instance_type": "g6f.large",
      "region": "us-east-1",
      "zones": [
        "use1-az1"
      ],
      "market": "on-demand",
      "architectures": [
        "x86_64"
      ],
      "vcpus": 2,
      "memory_mib": 8192,
      "gpus": [
        {
          "name": "L4",
          "manufacturer": "NVIDIA",
          "count": "0.125",
          "memory_mib": 2861
        }
      ],
      "os": "linux",
      "price_usd_hour": "0.10",
      "on_demand_usd_hour": "0.10",
      "price_source": "embedded",
      "price_as_of": "2026-08-06"
    }
    "#);
}

#[test]
fn letter_case_does_not_count_and_patterns_add_up() {
    assert_eq!(types(&about(&["M7I.*", "t2.micro", "m7i.large"])), ["m7i.large", "m7i.xlarge", "t2.micro"]);
}

#[test]
fn a_gpu_is_found_by_its_name_and_not_by_a_part_of_it() {
    let with = |name: &str| types(&filtered(&[], vec![label(Label::Gpu, name)]));
    assert_eq!(with("l4"), ["g6f.large", "g6.xlarge"]);
    assert_eq!(with("NVIDIA L4"), ["g6f.large", "g6.xlarge"]);
    assert_eq!(with("L40s"), ["g6e.xlarge"]);
    assert_eq!(with("radeon-pro v520"), ["g4ad.xlarge"]);
    assert_eq!(with("v520"), ["g4ad.xlarge"]);
}

#[test]
fn a_gpu_that_does_not_exist_is_an_error_naming_the_nearest() {
    let question = filtered(&[], vec![label(Label::Gpu, "l40")]);
    let error = search(catalog(), &question).unwrap_err();
    insta::assert_snapshot!(error, @r#"no instance type has a GPU called "l40"; near it: L40S, L4"#);
}

#[test]
fn a_fraction_of_a_gpu_is_more_than_none_and_less_than_one() {
    let with = |gpus: &str| types(&filtered(&["g6*", "m7i.large"], vec![figure(Figure::Gpus, gpus)]));
    assert_eq!(with("0.125"), ["g6f.large"]);
    assert_eq!(with("1.."), ["g6.xlarge", "g6e.xlarge"]);
    assert_eq!(with("0"), ["m7i.large"]);
}

#[test]
fn the_filter_that_left_nothing_is_named() {
    insta::assert_snapshot!(reason(&about(&["x9.large"])), @"name x9.large removed the last 12 of 12 instance types");
    let arm = filtered(&["m7i.*"], vec![label(Label::Architecture, "arm64")]);
    insta::assert_snapshot!(reason(&arm), @"architecture arm64 removed the last 2 of 12 instance types");
    let large = filtered(&[], vec![figure(Figure::Memory, "64.."), figure(Figure::Vcpus, "..8")]);
    insta::assert_snapshot!(reason(&large), @"memory 64 GiB.. removed the last 10 of 12 instance types");
    let cheap = filtered(&["m7*"], vec![figure(Figure::Price, "..0.01")]);
    insta::assert_snapshot!(reason(&cheap), @"price ..0.01 USD removed the last 3 of 3 offers");
    let elsewhere = Question { regions: vec!["eu-west-1".to_owned()], ..about(&["g6f.large"]) };
    insta::assert_snapshot!(reason(&elsewhere), @"region eu-west-1 removed the last 1 of 12 instance types");
}

#[test]
fn a_pattern_that_contributes_nothing_is_told_whatever_else_is_found() {
    let unmatched = |patterns: &[&str], region: &str| {
        let question = Question { regions: vec![region.to_owned()], ..about(patterns) };
        let unmatched = answer(&question).unmatched;
        unmatched.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(unmatched(&["m7i.lagre", "m7i.large"], "us-east-1"), @r#"no instance type is called "m7i.lagre"; near it: m7i.large, m7i.xlarge, m7g.large"#);
    insta::assert_snapshot!(unmatched(&["m7i", "m7x.*", "zzz"], "us-east-1"), @r#"
    no instance type is called "m7i"; near it: m7i.*
    no instance type is called "m7x.*"; near it: m7g.*, m7i.*, c7i.*
    no instance type is called "zzz"
    "#);
    insta::assert_snapshot!(unmatched(&["g6f.*"], "eu-west-1"), @"g6f.* is not offered in the regions asked about, but in us-east-1");
}

#[test]
fn a_price_that_is_unknown_comes_last_and_is_dropped_under_a_highest_price() {
    let everywhere = Question {
        regions: regions(&["all"]).unwrap().into_iter().map(str::to_owned).collect(),
        ..about(&["m7g.large"])
    };
    let prices = |question: &Question| {
        let price =
            |offer: &Offer<'_>| format!("{} {:?}", offer.region, offer.price_usd_hour.map(|p| p.to_string()));
        answer(question).offers.iter().map(price).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(prices(&everywhere), @r#"
    eu-west-1 Some("0.10")
    us-east-1 None
    us-west-2 None
    "#);
    let dearest_first = Question { sort: vec!["-price".parse().unwrap()], ..everywhere.clone() };
    assert_eq!(prices(&dearest_first), prices(&everywhere));
    let bounded = answer(&Question { filters: vec![figure(Figure::Price, "..1")], ..everywhere });
    assert_eq!((bounded.total, bounded.not_known[0].count), (1, 2));
}

#[test]
fn a_limit_says_how_much_it_left_out() {
    let answer = answer(&Question { limit: Some(2), ..about(&[]) });
    assert_eq!((answer.offers.len(), answer.total, answer.left_out()), (2, 12, 10));
}

#[test]
fn regions_are_codes_patterns_and_all() {
    assert_eq!(regions(&["us-west-2,US-EAST-1", "us-*"]), Ok(vec!["us-east-1", "us-west-2"]));
    assert_eq!(regions(&["all"]).unwrap().len(), 3);
    assert_eq!(regions(&[]), Ok(vec![]));
    insta::assert_snapshot!(regions(&["us-esat-1"]).unwrap_err(), @r#"no region is called "us-esat-1"; near it: us-east-1, us-west-2"#);
    assert!(matches!(regions(&["ap-*"]), Err(DiscoveryError::UnknownRegion { .. })));
    assert_eq!(RegionSelection::parse(["us-east-1,"]), Err(DiscoveryError::NoRegion));
}

#[test]
fn what_can_not_be_read_is_refused() {
    assert!(matches!("m7i.[".parse::<NamePattern>(), Err(NotAPattern::Malformed { .. })));
    assert!("--price".parse::<SortKey>().is_err());
    let gone = Question { regions: vec!["mars-1".to_owned()], ..Question::default() };
    assert!(search(catalog(), &gone).is_err());
}

#[test]
fn the_whole_embedded_catalog_comes_in_order() {
    let embedded = Catalog::embedded();
    let codes = embedded.regions().map(|region| region.code().to_owned()).collect();
    let answer = search(embedded, &Question { regions: codes, ..Question::default() }).unwrap();
    let offered: usize = embedded.regions().map(|region| region.offerings().count()).sum();
    assert_eq!((answer.total, answer.left_out(), answer.not_known), (offered, 0, vec![]));
    let key = |offer: &Offer<'static>| {
        let price = offer.price_usd_hour;
        (price.is_none(), price, offer.instance_type.clone(), offer.region.clone())
    };
    assert!(answer.offers.iter().is_sorted_by_key(key));
}

/// Everywhere, as spot.
fn spot(filters: Vec<Filter>) -> Question {
    let regions = ["eu-west-1", "us-east-1", "us-west-2"].map(str::to_owned).to_vec();
    Question { regions, markets: vec![Market::Spot], ..filtered(&["m*", "g6*", "t2*"], filters) }
}

fn rows(question: &Question) -> String {
    let row = |offer: &Offer<'_>| {
        let price = offer.price_usd_hour.map_or("-".to_owned(), |price| price.to_string());
        let saving = offer.saving_percent.map_or("-".to_owned(), |saving| format!("{saving}%"));
        let interruption = offer.interruption.map_or("-".to_owned(), |band| band.to_string());
        format!("{} {} {} {price} {saving} {interruption}", offer.instance_type, offer.region, offer.market)
    };
    answer(question).offers.iter().map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_spot_offer_is_where_a_price_or_an_interruption_rate_is_known() {
    insta::assert_snapshot!(rows(&spot(vec![])), @"
    g6f.large us-east-1 spot 0.046 54% 5-10%
    m7g.large eu-west-1 spot 0.052 48% -
    m7g.large us-east-1 spot 0.052 - -
    m7g.large us-west-2 spot 0.052 - -
    g6.xlarge eu-west-1 spot - 41% >20%
    g6.xlarge us-east-1 spot - 41% >20%
    m7i.large eu-west-1 spot - 41% >20%
    m7i.large us-east-1 spot - 41% >20%
    ");
}

#[test]
fn a_saving_and_an_interruption_rate_can_be_asked_for() {
    let often = spot(vec![Filter::most(Figure::Interruption, "10").unwrap()]);
    insta::assert_snapshot!(rows(&often), @"g6f.large us-east-1 spot 0.046 54% 5-10%");
    let saving = spot(vec![Filter::at_least(Figure::Saving, 50)]);
    insta::assert_snapshot!(rows(&saving), @"g6f.large us-east-1 spot 0.046 54% 5-10%");
    let told = answer(&saving).not_known.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(told, @"2 offers left out, because their saving is not known");
    let sorted = Question { sort: vec!["saving".parse().unwrap()], ..spot(vec![]) };
    insta::assert_snapshot!(rows(&sorted), @"
    g6.xlarge eu-west-1 spot - 41% >20%
    g6.xlarge us-east-1 spot - 41% >20%
    m7i.large eu-west-1 spot - 41% >20%
    m7i.large us-east-1 spot - 41% >20%
    m7g.large eu-west-1 spot 0.052 48% -
    g6f.large us-east-1 spot 0.046 54% 5-10%
    m7g.large us-east-1 spot 0.052 - -
    m7g.large us-west-2 spot 0.052 - -
    ");
}

#[test]
fn the_newest_prices_can_come_first() {
    let newest = Question { sort: vec!["-as-of".parse().unwrap()], limit: Some(3), ..spot(vec![]) };
    let dates: Vec<Option<String>> = answer(&newest)
        .offers
        .iter()
        .map(|offer| offer.price_as_of.as_ref().map(ToString::to_string))
        .collect();
    assert!(dates.windows(2).all(|two| two[0] >= two[1]), "{dates:?}");
    assert!(dates[0].is_some(), "{dates:?}");
}

#[test]
fn several_markets_are_one_answer_in_one_order() {
    let markets = vec![Market::CapacityBlock, Market::Spot, Market::OnDemand, Market::Spot];
    let question = Question { markets, ..about(&["p5.48xlarge", "m7i.*"]) };
    insta::assert_snapshot!(rows(&question), @"
    m7i.large us-east-1 on-demand 0.10 - -
    m7i.xlarge us-east-1 on-demand 0.20 - -
    p5.48xlarge us-east-1 spot 5.568 42% 5-10%
    p5.48xlarge us-east-1 on-demand 9.60 - -
    m7i.large us-east-1 spot - 41% >20%
    p5.48xlarge us-east-1 capacity-block - - -
    ");
    let never = Question { markets: vec![Market::CapacityBlock], ..about(&["m7i.*"]) };
    insta::assert_snapshot!(reason(&never), @"not sold as capacity-block there: the last 2 of 12 instance types");
}

#[test]
fn a_type_that_only_a_price_list_names_is_left_out_by_a_filter_and_counted() {
    let told = |filter: Filter| {
        let answer = answer(&filtered(&["z9.large", "p5.48xlarge"], vec![filter]));
        let told: Vec<String> = answer.not_known.iter().map(ToString::to_string).collect();
        (answer.total, told.join("; "))
    };
    let left_out = |what: &str| (1, format!("1 type left out, because its {what} is not known"));
    assert_eq!(told(figure(Figure::Gpus, "8")), left_out("number of GPUs"));
    assert_eq!(told(Filter::Feature(Feature::Efa, true)), left_out("EFA"));
    assert_eq!(told(label(Label::ProcessorMaker, "intel")), left_out("processor maker"));
    assert_eq!(told(figure(Figure::Vcpus, "2..")), left_out("number of vCPUs"));
    // One filter that says no is enough to know.
    let answer =
        answer(&filtered(&["z9.large"], vec![label(Label::Size, "micro"), figure(Figure::Gpus, "8")]));
    assert_eq!(answer.not_known, vec![]);
}

#[test]
fn groups_stand_where_their_first_offer_would() {
    let everywhere = Question { group_by: Some(GroupBy::Family), ..spot(vec![]) };
    let groups = answer(&Question { markets: vec![], limit: Some(3), ..everywhere }).groups;
    insta::assert_snapshot!(serde_json::to_string_pretty(&groups[0]).unwrap(), @r#"
    {
      "schema": "cloudkit.offer-group/v1",
      "group_by": "family",
      "group": "t2",
      "offers": 3,
      "types": 1,
      "regions": 3,
      "cheapest": {
        "instance_type": "t2.micro",
        "region": "eu-west-1",
        "market": "on-demand",
        "price_usd_hour": "0.05"
      },
      "dearest_usd_hour": "0.05",
      "unpriced": 2
    }
    "#);
    assert_eq!(groups.iter().map(|group| &*group.group).collect::<Vec<_>>(), ["t2", "g6f", "m7g"]);
}

#[test]
fn a_type_like_another_has_its_size_architectures_and_devices() {
    let like = |name: &str| {
        let filters = super::like(catalog(), name).unwrap();
        let spoken: Vec<String> = filters.iter().map(ToString::to_string).collect();
        (spoken.join("; "), types(&filtered(&[], filters)).join(" "))
    };
    insta::assert_snapshot!(format!("{:?}\n{:?}\n{:?}", like("G6.xlarge"), like("m7i.large"), like("inf2.xlarge")), @r#"
    ("size xlarge; architecture x86_64; GPU L4; number of GPUs 1; number of accelerators 0", "g6.xlarge")
    ("size large; architecture x86_64; number of GPUs 0; number of accelerators 0", "c7i.large m7i.large")
    ("size xlarge; architecture x86_64; number of GPUs 0; accelerator Inferentia2; number of accelerators 1", "inf2.xlarge")
    "#);
    insta::assert_snapshot!(super::like(catalog(), "m7i.lagre").unwrap_err(), @r#"no instance type is called "m7i.lagre"; near it: m7i.large, m7i.xlarge, m7g.large"#);
}

#[test]
fn a_price_that_was_told_of_one_zone_is_of_no_other() {
    let mut live = LivePrices::told_on("2026-11-22".to_owned());
    let told = |zone: Option<&str>, price: &str| {
        let zone_id = zone.map(str::to_owned);
        ("m7i.large".to_owned(), LivePrice { zone_id, price: price.parse().unwrap() })
    };
    let prices = [told(Some("use1-az1"), "0.03"), told(Some("use1-az2"), "0.02"), told(None, "0.01")];
    live.add_region("us-east-1".to_owned(), prices);
    let live: &'static LivePrices = Box::leak(Box::new(live));
    let told = |filters: Vec<Filter>| {
        let question = Question { markets: vec![Market::Spot], ..filtered(&["m7i.large"], filters) };
        let answer = search_with(catalog(), &question, Some(live)).unwrap();
        let offers = answer
            .offers
            .iter()
            .map(|offer| format!("{:?}", (offer.price_usd_hour.unwrap().to_string(), offer.zones.join(" "))));
        (offers.collect::<Vec<_>>(), answer.not_known.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let all =
        [r#"("0.01", "")"#, r#"("0.02", "use1-az2")"#, r#"("0.03", "use1-az1")"#].map(str::to_owned).to_vec();
    assert_eq!(told(vec![]), (all, vec![]));
    let unknown = "1 offer left out, because its zone is not known".to_owned();
    let of_one_zone = vec![r#"("0.03", "use1-az1")"#.to_owned()];
    assert_eq!(told(vec![label(Label::Zone, "use1-az1")]), (of_one_zone, vec![unknown]));
}
