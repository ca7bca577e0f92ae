//! Gives out the figures over HTTP, on loopback alone.
//!
//! One answer a connection: `GET /metrics`, anything else is not found. There is no keeping alive, no body to read, and no
//! way to change anything.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

use super::Figures;

/// More clients than this wait until one has been served.
const MOST_CLIENTS: usize = 8;
/// The longest head of a question that is read.
const MOST_BYTES: usize = 8 * 1024;
/// From the connection to the last byte.
const CLIENT_LIMIT: Duration = Duration::from_secs(5);

/// A server that can't be had.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The address is one that others can reach.
    #[error("{0} is not an address of loopback, such as 127.0.0.1:9105")]
    NotLoopback(SocketAddr),
    /// Nobody can listen there.
    #[error("cannot listen at {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    figures: watch::Receiver<Figures>,
}

impl Server {
    /// Listens at an address of loopback; what is put into the sender is given out.
    ///
    /// # Errors
    /// Where the address is no such, or is taken.
    pub async fn listen(address: SocketAddr) -> Result<(Self, watch::Sender<Figures>), MetricsError> {
        if !address.ip().is_loopback() {
            return Err(MetricsError::NotLoopback(address));
        }
        let refuse = |source| MetricsError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(refuse)?;
        let (sender, figures) = watch::channel(Figures::default());
        Ok((Self { listener, figures }, sender))
    }

    /// Where it listens.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves clients; never returns.
    pub async fn serve(&self) {
        let mut clients = FuturesUnordered::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if clients.len() < MOST_CLIENTS => match accepted {
                    Ok((stream, _)) => clients.push(timeout(CLIENT_LIMIT, self.client(stream))),
                    // Out of file descriptors, for one: a moment later there may be some.
                    Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
                },
                Some(_) = clients.next() => {}
            }
        }
    }

    async fn client(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut head = Vec::new();
        while !head.windows(4).any(|window| window == b"\r\n\r\n") {
            let mut bytes = [0; 1024];
            let read = stream.read(&mut bytes).await?;
            head.extend_from_slice(&bytes[..read]);
            if read == 0 || head.len() > MOST_BYTES {
                return Ok(());
            }
        }
        let answer = self.answer(&head);
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await
    }

    fn answer(&self, head: &[u8]) -> String {
        let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
        let mut words = line.split(|byte| *byte == b' ');
        let (status, body) = match (words.next(), words.next()) {
            (Some(b"GET"), Some(b"/metrics")) => ("200 OK", self.figures.borrow().text()),
            (Some(b"GET"), _) => ("404 Not Found", "the figures are at /metrics\n".to_owned()),
            _ => ("405 Method Not Allowed", "only GET\n".to_owned()),
        };
        let kind = "text/plain; version=0.0.4; charset=utf-8";
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
    }
}
