//! The `config.yaml` of the older tool, turned into the keys of today: spot machines that are kept.
//!
//! Values are not judged here. Every key that the older tool knew is known: it has a new name, or a note says why it has no
//! effect.

use std::collections::BTreeMap;

use super::super::document::is_variable;
use super::super::written::kinds::Text;
use super::super::yaml::{Key, Located, Mark, Node, ReadFault, Value, nearest, read};

/// What the older tool took where its file did not say.
const COUNT: &str = "3";
const USER: &str = "ubuntu";
const ROOT_GIB: &str = "50";
/// Its images were Canonical's, and its packages apt's.
const IMAGE: &str = "ubuntu";

/// Keys below `aws:` and what they are called today.
const RENAMED: [(&str, &str); 7] = [
    ("total_instances", "count"),
    ("username", "user"),
    ("public_ssh_key_path", "public_key"),
    ("private_ssh_key_path", "private_key"),
    ("instance_storage_gb", "root_gib"),
    ("use_dedicated_vpc", "dedicated_network"),
    ("tags", "tags"),
];

const NAMED_BY_DEPLOYMENT: &str = "deployment.yaml names its files itself";

/// Keys below `aws:` that have no effect, and why.
const WITHOUT_EFFECT: [(&str, &str); 16] = [
    ("files_directory", NAMED_BY_DEPLOYMENT),
    ("scripts_directory", NAMED_BY_DEPLOYMENT),
    ("startup_script", "deployment.yaml names its scripts itself"),
    ("additional_commands_script", "deployment.yaml names its scripts itself"),
    ("cloud_init_template", "deployment.yaml names its template itself: template: ./FILE"),
    ("docker_compose_template", "deployment.yaml names its compose files itself: compose: FILE"),
    ("bacalhau_data_dir", "nothing of one application is built in"),
    ("bacalhau_node_dir", "nothing of one application is built in"),
    ("bacalhau_config_template", "nothing of one application is built in"),
    ("security_group_name", "each deployment has a security group of its own"),
    ("vpc_tag_name", "what a deployment makes is found by its tags"),
    ("vpc_name", "what a deployment makes is found by its tags"),
    ("associate_public_ip", "machines have a public address"),
    ("ensure_default_vpc", "a region without a default network gets one made"),
    ("ssh_key_name", "the key is a file: public_ssh_key_path"),
    ("region", "regions says where machines are"),
];

/// Whether a text is a configuration of the older tool, by what stands at its top.
pub(in crate::manifest) fn is_older(node: &Node) -> bool {
    node.get("aws").is_some() || node.get("regions").is_some_and(has_named_maps)
}

/// Whether a list is of mappings of one key with a mapping each.
fn has_named_maps(regions: &Node) -> bool {
    match &regions.value {
        Value::List(nodes) => nodes.iter().any(|node| named_map(node).is_some()),
        Value::Nothing | Value::Text { .. } | Value::Mapping(_) => false,
    }
}

fn named_map(node: &Node) -> Option<(&Key, &Node)> {
    match node.entries() {
        [(key, value)]
            if matches!(value.value, Value::Mapping(_) | Value::Nothing) && key.text != "region" =>
        {
            Some((key, value))
        }
        _ => None,
    }
}

/// Turns the older form into the one of today; the variables that it has are the answer.
pub(super) fn of_config(node: &mut Node, faults: &mut Vec<ReadFault>) -> BTreeMap<String, String> {
    if !is_older(node) {
        return BTreeMap::new();
    }
    let Some((key, mut aws)) = node.take("aws") else {
        regions(node, faults);
        return BTreeMap::new();
    };
    let note =
        ReadFault::note(key.mark, "older-format", "this is the older format: spot machines that are kept");
    faults.push(note.hint("write keys at the top, market: spot and ttl: 8h (or keep: true)"));
    let environment = environment(&mut aws, faults);
    for (older, name) in RENAMED {
        if let Some((key, value)) = aws.take(older) {
            node.put(key.mark, name, value);
        }
    }
    price(node, &mut aws, faults);
    for (older, why) in WITHOUT_EFFECT {
        if let Some((key, _)) = aws.take(older) {
            let note = ReadFault::note(key.mark, "no-effect", format!("{older} has no effect: {why}"));
            faults.push(note.hint("leave it out"));
        }
    }
    unknown(&aws, faults);
    for (name, value) in [
        ("count", COUNT),
        ("user", USER),
        ("root_gib", ROOT_GIB),
        ("image", IMAGE),
        ("market", "spot"),
        ("keep", "true"),
    ] {
        let ends = name == "keep" && node.get("ttl").is_some();
        if node.get(name).is_none() && !ends {
            node.put(key.mark, name, Node::plain(key.mark, value));
        }
    }
    regions(node, faults);
    environment
}

/// The limit that the older tool checked and did not use.
fn price(node: &mut Node, aws: &mut Node, faults: &mut Vec<ReadFault>) {
    let Some((key, price)) = aws.take("spot_price_limit") else { return };
    if price.value == Value::Nothing {
        return;
    }
    let message = "spot_price_limit is the most that an hour of a machine may cost, which older versions did not see to";
    faults.push(ReadFault::note(key.mark, "older-spelling", message).hint("write max_price"));
    node.put(key.mark, "max_price", price);
}

fn environment(aws: &mut Node, faults: &mut Vec<ReadFault>) -> BTreeMap<String, String> {
    let Some((key, variables)) = aws.take("environment") else { return BTreeMap::new() };
    let note = ReadFault::note(key.mark, "older-spelling", "variables are part of the deployment");
    faults.push(note.hint("write them into deployment.yaml: env, and what is secret: secrets"));
    let read: Option<BTreeMap<String, Located<Text>>> = read(&variables, faults);
    let known = |(name, value): (String, Located<Text>)| {
        let (mark, value) = value.with_mark()?;
        if !is_variable(&name) {
            faults.push(ReadFault::at(mark, "bad-value", format!("{name:?} is no name of a variable")));
            return None;
        }
        Some((name, value.0.clone()))
    };
    read.into_iter().flatten().filter_map(known).collect()
}

fn unknown(aws: &Node, faults: &mut Vec<ReadFault>) {
    let known = RENAMED.iter().map(|(older, _)| *older).chain(WITHOUT_EFFECT.iter().map(|(older, _)| *older));
    let known: Vec<&str> = known.chain(["environment", "spot_price_limit"]).collect();
    for (key, _) in aws.entries() {
        let fault = ReadFault::at(key.mark, "unknown-key", format!("no key is called {:?} here", key.text));
        faults.push(match nearest(&key.text, known.iter().copied()) {
            Some(nearest) => fault.hint(format!("did you mean {nearest}?")),
            None => fault.hint("leave it out"),
        });
    }
}

/// Regions as mappings of one key, and how many machines each has.
fn regions(node: &mut Node, faults: &mut Vec<ReadFault>) {
    let Some((key, mut list)) = node.take("regions") else { return };
    let mut weights: Vec<Mark> = Vec::new();
    for element in list.elements_mut() {
        let Some((name, keys)) = named_map(element) else { continue };
        let mut region = Node { mark: name.mark, value: Value::Mapping(Vec::new()) };
        let mut keys = keys.clone();
        region.put(name.mark, "region", Node::plain(name.mark, &name.text));
        for (older, today) in [("machine_type", "types"), ("image", "image"), ("instances", "weight")] {
            let Some((key, value)) = keys.take(older) else { continue };
            match (older, value.text()) {
                ("image", Some("auto" | "latest")) => {
                    region.put(key.mark, today, Node::plain(value.mark, IMAGE));
                    continue;
                }
                ("instances", _) => weights.push(key.mark),
                _ => {}
            }
            region.put(key.mark, today, value);
        }
        if let (Some(all), Some(rest)) = (region.entries_mut(), keys.entries_mut()) {
            all.append(rest);
        }
        *element = region;
    }
    if let Some(mark) = weights.first().copied() {
        count_of_weights(node, mark, &list);
        faults.push(
            ReadFault::note(mark, "older-spelling", "instances is how many machines a region has")
                .hint("write count, spread: weights, and weight for each region"),
        );
    }
    node.put(key.mark, "regions", list);
}

/// As many machines as the regions have together, shared out as they say.
fn count_of_weights(node: &mut Node, mark: Mark, list: &Node) {
    let weight =
        |region: &Node| region.get("weight").and_then(Node::text).and_then(|text| text.parse::<u32>().ok());
    let Value::List(regions) = &list.value else { return };
    let sum: u32 = regions.iter().map(|region| weight(region).unwrap_or(1)).fold(0, u32::saturating_add);
    node.take("count");
    node.put(mark, "count", Node::plain(mark, &sum.to_string()));
    if node.get("spread").is_none() {
        node.put(mark, "spread", Node::plain(mark, "weights"));
    }
}
