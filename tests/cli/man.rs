//! Manual pages: one of every command, which whatever shows manuals can read.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;

use crate::support::Home;

/// What finds faults in a page, and what it is told; a fault is a line that it prints.
const CHECKERS: [(&str, &[&str]); 2] = [
    ("/usr/bin/groff", &["-Kutf8", "-man", "-Tutf8", "-ww", "-z"]),
    ("/usr/bin/mandoc", &["-Tlint", "-Werror"]),
];

/// The commands of a help, each with those below it.
fn commands(home: &Home, above: &str) -> Vec<String> {
    let help = home.run(&format!("cloudkit{above} --help")).ok().stdout;
    let Some((_, listed)) = help.split_once("\nCommands:\n") else { return Vec::new() };
    let names =
        listed.lines().map_while(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    let names = names.filter_map(|line| line.split(' ').next()).map(|name| format!("{above} {name}"));
    names.flat_map(|name| [vec![name.clone()], commands(home, &name)].concat()).collect()
}

#[test]
fn a_page_reads_as_the_help_does() {
    let home = Home::new();
    let page = home.run("cloudkit man find refresh").ok().stdout;
    let title = page.lines().find(|line| line.starts_with(".TH")).unwrap();
    assert_eq!(
        title.trim_end(),
        concat!(".TH cloudkit-find-refresh 1  \"cloudkit ", env!("CARGO_PKG_VERSION"), "\"")
    );
    let (_, synopsis) = page.split_once(".SH SYNOPSIS\n").unwrap();
    assert_snapshot!(synopsis.split_once("\n.SH ").unwrap().0, @"cloudkit find refresh [OPTIONS]");
    let (_, description) = page.split_once(".SH DESCRIPTION\n").unwrap();
    assert_snapshot!(description.split_once(".SH \"GLOBAL OPTIONS\"").unwrap().0, @r#"
    Bring the catalog up to date from AWS\*(Aqs public price lists
    .PP
    Reads the lists of spot prices, of spot interruptions and of on\-demand prices of every region for Linux and Windows. What no list speaks of stays as it is known. A list that can\*(Aqt be read, or that has lost many of its rows, changes nothing.
    .PP
    Lists of on\-demand prices say from when they are. The others go by what AWS\*(Aqs server says of them: in a folder by the headers that were kept beside a file (curl \-D spot.json.headers), else by \-\-as\-of, else by the date of an on\-demand list in the same folder (shown as ~2026\-08\-06), else by the file\*(Aqs own time (<=2026\-08\-06), which may be that of a copy. Figures whose date is guessed take the place of none whose date is known.
    .SH OPTIONS
    .TP
    \fB\-\-from\fR \fI<DIR|FILE|URL>\fR
    Folder with files of the lists, one such file, or the address of a mirror, instead of AWS\*(Aqs addresses
    .TP
    \fB\-\-as\-of\fR \fI<DATE>\fR
    Day of the lists that say none and of which no server said one, such as 2026\-08\-06
    .TP
    \fB\-\-accept\-shrunken\fR
    Take lists that have lost many of their rows too
    .TP
    \fB\-h\fR, \fB\-\-help\fR
    Print help (see a summary with \*(Aq\-h\*(Aq)
    .TP
    \fB\-V\fR, \fB\-\-version\fR
    Print version
    .SH "WHERE FIGURES COME FROM"
    .TP
    \fB\-\-refresh\fR
    Bring the catalog up to date first, as find refresh does
    .TP
    \fB\-\-offline\fR
    Use no network: answer from what is known here
    "#);
    let (_, below) = page.split_once("\n.SH EXAMPLES\n").unwrap();
    assert_snapshot!(below.split_once(".SH VERSION").unwrap().0, @r"
    .nf
      cloudkit find refresh
      cloudkit find refresh \-\-from ./lists          # files of the lists, at any depth, known by their content
      cloudkit find refresh \-\-from ./lists \-\-as\-of 2026\-08\-06
      cloudkit find refresh \-\-from https://mirror.example/ec2
    .fi
    ");
}

#[test]
fn every_command_has_a_page() {
    let home = Home::new();
    let screen = home.run("cloudkit man --into share/man/man1").ok();
    let written: BTreeSet<String> = fs::read_dir(home.path("share/man/man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut expected: BTreeSet<String> =
        commands(&home, "").iter().map(|name| format!("cloudkit{}.1", name.replace(' ', "-"))).collect();
    expected.insert("cloudkit.1".to_owned());
    assert_eq!(written, expected);
    assert!(written.contains("cloudkit-find-search.1") && written.len() > 10);
    assert_eq!(screen.stderr, format!("{} pages in share/man/man1\n", written.len()));
    assert_eq!(
        home.read("share/man/man1/cloudkit-find-spot.1"),
        home.run("cloudkit man find spot").ok().stdout
    );
}

#[test]
fn no_page_has_a_fault() {
    let home = Home::new();
    home.run("cloudkit man --into pages").ok();
    for (program, arguments) in CHECKERS {
        if !Path::new(program).exists() {
            eprintln!("skipped: {program} is not installed");
            continue;
        }
        for page in fs::read_dir(home.path("pages")).unwrap() {
            let page = page.unwrap().path();
            let output = Command::new(program).args(arguments).arg(&page).output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            assert!(said.is_empty(), "{program} {}: {}", page.display(), String::from_utf8_lossy(&said));
        }
    }
}

#[test]
fn examples_are_shown_line_by_line() {
    let groff = Path::new("/usr/bin/groff");
    if !groff.exists() {
        eprintln!("skipped: {} is not installed", groff.display());
        return;
    }
    let home = Home::new();
    let screen = home.run("cloudkit man find search | groff -man -Tascii -P-cbou").ok();
    let (_, examples) = screen.stdout.split_once("\nEXAMPLES\n").unwrap();
    assert_snapshot!(examples.split("\n\n").next().unwrap(), @"
    cloudkit find search h100 efa --region all
    cloudkit find search l4 spot --region 'us-*'
    cloudkit find search 'graviton4 16+ cores' cheapest
    cloudkit find search 'g6*' --region us-east-1,us-west-2
    cloudkit find search --vcpus 4..8 --memory 16.. --arch arm64 --max-price 0.20
    cloudkit find search --like m7i.large --sort -network --region all --group-by family
    cloudkit find search 'm7i.*' | cloudkit launch --ttl 8h
    ");
    let screen = home.run("cloudkit man completions | groff -man -Tascii -P-cbou").ok();
    assert!(screen.stdout.contains("| source' >> ~/.config/fish/config.fish\n"), "{screen}");
}

#[test]
fn an_unknown_command_is_refused() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit man find serach"), @r#"
    --- stderr
    error: there is no command "serach"
    hint: see them all: cloudkit help
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit man find --into pages"), @"
    --- stderr
    error: the argument '[COMMAND]...' cannot be used with '--into <DIR>'
    hint: every flag with its values: --help
    --- exit 2
    ");
    home.write("file", "");
    assert_snapshot!(home.run("cloudkit man --into file/pages"), @"
    --- stderr
    error: cannot make the folder of file/pages/cloudkit.1
    caused by: Not a directory (os error 20)
    --- exit 2
    ");
}
