//! Questions in words.

use insta::assert_snapshot;

use crate::support::Home;

fn search(words: &str) -> String {
    Home::new().run(&format!("cloudkit find search -r us-east-1 -o table {words}")).to_string()
}

#[test]
fn all_words_have_to_hold() {
    assert_snapshot!(search("h100 efa"), @"
    TYPE         REGION     VCPUS    MEMORY  GPUS               ARCH    USD/HOUR  AS OF
    p5.4xlarge   us-east-1     16   256 GiB  1 x H100 (80 GiB)  x86_64      6.88  2026-08-06
    p5.48xlarge  us-east-1    192  2048 GiB  8 x H100 (80 GiB)  x86_64     55.04  2026-08-06
    ");
    assert_snapshot!(search("8 h100"), @"
    TYPE         REGION     VCPUS    MEMORY  GPUS               ARCH    USD/HOUR  AS OF
    p5.48xlarge  us-east-1    192  2048 GiB  8 x H100 (80 GiB)  x86_64     55.04  2026-08-06
    ");
    assert_snapshot!(search("a100-80gb"), @"
    TYPE           REGION     VCPUS    MEMORY  GPUS               ARCH    USD/HOUR  AS OF
    p4de.24xlarge  us-east-1     96  1152 GiB  8 x A100 (80 GiB)  x86_64  27.44705  2026-08-06
    ");
    assert_snapshot!(search("'graviton 64gib' large"), @"
    --- stderr
    nothing found: memory 64 GiB removed the last 41 of 1395 instance types
    --- exit 1
    ");
    assert_snapshot!(search("32g 16+ cores --limit 3"), @"
    TYPE         REGION     VCPUS  MEMORY  GPUS  ARCH   USD/HOUR  AS OF
    a1.4xlarge   us-east-1     16  32 GiB  -     arm64     0.408  2025-03-02 (old)
    a1.metal     us-east-1     16  32 GiB  -     arm64     0.408  2025-03-02 (old)
    c7g.4xlarge  us-east-1     16  32 GiB  -     arm64      0.58  2025-03-02 (old)
    --- stderr
    14 offers left out; a higher --limit shows them
    ");
}

#[test]
fn patterns_add_up_and_words_narrow_them() {
    assert_snapshot!(search(r"'/^[cm]7i\.large/' 'r7i*.large' 'm7a.*' 4..16 gib"), @"
    TYPE        REGION     VCPUS  MEMORY  GPUS  ARCH    USD/HOUR  AS OF
    m7a.medium  us-east-1      1   4 GiB  -     x86_64   0.05796  2025-03-02 (old)
    c7i.large   us-east-1      2   4 GiB  -     x86_64   0.08925  2025-03-02 (old)
    m7i.large   us-east-1      2   8 GiB  -     x86_64    0.1008  2025-03-02 (old)
    m7a.large   us-east-1      2   8 GiB  -     x86_64         -  -
    m7a.xlarge  us-east-1      4  16 GiB  -     x86_64         -  -
    r7i.large   us-east-1      2  16 GiB  -     x86_64         -  -
    r7iz.large  us-east-1      2  16 GiB  -     x86_64         -  -
    ");
    assert_snapshot!(search("m7i metal"), @"
    TYPE            REGION     VCPUS   MEMORY  GPUS  ARCH    USD/HOUR  AS OF
    m7i.metal-24xl  us-east-1     96  384 GiB  -     x86_64    4.8384  2025-03-02 (old)
    m7i.metal-48xl  us-east-1    192  768 GiB  -     x86_64    9.6768  2025-03-02 (old)
    ");
}

#[test]
fn the_cheapest_is_one_unless_more_are_asked_for() {
    assert_snapshot!(search("cheapest 8 gpus"), @"
    TYPE        REGION     VCPUS   MEMORY  GPUS             ARCH    USD/HOUR  AS OF
    g4dn.metal  us-east-1     96  384 GiB  8 x T4 (16 GiB)  x86_64     7.824  2026-08-06
    --- stderr
    12 offers left out; a higher --limit shows them
    ");
    assert_snapshot!(search("cheapest 8 gpus --limit 2"), @"
    TYPE         REGION     VCPUS   MEMORY  GPUS             ARCH    USD/HOUR  AS OF
    g4dn.metal   us-east-1     96  384 GiB  8 x T4 (16 GiB)  x86_64     7.824  2026-08-06
    g6.48xlarge  us-east-1    192  768 GiB  8 x L4 (22 GiB)  x86_64   13.3504  2026-08-06
    --- stderr
    11 offers left out; a higher --limit shows them
    ");
}

#[test]
fn a_generation_is_known_of_some_families() {
    assert_snapshot!(search("'ice lake' 16 cores"), @"
    TYPE            REGION     VCPUS    MEMORY  GPUS  ARCH    USD/HOUR  AS OF
    m6i.8xlarge     us-east-1     32   128 GiB  -     x86_64     1.536  2025-03-02 (old)
    c6id.8xlarge    us-east-1     32    64 GiB  -     x86_64    1.6128  2025-03-02 (old)
    c6in.8xlarge    us-east-1     32    64 GiB  -     x86_64    1.8144  2025-03-02 (old)
    m6in.8xlarge    us-east-1     32   128 GiB  -     x86_64   2.22768  2025-03-02 (old)
    m6idn.8xlarge   us-east-1     32   128 GiB  -     x86_64   2.54592  2025-03-02 (old)
    x2iedn.8xlarge  us-east-1     32  1024 GiB  -     x86_64     6.669  2025-03-02 (old)
    c6i.8xlarge     us-east-1     32    64 GiB  -     x86_64         -  -
    i4i.8xlarge     us-east-1     32   256 GiB  -     x86_64         -  -
    m6id.8xlarge    us-east-1     32   128 GiB  -     x86_64         -  -
    r6i.8xlarge     us-east-1     32   256 GiB  -     x86_64         -  -
    r6id.8xlarge    us-east-1     32   256 GiB  -     x86_64         -  -
    r6idn.8xlarge   us-east-1     32   256 GiB  -     x86_64         -  -
    r6in.8xlarge    us-east-1     32   256 GiB  -     x86_64         -  -
    --- stderr
    warning: 5 types left out, because their processor generation is not known
    ");
}

#[test]
fn how_it_was_read_is_said_on_request() {
    assert_snapshot!(search("--explain inferentia 'inf*' --memory ..16 --sort -memory"), @r#"
    TYPE          REGION     VCPUS  MEMORY  GPUS  ARCH    USD/HOUR  AS OF
    inf1.2xlarge  us-east-1      8  16 GiB  -     x86_64     0.362  2026-08-06
    inf1.xlarge   us-east-1      4   8 GiB  -     x86_64     0.228  2026-08-06
    --- stderr
    "inferentia" means accelerator Inferentia
    "inf*" means instance types called inf*
    all of this has to hold: accelerator Inferentia; memory ..16 GiB
    sorted by -memory, then price, then type, then region
    "#);
    assert_snapshot!(search("--explain cheapest t4g 2 vcpus"), @r#"
    TYPE      REGION     VCPUS   MEMORY  GPUS  ARCH   USD/HOUR  AS OF
    t4g.nano  us-east-1      2  0.5 GiB  -     arm64    0.0042  2025-03-02 (old)
    --- stderr
    "cheapest" means sorted by price, the first one
    "t4g" means family t4g
    "2 vcpus" means vCPUs 2
    all of this has to hold: family t4g; vCPUs 2
    sorted by price, then type, then region
    4 offers left out; a higher --limit shows them
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
    --- exit 2
    "#);
    assert_snapshot!(search("''"), @"
    --- stderr
    error: a name or a pattern of names such as m7i.* is missing
    --- exit 2
    ");
}
