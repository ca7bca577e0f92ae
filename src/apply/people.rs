//! Users and groups of the machine, by their names.
//!
//! Those of its own files; whoever is known by a directory service elsewhere is not known here.

use super::error::StepError;
use super::machine::Machine;
use super::place::cannot;
use crate::manifest::Owner;

/// Who there is.
pub(super) struct People {
    users: String,
    groups: String,
}

impl People {
    pub(super) fn of(machine: &Machine) -> Result<Self, StepError> {
        let read = |name: &str| {
            let path = machine.file(name);
            std::fs::read_to_string(&path).map_err(cannot("read", &path))
        };
        Ok(Self { users: read("etc/passwd")?, groups: read("etc/group")? })
    }

    /// The numbers of an owner; root's where nobody is said.
    pub(super) fn ids(&self, owner: Option<&Owner>) -> Result<(u32, u32), StepError> {
        let Some(owner) = owner else {
            return self.ids(Some(&Owner { user: "root".to_owned(), group: None }));
        };
        let line = field(&self.users, &owner.user);
        let (uid, own_group) = line
            .and_then(|line| Some((number(&line, 2)?, number(&line, 3)?)))
            .ok_or_else(|| StepError::Nobody { kind: "user", name: owner.user.clone() })?;
        let Some(group) = &owner.group else { return Ok((uid, own_group)) };
        let gid = field(&self.groups, group).and_then(|line| number(&line, 2));
        Ok((uid, gid.ok_or_else(|| StepError::Nobody { kind: "group", name: group.clone() })?))
    }

    /// The number of a group, where there is one.
    pub(super) fn group(&self, name: &str) -> Option<u32> {
        field(&self.groups, name).and_then(|line| number(&line, 2))
    }
}

fn field<'t>(file: &'t str, name: &str) -> Option<Vec<&'t str>> {
    file.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|line| line.first() == Some(&name))
}

fn number(line: &[&str], at: usize) -> Option<u32> {
    line.get(at)?.parse().ok()
}
