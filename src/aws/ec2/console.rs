//! The console of a machine: what its system has written there.
//!
//! What the lines mean is the caller's business.

use base64::Engine;

use super::Ec2;
use crate::aws::error::{AwsError, ErrorKind};

impl Ec2 {
    /// What is on a machine's console: as it is now where EC2 can tell that, which it can on Nitro, else as it was last
    /// posted, some time after a start. It is empty while there is nothing, and never more than the last 64 KB.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-console.html>
    ///
    /// # Errors
    /// Where EC2 does not know the machine, refuses or can't be reached.
    pub async fn console(&self, id: &str) -> Result<String, AwsError> {
        match self.console_output(id, true).await {
            Err(error) if error.kind == ErrorKind::Refused => self.console_output(id, false).await,
            answer => answer,
        }
    }

    async fn console_output(&self, id: &str, latest: bool) -> Result<String, AwsError> {
        let mut request = self.client.get_console_output().instance_id(id);
        if latest {
            request = request.latest(true);
        }
        let answer = request.send().await.map_err(|error| AwsError::from_sdk("GetConsoleOutput", error))?;
        let encoded = answer.output.unwrap_or_default();
        let bytes = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).map_err(|error| {
            AwsError::own("GetConsoleOutput", ErrorKind::Unavailable, format!("the console's text: {error}"))
        })?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
