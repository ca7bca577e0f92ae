//! `cargo xtask fuzz`: makes up files for the parsers, guided by what they reach, and says how far it came.
//! The targets are the programs in `fuzz/src/bin/`; what they try and what holds of it is theirs to say.

mod figures;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use self::figures::Figures;
use crate::process::{self, ProcessError};
use crate::say;
use crate::workspace::Workspace;

const PACKAGE: &str = "fuzz";
const SECONDS: u32 = 60;

/// What cargo-fuzz hands to rustc, but for `-Zsanitizer=address`, which only a nightly compiler takes: without unsafe code
/// there is little for it to find. <https://github.com/rust-fuzz/cargo-fuzz/blob/main/src/project.rs>
const RUSTFLAGS: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Ccodegen-units=1",
    "--cfg=fuzzing",
];

/// The limits of one file: what takes longer or needs more is a failure.
const LIMITS: &[&str] = &["-timeout=10", "-rss_limit_mb=2048"];

/// Lines of a failed run that are shown.
const SHOWN: usize = 40;

/// Try the parsers on made-up files.
#[derive(Debug, Args)]
pub(crate) struct FuzzArguments {
    /// The targets, by the names of their files in fuzz/src/bin; all of them if none is named.
    targets: Vec<String>,
    /// How long each target is tried.
    #[arg(long, default_value_t = SECONDS, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
}

/// Why the parsers were not tried, or did not stand it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FuzzError {
    #[error("{path}")]
    Path { path: PathBuf, source: io::Error },
    #[error("there is no target {name:?} in fuzz/src/bin; there are {all}")]
    NoTarget { name: String, all: String },
    #[error("rustc does not say for which machine it builds")]
    NoHost,
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("{target} failed: the file that did it is in {}, the log is {}", artifacts.display(), log.display())]
    Failed { target: String, artifacts: PathBuf, log: PathBuf, source: ProcessError },
    #[error("{target} ran without counting coverage; its log is {}", log.display())]
    Blind { target: String, log: PathBuf },
}

pub(crate) fn run(workspace: &Workspace, arguments: &FuzzArguments) -> Result<(), FuzzError> {
    let package = workspace.root().join(PACKAGE);
    let targets = chosen(targets_in(&package.join("src/bin"))?, &arguments.targets)?;
    let work = workspace.target().join(PACKAGE);
    let programs = build(workspace, &work, &targets)?;
    say::result(figures::HEADING);
    for target in &targets {
        let seeds = package.join("seeds").join(target);
        let figures = fuzz(&programs.join(target), &seeds, &work, target, arguments.seconds)?;
        say::result(figures.line(target));
    }
    Ok(())
}

/// The names of the targets, sorted.
fn targets_in(folder: &Path) -> Result<Vec<String>, FuzzError> {
    let at = |source| FuzzError::Path { path: folder.to_path_buf(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(at)? {
        let path = entry.map_err(at)?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

fn chosen(all: Vec<String>, named: &[String]) -> Result<Vec<String>, FuzzError> {
    if let Some(name) = named.iter().find(|name| !all.contains(name)) {
        return Err(FuzzError::NoTarget { name: name.clone(), all: all.join(", ") });
    }
    Ok(if named.is_empty() { all } else { named.to_vec() })
}

/// Builds the targets and returns the folder that they are in.
fn build(workspace: &Workspace, work: &Path, targets: &[String]) -> Result<PathBuf, FuzzError> {
    let host = host().ok_or(FuzzError::NoHost)?;
    let folder = work.join("build");
    let mut command = workspace.cargo(["build", "--release", "--manifest-path", "fuzz/Cargo.toml"]);
    // With the machine named, even if it is this one, build scripts and macros are built without the flags.
    command.args(["--target", &host]).arg("--target-dir").arg(&folder);
    command.args(targets.iter().flat_map(|target| ["--bin", target]));
    command.env("CARGO_ENCODED_RUSTFLAGS", RUSTFLAGS.join("\u{1f}"));
    process::run(&mut command)?;
    Ok(folder.join(host).join("release"))
}

/// The machine that rustc builds for by itself.
fn host() -> Option<String> {
    let version = process::answer(Command::new("rustc").arg("-vV"))?;
    version.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned)
}

/// Runs one target. What it finds worth keeping it keeps in its corpus below `work`, for the next time.
fn fuzz(program: &Path, seeds: &Path, work: &Path, target: &str, seconds: u32) -> Result<Figures, FuzzError> {
    let corpus = made(work.join("corpus").join(target))?;
    let artifacts = made(work.join("artifacts").join(target))?;
    let log = work.join(format!("{target}.log"));
    let file = File::create(&log).map_err(|source| FuzzError::Path { path: log.clone(), source })?;
    let mut command = Command::new(program);
    command.arg(corpus).args(seeds.is_dir().then_some(seeds)).args(LIMITS).stderr(file);
    command.arg(format!("-max_total_time={seconds}")).arg("-print_final_stats=1");
    // The last slash makes libFuzzer take it for a folder.
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    say::talk(format_args!("{target}: {seconds} s"));
    let outcome = process::run(&mut command);
    let text = fs::read(&log).map_err(|source| FuzzError::Path { path: log.clone(), source })?;
    let text = String::from_utf8_lossy(&text);
    if let Err(source) = outcome {
        say::talk(last_lines(&text, SHOWN));
        return Err(FuzzError::Failed { target: target.to_owned(), artifacts, log, source });
    }
    figures::read(&text).ok_or_else(|| FuzzError::Blind { target: target.to_owned(), log })
}

fn made(folder: PathBuf) -> Result<PathBuf, FuzzError> {
    match fs::create_dir_all(&folder) {
        Ok(()) => Ok(folder),
        Err(source) => Err(FuzzError::Path { path: folder, source }),
    }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(count)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn all_targets_or_those_named_are_tried() {
        let all = names(&["identify", "locations"]);
        assert_eq!(chosen(all.clone(), &[]).unwrap(), all);
        assert_eq!(chosen(all.clone(), &names(&["locations"])).unwrap(), ["locations"]);
        let error = chosen(all, &names(&["location"])).unwrap_err().to_string();
        assert_eq!(error, "there is no target \"location\" in fuzz/src/bin; there are identify, locations");
    }

    #[test]
    fn every_target_has_seeds_and_all_seeds_a_target() {
        let package = Workspace::find().root().join(PACKAGE);
        let targets = targets_in(&package.join("src/bin")).unwrap();
        let seeds = fs::read_dir(package.join("seeds")).unwrap();
        let mut seeds: Vec<String> =
            seeds.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        seeds.sort();
        assert_eq!(seeds, targets);
    }

    #[test]
    fn the_end_of_a_log_is_shown() {
        assert_eq!(last_lines("a\nb\nc\n", 2), "b\nc");
        assert_eq!(last_lines("a", 2), "a");
        assert!(host().is_some_and(|host| host.contains('-')));
    }
}
