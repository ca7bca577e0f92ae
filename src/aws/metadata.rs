//! The instance metadata service: what a machine can ask about itself.
//!
//! Version 2 alone, never through a proxy, and no question takes longer than [`LIMIT`]. What follows from an answer, or
//! from none, is the caller's business.

use std::cell::RefCell;
use std::error::Error;
use std::rc::Rc;
use std::time::Duration;

use aws_config::imds::client::error::ImdsError;
use aws_config::imds::client::{Builder, Client};
use aws_config::provider_config::ProviderConfig;

use crate::platform::Process;

/// The longest that a question may take, its token included.
pub const LIMIT: Duration = Duration::from_secs(2);

/// The SDK's variable that switches the service off; its client leaves the check to its callers.
const DISABLED: &str = "AWS_EC2_METADATA_DISABLED";

const UNAUTHORIZED: u16 = 401;
const NOT_FOUND: u16 = 404;

/// A question that the metadata service did not answer.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// The environment forbids to ask it.
    #[error("the metadata service is switched off by {DISABLED}")]
    Disabled,
    /// It took longer than [`LIMIT`].
    #[error("the metadata service gives no answer within {} s", LIMIT.as_secs())]
    TooSlow,
    /// It can't be reached, or speaks something else.
    #[error("the metadata service can't be asked")]
    NoAnswer {
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// It answers, and not with what was asked for.
    #[error("the metadata service answers {status} for {path}")]
    Status {
        /// What was asked for.
        path: String,
        /// The status code.
        status: u16,
    },
    /// No tag that it serves can have this key.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html>
    #[error("the metadata service serves no tag with the key {key:?}")]
    Key {
        /// The key.
        key: String,
    },
}

/// The machine's door to the metadata service; several questions may be asked at once.
#[derive(Debug)]
pub struct MetadataClient {
    builder: Builder,
    /// The one whose token was last taken.
    client: RefCell<Rc<Client>>,
    disabled: bool,
}

impl MetadataClient {
    /// A client of the service that the SDK's own variables and profile name. Nothing is asked yet.
    #[must_use]
    pub fn new(process: &Process) -> Self {
        let disabled = process.variable(DISABLED).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        Self { disabled, ..Self::of(Client::builder()) }
    }

    /// The id of the machine.
    ///
    /// # Errors
    /// Where the service does not tell.
    pub async fn instance_id(&self) -> Result<String, MetadataError> {
        self.get("/latest/meta-data/instance-id").await
    }

    /// The region that the machine is in.
    ///
    /// # Errors
    /// Where the service does not tell.
    pub async fn region(&self) -> Result<String, MetadataError> {
        self.get("/latest/meta-data/placement/region").await
    }

    /// Whether EC2 may take the machine back: it is a spot machine.
    ///
    /// # Errors
    /// Where the service does not tell.
    pub async fn is_spot(&self) -> Result<bool, MetadataError> {
        Ok(self.get("/latest/meta-data/instance-life-cycle").await? == "spot")
    }

    /// The notice that EC2 takes the machine back, as it is written; none where there is none.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html>
    ///
    /// # Errors
    /// Where the service does not tell.
    pub async fn spot_action(&self) -> Result<Option<String>, MetadataError> {
        self.get_if_there("/latest/meta-data/spot/instance-action").await
    }

    /// The recommendation to leave the machine, as it is written; none where there is none.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html>
    ///
    /// # Errors
    /// Where the service does not tell.
    pub async fn rebalance(&self) -> Result<Option<String>, MetadataError> {
        self.get_if_there("/latest/meta-data/events/recommendations/rebalance").await
    }

    /// What is planned for the machine, as it is written; none where there is nothing.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_scheduled_events.html>
    ///
    /// # Errors
    /// Where the service does not tell.
    pub async fn maintenance(&self) -> Result<Option<String>, MetadataError> {
        self.get_if_there("/latest/meta-data/events/maintenance/scheduled").await
    }

    /// The value of one of the machine's tags; none where it has no such tag, or its tags are not served.
    ///
    /// # Errors
    /// Where the key can't be asked for, or the service does not tell.
    pub async fn tag(&self, key: &str) -> Result<Option<String>, MetadataError> {
        if !is_served(key) {
            return Err(MetadataError::Key { key: key.to_owned() });
        }
        self.get_if_there(&format!("/latest/meta-data/tags/instance/{key}")).await
    }

    /// The keys of the machine's tags, of which those that a machine has need be asked for; none where its tags are not
    /// served. <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html>
    ///
    /// # Errors
    /// Where the service does not tell.
    pub async fn tag_keys(&self) -> Result<Vec<String>, MetadataError> {
        let listed = self.get_if_there("/latest/meta-data/tags/instance").await?;
        Ok(listed.unwrap_or_default().lines().map(str::to_owned).collect())
    }

    async fn get_if_there(&self, path: &str) -> Result<Option<String>, MetadataError> {
        match self.get(path).await {
            Ok(value) => Ok(Some(value)),
            Err(MetadataError::Status { status: NOT_FOUND, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn of(builder: Builder) -> Self {
        // Plain HTTP to the machine's own host: a proxy would answer for another machine. A caller asks again soon
        // enough, so the SDK need not.
        let http = aws_smithy_http_client::Builder::new().build_http();
        let builder = builder.configure(&ProviderConfig::default().with_http_client(http)).max_attempts(1);
        Self { client: RefCell::new(Rc::new(builder.clone().build())), builder, disabled: false }
    }

    async fn get(&self, path: &str) -> Result<String, MetadataError> {
        if self.disabled {
            return Err(MetadataError::Disabled);
        }
        let asked = tokio::time::timeout(LIMIT, self.ask(path)).await;
        asked.map_err(|_| MetadataError::TooSlow)?.map_err(|error| match status(&error) {
            Some(status) => MetadataError::Status { path: path.to_owned(), status },
            None => MetadataError::NoAnswer { source: Box::new(error) },
        })
    }

    /// Asks once more with a new token where the service refuses the one that the client holds.
    async fn ask(&self, path: &str) -> Result<String, ImdsError> {
        let client = Rc::clone(&self.client.borrow());
        let mut answer = client.get(path).await;
        if answer.as_ref().err().and_then(status) == Some(UNAUTHORIZED) {
            answer = self.in_place_of(&client).get(path).await;
        }
        answer.map(String::from)
    }

    /// The client in place of one whose token was refused: what was asked beside it may have one already.
    fn in_place_of(&self, refused: &Rc<Client>) -> Rc<Client> {
        let mut client = self.client.borrow_mut();
        if Rc::ptr_eq(&client, refused) {
            *client = Rc::new(self.builder.clone().build());
        }
        Rc::clone(&client)
    }
}

#[cfg(test)]
impl MetadataClient {
    /// A client of the service at this address.
    pub(crate) fn at(endpoint: &str) -> Self {
        Self::of(Client::builder().endpoint(endpoint).expect("an address"))
    }
}

fn status(error: &ImdsError) -> Option<u16> {
    match error {
        ImdsError::ErrorResponse(answer) => Some(answer.response().status().as_u16()),
        _ => None,
    }
}

fn is_served(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-=.,_:@".contains(&b))
}

#[cfg(test)]
pub(crate) mod server;

#[cfg(test)]
mod tests {
    use super::server::MetadataServer;
    use super::*;
    use crate::model::tag::{DEADLINE, OLDER_DEADLINE};

    #[tokio::test]
    async fn a_machine_learns_about_itself() {
        let server = MetadataServer::start();
        server.serve("placement/region", "eu-north-1");
        server.serve("tags/instance/cloudkit:deadline", "2026-11-21T20:00:00Z");
        let client = MetadataClient::at(&server.endpoint());
        assert_eq!(client.region().await.unwrap(), "eu-north-1");
        assert_eq!(client.tag(DEADLINE).await.unwrap().as_deref(), Some("2026-11-21T20:00:00Z"));
        assert_eq!(client.tag(OLDER_DEADLINE).await.unwrap(), None);
        assert!(matches!(client.instance_id().await, Err(MetadataError::Status { status: NOT_FOUND, .. })));
        assert!(matches!(client.tag("a/b").await, Err(MetadataError::Key { .. })));
    }

    #[tokio::test]
    async fn a_token_that_is_refused_is_replaced() {
        let server = MetadataServer::start();
        server.serve("instance-id", "i-0123456789abcdef0");
        let client = MetadataClient::at(&server.endpoint());
        for token in ["one", "another"] {
            server.give_token(token);
            assert_eq!(client.instance_id().await.unwrap(), "i-0123456789abcdef0");
        }
    }

    #[tokio::test]
    async fn a_service_that_does_not_answer_is_not_waited_for() {
        let server = MetadataServer::start();
        server.hang();
        let client = MetadataClient::at(&server.endpoint());
        let asked = tokio::time::timeout(2 * LIMIT, client.instance_id()).await.expect("an end of waiting");
        assert!(matches!(asked, Err(MetadataError::NoAnswer { .. } | MetadataError::TooSlow)), "{asked:?}");
    }

    #[tokio::test]
    async fn a_service_that_is_switched_off_is_not_asked() {
        let client = MetadataClient::new(&Process::sealed(&[], &[(DISABLED, "True")]));
        assert!(matches!(client.instance_id().await, Err(MetadataError::Disabled)));
    }
}
