//! Session Manager: sessions on machines that have a role for it.
//!
//! A session is opened here; what goes on in it is the affair of Session Manager's own plugin, which is given what AWS
//! answered.

use std::collections::HashMap;

use serde_json::json;

use super::error::AwsError;

/// The document of a command whose output is the session's:
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html>
const COMMAND_DOCUMENT: &str = "AWS-StartNonInteractiveCommand";

/// A client of Session Manager in one region.
#[derive(Debug, Clone)]
pub struct Sessions {
    client: aws_sdk_ssm::Client,
    endpoint: String,
}

/// A session that was opened, as the plugin takes it.
#[derive(Clone)]
pub struct StartedSession {
    /// Its id, by which it is closed.
    pub id: String,
    /// AWS's answer. It holds a token: whoever has it is in the session.
    pub answer: String,
    /// What was asked.
    pub request: String,
    /// Whom the plugin asks where the connection breaks.
    pub endpoint: String,
}

impl std::fmt::Debug for StartedSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StartedSession({})", self.id)
    }
}

impl Sessions {
    pub(super) fn new(client: aws_sdk_ssm::Client, endpoint: String) -> Self {
        Self { client, endpoint }
    }

    /// Opens a session on a machine: a shell, or a command, which is split into words there and run without one.
    ///
    /// # Errors
    /// Where the machine is not connected to Session Manager, AWS refuses or can't be reached.
    pub async fn start(&self, machine: &str, command: Option<&str>) -> Result<StartedSession, AwsError> {
        let mut request = self.client.start_session().target(machine);
        let mut asked = json!({ "Target": machine });
        if let Some(command) = command {
            let parameters = HashMap::from([("command".to_owned(), vec![command.to_owned()])]);
            asked["DocumentName"] = json!(COMMAND_DOCUMENT);
            asked["Parameters"] = json!(parameters);
            request = request.document_name(COMMAND_DOCUMENT).set_parameters(Some(parameters));
        }
        let answer = request.send().await.map_err(|error| AwsError::from_sdk("StartSession", error))?;
        let id = answer.session_id.unwrap_or_default();
        let answer = json!({
            "SessionId": id,
            "TokenValue": answer.token_value,
            "StreamUrl": answer.stream_url,
        });
        let endpoint = self.endpoint.clone();
        Ok(StartedSession { id, answer: answer.to_string(), request: asked.to_string(), endpoint })
    }

    /// Closes a session that nobody is in.
    ///
    /// # Errors
    /// Where AWS refuses or can't be reached; a session that nobody comes to closes by itself after a while.
    pub async fn end(&self, session: &StartedSession) -> Result<(), AwsError> {
        let answer = self.client.terminate_session().session_id(&session.id).send().await;
        answer.map_err(|error| AwsError::from_sdk("TerminateSession", error)).map(drop)
    }
}
