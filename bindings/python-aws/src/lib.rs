//! The extension module of the Python package cloudkit-aws: commands of cloudkit in Python's process.
//!
//! Which commands they are and what they look like from Python is in `../python/python/cloudkit/_account.py`; what they do is
//! the command line's, by the same functions.

mod talk;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cloudkit::cli::{self, Answer, Flag, Takes};
use cloudkit::platform::Process;
use cloudkit::platform::process::Host;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::talk::Talk;

/// How long Python waits for Ctrl-C to be seen.
const PATIENCE: Duration = Duration::from_millis(50);

/// Its code, its stdout, and what went wrong as JSON.
type Ended = (u8, String, Option<String>);

/// The version of cloudkit.
#[pyfunction]
const fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The flags of a command: their names, what each takes, and what it is.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "what Python hands over is owned")]
fn flags(words: Vec<String>) -> Vec<(String, &'static str, String)> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let told = |Flag { name, takes, about }: Flag| {
        let takes = match takes {
            Takes::Nothing => "nothing",
            Takes::One => "one",
            Takes::Several => "several",
        };
        (name, takes, about)
    };
    cli::flags(&words).into_iter().map(told).collect()
}

/// Runs a command without Python's lock; each line that it says is handed to `say` meanwhile. Ctrl-C has it undo what it has
/// made, which is waited for.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "what Python hands over is owned")]
fn run(
    py: Python<'_>,
    module: PathBuf,
    arguments: Vec<String>,
    stdin: String,
    say: Bound<'_, PyAny>,
) -> PyResult<Ended> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let host = Host { module, stdin, interrupted: Arc::clone(&interrupted) };
    let words = std::iter::once("cloudkit".to_owned()).chain(arguments);
    let (command, said) = start(Process::hosted(words, host))?;
    let said = Mutex::new(said);
    let mut raised = None;
    loop {
        let line = py.detach(|| next(&said));
        let outcome = match line {
            Ok(line) => say.call1((line,)).map(drop),
            Err(RecvTimeoutError::Timeout) => py.check_signals(),
            Err(RecvTimeoutError::Disconnected) => break,
        };
        if let Err(error) = outcome {
            interrupted.store(true, Ordering::SeqCst);
            raised.get_or_insert(error);
        }
    }
    let ended = py.detach(|| command.join());
    match raised {
        Some(error) => Err(error),
        None => told(
            ended.map_err(|_| PyRuntimeError::new_err("cloudkit has a bug: it ended without an answer"))?,
        ),
    }
}

/// The command in a thread of its own, and what it says.
fn start(process: Process) -> io::Result<(JoinHandle<Answer>, Receiver<String>)> {
    let (lines, said) = mpsc::channel();
    let work = move || cli::answer(&process, Talk::into(lines));
    Ok((thread::Builder::new().name("cloudkit".to_owned()).spawn(work)?, said))
}

fn next(said: &Mutex<Receiver<String>>) -> Result<String, RecvTimeoutError> {
    said.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(PATIENCE)
}

fn told(Answer { class, data, failure }: Answer) -> PyResult<Ended> {
    let broken = |error: &dyn std::error::Error| PyRuntimeError::new_err(error.to_string());
    let data = String::from_utf8(data).map_err(|error| broken(&error))?;
    let failure = failure.map(|failure| serde_json::to_string(&failure)).transpose();
    Ok((class.code(), data, failure.map_err(|error| broken(&error))?))
}

/// Commands of cloudkit.
#[pymodule]
mod _aws {
    #[pymodule_export]
    use super::{flags, run, version};
}
