//! Questions in words.

use insta::assert_snapshot;

use super::lists;
use crate::support::Home;

fn search(words: &str) -> String {
    Home::new().run(&format!("cloudkit find search -r us-east-1 -o table {words}")).to_string()
}

#[test]
fn all_words_have_to_hold() {
    assert_snapshot!(search("h100 efa"), @"
    TYPE         REGION     VCPUS    MEMORY  DEVICES            ARCH    USD/HOUR  AS OF
    p5.4xlarge   us-east-1     16   256 GiB  1 x H100 (80 GiB)  x86_64      6.88  2026-08-06
    p5.48xlarge  us-east-1    192  2048 GiB  8 x H100 (80 GiB)  x86_64     55.04  2026-08-06
    ");
    assert_snapshot!(search("8 h100"), @"
    TYPE         REGION     VCPUS    MEMORY  DEVICES            ARCH    USD/HOUR  AS OF
    p5.48xlarge  us-east-1    192  2048 GiB  8 x H100 (80 GiB)  x86_64     55.04  2026-08-06
    ");
    assert_snapshot!(search("a100-80gb"), @"
    TYPE           REGION     VCPUS    MEMORY  DEVICES            ARCH    USD/HOUR  AS OF
    p4de.24xlarge  us-east-1     96  1152 GiB  8 x A100 (80 GiB)  x86_64  27.44705  2026-08-06
    ");
    assert_snapshot!(search("'graviton 64gib' large"), @"
    --- stderr
    nothing found: memory 64 GiB removed the last 41 of 1395 instance types
    hint: memory of the 41 types left: 4 GiB, 8 GiB, 12 GiB, 16 GiB or 32 GiB
    --- exit 1
    ");
    assert_snapshot!(search("32g 16+ cores --limit 3"), @"
    TYPE         REGION     VCPUS  MEMORY  ARCH      USD/HOUR  AS OF
    a1.4xlarge   us-east-1     16  32 GiB  arm64  0.408 (old)  2025-03-02
    a1.metal     us-east-1     16  32 GiB  arm64  0.408 (old)  2025-03-02
    c7g.4xlarge  us-east-1     16  32 GiB  arm64   0.58 (old)  2025-03-02
    --- stderr
    14 offers left out; a higher --limit shows them
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
}

#[test]
fn patterns_add_up_and_words_narrow_them() {
    assert_snapshot!(search(r"'/^[cm]7i\.large/' 'r7i*.large' 'm7a.*' 4..16 gib"), @"
    TYPE        REGION     VCPUS  MEMORY  ARCH         USD/HOUR  AS OF
    m7a.medium  us-east-1      1   4 GiB  x86_64  0.05796 (old)  2025-03-02
    c7i.large   us-east-1      2   4 GiB  x86_64  0.08925 (old)  2025-03-02
    m7i.large   us-east-1      2   8 GiB  x86_64   0.1008 (old)  2025-03-02
    m7a.large   us-east-1      2   8 GiB  x86_64        -        -
    m7a.xlarge  us-east-1      4  16 GiB  x86_64        -        -
    r7i.large   us-east-1      2  16 GiB  x86_64        -        -
    r7iz.large  us-east-1      2  16 GiB  x86_64        -        -
    --- stderr
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
    assert_snapshot!(search("m7i metal"), @"
    TYPE            REGION     VCPUS   MEMORY  ARCH        USD/HOUR  AS OF
    m7i.metal-24xl  us-east-1     96  384 GiB  x86_64  4.8384 (old)  2025-03-02
    m7i.metal-48xl  us-east-1    192  768 GiB  x86_64  9.6768 (old)  2025-03-02
    --- stderr
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
}

#[test]
fn the_cheapest_is_one_unless_more_are_asked_for() {
    assert_snapshot!(search("cheapest 8 gpus"), @"
    TYPE        REGION     VCPUS   MEMORY  DEVICES          ARCH    USD/HOUR  AS OF
    g4dn.metal  us-east-1     96  384 GiB  8 x T4 (16 GiB)  x86_64     7.824  2026-08-06
    --- stderr
    12 offers left out; a higher --limit shows them
    ");
    assert_snapshot!(search("cheapest 8 gpus --limit 2"), @"
    TYPE         REGION     VCPUS   MEMORY  DEVICES          ARCH    USD/HOUR  AS OF
    g4dn.metal   us-east-1     96  384 GiB  8 x T4 (16 GiB)  x86_64     7.824  2026-08-06
    g6.48xlarge  us-east-1    192  768 GiB  8 x L4 (22 GiB)  x86_64   13.3504  2026-08-06
    --- stderr
    11 offers left out; a higher --limit shows them
    ");
}

#[test]
fn a_generation_is_known_of_some_families() {
    assert_snapshot!(search("'ice lake' 16 cores"), @"
    TYPE            REGION     VCPUS    MEMORY  ARCH         USD/HOUR  AS OF
    m6i.8xlarge     us-east-1     32   128 GiB  x86_64    1.536 (old)  2025-03-02
    c6id.8xlarge    us-east-1     32    64 GiB  x86_64   1.6128 (old)  2025-03-02
    c6in.8xlarge    us-east-1     32    64 GiB  x86_64   1.8144 (old)  2025-03-02
    m6in.8xlarge    us-east-1     32   128 GiB  x86_64  2.22768 (old)  2025-03-02
    m6idn.8xlarge   us-east-1     32   128 GiB  x86_64  2.54592 (old)  2025-03-02
    x2iedn.8xlarge  us-east-1     32  1024 GiB  x86_64    6.669 (old)  2025-03-02
    c6i.8xlarge     us-east-1     32    64 GiB  x86_64        -        -
    i4i.8xlarge     us-east-1     32   256 GiB  x86_64        -        -
    m6id.8xlarge    us-east-1     32   128 GiB  x86_64        -        -
    r6i.8xlarge     us-east-1     32   256 GiB  x86_64        -        -
    r6id.8xlarge    us-east-1     32   256 GiB  x86_64        -        -
    r6idn.8xlarge   us-east-1     32   256 GiB  x86_64        -        -
    r6in.8xlarge    us-east-1     32   256 GiB  x86_64        -        -
    --- stderr
    warning: 5 types left out, because their processor generation is not known
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    ");
}

#[test]
fn how_it_was_read_is_said_on_request() {
    assert_snapshot!(search("--explain inferentia 'inf*' --memory ..16 --sort -memory"), @r#"
    TYPE          REGION     VCPUS  MEMORY  DEVICES                   ARCH    USD/HOUR  AS OF
    inf1.2xlarge  us-east-1      8  16 GiB  1 x Inferentia (8 GiB)    x86_64     0.362  2026-08-06
    inf2.xlarge   us-east-1      4  16 GiB  1 x Inferentia2 (32 GiB)  x86_64    0.7582  2026-08-06
    inf1.xlarge   us-east-1      4   8 GiB  1 x Inferentia (8 GiB)    x86_64     0.228  2026-08-06
    --- stderr
    "inferentia" means accelerator Inferentia1 or Inferentia2
    "inf*" means instance types called inf*
    all of this has to hold: accelerator Inferentia1 or Inferentia2; memory ..16 GiB
    sorted by -memory, then price, then type, then region
    "#);
    assert_snapshot!(search("--explain cheapest t4g 2 vcpus"), @r#"
    TYPE      REGION     VCPUS   MEMORY  ARCH       USD/HOUR  AS OF
    t4g.nano  us-east-1      2  0.5 GiB  arm64  0.0042 (old)  2025-03-02
    --- stderr
    "cheapest" means sorted by price, the first one
    "t4g" means family t4g
    "2 vcpus" means vCPUs 2
    all of this has to hold: family t4g; vCPUs 2
    sorted by price, then type, then region
    4 offers left out; a higher --limit shows them
    prices marked (old) are from 2025-03-02 or before: cloudkit find refresh
    "#);
}

#[test]
fn a_word_that_means_nothing_is_refused_with_the_nearest() {
    assert_snapshot!(search("h10 efa"), @r#"
    --- stderr
    error: "h10" means nothing here; near it: h100, h1, h200
    hint: words and flags that mean something: cloudkit find search --help
    --- exit 2
    "#);
    assert_snapshot!(search("8 large"), @r#"
    --- stderr
    error: "8" of what? say 8 vcpus, 8 gib or 8 gpus
    hint: words and flags that mean something: cloudkit find search --help
    --- exit 2
    "#);
    assert_snapshot!(search("eu-west-1"), @r#"
    --- stderr
    error: "eu-west-1" means nothing here; near it: --region eu-west-1
    hint: words and flags that mean something: cloudkit find search --help
    --- exit 2
    "#);
    assert_snapshot!(search("amd gpu"), @r#"
    --- stderr
    error: no instance type has a GPU maker called "AMD"
    --- exit 2
    "#);
    assert_snapshot!(search("m7i c7i large"), @"
    --- stderr
    error: a type has one family: m7i and c7i can't both hold
    hint: for either of them: --family 'm7i,c7i'
    --- exit 2
    ");
    assert_snapshot!(search("9..4 vcpus"), @r#"
    --- stderr
    error: the vCPUs can't be read
    caused by: "9..4" is empty: its first end lies above its second
    --- exit 2
    "#);
    assert_snapshot!(search("'/m7i(/'"), @r#"
    --- stderr
    error: "/m7i(/" is not a regular expression such as /m[67]i/
    caused by: regex parse error:
          m7i(
             ^
      error: unclosed group
    hint: a pattern is a name with *, ? and [ab], such as 'c[67]i.*', or a regular expression between slashes: '/c[6-8]i\.large/'
    --- exit 2
    "#);
    assert_snapshot!(search("''"), @r"
    --- stderr
    error: a name or a pattern of names such as m7i.* is missing
    hint: a pattern is a name with *, ? and [ab], such as 'c[67]i.*', or a regular expression between slashes: '/c[6-8]i\.large/'
    --- exit 2
    ");
}

#[test]
fn a_market_is_what_the_offers_are_of() {
    let home = Home::new();
    let prices =
        lists::spot(&[("us-east-1", "g6.xlarge", "0.3", "N/A*"), ("us-east-1", "m7i.large", "0.04", "0.1")]);
    lists::write(&home, "lists/spot.json", prices, 0);
    home.run("cloudkit find refresh --from lists").ok();
    let search = |words: &str| home.run(&format!("cloudkit find search -r us-east-1 {words}")).to_string();
    assert_snapshot!(search("l4 spot --explain -o table"), @r#"
    TYPE       REGION     VCPUS  MEMORY  DEVICES          ARCH    MARKET  USD/HOUR  SAVING  AS OF
    g6.xlarge  us-east-1      4  16 GiB  1 x L4 (22 GiB)  x86_64  spot        0.30     62%  <=2026-09-01
    --- stderr
    "l4" means GPU L4
    "spot" means spot offers
    all of this has to hold: GPU L4
    sorted by price, then type, then region
    "#);
    assert_snapshot!(search("g6.xlarge spot on-demand -o table"), @"
    TYPE       REGION     VCPUS  MEMORY  DEVICES       ARCH    MARKET     USD/HOUR  SAVING  AS OF
    g6.xlarge  us-east-1      4  16 GiB  1 x L4 (22 …  x86_64  spot           0.30     62%  <=2026-09-01
    g6.xlarge  us-east-1      4  16 GiB  1 x L4 (22 …  x86_64  on-demand    0.8048       -  2026-08-06
    ");
    assert_snapshot!(search("g6.xlarge spot -o jsonl"), @r#"{"schema":"cloudkit.offer/v1","instance_type":"g6.xlarge","region":"us-east-1","zones":["use1-az1","use1-az2","use1-az4","use1-az5","use1-az6"],"market":"spot","architectures":["x86_64"],"vcpus":4,"memory_mib":16384,"gpus":[{"name":"L4","manufacturer":"NVIDIA","count":1,"memory_mib":22888}],"os":"linux","price_usd_hour":"0.30","on_demand_usd_hour":"0.8048","saving_percent":62,"saving_source":"computed","price_source":"feed","price_as_of":"2026-09-01","price_dated_by":"file-time"}"#);
    // What can be sold so is another question.
    assert_snapshot!(search("g6.xlarge --usage-class spot -o table"), @"
    TYPE       REGION     VCPUS  MEMORY  DEVICES          ARCH    USD/HOUR  AS OF
    g6.xlarge  us-east-1      4  16 GiB  1 x L4 (22 GiB)  x86_64    0.8048  2026-08-06
    ");
    assert_snapshot!(search("p5.48xlarge capacity-block -o table"), @"
    TYPE         REGION     VCPUS    MEMORY  DEVICES            ARCH    MARKET          USD/HOUR  AS OF
    p5.48xlarge  us-east-1    192  2048 GiB  8 x H100 (80 GiB)  x86_64  capacity-block         -  -
    ");
    assert_snapshot!(home.run("cloudkit find spot -r us-east-1 g6.xlarge on-demand"), @r#"
    --- stderr
    error: these are spot offers, and "on-demand" asks for others
    hint: offers of every market: cloudkit find search
    --- exit 2
    "#);
}
