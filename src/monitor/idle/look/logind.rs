//! What systemd's login manager keeps in /run: sessions, and who inhibits what.
//!
//! Its files are read, since its bus would be a process or a connection more; a desktop alone is asked about by `loginctl`,
//! because whether it is idle is in no file.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Root;
use super::files::LookError;
use crate::monitor::idle::sample::{Desktop, Inhibitor};
use crate::platform::command;

const LIMIT: Duration = Duration::from_secs(5);

/// A session of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    user: String,
    kind: String,
    /// The name of its terminal below /dev, where that is none of the pseudo-terminals.
    pub(super) terminal: Option<String>,
}

/// The sessions that are open, by id.
pub(super) fn sessions(root: &Root) -> Result<BTreeMap<String, Session>, LookError> {
    let mut sessions = BTreeMap::new();
    for (id, fields) in records(root, "run/systemd/sessions")? {
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        // The login screen is a session too; nobody is at it.
        if field("CLASS") == "user" && field("STATE") != "closing" {
            let terminal = Some(field("TTY")).filter(|tty| tty.starts_with("tty") && !tty.contains('/'));
            sessions.insert(id, Session { user: field("USER"), kind: field("TYPE"), terminal });
        }
    }
    Ok(sessions)
}

/// The graphical ones among them.
pub(super) async fn desktops(root: &Root, sessions: &BTreeMap<String, Session>) -> BTreeMap<String, Desktop> {
    let mut desktops = BTreeMap::new();
    for (id, session) in sessions {
        if ["x11", "wayland", "mir"].contains(&session.kind.as_str()) {
            let idle = if root.is_recording() { None } else { says_idle(id).await };
            desktops.insert(id.clone(), Desktop { user: name_of(session), idle });
        }
    }
    desktops
}

fn name_of(session: &Session) -> String {
    if session.user.is_empty() { "an unknown user".to_owned() } else { session.user.clone() }
}

async fn says_idle(id: &str) -> Option<bool> {
    let arguments = ["show-session", id, "--property=IdleHint", "--value"];
    match command::output("loginctl", &arguments, LIMIT).await.ok()?.trim() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// Who holds an inhibitor on idleness.
pub(super) fn inhibitors(root: &Root) -> Result<Vec<Inhibitor>, LookError> {
    let mut inhibitors = Vec::new();
    for (_, fields) in records(root, "run/systemd/inhibit")? {
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        if field("WHAT").split(':').any(|what| what == "idle") {
            inhibitors.push(Inhibitor { who: field("WHO"), why: field("WHY") });
        }
    }
    Ok(inhibitors)
}

/// The values of a file by their names.
type Fields = BTreeMap<String, String>;

/// The files of a folder, each with its `NAME=value` lines. What else lies there, the pipes by which it is seen that a
/// session or an inhibitor is over, would make a reader wait for ever.
fn records(root: &Root, folder: &str) -> Result<Vec<(String, Fields)>, LookError> {
    let mut records = Vec::new();
    for name in root.names(folder)?.unwrap_or_default() {
        let file = format!("{folder}/{name}");
        let is_file = std::fs::symlink_metadata(root.path(&file)).is_ok_and(|kind| kind.is_file());
        // One that is being written is beside its place, under a name that begins like this.
        if is_file && !name.starts_with('.') {
            // One that is over meanwhile is no failure.
            records.extend(root.text_if_there(&file)?.map(|text| (name, fields(&text))));
        }
    }
    Ok(records)
}

fn fields(text: &str) -> Fields {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), unquoted(value))).collect()
}

/// A value without its quotes, and without what hides special characters in it.
fn unquoted(value: &str) -> String {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    inner.replace("\\\"", "\"").replace("\\\\", "\\").chars().filter(|letter| !letter.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root_with(files: &[(&str, &str)]) -> (tempfile::TempDir, Root) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let root = Root::at(folder.path());
        (folder, root)
    }

    #[test]
    fn an_inhibitor_of_idleness_is_told_with_who_and_why() {
        let (_folder, root) = root_with(&[
            (
                "run/systemd/inhibit/1",
                "WHAT=sleep:idle\nMODE=block\nWHO=\"train.py\"\nWHY=\"epoch 3 of 9, \\\"big\\\"\"\n",
            ),
            (
                "run/systemd/inhibit/2",
                "WHAT=shutdown\nMODE=delay\nWHO=\"Unattended Upgrades Shutdown\"\nWHY=\"\"\n",
            ),
            ("run/systemd/inhibit/.#3", "WHAT=idle\n"),
        ]);
        let expected = Inhibitor { who: "train.py".to_owned(), why: "epoch 3 of 9, \"big\"".to_owned() };
        assert_eq!(inhibitors(&root).unwrap(), [expected]);
    }

    #[test]
    fn a_system_without_systemd_has_neither_sessions_nor_inhibitors() {
        let (_folder, root) = root_with(&[]);
        assert!(sessions(&root).unwrap().is_empty() && inhibitors(&root).unwrap().is_empty());
    }

    #[tokio::test]
    async fn only_a_users_desktop_is_one() {
        let (_folder, root) = root_with(&[
            ("run/systemd/sessions/2", "USER=alice\nTYPE=wayland\nCLASS=user\nSTATE=active\nTTY=tty2\n"),
            ("run/systemd/sessions/c1", "USER=gdm\nTYPE=wayland\nCLASS=greeter\nSTATE=active\nTTY=tty1\n"),
            ("run/systemd/sessions/3", "USER=bob\nTYPE=tty\nCLASS=user\nSTATE=active\nTTY=pts/0\n"),
            ("run/systemd/sessions/4", "USER=carol\nTYPE=x11\nCLASS=user\nSTATE=closing\n"),
        ]);
        let sessions = sessions(&root).unwrap();
        assert_eq!(sessions.keys().collect::<Vec<_>>(), ["2", "3"]);
        assert_eq!(sessions["2"].terminal.as_deref(), Some("tty2"));
        assert_eq!(sessions["3"].terminal, None);
        let desktops = desktops(&root, &sessions).await;
        assert_eq!(
            desktops.into_iter().collect::<Vec<_>>(),
            [("2".to_owned(), Desktop { user: "alice".to_owned(), idle: None })]
        );
    }
}
