//! Completions as a shell asks for them: each shell reads the script that is printed for it, and completes a line.

use std::path::Path;

use insta::assert_snapshot;

use crate::support::{Home, Screen};

/// What a shell offers for the last word of a line.
fn offered(screen: &Screen) -> Vec<&str> {
    screen.stdout.lines().collect()
}

/// A name and what is said of it.
fn without_tabs(screen: &Screen) -> String {
    screen.to_string().replace('\t', ": ")
}

/// Bash: the script's own function is called as bash calls it at a Tab.
fn bash(home: &Home, name: &str, line: &str) -> Screen {
    let words: Vec<&str> = line.split(' ').collect();
    let last = words.len() - 1;
    let quoted = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let script = home.run(&format!("{name} --version")).ok();
    assert!(!script.stdout.is_empty());
    home.write(
        "complete.bash",
        format!(
            "source <(cloudkit completions bash --name {name})\n\
         complete -p {name} >&2 || exit 9\n\
         COMP_WORDS=({quoted}) COMP_CWORD={last} COMP_TYPE=9\n\
         _clap_complete_{} {name} '{}' '{}'\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
            name.replace('-', "_"),
            words[last],
            words[last - 1],
        ),
    );
    let screen = home.run("/bin/bash --norc --noprofile complete.bash < /dev/null").ok();
    assert!(screen.stderr.contains(&format!("_clap_complete_{}", name.replace('-', "_"))), "{screen}");
    screen
}

#[expect(clippy::print_stderr, reason = "what is left out is said")]
fn is_installed(shell: &str) -> bool {
    let path = Path::new("/usr/bin").join(shell);
    if !path.exists() {
        eprintln!("skipped: {} is not installed", path.display());
    }
    path.exists()
}

#[cfg(unix)]
#[test]
fn bash_completes_names_flags_and_commands() {
    if !is_installed("bash") {
        return;
    }
    let home = Home::new();
    home.program("truffle");
    home.program("cloudkit-find");
    let of = |name: &str, line: &str| -> String { offered(&bash(&home, name, line)).join(" ") };
    assert_snapshot!(of("cloudkit", "cloudkit find sh"), @"show");
    assert_snapshot!(of("cloudkit", "cloudkit find search g6f"), @"g6f.2xlarge g6f.4xlarge g6f.large g6f.xlarge");
    assert_snapshot!(of("cloudkit", "cloudkit find show p5"), @"p5.48xlarge p5.4xlarge p5e.48xlarge p5en.48xlarge");
    assert_snapshot!(of("cloudkit", "cloudkit find search --region us-"), @"us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-west-1 us-west-2");
    assert_snapshot!(of("cloudkit", "cloudkit find search --gpu L"), @"L4 L40S");
    assert_snapshot!(of("cloudkit", "cloudkit find search --gpu h"), @"h100 h200");
    assert_snapshot!(of("cloudkit", "cloudkit find search --gpu l4,rtx"), @"l4,rtx-pro-4500 l4,rtx-pro-server-6000");
    assert_snapshot!(of("cloudkit", "cloudkit find search --accelerator i"), @"inferentia inferentia2");
    assert_snapshot!(of("cloudkit", "cloudkit find search --family m7i,m7"), @"m7i,m7a m7i,m7g m7i,m7gd m7i,m7i m7i,m7i-flex");
    assert_snapshot!(of("cloudkit", "cloudkit find search --arch "), @"arm64 arm64_mac i386 x86_64 x86_64_mac");
    assert_snapshot!(of("cloudkit", "cloudkit find search --storage-kind "), @"hdd nvme ssd");
    assert_snapshot!(of("cloudkit", "cloudkit find search --processor-generation gr"), @"granite-rapids graviton graviton2 graviton3 graviton3e graviton4 graviton5");
    assert_snapshot!(of("cloudkit", "cloudkit find search --zone use2"), @"use2-az1 use2-az2 use2-az3");
    assert_snapshot!(of("cloudkit", "cloudkit find search --os "), @"linux windows rhel suse");
    assert_snapshot!(of("cloudkit", "cloudkit find search --sort pr"), @"price price-per-vcpu price-per-gpu");
    assert_snapshot!(of("cloudkit", "cloudkit find search --sort vcpus,-pr"), @"vcpus,-price vcpus,-price-per-vcpu vcpus,-price-per-gpu");
    assert_snapshot!(of("cloudkit", "cloudkit find search --group-by "), @"region type family");
    assert_snapshot!(of("cloudkit", "cloudkit find search --region us-east-1,eu-w"), @"us-east-1,eu-west-1 us-east-1,eu-west-2 us-east-1,eu-west-3");
    assert_snapshot!(of("cloudkit", "cloudkit find capacity p5"), @"p5.48xlarge p5.4xlarge p5e.48xlarge p5en.48xlarge");
    assert_snapshot!(of("cloudkit", "cloudkit find capacity --instance-types p5.48xlarge,trn"), @"p5.48xlarge,trn1.2xlarge p5.48xlarge,trn1.32xlarge p5.48xlarge,trn1n.32xlarge p5.48xlarge,trn2.3xlarge p5.48xlarge,trn2.48xlarge p5.48xlarge,trn2u.48xlarge");
    assert_snapshot!(of("cloudkit", "cloudkit find search --max"), @"--max-price");
    assert_snapshot!(of("cloudkit", "cloudkit find search --color a"), @"auto always");
    home.write("jobs/nightly.yaml", "");
    #[cfg(feature = "aws")]
    assert_snapshot!(of("cloudkit", "cloudkit launch --file jobs/"), @"jobs/nightly.yaml");
    assert_snapshot!(of("cloudkit", "cloudkit completions z"), @"zsh");
    assert_snapshot!(of("truffle", "truffle se"), @"search");
    assert_snapshot!(of("truffle", "truffle search --region eu-w"), @"eu-west-1 eu-west-2 eu-west-3");
    assert_snapshot!(of("cloudkit-find", "cloudkit-find show g6f"), @"g6f.2xlarge g6f.4xlarge g6f.large g6f.xlarge");
}

#[cfg(unix)]
#[test]
fn a_shell_hears_no_warnings_and_leaves_a_damaged_cache_alone() {
    if !is_installed("bash") {
        return;
    }
    let home = Home::new();
    let cache = home.write(".cache/cloudkit/catalog.bin", "damaged");
    let screen = bash(&home, "cloudkit", "cloudkit find search g6f");
    assert_eq!(offered(&screen).len(), 4, "{screen}");
    assert!(!screen.stderr.contains("dropped"), "{screen}");
    assert_eq!(std::fs::read_to_string(cache).unwrap(), "damaged");
    assert!(home.run("cloudkit find show g6f.large").ok().stderr.contains("is dropped"));
}

#[cfg(unix)]
#[test]
fn zsh_completes_them_too() {
    if !is_installed("zsh") {
        return;
    }
    let home = Home::new();
    // Without a terminal zsh completes nothing: what the script asks of cloudkit is asked as it asks.
    let script = "autoload -Uz compinit && compinit -u -d dump\nsource <(cloudkit completions zsh)\n";
    home.write("check.zsh", format!("{script}print -r -- $_comps[cloudkit]\n"));
    assert_snapshot!(home.run("/usr/bin/zsh -f check.zsh < /dev/null"), @"_clap_dynamic_completer_cloudkit");
    let mut asking = Home::new();
    asking.set("CLOUDKIT_COMPLETE", "zsh");
    asking.set("_CLAP_COMPLETE_INDEX", "3");
    asking.set("_CLAP_IFS", "\n");
    assert_snapshot!(asking.run("cloudkit -- cloudkit find search g6f"), @"
    g6f.2xlarge
    g6f.4xlarge
    g6f.large
    g6f.xlarge
    ");
}

#[cfg(unix)]
#[test]
fn fish_completes_them_too() {
    if !is_installed("fish") {
        return;
    }
    let home = Home::new();
    home.program("truffle");
    let of = |name: &str, line: &str| {
        let script = format!("cloudkit completions fish --name {name} | source\ncomplete -C '{line}'\n");
        home.write("check.fish", script);
        without_tabs(&home.run("/usr/bin/fish --no-config check.fish < /dev/null").ok())
    };
    assert_snapshot!(of("cloudkit", "cloudkit find search g6f"), @"
    g6f.2xlarge
    g6f.4xlarge
    g6f.large
    g6f.xlarge
    ");
    assert_snapshot!(of("cloudkit", "cloudkit find search --region us-e"), @"
    us-east-1: US East (N. Virginia)
    us-east-2: US East (Ohio)
    ");
    assert_snapshot!(of("truffle", "truffle sh"), @"show: Show everything known of one instance type, with its price in each region");
    assert_snapshot!(of("cloudkit", "cloudkit find search --max"), @"--max-price: Most that an hour may cost, in US dollars");
}

#[test]
fn a_type_that_was_fetched_is_completed() {
    let home = Home::new();
    let price = r#"{"name":"linux","prices":{"USD":"0.5"}}"#;
    let types = format!(r#"[{{"sizes":[{{"size":"x9.large","valueColumns":[{price}]}}]}}]"#);
    let config = r#""rate":"perhr","valueColumns":["linux"],"currencies":["USD"]"#;
    let regions = format!(r#"[{{"region":"us-east-9","instanceTypes":{types}}}]"#);
    let list = format!(r#"{{"config":{{{config},"regions":{regions}}}}}"#);
    home.write("lists/spot.json", list);
    home.run("cloudkit find refresh --from lists").ok();
    let mut asking = home;
    asking.set("CLOUDKIT_COMPLETE", "fish");
    assert_snapshot!(without_tabs(&asking.run("cloudkit -- cloudkit find show x9")), @"x9.large");
    assert_snapshot!(without_tabs(&asking.run("cloudkit -- cloudkit find show --region us-east-")), @"
    us-east-1: US East (N. Virginia)
    us-east-2: US East (Ohio)
    us-east-9
    ");
}

#[test]
fn every_shell_has_a_script() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = home.run(&format!("cloudkit completions {shell}")).ok().stdout;
        assert!(script.contains("CLOUDKIT_COMPLETE") && script.contains("cloudkit"), "{shell}: {script}");
    }
    let script = home.run("cloudkit completions powershell --name truffle").ok().stdout;
    assert!(script.contains("-CommandName truffle"), "{script}");
    assert_snapshot!(home.run("cloudkit completions nushell"), @"
    --- stderr
    error: invalid value 'nushell' for '<SHELL>' [possible values: bash, zsh, fish, powershell, elvish]
    hint: every flag with its values: --help
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit completions"), @"
    --- stderr
    error: the following required arguments were not provided: <SHELL>
    hint: every flag with its values: --help
    --- exit 2
    ");
}
