//! The daemon's log as systemd's journal takes it: the words, how grave they are, and fields to search by.
//!
//! The names of the fields and of the events are an interface: they stay. Nothing is written here.

use super::event::Event;
use super::readings::Identity;

/// Whose log it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    launch: String,
    instance: Option<String>,
}

impl Origin {
    /// The log of a machine of this launch.
    #[must_use]
    pub fn new(launch: &str) -> Self {
        Self { launch: launch.to_owned(), instance: None }
    }

    /// The fields of an event. From the event on that says which machine this is, it is among them.
    pub fn fields(&mut self, event: &Event) -> Vec<(&'static str, String)> {
        if let Event::Identified(Identity { instance_id, .. }) = event {
            self.instance = Some(instance_id.clone());
        }
        let mut fields = vec![
            ("MESSAGE", event.to_string()),
            ("PRIORITY", priority(event).to_string()),
            ("SYSLOG_IDENTIFIER", "cloudkit-agent".to_owned()),
            ("CLOUDKIT_EVENT", event.name().to_owned()),
            ("CLOUDKIT_LAUNCH", self.launch.clone()),
        ];
        fields.extend(self.instance.clone().map(|id| ("CLOUDKIT_INSTANCE", id)));
        fields
    }
}

const WARNING: u8 = 4;
const NOTICE: u8 = 5;
const INFORMATION: u8 = 6;

/// How grave an event is, as syslog counts it.
const fn priority(event: &Event) -> u8 {
    match event {
        Event::Trouble { .. } | Event::ClockBeforeLaunch { .. } => WARNING,
        Event::Ending(..)
        | Event::Warned(_)
        | Event::Told(_)
        | Event::HooksStarted { .. }
        | Event::HooksEnded { .. }
        | Event::Complete { .. }
        | Event::Grace { .. }
        | Event::Asked { .. } => NOTICE,
        _ => INFORMATION,
    }
}

impl Event {
    /// Its name, for who searches the journal or is told by webhook.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::Identified(_) => "identified",
            Self::Deadline(_) => "deadline",
            Self::NoDeadline => "no-deadline",
            Self::ClockBeforeLaunch { .. } => "clock-before-launch",
            Self::Grace { .. } => "grace",
            Self::Idle { .. } => "idle",
            Self::Complete { .. } => "complete",
            Self::Warned(_) => "warned",
            Self::TakenBack => "taken-back",
            Self::Told(_) => "told",
            Self::HooksStarted { .. } => "hooks-started",
            Self::HooksEnded { .. } => "hooks-ended",
            Self::Ending(..) => "ending",
            Self::Asked { .. } => "asked",
            Self::Trouble { .. } => "trouble",
            Self::Over(_) => "trouble-over",
            Self::Stopped => "stopped",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::decide::Effort;
    use crate::monitor::end::EndReason;

    #[test]
    fn each_entry_says_what_and_whose_it_is() {
        let mut origin = Origin::new("l-1");
        let started = origin.fields(&Event::Started { launch: "l-1".to_owned() });
        assert_eq!(
            started,
            [
                ("MESSAGE", "looking after a machine of launch l-1".to_owned()),
                ("PRIORITY", "6".to_owned()),
                ("SYSLOG_IDENTIFIER", "cloudkit-agent".to_owned()),
                ("CLOUDKIT_EVENT", "started".to_owned()),
                ("CLOUDKIT_LAUNCH", "l-1".to_owned()),
            ]
        );
        let identity = Identity { instance_id: "i-1".to_owned(), region: "us-east-1".to_owned() };
        origin.fields(&Event::Identified(identity));
        let ending = origin.fields(&Event::Ending(EndReason::Idle, Effort::Orderly));
        assert_eq!(ending.last(), Some(&("CLOUDKIT_INSTANCE", "i-1".to_owned())));
        assert_eq!(ending[1].1, "5");
    }
}
