//! Terminals: when something was last typed on each.
//!
//! The kernel keeps it as the time of the last access to the device, in steps of eight seconds; `w` goes by it too. What a
//! program shows moves another time. All pseudo-terminals are looked at, those of Session Manager and of tmux as well;
//! a console where a session of logind is on it.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;

use jiff::Timestamp;

use super::Root;
use super::files::LookError;
use super::logind::Session;
use crate::monitor::idle::sample::Terminal;

pub(super) fn terminals(
    root: &Root,
    sessions: &BTreeMap<String, Session>,
) -> Result<BTreeMap<String, Terminal>, LookError> {
    let is_number = |name: &String| name.bytes().all(|byte| byte.is_ascii_digit());
    let names = root.names("dev/pts")?.unwrap_or_default();
    let mut names: Vec<String> =
        names.into_iter().filter(is_number).map(|name| format!("pts/{name}")).collect();
    names.extend(sessions.values().filter_map(|session| session.terminal.clone()));
    let users = root.text_if_there("etc/passwd").ok().flatten().unwrap_or_default();
    let mut terminals = BTreeMap::new();
    for name in names {
        terminals.extend(terminal(root, &name, &users)?.map(|terminal| (name, terminal)));
    }
    Ok(terminals)
}

/// None where it was closed meanwhile.
fn terminal(root: &Root, name: &str, users: &str) -> Result<Option<Terminal>, LookError> {
    let path = root.path(&format!("dev/{name}"));
    let device = match std::fs::metadata(&path) {
        Ok(device) => device,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(LookError::File { path, source }),
    };
    let input_at = Timestamp::from_second(device.atime()).map_err(|_| LookError::Content { path })?;
    Ok(Some(Terminal { owner: owner(device.uid(), users), input_at }))
}

/// A user's name by the system's own list; its number where that does not know it.
fn owner(uid: u32, users: &str) -> String {
    let number = uid.to_string();
    let named = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number).then_some(name)
    });
    named.map_or_else(|| format!("uid {number}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_goes_by_the_name_that_the_system_knows() {
        let users = "root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000::/home/alice:/bin/sh\nbroken";
        assert_eq!([owner(0, users), owner(1000, users), owner(100, users)], ["root", "alice", "uid 100"]);
    }
}
