//! Tells whoever is logged in: on every terminal, also those that `wall` does not know of.
//!
//! `wall` writes to the terminals of logins. A pane of tmux or screen, and the terminal that `sudo` makes, are often
//! nobody's login: those are written to directly, where their user takes messages (`mesg`). The warning file and what
//! newcomers read at their login are [`warning`](super::warning)'s: the file is linked into `/run/motd.d`, which `pam_motd` shows
//! on Amazon Linux, Debian and Ubuntu. Whether to tell, and once, is decided elsewhere.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::platform::command::{self, CommandError};
use crate::platform::files;

const WALL_LIMIT: Duration = Duration::from_secs(5);
/// More terminals than this are not written to directly.
const MOST_TERMINALS: usize = 256;
/// A session's file has some twenty short lines.
const MOST_OF_A_SESSION: usize = 65_536;

const TERMINALS: &str = "/dev/pts";
const LOGINS: &str = "/run/utmp";
const SESSIONS: &str = "/run/systemd/sessions";

/// Warns everybody who is logged in.
///
/// # Errors
/// Where `wall` does not work; all other terminals are told all the same.
pub async fn warn(text: &str) -> Result<(), CommandError> {
    tell(text).await
}

/// Tells everybody who was warned that what they were warned of does not come.
///
/// # Errors
/// Where `wall` does not work; all other terminals are told all the same.
pub async fn take_back(text: &str) -> Result<(), CommandError> {
    tell(text).await
}

async fn tell(text: &str) -> Result<(), CommandError> {
    let walled = command::run("wall", &[], text, WALL_LIMIT).await;
    let reached =
        if walled.is_ok() { logins(Path::new(LOGINS), Path::new(SESSIONS)) } else { BTreeSet::new() };
    for terminal in terminals(Path::new(TERMINALS), &reached) {
        // One that takes nothing, or whose user wants no messages, is left alone.
        let _ = write(&terminal, text);
    }
    walled
}

/// The terminals below a directory that nobody has been reached on yet.
fn terminals(directory: &Path, reached: &BTreeSet<String>) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let number = |entry: std::fs::DirEntry| entry.file_name().to_str()?.parse::<u32>().ok();
    let mut numbers: Vec<u32> = entries.flatten().filter_map(number).collect();
    numbers.sort_unstable();
    numbers
        .into_iter()
        .filter(|number| !reached.contains(&format!("pts/{number}")))
        .take(MOST_TERMINALS)
        .map(|number| directory.join(number.to_string()))
        .collect()
}

/// The terminals of logins, such as `pts/0`, by either of the two lists that a `wall` goes by.
fn logins(utmp: &Path, sessions: &Path) -> BTreeSet<String> {
    let mut logins: BTreeSet<String> =
        std::fs::read(utmp).map_or_else(|_| BTreeSet::new(), |list| in_utmp(&list));
    for session in std::fs::read_dir(sessions).into_iter().flatten().flatten() {
        // Beside a session's file lies a pipe of the same name, which would keep its reader for as long as somebody is
        // logged in.
        let text = files::read_with_distrust(&session.path(), MOST_OF_A_SESSION).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        logins.extend(text.lines().filter_map(|line| line.strip_prefix("TTY=")).map(str::to_owned));
    }
    logins
}

/// Linux's list of logins: records of 384 bytes, with their kind in the first two and the terminal from the eighth on.
fn in_utmp(list: &[u8]) -> BTreeSet<String> {
    const RECORD: usize = 384;
    const USER_PROCESS: [u8; 2] = 7_i16.to_ne_bytes();
    let logins = list.chunks_exact(RECORD).filter(|record| record[..2] == USER_PROCESS);
    logins
        .map(|record| {
            let line = record[8..40].split(|byte| *byte == 0).next().unwrap_or_default();
            String::from_utf8_lossy(line).into_owned()
        })
        .collect()
}

#[cfg(unix)]
fn write(terminal: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    // One whose output somebody has stopped would keep the writer for ever.
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_NOFOLLOW;
    let mut file = std::fs::OpenOptions::new().write(true).custom_flags(flags).open(terminal)?;
    file.write_all(on_a_terminal(text).as_bytes())
}

#[cfg(not(unix))]
fn write(_terminal: &Path, _text: &str) -> std::io::Result<()> {
    Ok(())
}

/// With a bell, and lines that begin at the left whatever the terminal is at.
fn on_a_terminal(text: &str) -> String {
    format!("\r\n\u{7}{}\r\n", text.trim_end().replace('\n', "\r\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: i16, line: &str) -> Vec<u8> {
        let mut record = vec![0; 384];
        record[..2].copy_from_slice(&kind.to_ne_bytes());
        record[8..8 + line.len()].copy_from_slice(line.as_bytes());
        record
    }

    #[test]
    fn who_was_reached_by_wall_is_not_told_twice() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("utmp"), [record(7, "pts/0"), record(8, "pts/1"), record(2, "~")].concat())
            .unwrap();
        for (directory, name, text) in [
            ("sessions", "4", "UID=1000\nTTY=pts/3\n"),
            ("pts", "0", ""),
            ("pts", "1", ""),
            ("pts", "3", ""),
            ("pts", "12", ""),
            ("pts", "ptmx", ""),
        ] {
            std::fs::create_dir_all(path(directory)).unwrap();
            std::fs::write(path(directory).join(name), text).unwrap();
        }
        let reached = logins(&path("utmp"), &path("sessions"));
        assert_eq!(reached, BTreeSet::from(["pts/0".to_owned(), "pts/3".to_owned()]));
        assert_eq!(terminals(&path("pts"), &reached), [path("pts/1"), path("pts/12")]);
        assert_eq!(logins(&path("nothing"), &path("nowhere")), BTreeSet::new());
        assert!(terminals(&path("nowhere"), &reached).is_empty());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_pipe_beside_a_session_keeps_nobody_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("3.ref");
        command::run("mkfifo", &[pipe.to_str().unwrap()], "", Duration::from_secs(20)).await.unwrap();
        // As the SSH server has it for as long as its user is there.
        let _held = std::fs::OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
        std::fs::write(folder.path().join("3"), "UID=1000\nTTY=pts/3\n").unwrap();
        let (done, listed) = std::sync::mpsc::channel();
        let sessions = folder.path().to_owned();
        std::thread::spawn(move || done.send(logins(Path::new("/nowhere"), &sessions)));
        let reached = listed.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_eq!(reached, BTreeSet::from(["pts/3".to_owned()]));
    }

    #[cfg(unix)]
    #[test]
    fn a_terminal_is_written_to_and_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let terminal = folder.path().join("7");
        assert!(write(&terminal, "one\n").is_err());
        std::fs::write(&terminal, "").unwrap();
        write(&terminal, "one\ntwo\n").unwrap();
        assert_eq!(std::fs::read_to_string(&terminal).unwrap(), "\r\n\u{7}one\r\ntwo\r\n");
    }
}
