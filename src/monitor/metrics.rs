//! The daemon's figures for Prometheus: their text, and the little server that gives it out on loopback.
//!
//! It knows one question and forgets who asked. What a client may take in time, bytes and company is bounded; the loop of
//! the daemon waits for none of them. <https://prometheus.io/docs/instrumenting/exposition_formats/>

use std::fmt::Write as _;

use jiff::Timestamp;

use super::control::answer::Why;
use super::idle;
use super::status::{State, Status};
use crate::model::Money;

#[cfg(feature = "aws")]
mod server;

#[cfg(feature = "aws")]
pub use server::{MetricsError, Server};

/// What is told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// What the daemon last saw and decided; none before its first look.
    pub status: Option<Status>,
    /// Its reasons.
    pub why: Option<Why>,
    /// What the machine has cost, where that is counted.
    pub spent: Option<Money>,
    /// How often the daemon has looked.
    pub ticks: u64,
    /// How often something did not work that had.
    pub troubles: u64,
}

impl Figures {
    /// The figures in Prometheus's text format.
    #[must_use]
    pub fn text(&self) -> String {
        let mut page = Page::default();
        page.family("cloudkit_agent_info", "gauge", "Always 1; the labels say which agent this is.");
        let status = self.status.as_ref();
        let launch = status.map_or("", |status| status.launch.as_str());
        let machine = status.and_then(|status| status.instance_id.as_deref()).unwrap_or_default();
        let version = env!("CARGO_PKG_VERSION");
        page.sample(
            "cloudkit_agent_info",
            &[("version", version), ("launch", launch), ("instance_id", machine)],
            "1",
        );
        page.one("cloudkit_agent_ticks_total", "counter", "Looks at the machine.", &self.ticks);
        page.one(
            "cloudkit_agent_troubles_total",
            "counter",
            "Times that something did not work.",
            &self.troubles,
        );
        if let Some(status) = status {
            page.status(status);
        }
        if let Some(spent) = self.spent {
            page.one(
                "cloudkit_agent_spent_usd",
                "gauge",
                "What the machine has cost, in US dollars.",
                &spent,
            );
        }
        if let Some(why) = &self.why {
            page.why(why);
        }
        page.text
    }
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: &str) {
        let labels: Vec<_> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.text, "{name}{labels} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: &impl ToString) {
        self.family(name, kind, help);
        self.sample(name, &[], &value.to_string());
    }

    fn time(&mut self, name: &str, help: &str, at: Option<Timestamp>) {
        if let Some(at) = at {
            self.one(name, "gauge", help, &at.as_second());
        }
    }

    fn status(&mut self, status: &Status) {
        let since = "in seconds since 1970.";
        self.time("cloudkit_agent_deadline_seconds", &format!("The deadline, {since}"), status.deadline);
        self.time(
            "cloudkit_agent_ends_at_seconds",
            &format!("When the machine ends, {since}"),
            status.ends_at,
        );
        self.time(
            "cloudkit_agent_last_tick_seconds",
            &format!("The last look, {since}"),
            Some(status.last_tick),
        );
        let ending = u8::from(status.state == State::Ending);
        self.one("cloudkit_agent_ending", "gauge", "Whether the machine is being ended.", &ending);
        let warned = u8::from(status.warned);
        self.one("cloudkit_agent_warned", "gauge", "Whether users have been warned of the end.", &warned);
    }

    fn why(&mut self, why: &Why) {
        if let Some(window) = why.window {
            let help = "For how long the machine has had no work.";
            self.one("cloudkit_agent_idle_seconds", "gauge", help, &window.quiet_seconds);
            let help = "How long without work makes the machine idle.";
            self.one("cloudkit_agent_idle_timeout_seconds", "gauge", help, &window.needed_seconds);
        }
        let help = "Until when idleness does not count, in seconds since 1970.";
        self.time("cloudkit_agent_paused_until_seconds", help, why.paused_until);
        if why.readings.is_empty() {
            return;
        }
        let name = "cloudkit_agent_reading_active";
        self.family(
            name,
            "gauge",
            "1 where a signal says work, 0 where it does not, NaN where it is unknown.",
        );
        for reading in &why.readings {
            let state = match reading.state {
                idle::State::Active => "1",
                idle::State::Quiet => "0",
                idle::State::Unknown => "NaN",
            };
            self.sample(name, &[("reading", reading.name.as_str())], state);
        }
        let name = "cloudkit_agent_reading";
        self.family(name, "gauge", "What a signal of work was read as.");
        for reading in &why.readings {
            let unit = reading.unit.map_or("", idle::Unit::as_str);
            let labels = [("reading", reading.name.as_str()), ("unit", unit)];
            self.sample(name, &labels, &number(reading.value));
        }
        let name = "cloudkit_agent_reading_threshold";
        self.family(name, "gauge", "From where on a signal counts as work.");
        for reading in why.readings.iter().filter(|reading| reading.threshold.is_some()) {
            self.sample(name, &[("reading", reading.name.as_str())], &number(reading.threshold));
        }
    }
}

fn number(value: Option<u64>) -> String {
    value.map_or_else(|| "NaN".to_owned(), |value| value.to_string())
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
pub(super) mod tests;
