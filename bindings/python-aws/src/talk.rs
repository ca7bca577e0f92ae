//! What a command says, cut into lines for whoever listens.

use std::io::{self, Write};
use std::sync::mpsc::Sender;

/// A writer whose lines are sent as they are whole.
pub(crate) struct Talk {
    lines: Sender<String>,
    begun: Vec<u8>,
}

impl Talk {
    pub(crate) const fn into(lines: Sender<String>) -> Self {
        Self { lines, begun: Vec::new() }
    }
}

impl Write for Talk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        while let Some(at) = self.begun.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.begun.drain(..=at).collect();
            // Where nobody listens any more, nobody is told.
            let _ = self.lines.send(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
