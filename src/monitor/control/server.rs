//! The daemon's socket: takes requests of several clients at once, each with bounds on its time and its lines.
//!
//! It decides nothing: a request goes to the daemon's loop, and what that leaves to be done goes to the doer. A client that
//! is slow or stuck keeps nobody waiting but itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::apply::Applied;
use super::request::Request;
use crate::monitor::event::Peer;

/// More clients than this wait until one has been served.
const MOST_CLIENTS: usize = 16;
/// More requests than this wait for the loop, which looks at them several times a second where it has to.
const MOST_WAITING: usize = 16;
/// How long a client may take for a line, either way.
const LINE_LIMIT: Duration = Duration::from_secs(10);
/// How long a client may stay.
const CLIENT_LIMIT: Duration = Duration::from_secs(120);

/// A socket that can't be had; the daemon goes on without.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// It can't be made.
    #[error("cannot listen at {}", path.display())]
    Listen {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// A request on its way to the daemon's loop.
#[derive(Debug)]
pub struct Asked {
    /// The request.
    pub request: Request,
    /// Who asks.
    pub by: Peer,
    reply: oneshot::Sender<Applied>,
}

impl Asked {
    /// The request, who asks, and where what it comes to is told.
    #[must_use]
    pub fn into_parts(self) -> (Request, Peer, Reply) {
        (self.request, self.by, Reply(self.reply))
    }
}

/// Where a request is answered.
#[derive(Debug)]
pub struct Reply(oneshot::Sender<Applied>);

impl Reply {
    /// Tells what the request comes to; that the client has gone is nobody's trouble.
    pub fn give(self, applied: Applied) {
        let _ = self.0.send(applied);
    }
}

/// Where the daemon's loop finds the requests.
#[derive(Debug)]
pub struct Inbox(mpsc::Receiver<Asked>);

impl Inbox {
    /// The next request; waits for ever where nobody can ask.
    pub async fn next(&mut self) -> Asked {
        match self.0.recv().await {
            Some(asked) => asked,
            None => std::future::pending().await,
        }
    }

    /// One that nobody can put anything into.
    #[must_use]
    pub fn of_nobody() -> Self {
        Self(mpsc::channel(1).1)
    }
}

/// The socket, once it listens.
#[derive(Debug)]
pub struct Server {
    #[cfg(unix)]
    listener: tokio::net::UnixListener,
    #[cfg_attr(not(unix), expect(dead_code, reason = "there is no socket"))]
    asks: mpsc::Sender<Asked>,
}

/// Makes the socket in the run directory: for its owner and its group alone.
///
/// # Errors
/// Where that can't be done.
#[cfg(unix)]
pub fn listen(run_directory: &Path) -> Result<(Server, Inbox), ControlError> {
    use std::os::unix::fs::PermissionsExt as _;

    let path = run_directory.join(super::SOCKET_NAME);
    let listen = || {
        std::fs::create_dir_all(run_directory)?;
        // One that an earlier daemon has left behind.
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = tokio::net::UnixListener::bind(&path)?;
        // Until here nobody else could write to it, by the umask that every daemon has.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o660))?;
        Ok(listener)
    };
    let listener = listen().map_err(|source| ControlError::Listen { path: path.clone(), source })?;
    let (asks, inbox) = mpsc::channel(MOST_WAITING);
    Ok((Server { listener, asks }, Inbox(inbox)))
}

/// There is no such socket here.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn listen(run_directory: &Path) -> Result<(Server, Inbox), ControlError> {
    let path = run_directory.join(super::SOCKET_NAME);
    Err(ControlError::Listen { path, source: std::io::ErrorKind::Unsupported.into() })
}

#[cfg(unix)]
mod serving {
    use std::time::Duration;

    use futures_util::StreamExt as _;
    use futures_util::stream::FuturesUnordered;
    use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
    use tokio::net::UnixStream;
    use tokio::sync::oneshot;
    use tokio::time::timeout;

    use super::super::MAX_LINE;
    use super::super::answer::{Answer, RefusalKind};
    use super::super::doer::Doer;
    use super::super::request::Request;
    use super::{Asked, CLIENT_LIMIT, LINE_LIMIT, MOST_CLIENTS, Server};
    use crate::monitor::event::{Peer, with_causes};
    use crate::monitor::outside::SetTag;

    impl Server {
        /// Serves clients; never returns.
        pub async fn serve<W: SetTag>(&self, doer: &Doer<'_, W>) {
            let mut clients = FuturesUnordered::new();
            loop {
                tokio::select! {
                    accepted = self.listener.accept(), if clients.len() < MOST_CLIENTS => match accepted {
                        Ok((stream, _)) => clients.push(self.client(stream, doer)),
                        // Out of file descriptors, for one: a moment later there may be some.
                        Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
                    },
                    Some(()) = clients.next() => {}
                }
            }
        }

        async fn client<W: SetTag>(&self, stream: UnixStream, doer: &Doer<'_, W>) {
            let Ok(credentials) = stream.peer_cred() else { return };
            let by = Peer { uid: credentials.uid(), gid: credentials.gid(), pid: credentials.pid() };
            let _ = timeout(CLIENT_LIMIT, self.converse(stream, by, doer)).await;
        }

        /// A line, an answer, and so on, until the client has gone or does something else.
        async fn converse<W: SetTag>(&self, stream: UnixStream, by: Peer, doer: &Doer<'_, W>) -> Option<()> {
            let (reader, mut writer) = stream.into_split();
            let mut reader = BufReader::new(reader);
            loop {
                let mut line = Vec::new();
                let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
                let mut bounded = (&mut reader).take(most);
                let read = bounded.read_until(b'\n', &mut line);
                timeout(LINE_LIMIT, read).await.ok()?.ok().filter(|read| *read > 0)?;
                let is_whole = line.ends_with(b"\n");
                let answer = if is_whole { self.ask(&line, by, doer).await } else { no_line() };
                let mut text = serde_json::to_vec(&answer).ok()?;
                text.push(b'\n');
                timeout(LINE_LIMIT, writer.write_all(&text)).await.ok()?.ok()?;
                if !is_whole {
                    return None;
                }
            }
        }

        async fn ask<W: SetTag>(&self, line: &[u8], by: Peer, doer: &Doer<'_, W>) -> Answer {
            let request = match Request::read(line) {
                Ok(request) => request,
                Err(error) => return Answer::refused(RefusalKind::NotUnderstood, with_causes(&error)),
            };
            let (reply, applied) = oneshot::channel();
            let busy = || Answer::refused(RefusalKind::Busy, "the agent does not come to it");
            if self.asks.try_send(Asked { request, by, reply }).is_err() {
                return busy();
            }
            match timeout(CLIENT_LIMIT / 2, applied).await {
                Ok(Ok(applied)) => doer.finish(applied).await,
                _ => busy(),
            }
        }
    }

    fn no_line() -> Answer {
        let message = format!("a request is one line of at most {MAX_LINE} bytes");
        Answer::refused(RefusalKind::NotUnderstood, message)
    }
}

#[cfg(not(unix))]
impl Server {
    /// Never returns.
    pub async fn serve<W: crate::monitor::outside::SetTag>(&self, _doer: &super::doer::Doer<'_, W>) {
        std::future::pending().await
    }
}
