//! Streams whose output a test can read.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use super::{Settings, Streams, Surroundings};

/// What was written to a stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Streams, what they write to stdout, and what they write to stderr.
pub(crate) fn streams(surroundings: Surroundings, settings: Settings) -> (Streams, Captured, Captured) {
    let (data, talk) = (Captured::default(), Captured::default());
    (Streams::over(data.clone(), talk.clone(), surroundings, settings), data, talk)
}
