//! EC2's announcements to a machine, from what the metadata service writes.
//!
//! What is not understood is an error that shows it, never "nothing".

use jiff::Timestamp;
use serde::Deserialize;

use crate::aws::metadata::MetadataError;
use crate::model::EndAction;
use crate::monitor::readings::{Interruption, Maintenance};

/// An announcement that could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoticeError {
    /// The service does not tell.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// It is not what EC2 documents.
    #[error("cannot understand {text:?}")]
    Content {
        /// What was read.
        text: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A time in it is none.
    #[error("{text:?} is not a time")]
    Time {
        /// What was read.
        text: String,
        /// What is wrong with it.
        source: jiff::Error,
    },
}

/// The notice of `spot/instance-action`: `{"action": "terminate", "time": "2026-11-21T20:00:00Z"}`.
pub(super) fn interruption(text: &str) -> Result<Interruption, NoticeError> {
    #[derive(Deserialize)]
    struct Written {
        action: EndAction,
        time: Timestamp,
    }
    let Written { action, time } = read(text)?;
    Ok(Interruption { action, at: time })
}

/// The recommendation of `events/recommendations/rebalance`: `{"noticeTime": "2026-11-21T20:00:00Z"}`.
pub(super) fn rebalance(text: &str) -> Result<Timestamp, NoticeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Written {
        notice_time: Timestamp,
    }
    Ok(read::<Written>(text)?.notice_time)
}

/// The events of `events/maintenance/scheduled` that are still to come.
pub(super) fn maintenance(text: &str) -> Result<Vec<Maintenance>, NoticeError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Written {
        event_id: String,
        code: String,
        #[serde(default)]
        description: String,
        #[serde(default)]
        not_before: Option<String>,
        #[serde(default)]
        state: Option<String>,
    }
    let written: Vec<Written> = read(text)?;
    let is_to_come = |event: &Written| event.state.as_deref().is_none_or(|state| state == "active");
    let event = |event: Written| {
        let not_before = event.not_before.as_deref().map(day_and_time).transpose()?;
        Ok(Maintenance { id: event.event_id, code: event.code, description: event.description, not_before })
    };
    written.into_iter().filter(is_to_come).map(event).collect()
}

/// Times of maintenance are written as `21 Jan 2019 09:00:43 GMT`.
fn day_and_time(text: &str) -> Result<Timestamp, NoticeError> {
    let fail = |source| NoticeError::Time { text: shown(text), source };
    let civil = jiff::civil::DateTime::strptime("%d %b %Y %H:%M:%S GMT", text).map_err(fail)?;
    Ok(civil.to_zoned(jiff::tz::TimeZone::UTC).map_err(fail)?.timestamp())
}

fn read<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, NoticeError> {
    serde_json::from_str(text).map_err(|source| NoticeError::Content { text: shown(text), source })
}

/// No more of it than a line of a log can bear.
fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ec2_documents_is_read() {
        let notice = interruption(r#"{"action": "terminate", "time": "2026-11-21T20:00:00Z"}"#).unwrap();
        assert_eq!(
            (notice.action, notice.at.to_string()),
            (EndAction::Terminate, "2026-11-21T20:00:00Z".to_owned())
        );
        assert_eq!(rebalance(r#"{"noticeTime": "2026-11-21T20:00:00Z"}"#).unwrap(), notice.at);
        let events = r#"[
          {"NotBefore": "21 Jan 2026 09:00:43 GMT", "Code": "system-reboot", "Description": "scheduled reboot",
           "EventId": "instance-event-0d59937288b749b32", "NotAfter": "21 Jan 2026 09:17:23 GMT", "State": "active"},
          {"Code": "instance-stop", "EventId": "instance-event-1", "State": "completed"}]"#;
        let expected = Maintenance {
            id: "instance-event-0d59937288b749b32".to_owned(),
            code: "system-reboot".to_owned(),
            description: "scheduled reboot".to_owned(),
            not_before: Some("2026-01-21T09:00:43Z".parse().unwrap()),
        };
        assert_eq!(maintenance(events).unwrap(), [expected]);
        assert_eq!(maintenance("[]").unwrap(), []);
    }

    #[test]
    fn what_ec2_does_not_document_is_an_error_and_not_nothing() {
        for text in ["", "null", "{}", r#"{"action": "vanish", "time": "2026-11-21T20:00:00Z"}"#] {
            assert!(matches!(interruption(text), Err(NoticeError::Content { .. })), "{text}");
            assert!(rebalance(text).is_err(), "{text}");
        }
        let dated = r#"[{"EventId": "1", "Code": "instance-stop", "NotBefore": "tomorrow"}]"#;
        assert!(matches!(maintenance(dated), Err(NoticeError::Time { .. })));
    }
}
