//! Programs that run as units of their own, under systemd's care: as a user, outside the sandbox of whoever asks, and no
//! longer than they may.
//!
//! A unit outlives whoever started it. What it came to is kept by systemd until it is forgotten, so a daemon that was restarted
//! finds it again by its name. What programs do is not known here.

use std::fmt;
use std::time::Duration;

use super::command::{self, CommandError, Said};

/// How long systemd may take to answer.
const LIMIT: Duration = Duration::from_secs(5);
/// How much of a program's output is kept: its last lines.
const OUTPUT_LINES: &str = "50";
/// The first wait for a program that runs; it doubles up to the last.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LAST_WAIT: Duration = Duration::from_millis(800);
/// How long over its time a program is waited for: systemd ends it, first politely and then not.
const ENDING: Duration = Duration::from_secs(3);

/// What systemd ends a process with that could not become the program: no such user, no such folder and the like.
const SYSTEMD_CODES: std::ops::RangeInclusive<i32> = 200..=243;

/// The name of a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit(String);

/// What a unit is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitState {
    /// Its program runs.
    Running,
    /// Its program has ended.
    Exited(Ended),
    /// There is no such unit: it never was, it was forgotten, or the system was booted since.
    NotFound,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code; none where a signal ended it, or its time was over.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Whether it was ended because its time was over.
    pub timed_out: bool,
    /// The last lines that it printed, as far as the journal has them.
    pub output: String,
}

/// A unit that could not be started or asked about.
#[derive(Debug, thiserror::Error)]
pub enum UnitError {
    /// systemd's own program can't be run.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// systemd refuses.
    #[error("systemd does not start {unit}: {why}")]
    Refused {
        /// The unit.
        unit: Unit,
        /// What it says.
        why: String,
    },
    /// systemd does not say what became of it.
    #[error("systemd does not tell the state of {unit}: {why}")]
    Untold {
        /// The unit.
        unit: Unit,
        /// What it says.
        why: String,
    },
    /// It is gone before it was asked how it ended.
    #[error("{unit} is gone")]
    Gone {
        /// The unit.
        unit: Unit,
    },
}

impl Unit {
    /// A unit for something that has a name of its own; names that are different stay so.
    #[must_use]
    pub fn named(what: &str, name: &str) -> Self {
        let mut escaped = String::new();
        for byte in name.bytes() {
            // What is special to systemd is written as systemd-escape does.
            if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' {
                escaped.push(char::from(byte));
            } else {
                escaped.push_str(&format!("\\x{byte:02x}"));
            }
        }
        Self(format!("{what}-{escaped}.service"))
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.timed_out, self.code, self.signal) {
            (true, _, _) => f.write_str("did not end in time"),
            (_, Some(code), _) => write!(f, "ended with exit code {code}"),
            (_, _, Some(signal)) => write!(f, "was ended by signal {signal}"),
            _ => f.write_str("ended, and it is not known how"),
        }
    }
}

/// What a program is started with besides.
#[derive(Debug, Clone, Copy, Default)]
pub struct Setting<'s> {
    /// Properties of the unit, `NAME=VALUE`; they count more than those that every unit has here.
    pub properties: &'s [String],
    /// Variables of the program.
    pub environment: &'s [(&'s str, &'s str)],
    /// Variables of systemd's own programs, such as where they are looked for.
    pub variables: &'s [(&'s str, &'s str)],
}

/// Starts a program as a unit, as a user, and returns once it runs. A unit of that name that has ended is forgotten; one that
/// still runs is left alone.
///
/// # Errors
/// Where systemd does not start it: one of that name runs, there is no such program or user, there is no systemd.
pub async fn start(unit: &Unit, argv: &[&str], user: &str, limit: Duration) -> Result<(), UnitError> {
    start_with(unit, argv, user, limit, Setting::default()).await
}

/// The same with a setting of its own.
///
/// # Errors
/// As for [`start`].
pub async fn start_with(
    unit: &Unit,
    argv: &[&str],
    user: &str,
    limit: Duration,
    setting: Setting<'_>,
) -> Result<(), UnitError> {
    let variables = setting.variables;
    if let UnitState::Exited(_) = look(unit, Output::Dropped, variables).await? {
        forget_with(unit, variables).await?;
    }
    let arguments = start_arguments(unit, argv, user, limit, setting);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Said { code, stderr, .. } = command::said("systemd-run", &arguments, variables, LIMIT).await?;
    if code == Some(0) {
        return Ok(());
    }
    let said = stderr.trim();
    // A program that fails at once has run all the same, although systemd says that its unit failed.
    match look(unit, Output::Dropped, variables).await? {
        UnitState::Exited(ended) if said.is_empty() => {
            match ended.code.filter(|code| SYSTEMD_CODES.contains(code)) {
                Some(code) => {
                    forget_with(unit, variables).await?;
                    Err(UnitError::Refused { unit: unit.clone(), why: format!("its exit code is {code}") })
                }
                None => Ok(()),
            }
        }
        _ => Err(UnitError::Refused { unit: unit.clone(), why: said.to_owned() }),
    }
}

fn start_arguments(
    unit: &Unit,
    argv: &[&str],
    user: &str,
    limit: Duration,
    setting: Setting<'_>,
) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "--quiet",
        "--no-ask-password",
        // It counts as started when the program runs: a program that is not there is told at once.
        "--property=Type=exec",
        // Kept when it has ended, until it is forgotten: who asks may have been away.
        "--property=RemainAfterExit=yes",
        "--property=TimeoutStopSec=2",
        "--property=StandardOutput=journal",
        "--property=StandardError=journal",
        // systemd sets HOME and the like of the user; no session is opened.
        "--property=WorkingDirectory=-~",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(format!("--unit={unit}"));
    arguments.push(format!("--uid={user}"));
    arguments.push(format!("--property=RuntimeMaxSec={}ms", limit.as_millis()));
    arguments.extend(setting.properties.iter().map(|property| format!("--property={property}")));
    arguments.extend(setting.environment.iter().map(|(name, value)| format!("--setenv={name}={value}")));
    arguments.push("--".to_owned());
    // systemd puts the values of variables in place of their names.
    arguments.extend(argv.iter().map(|word| word.replace('$', "$$")));
    arguments
}

/// What a unit is at, with the last lines of its output where it has ended.
///
/// # Errors
/// Where systemd can't be asked.
pub async fn state(unit: &Unit) -> Result<UnitState, UnitError> {
    look(unit, Output::Kept, &[]).await
}

/// The same without its output, by systemd's programs with some more variables.
///
/// # Errors
/// Where systemd can't be asked.
pub async fn state_with(unit: &Unit, variables: &[(&str, &str)]) -> Result<UnitState, UnitError> {
    look(unit, Output::Dropped, variables).await
}

/// Forgets a unit; one that still runs is ended.
///
/// # Errors
/// Where systemd can't be asked.
pub async fn forget(unit: &Unit) -> Result<(), UnitError> {
    forget_with(unit, &[]).await
}

/// The same by systemd's programs with some more variables.
///
/// # Errors
/// Where systemd can't be asked.
pub async fn forget_with(unit: &Unit, variables: &[(&str, &str)]) -> Result<(), UnitError> {
    // One that went well is stopped, one that failed is reset; what does not apply does no harm.
    command::said("systemctl", &["stop", &unit.0], variables, LIMIT).await?;
    command::said("systemctl", &["reset-failed", &unit.0], variables, LIMIT).await?;
    Ok(())
}

/// Runs a program as a unit until it ends, and forgets the unit.
///
/// # Errors
/// Where it can't be started, or it is lost sight of.
pub async fn run(unit: &Unit, argv: &[&str], user: &str, limit: Duration) -> Result<Ended, UnitError> {
    start(unit, argv, user, limit).await?;
    let ended = match tokio::time::timeout(limit + ENDING, until_ended(unit)).await {
        Ok(ended) => ended,
        // systemd has not ended it: forgetting it does.
        Err(_) => Ok(Ended { code: None, signal: None, timed_out: true, output: String::new() }),
    };
    forget(unit).await?;
    ended
}

async fn until_ended(unit: &Unit) -> Result<Ended, UnitError> {
    let mut wait = FIRST_WAIT;
    loop {
        match state(unit).await? {
            UnitState::Exited(ended) => return Ok(ended),
            UnitState::NotFound => return Err(UnitError::Gone { unit: unit.clone() }),
            UnitState::Running => {}
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LAST_WAIT);
    }
}

/// Whether the output of a program that has ended is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Output {
    Kept,
    Dropped,
}

async fn look(unit: &Unit, output: Output, variables: &[(&str, &str)]) -> Result<UnitState, UnitError> {
    let properties =
        "--property=LoadState,ActiveState,SubState,Result,ExecMainCode,ExecMainStatus,InvocationID";
    let Said { code, stdout, stderr } =
        command::said("systemctl", &["show", &unit.0, properties], variables, LIMIT).await?;
    let shown = Shown::read(&stdout);
    let Some(state) = shown.state().filter(|_| code == Some(0)) else {
        return Err(UnitError::Untold { unit: unit.clone(), why: stderr.trim().to_owned() });
    };
    Ok(match state {
        UnitState::Exited(ended) if output == Output::Kept => {
            UnitState::Exited(Ended { output: last_lines(shown.value("InvocationID")).await, ..ended })
        }
        state => state,
    })
}

/// Without the journal, or before it has the lines, there is none.
async fn last_lines(invocation: &str) -> String {
    if invocation.is_empty() {
        return String::new();
    }
    let matched = format!("_SYSTEMD_INVOCATION_ID={invocation}");
    let arguments = ["--quiet", "--no-pager", "--output=cat", "--lines", OUTPUT_LINES, &matched];
    command::output("journalctl", &arguments, LIMIT).await.unwrap_or_default()
}

/// What `systemctl show` prints.
struct Shown<'t>(Vec<(&'t str, &'t str)>);

impl<'t> Shown<'t> {
    fn read(text: &'t str) -> Self {
        Self(text.lines().filter_map(|line| line.split_once('=')).collect())
    }

    fn value(&self, name: &str) -> &'t str {
        self.0.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }

    fn state(&self) -> Option<UnitState> {
        if self.value("LoadState") == "not-found" {
            return Some(UnitState::NotFound);
        }
        match (self.value("ActiveState"), self.value("SubState")) {
            ("active", "exited") | ("failed" | "inactive", _) => Some(UnitState::Exited(self.ended())),
            ("active" | "activating" | "deactivating" | "reloading", _) => Some(UnitState::Running),
            _ => None,
        }
    }

    fn ended(&self) -> Ended {
        // The code is that of waitid: 1 has ended by itself, 2 and 3 by a signal.
        let status = self.value("ExecMainStatus").parse().ok();
        let timed_out = self.value("Result") == "timeout";
        let (code, signal) = match self.value("ExecMainCode") {
            "1" => (status, None),
            "2" | "3" => (None, status),
            _ => (None, None),
        };
        // A program that tidies up when it is ended may end well; its answer came too late all the same.
        let code = code.filter(|_| !timed_out);
        Ended { code, signal, timed_out, output: String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<UnitState> {
        Shown::read(text).state()
    }

    fn ended(code: Option<i32>, signal: Option<i32>, timed_out: bool) -> Option<UnitState> {
        Some(UnitState::Exited(Ended { code, signal, timed_out, output: String::new() }))
    }

    #[test]
    fn what_systemd_shows_says_how_a_program_ended() {
        let rest = "LoadState=loaded\nInvocationID=0123\n";
        let show = |fields: &str| shown(&format!("{rest}{}", fields.replace(' ', "\n")));
        assert_eq!(
            show("ActiveState=active SubState=running Result=success ExecMainCode=0 ExecMainStatus=0"),
            Some(UnitState::Running)
        );
        assert_eq!(
            show("ActiveState=active SubState=exited Result=success ExecMainCode=1 ExecMainStatus=0"),
            ended(Some(0), None, false)
        );
        assert_eq!(
            show("ActiveState=failed SubState=failed Result=exit-code ExecMainCode=1 ExecMainStatus=3"),
            ended(Some(3), None, false)
        );
        assert_eq!(
            show("ActiveState=failed SubState=failed Result=signal ExecMainCode=2 ExecMainStatus=9"),
            ended(None, Some(9), false)
        );
        assert_eq!(
            show("ActiveState=failed SubState=failed Result=timeout ExecMainCode=2 ExecMainStatus=15"),
            ended(None, Some(15), true)
        );
        assert_eq!(
            show("ActiveState=failed SubState=failed Result=timeout ExecMainCode=1 ExecMainStatus=0"),
            ended(None, None, true)
        );
        assert_eq!(
            shown("LoadState=not-found\nActiveState=inactive\nSubState=dead\n"),
            Some(UnitState::NotFound)
        );
        assert_eq!(shown(""), None);
    }

    #[test]
    fn names_that_differ_make_units_that_differ() {
        let unit = |name| Unit::named("cloudkit-probe", name).to_string();
        assert_eq!(unit("10_queue.sh"), "cloudkit-probe-10_queue.sh.service");
        assert_eq!(unit("a b/-c"), "cloudkit-probe-a\\x20b\\x2f\\x2dc.service");
        assert_ne!(unit("a b"), unit("a_b"));
    }

    #[test]
    fn a_program_gets_its_own_words_and_systemd_none_of_them() {
        let unit = Unit::named("cloudkit-hook", "save");
        let arguments = start_arguments(
            &unit,
            &["/etc/save", "--uid=root", "$HOME"],
            "alice",
            Duration::from_millis(1500),
            Setting { properties: &["Nice=5".to_owned()], environment: &[("A", "b c")], variables: &[] },
        );
        let end = arguments.iter().position(|argument| argument == "--").unwrap();
        assert_eq!(arguments[end + 1..], ["/etc/save", "--uid=root", "$$HOME"]);
        for expected in [
            "--unit=cloudkit-hook-save.service",
            "--uid=alice",
            "--property=RuntimeMaxSec=1500ms",
            "--property=Nice=5",
            "--setenv=A=b c",
        ] {
            assert!(arguments[..end].iter().any(|argument| argument == expected), "{expected}");
        }
    }
}
