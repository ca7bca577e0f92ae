//! Session Manager: sessions on machines that have a role for it.
//!
//! A session is opened here; the terminal is then the affair of Session Manager's own plugin, which is given what AWS
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
#[derive(Debug, Clone)]
pub struct StartedSession {
    /// AWS's answer, which holds a token.
    pub answer: String,
    /// What was asked.
    pub request: String,
    /// Whom the plugin asks where the connection breaks.
    pub endpoint: String,
}

impl Sessions {
    pub(super) fn new(client: aws_sdk_ssm::Client, endpoint: String) -> Self {
        Self { client, endpoint }
    }

    /// Opens a session on a machine: a shell, or a command.
    ///
    /// # Errors
    /// Where the machine is not connected to Session Manager, AWS refuses or can't be reached.
    pub async fn start(&self, machine: &str, command: &[String]) -> Result<StartedSession, AwsError> {
        let mut request = self.client.start_session().target(machine);
        let mut asked = json!({ "Target": machine });
        if !command.is_empty() {
            let parameters = HashMap::from([("command".to_owned(), vec![command.join(" ")])]);
            asked["DocumentName"] = json!(COMMAND_DOCUMENT);
            asked["Parameters"] = json!(parameters);
            request = request.document_name(COMMAND_DOCUMENT).set_parameters(Some(parameters));
        }
        let answer = request.send().await.map_err(|error| AwsError::from_sdk("StartSession", error))?;
        let answer = json!({
            "SessionId": answer.session_id,
            "TokenValue": answer.token_value,
            "StreamUrl": answer.stream_url,
        });
        let endpoint = self.endpoint.clone();
        Ok(StartedSession { answer: answer.to_string(), request: asked.to_string(), endpoint })
    }
}
