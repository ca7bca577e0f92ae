//! systemd's journal by its own protocol: entries with fields, to the socket that it listens at.
//!
//! Entries that do not fit into a datagram are refused by the system, and so by this. Which fields there are is the
//! caller's business. <https://systemd.io/JOURNAL_NATIVE_PROTOCOL/>

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::Path;

use super::Process;

const SOCKET: &str = "/run/systemd/journal/socket";

/// An open way to the journal.
#[derive(Debug)]
pub struct Journal {
    socket: UnixDatagram,
}

impl Journal {
    /// The journal, where stderr goes to it: systemd says so in a variable, which a program's children may inherit
    /// together with another stderr, so that it is compared.
    #[must_use]
    pub fn of_stderr(process: &Process) -> Option<Self> {
        let said = process.variable("JOURNAL_STREAM")?;
        let stderr = std::fs::metadata("/proc/self/fd/2").ok()?;
        if said != format!("{}:{}", stderr.dev(), stderr.ino()) {
            return None;
        }
        Self::at(Path::new(SOCKET)).ok()
    }

    /// The journal that listens at this socket.
    ///
    /// # Errors
    /// Where nobody does.
    pub fn at(path: &Path) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.connect(path)?;
        // A journal that does not keep up must not hold up who writes.
        socket.set_nonblocking(true)?;
        Ok(Self { socket })
    }

    /// Writes an entry.
    ///
    /// # Errors
    /// Where the journal does not take it, now or at all.
    pub fn write(&self, fields: &[(&str, &str)]) -> io::Result<()> {
        self.socket.send(&entry(fields)).map(|_| ())
    }
}

/// A value of one line is `NAME=value`; any other has its length before it.
fn entry(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut entry = Vec::new();
    for (name, value) in fields {
        entry.extend_from_slice(name.as_bytes());
        if value.contains('\n') {
            entry.push(b'\n');
            entry.extend_from_slice(&u64::try_from(value.len()).unwrap_or(u64::MAX).to_le_bytes());
        } else {
            entry.push(b'=');
        }
        entry.extend_from_slice(value.as_bytes());
        entry.push(b'\n');
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_one_datagram_of_fields() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        assert!(Journal::at(&path).is_err());
        let listener = UnixDatagram::bind(&path).unwrap();
        let journal = Journal::at(&path).unwrap();
        journal.write(&[("MESSAGE", "a=b"), ("PRIORITY", "6"), ("CLOUDKIT_WHY", "two\nlines")]).unwrap();
        let mut bytes = [0; 256];
        let length = listener.recv(&mut bytes).unwrap();
        let expected = b"MESSAGE=a=b\nPRIORITY=6\nCLOUDKIT_WHY\n\x09\0\0\0\0\0\0\0two\nlines\n";
        assert_eq!(&bytes[..length], expected);
    }

    #[test]
    fn a_stderr_that_is_not_the_journals_is_left_to_itself() {
        for said in [None, Some("1:2"), Some("garbage")] {
            let variables: Vec<_> = said.map(|value| ("JOURNAL_STREAM", value)).into_iter().collect();
            assert!(Journal::of_stderr(&Process::sealed(&[], &variables)).is_none());
        }
    }
}
