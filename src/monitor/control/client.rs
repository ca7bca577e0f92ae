//! The other end of the daemon's socket: one question, one answer.
//!
//! It waits, since nobody who types a command has anything else to do; each wait has a limit.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::answer::Answer;
use super::request::Request;
use super::{MAX_LINE, SOCKET_NAME};
use crate::platform::files;

/// An order to move a deadline waits for the API and for systemd.
const LIMIT: Duration = Duration::from_secs(75);

/// A daemon that gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// There is no socket, or nobody listens at it.
    #[error("no agent listens at {}", path.display())]
    NoAgent {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The socket is not for this user.
    #[error("this user may not speak to the agent at {}", path.display())]
    NotAllowed {
        /// The socket.
        path: PathBuf,
    },
    /// The daemon was reached and then lost.
    #[error("the agent gives no answer")]
    NoAnswer(#[source] io::Error),
    /// It answers something else, such as one of another version.
    #[error("the agent's answer is not understood: is it of another version?")]
    NotUnderstood(#[source] serde_json::Error),
}

/// Asks the daemon whose run directory this is.
///
/// # Errors
/// Where there is none, or it gives no answer that is understood.
pub fn ask(run_directory: &Path, request: &Request) -> Result<Answer, ClientError> {
    let path = run_directory.join(SOCKET_NAME);
    // One that a member of the group has made while the agent's was not there.
    if files::is_of_a_stranger(&path) {
        return Err(ClientError::NoAgent { path });
    }
    let mut stream = UnixStream::connect(&path).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => ClientError::NotAllowed { path: path.clone() },
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
            ClientError::NoAgent { path: path.clone() }
        }
        _ => ClientError::NoAnswer(error),
    })?;
    let line = exchange(&mut stream, request).map_err(ClientError::NoAnswer)?;
    serde_json::from_slice(&line).map_err(ClientError::NotUnderstood)
}

fn exchange(stream: &mut UnixStream, request: &Request) -> io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    let mut text = serde_json::to_vec(request)?;
    text.push(b'\n');
    stream.write_all(&text)?;
    let mut line = Vec::new();
    let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
    BufReader::new(stream).take(most).read_until(b'\n', &mut line)?;
    if line.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(line) }
}
