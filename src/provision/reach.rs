//! How a machine is reached by SSH: the words for ssh, and whose host key is believed.
//!
//! A machine goes by its id in the file of known hosts, since addresses are given to other machines later. Nothing is run
//! here.

use std::path::PathBuf;

use crate::aws::types::Machine;
use crate::model::tag;

/// Longest host key that fits a tag's value with its kind: ed25519 keys do.
const HOST_KEY_KIND: &str = "ssh-ed25519";
/// What cloud-init writes around the host keys on the console, once per machine.
/// <https://cloudinit.readthedocs.io/en/latest/reference/modules.html#keys-to-console>
const KEYS_BEGIN: &str = "-----BEGIN SSH HOST KEY KEYS-----";
const KEYS_END: &str = "-----END SSH HOST KEY KEYS-----";

/// A machine as ssh is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshTarget {
    /// Its id, by which its host key is known.
    pub instance_id: String,
    /// Its address.
    pub address: String,
    /// The port of its SSH server.
    pub port: u16,
    /// Who logs in.
    pub user: String,
    /// The private key, where it is not one that ssh tries by itself.
    pub identity: Option<PathBuf>,
    /// The file of the host keys that are known.
    pub known_hosts: PathBuf,
    /// Whether its host key is in that file.
    pub host_key: HostKey,
}

/// Whether the key of a machine's SSH server is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKey {
    /// It was read from the machine's console, or somebody has accepted it; another one is refused.
    Known,
    /// It is not; ssh shows it and asks.
    Unknown,
}

impl SshTarget {
    /// The options for ssh, as `-o` takes them, in the order of a configuration file.
    #[must_use]
    pub fn options(&self) -> Vec<(&'static str, String)> {
        let checking = match self.host_key {
            HostKey::Known => "yes",
            HostKey::Unknown => "ask",
        };
        let mut options = vec![
            ("HostName", self.address.clone()),
            ("Port", self.port.to_string()),
            ("User", self.user.clone()),
            ("HostKeyAlias", self.instance_id.clone()),
            ("UserKnownHostsFile", quoted(&self.known_hosts)),
            // What ssh adds has to be found again by the machine's id, which is no secret.
            ("HashKnownHosts", "no".to_owned()),
            ("StrictHostKeyChecking", checking.to_owned()),
        ];
        if let Some(identity) = &self.identity {
            options.push(("IdentityFile", quoted(identity)));
            options.push(("IdentitiesOnly", "yes".to_owned()));
        }
        options
    }

    /// The arguments of ssh before a command that is to be run there.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let options = self.options();
        let options = options.iter().flat_map(|(key, value)| ["-o".to_owned(), format!("{key}={value}")]);
        options.chain([self.address.clone()]).collect()
    }

    /// The lines of a configuration file of ssh under these names.
    #[must_use]
    pub fn configuration(&self, names: &[&str]) -> String {
        let lines = self.options().into_iter().map(|(key, value)| format!("    {key} {value}\n"));
        format!("Host {}\n{}", names.join(" "), lines.collect::<String>())
    }
}

/// A path as ssh's options take it: in double quotes, since it may hold spaces.
fn quoted(path: &std::path::Path) -> String {
    format!("\"{}\"", path.display())
}

/// The host key that was read when the machine was launched, or later.
#[must_use]
pub fn known_host_key(machine: &Machine) -> Option<&str> {
    machine.tag(tag::HOST_KEY).filter(|key| is_host_key(key))
}

/// The host key that a machine's system wrote on its console.
#[must_use]
pub fn host_key_on_console(written: &str) -> Option<String> {
    let (_, after) = written.rsplit_once(KEYS_BEGIN)?;
    let (keys, _) = after.split_once(KEYS_END)?;
    // A serial console ends its lines with a return too, and cloud-init puts a comment behind each key.
    let key = |line: &str| {
        let at = line.find(HOST_KEY_KIND)?;
        let words: Vec<&str> = line.get(at..)?.split_whitespace().take(2).collect();
        Some(words.join(" "))
    };
    keys.lines().filter_map(key).find(|key| is_host_key(key))
}

fn is_host_key(text: &str) -> bool {
    text.chars().count() <= tag::MAX_VALUE_CHARACTERS && ssh_key::PublicKey::from_openssh(text).is_ok()
}

/// A file of known hosts in which a machine has this key, whatever it had before.
#[must_use]
pub fn with_host_key(known_hosts: &str, instance_id: &str, key: &str) -> String {
    let is_its = |line: &&str| line.split_whitespace().next() == Some(instance_id);
    let line = format!("{instance_id} {key}");
    let (its, mut lines): (Vec<&str>, Vec<&str>) = known_hosts.lines().partition(is_its);
    if its == [line.as_str()] {
        return known_hosts.to_owned();
    }
    lines.push(&line);
    lines.join("\n") + "\n"
}

/// Whether a file of known hosts has a key of a machine, such as one that ssh asked about and somebody accepted.
#[must_use]
pub fn has_host_key(known_hosts: &str, instance_id: &str) -> bool {
    known_hosts.lines().any(|line| line.split_whitespace().next() == Some(instance_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tag::Tag;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJWqQ3hEoPyAnHyZnzTtYtBBpvRBoTVyvUNqUxzrtZHk";

    fn target(host_key: HostKey) -> SshTarget {
        SshTarget {
            instance_id: "i-1".to_owned(),
            address: "203.0.113.7".to_owned(),
            port: 22,
            user: "ec2-user".to_owned(),
            identity: Some(PathBuf::from("/home/ada/my keys/id")),
            known_hosts: PathBuf::from("/home/ada/known_hosts"),
            host_key,
        }
    }

    #[test]
    fn a_machine_goes_by_its_id_and_a_known_key_alone_is_believed() {
        insta::assert_snapshot!(target(HostKey::Known).configuration(&["trainer", "i-1"]), @r#"
        Host trainer i-1
            HostName 203.0.113.7
            Port 22
            User ec2-user
            HostKeyAlias i-1
            UserKnownHostsFile "/home/ada/known_hosts"
            HashKnownHosts no
            StrictHostKeyChecking yes
            IdentityFile "/home/ada/my keys/id"
            IdentitiesOnly yes
        "#);
        let asked = target(HostKey::Unknown).arguments().join(" ");
        assert!(asked.contains("StrictHostKeyChecking=ask"), "{asked}");
        assert!(asked.ends_with(" 203.0.113.7"), "{asked}");
    }

    #[test]
    fn the_key_on_the_console_is_the_last_one_and_nothing_else_is_a_key() {
        let written = format!(
            "boot\r\n{KEYS_BEGIN}\r\necdsa-sha2-nistp256 AAAA root@ip\r\n{KEY} root@ip-10-0-0-1\r\n{KEYS_END}\r\nlogin:"
        );
        assert_eq!(host_key_on_console(&written).as_deref(), Some(KEY));
        assert_eq!(host_key_on_console(&written.replace("ssh-ed25519 ", "ssh-ed25519 x")), None);
        assert_eq!(host_key_on_console(KEY), None);
        let cut = written.replace(KEYS_END, "");
        assert_eq!(host_key_on_console(&cut), None);
    }

    #[test]
    fn a_tag_that_is_no_key_is_not_believed() {
        let machine =
            |value: &str| Machine { tags: vec![Tag::new(tag::HOST_KEY, value)], ..Machine::default() };
        assert_eq!(known_host_key(&machine(KEY)), Some(KEY));
        assert_eq!(known_host_key(&machine("ssh-ed25519 nonsense")), None);
        assert_eq!(known_host_key(&machine(&format!("{KEY}\ni-2 {KEY}"))), None);
    }

    #[test]
    fn a_machine_has_one_line_among_the_known_hosts() {
        let before = format!("i-2 {KEY}\ni-1 ssh-rsa old\n");
        assert_eq!(with_host_key(&before, "i-1", KEY), format!("i-2 {KEY}\ni-1 {KEY}\n"));
        assert_eq!(with_host_key("", "i-1", KEY), format!("i-1 {KEY}\n"));
        let both = format!("i-1 {KEY}\ni-2 {KEY}\n");
        assert_eq!(with_host_key(&both, "i-1", KEY), both, "what is known stays where it is");
        assert!(has_host_key(&before, "i-1") && !has_host_key(&before, "i-12"));
    }
}
