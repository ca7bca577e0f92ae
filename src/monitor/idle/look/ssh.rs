//! Connections to the SSH server, and the bytes that their peers have sent.
//!
//! Whether there is one is read off the kernel's tables, which costs no process; `ss` is asked only where there is, since
//! those tables have no bytes. A server goes by its port.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::time::Duration;

use super::files::LookError;
use super::{Root, Watched};
use crate::platform::command;

const LIMIT: Duration = Duration::from_secs(5);
const USUAL_PORT: u16 = 22;
/// The kernel's number of the state in which data flows.
const ESTABLISHED: &str = "01";

pub(super) async fn connections(root: &Root, watched: &Watched) -> Result<BTreeMap<String, u64>, LookError> {
    let ports = ports(root, watched)?;
    if !has_connection(root, &ports)? {
        return Ok(BTreeMap::new());
    }
    let answer = if root.is_recording() { root.text("ss")? } else { ask(&ports).await? };
    Ok(parse(&answer, &ports))
}

async fn ask(ports: &BTreeSet<u16>) -> Result<String, LookError> {
    let filters: Vec<String> = ports.iter().map(|port| format!("sport = :{port}")).collect();
    let filter = format!("( {} )", filters.join(" or "));
    let arguments = ["-tinHO", "state", "established", &filter];
    command::output("ss", &arguments, LIMIT)
        .await
        .map_err(|error| LookError::Other(format!("there are SSH connections, and {error}")))
}

/// The ports of the server's own configuration, else the usual one; and those that the policy names.
fn ports(root: &Root, watched: &Watched) -> Result<BTreeSet<u16>, LookError> {
    let mut ports = BTreeSet::new();
    let mut files = vec!["etc/ssh/sshd_config".to_owned()];
    let more = root.names("etc/ssh/sshd_config.d")?.unwrap_or_default();
    files.extend(
        more.into_iter()
            .filter(|name| name.ends_with(".conf"))
            .map(|name| format!("etc/ssh/sshd_config.d/{name}")),
    );
    for file in files {
        let text = root.text_if_there(&file)?.unwrap_or_default();
        ports.extend(text.lines().filter_map(port_in));
    }
    if ports.is_empty() {
        ports.insert(USUAL_PORT);
    }
    ports.extend(&watched.ssh_ports);
    Ok(ports)
}

fn port_in(line: &str) -> Option<u16> {
    let mut words = line.split([' ', '\t', '=']).filter(|word| !word.is_empty());
    let is_port = words.next()?.eq_ignore_ascii_case("port");
    if is_port { words.next()?.parse().ok() } else { None }
}

/// Line by line: a busy server has hundreds of thousands, which need not be held.
fn has_connection(root: &Root, ports: &BTreeSet<u16>) -> Result<bool, LookError> {
    for name in ["proc/net/tcp", "proc/net/tcp6"] {
        let path = root.path(name);
        let file = match File::open(&path) {
            Ok(file) => file,
            // A kernel without IPv6 has no such table.
            Err(error) if error.kind() == ErrorKind::NotFound && name.ends_with('6') => continue,
            Err(source) => return Err(LookError::File { path, source }),
        };
        for line in BufReader::new(file).lines() {
            let line = line.map_err(|source| LookError::File { path: path.clone(), source })?;
            if established_port(&line).is_some_and(|port| ports.contains(&port)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// This machine's port of a connection in a line of the kernel's table.
fn established_port(line: &str) -> Option<u16> {
    let mut fields = line.split_whitespace();
    let (_, port) = fields.nth(1)?.rsplit_once(':')?;
    let state = fields.nth(1)?;
    if state == ESTABLISHED { u16::from_str_radix(port, 16).ok() } else { None }
}

/// What `ss` prints: queues, this end, the peer, then facts. It leaves out what is zero.
fn parse(answer: &str, ports: &BTreeSet<u16>) -> BTreeMap<String, u64> {
    let mut connections = BTreeMap::new();
    for line in answer.lines() {
        let mut ends = line.split_whitespace().filter(|word| port_of(word).is_some());
        let (Some(own), Some(peer)) = (ends.next(), ends.next()) else { continue };
        if port_of(own).is_some_and(|port| ports.contains(&port)) {
            let fact = |word: &str| word.strip_prefix("bytes_received:")?.parse().ok();
            let received: u64 = line.split_whitespace().find_map(fact).unwrap_or(0);
            connections.insert(peer.to_owned(), received);
        }
    }
    connections
}

/// The port of an address: `192.0.2.1:22`, `[2001:db8::1]:22`, `[fe80::1%ens5]:22`.
fn port_of(word: &str) -> Option<u16> {
    let (address, port) = word.rsplit_once(':')?;
    let is_address = address.starts_with('[') || address.split('.').count() == 4;
    if is_address { port.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_by_peer() {
        let answer = "\
0      0          10.0.2.15:22           10.0.2.2:54312 cubic wscale:7,7 rto:204 rtt:0.5/0.2 bytes_sent:5321 bytes_acked:5321 bytes_received:4321 segs_out:30
0      36    [::ffff:10.0.2.15]:2222  [2001:db8::7]:40000 cubic rto:204 lastsnd:8
0      0          10.0.2.15:443          10.0.2.2:54313 cubic bytes_received:99
";
        let ports = BTreeSet::from([22, 2222]);
        let expected = [("10.0.2.2:54312".to_owned(), 4321), ("[2001:db8::7]:40000".to_owned(), 0)];
        assert_eq!(parse(answer, &ports), BTreeMap::from(expected));
    }

    #[test]
    fn an_established_connection_shows_in_the_kernels_table() {
        let line = |state| {
            format!("   1: 0F02000A:0016 0202000A:D428 {state} 00000000:00000000 02:000A 0000 0 0 1 2")
        };
        assert_eq!(established_port(&line("01")), Some(22));
        assert_eq!(established_port(&line("0A")), None, "it only listens");
        assert_eq!(established_port("  sl  local_address rem_address   st tx_queue"), None);
    }

    #[test]
    fn the_servers_ports_are_those_of_its_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::at(folder.path());
        let found = |watched: &Watched| ports(&root, watched).unwrap().into_iter().collect::<Vec<_>>();
        assert_eq!(found(&Watched::default()), [22]);
        std::fs::create_dir_all(folder.path().join("etc/ssh/sshd_config.d")).unwrap();
        std::fs::write(folder.path().join("etc/ssh/sshd_config"), "#Port 22\nPort 2200\nX11Forwarding yes\n")
            .unwrap();
        std::fs::write(folder.path().join("etc/ssh/sshd_config.d/a.conf"), "port=2201\n").unwrap();
        assert_eq!(found(&Watched::default()), [2200, 2201]);
        let more = Watched { ssh_ports: vec![22], ..Watched::default() };
        assert_eq!(found(&more), [22, 2200, 2201]);
    }
}
