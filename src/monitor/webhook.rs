//! Tells an address of what the agent does: signed events, sent by a task of their own.
//!
//! The daemon's loop never waits for it: an event is put into a short queue, and where that is full it is dropped and said
//! so. The task ends with the webhook. No secret is in an event; the one that signs is read from its file for each event,
//! so that it can be changed.
//!
//! A receiver that wants to know whether an event is genuine computes HMAC-SHA256 with the secret over the value of
//! [`TIMESTAMP`], a full stop and the body, and compares with [`SIGNATURE`].

use std::path::{Path, PathBuf};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use serde::Serialize;
use sha2::Sha256;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::event::{Event, Topic, with_causes};
use super::readings::Identity;
use crate::model::agent::{AgentConfiguration, WebhookTarget};
use crate::platform::http::{HttpClient, HttpError, Limits};
use crate::platform::{clock, files, random};

/// The header with the time of sending, in seconds since 1970: one that is old may be somebody's repetition.
pub const TIMESTAMP: &str = "X-Cloudkit-Timestamp";
/// The header with `v1=` and the signature in lower-case hexadecimal.
pub const SIGNATURE: &str = "X-Cloudkit-Signature";
/// The header with the id of the event, the same for each try.
pub const DELIVERY: &str = "X-Cloudkit-Delivery";
/// The header with the event's name.
pub const EVENT: &str = "X-Cloudkit-Event";
/// The value of the body's `schema` field.
pub const SCHEMA: &str = "cloudkit.agent-event/v1";

const QUEUE: usize = 32;
const DRAIN: Duration = Duration::from_secs(3);
const TRY_LIMIT: Duration = Duration::from_secs(10);
/// The waits between tries.
const WAITS: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(15), Duration::from_secs(60)];
const MOST_SECRET: usize = 4096;
const LEAST_SECRET: usize = 16;

/// A webhook that can't be used, or was not reached.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// It would send in the clear.
    #[error("the webhook {0} is not https://")]
    NotHttps(String),
    /// The HTTP client can't be made, or the address does not take the event.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The secret can't be read.
    #[error("cannot read the webhook's secret {}", path.display())]
    Secret {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others can read the secret.
    #[error("the webhook's secret {} can be read by others: chmod 600 it", .0.display())]
    SecretIsOpen(PathBuf),
    /// The secret is too short to be one.
    #[error("the webhook's secret {} has less than {LEAST_SECRET} bytes", .0.display())]
    SecretIsShort(PathBuf),
    /// More happens than the address takes.
    #[error("the webhook does not keep up: an event was dropped")]
    Full,
    /// The signature can't be made.
    #[error("the event can't be written")]
    Unwritable(#[source] serde_json::Error),
}

/// What is told of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// Its id, the same for each try.
    pub id: String,
    /// When it was.
    pub at: Timestamp,
    /// Its name, as in the journal.
    pub event: String,
    /// The launch that made the machine.
    pub launch: String,
    /// The machine, where it is known which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// Its region, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// When the machine ends, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// The event in a sentence.
    pub message: String,
}

/// The way to a webhook.
#[derive(Debug)]
pub struct Webhook {
    queue: mpsc::Sender<Notice>,
    task: JoinHandle<()>,
    outcomes: mpsc::Receiver<Result<(), WebhookError>>,
}

impl Webhook {
    /// Opens the way; nothing is sent yet. It needs tokio's runtime.
    ///
    /// # Errors
    /// Where the address is not https, but for loopback, or no HTTP client can be had.
    pub fn open(target: &WebhookTarget) -> Result<Self, WebhookError> {
        Self::open_with(target, WAITS.to_vec())
    }

    fn open_with(target: &WebhookTarget, waits: Vec<Duration>) -> Result<Self, WebhookError> {
        if !is_shielded(&target.url) {
            return Err(WebhookError::NotHttps(target.url.clone()));
        }
        let (queue, notices) = mpsc::channel(QUEUE);
        let (outcome, outcomes) = mpsc::channel(QUEUE);
        let sender = Sender { client: HttpClient::that_follows_nothing()?, target: target.clone(), waits };
        let task = tokio::spawn(sender.work(notices, outcome));
        Ok(Self { queue, task, outcomes })
    }

    /// Sends an event, soon; never waits.
    ///
    /// # Errors
    /// Where too many are waiting to be sent; this one is dropped.
    pub fn send(&self, notice: Notice) -> Result<(), WebhookError> {
        self.queue.try_send(notice).map_err(|_| WebhookError::Full)
    }

    /// How the sending of events went since the last time that this was asked, for the log; never waits.
    pub fn outcomes(&mut self) -> Vec<Result<(), WebhookError>> {
        std::iter::from_fn(|| self.outcomes.try_recv().ok()).collect()
    }

    /// Waits until all is sent or given up, but no longer than the limit; what is not sent by then never is.
    pub async fn drain(mut self, limit: Duration) {
        let (closed, _) = mpsc::channel(1);
        drop(std::mem::replace(&mut self.queue, closed));
        let _ = tokio::time::timeout(limit, &mut self.task).await;
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The webhook of a machine: it is told of what people away from the machine want to know.
#[derive(Debug)]
pub(super) struct Subscriber {
    webhook: Webhook,
    launch: String,
    identity: Option<Identity>,
}

impl Subscriber {
    /// That of a configuration, where it has one that can be used.
    pub(super) fn open(configuration: &AgentConfiguration, mut report: impl FnMut(Event)) -> Option<Self> {
        match Webhook::open(configuration.webhook.as_ref()?) {
            Ok(webhook) => Some(Self { webhook, launch: configuration.launch.clone(), identity: None }),
            Err(error) => {
                report(trouble(&error));
                None
            }
        }
    }

    /// Tells it of an event, where it is one of those; hands back what went wrong since the last one.
    pub(super) fn tell(&mut self, event: &Event) -> Vec<Event> {
        if let Event::Identified(identity) = event {
            self.identity = Some(identity.clone());
        }
        let mut outcomes = self.webhook.outcomes();
        if is_news(event) {
            let mut notice = Notice::new(event.name(), &self.launch, event.to_string(), clock::now());
            notice.instance_id = self.identity.as_ref().map(|identity| identity.instance_id.clone());
            notice.region = self.identity.as_ref().map(|identity| identity.region.clone());
            notice.ends_at = match event {
                Event::Warned(end) => Some(end.at),
                Event::Deadline(deadline) => Some(deadline.at),
                _ => None,
            };
            outcomes.push(self.webhook.send(notice));
        }
        outcomes.into_iter().filter_map(Result::err).map(|error| trouble(&error)).collect()
    }

    /// Waits a moment for what is still to be sent: the machine may be about to be gone.
    pub(super) async fn drain(self) {
        self.webhook.drain(DRAIN).await;
    }
}

/// Whether an event is worth a message to somebody who is not at the machine.
const fn is_news(event: &Event) -> bool {
    match event {
        Event::Started { .. }
        | Event::Deadline(_)
        | Event::Grace { .. }
        | Event::Idle { .. }
        | Event::Complete { .. }
        | Event::Warned(_)
        | Event::TakenBack
        | Event::Told(_)
        | Event::HooksStarted { .. }
        | Event::HooksEnded { .. }
        | Event::Ending(..) => true,
        Event::Identified(_)
        | Event::NoDeadline
        | Event::ClockBeforeLaunch { .. }
        | Event::Asked { .. }
        | Event::Trouble { .. }
        | Event::Over(_)
        | Event::Stopped => false,
    }
}

fn trouble(error: &WebhookError) -> Event {
    Event::Trouble { topic: Topic::Webhook, why: with_causes(error) }
}

struct Sender {
    client: HttpClient,
    target: WebhookTarget,
    waits: Vec<Duration>,
}

impl Sender {
    async fn work(
        self,
        mut notices: mpsc::Receiver<Notice>,
        outcomes: mpsc::Sender<Result<(), WebhookError>>,
    ) {
        while let Some(notice) = notices.recv().await {
            let outcome = self.deliver(&notice).await;
            // That nobody looks is no reason to wait.
            let _ = outcomes.try_send(outcome);
        }
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), WebhookError> {
        let body = serde_json::to_string(notice).map_err(WebhookError::Unwritable)?;
        let mut waits = self.waits.iter();
        loop {
            let error = match self.try_once(notice, &body).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            match waits.next() {
                Some(wait) if may_pass(&error) => tokio::time::sleep(*wait).await,
                _ => return Err(error),
            }
        }
    }

    async fn try_once(&self, notice: &Notice, body: &str) -> Result<(), WebhookError> {
        let secret = secret(Path::new(&self.target.secret_file))?;
        let timestamp = clock::now().as_second().to_string();
        let signature = format!("v1={}", signature(&secret, &timestamp, body));
        let headers = [
            ("Content-Type", "application/json"),
            (EVENT, &notice.event),
            (DELIVERY, &notice.id),
            (TIMESTAMP, &timestamp),
            (SIGNATURE, &signature),
        ];
        let limits = Limits { time: TRY_LIMIT, bytes: 64 * 1024 };
        Ok(self.client.post(&self.target.url, &headers, body.to_owned(), limits).await?)
    }
}

impl Notice {
    /// A notice with an id of its own.
    #[must_use]
    pub fn new(event: &str, launch: &str, message: String, at: Timestamp) -> Self {
        Self {
            schema: SCHEMA,
            id: id(at),
            at,
            event: event.to_owned(),
            launch: launch.to_owned(),
            instance_id: None,
            region: None,
            ends_at: None,
            message,
        }
    }
}

/// An id that no other event has; without randomness it is the event's time.
fn id(at: Timestamp) -> String {
    random::salt().map_or_else(|_| format!("e-{}", at.as_nanosecond()), |salt| format!("e-{salt}"))
}

/// Whether nobody on the way can read along; a program on the same machine is not on the way.
fn is_shielded(url: &str) -> bool {
    if url.starts_with("https://") {
        return true;
    }
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    host.parse::<std::net::SocketAddr>().is_ok_and(|address| address.ip().is_loopback())
}

/// Whether the same may go well a moment later: what the address refuses for good does not.
fn may_pass(error: &WebhookError) -> bool {
    match error {
        WebhookError::Http(HttpError::Status { status, .. }) => *status >= 500 || matches!(status, 408 | 429),
        WebhookError::Http(HttpError::NoAnswer { .. }) => true,
        _ => false,
    }
}

fn secret(path: &Path) -> Result<Vec<u8>, WebhookError> {
    let refuse = |source| WebhookError::Secret { path: path.to_owned(), source };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::symlink_metadata(path).map_err(refuse)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(WebhookError::SecretIsOpen(path.to_owned()));
        }
    }
    let content = files::read_with_distrust(path, MOST_SECRET).map_err(refuse)?;
    let secret = content.trim_ascii().to_vec();
    if secret.len() < LEAST_SECRET {
        return Err(WebhookError::SecretIsShort(path.to_owned()));
    }
    Ok(secret)
}

fn signature(secret: &[u8], timestamp: &str, body: &str) -> String {
    use std::fmt::Write as _;
    // A key of HMAC may be of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
