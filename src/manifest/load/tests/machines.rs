//! On which machines, and how they end.

use super::*;

#[test]
fn machines_have_to_end_or_to_be_kept() {
    let of = |config: &str| {
        let loaded = load_files(&[("deployment/setup.sh", ""), ("config.yaml", config)]);
        let placement = loaded
            .placement
            .as_ref()
            .map(|placement| format!("{:?} {:?}", placement.ending, placement.market));
        format!("{}\n{}", placement.unwrap_or_default(), told(&loaded))
    };
    let cases = [
        "regions: us-east-1\ntypes: m7i.large\n",
        "regions: us-east-1\ntypes: m7i.large\nttl: 2d\nkeep: true\n",
        "regions: us-east-1\ntypes: m7i.large\nkeep: false\n",
        "regions: us-east-1\ntypes: m7i.large\nkeep: true\nmax_price: 0.1\n",
        "regions: us-east-1\ntypes: m7i.large\nttl: 2d\nmarket: spot\nmax-price: 0.1\nor_on_demand: true\n",
        "ttl: 2d\ncount: 0\n",
        "regions: [us-east-1, {region: us-east-1, weight: 2}, nowhere]\nttl: 7 days\nname: my app!\ntags: {a b: c}\nroot_gib: 0\n",
    ];
    insta::assert_snapshot!(cases.map(of).join("\n---\n"), @r#"
    config.yaml:1:1 Error missing-key: nothing says how the machines end: ttl or keep is missing -> write ttl: 8h, or keep: true for machines that stay until they are destroyed
    ---

    config.yaml:3:6 Error contradiction: machines are kept, or end after a ttl: both are written
    ---

    config.yaml:3:7 Error missing-key: keep: false does not say how the machines end -> write ttl: 8h, or keep: true for machines that stay until they are destroyed
    ---
    Keep OnDemand
    config.yaml:4:12 Error contradiction: max_price is for spot machines -> write market: spot, or leave it out
    ---
    After(Span { seconds: 172800 }) Spot { max_price: Some(Money { micros: 100000 }), or_on_demand: true }

    ---

    config.yaml:1:1 Error missing-key: nothing says where the machines are: regions is missing -> name one: regions: [us-east-1]
    config.yaml:2:8 Error bad-value: a deployment has one machine at the least
    ---

    config.yaml:1:11 Error missing-key: no types of machines are named for us-east-1 -> name them for all regions: types: [m7i.large]
    config.yaml:1:22 Error missing-key: no types of machines are named for us-east-1 -> name them for all regions: types: [m7i.large]
    config.yaml:1:50 Warning no-effect: weights count with spread: weights alone -> write spread: weights
    config.yaml:1:54 Error bad-value: "nowhere" is not a region such as us-east-1
    config.yaml:2:6 Error bad-value: "7 days" is not a span of time such as 90s, 45m, 8h, 2d, 1w or 1d12h -> write ttl: 8h, or keep: true for machines that stay until they are destroyed
    config.yaml:3:7 Error bad-value: "my app!" is no name: letters, digits and hyphens, 63 at most -> write my-app
    config.yaml:4:13 Error bad-value: the key "a b" has ' ', which a machine's metadata service does not serve: letters, digits and + - . , _ : @ it does
    config.yaml:5:11 Error bad-value: a volume has 1 to 65536 GiB, and this is 0
    "#);
}
