//! What the lab says behind AWS's back: the truth that the demo is checked against.
//! It only asks; the demo changes nothing at the lab but through cloudkit.

use std::collections::BTreeMap;

use cloudkit::model::tag;
use jiff::Timestamp;
use serde::Deserialize;

use super::failure::{Failure, expect};
use crate::http::{self, Http};
use crate::say;

/// A call to AWS as it arrived at the lab.
#[derive(Debug, Deserialize)]
pub(super) struct Call {
    pub(super) at: Timestamp,
    pub(super) action: String,
    pub(super) status: Option<u16>,
}

/// A machine as the lab knows it.
#[derive(Debug, Deserialize)]
pub(super) struct Machine {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) instance_type: String,
    pub(super) region: String,
    pub(super) state: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) shutdown_behavior: String,
    pub(super) metadata_options: MetadataOptions,
}

#[derive(Debug, Deserialize)]
pub(super) struct MetadataOptions {
    #[serde(rename = "HttpTokens")]
    pub(super) http_tokens: String,
}

/// What is left in the account, by region and kind.
#[derive(Debug, Deserialize)]
pub(super) struct Account {
    pub(super) account: String,
    pub(super) regions: serde_json::Map<String, serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Endpoint {
    endpoint: String,
}

/// The lab's control address.
pub(super) struct Control<'d> {
    http: &'d Http,
    address: &'d str,
}

impl<'d> Control<'d> {
    pub(super) fn new(http: &'d Http, address: &'d str) -> Self {
        Self { http, address }
    }

    /// Every call to AWS so far, in order of arrival.
    pub(super) fn calls(&self) -> Result<Vec<Call>, Failure> {
        let url = format!("{}/requests", self.address);
        Ok(http::json(&url, &self.http.get(&url, &[])?)?)
    }

    /// The calls of one action.
    pub(super) fn calls_of(&self, action: &str) -> Result<Vec<Call>, Failure> {
        let mut calls = self.calls()?;
        calls.retain(|call| call.action == action);
        Ok(calls)
    }

    /// The one machine there is, or ever was.
    pub(super) fn machine(&self) -> Result<Machine, Failure> {
        let url = format!("{}/machines", self.address);
        let mut machines: Vec<Machine> = http::json(&url, &self.http.get(&url, &[])?)?;
        let count = machines.len();
        expect(count == 1, "one machine in the account", || count.to_string())?;
        machines.pop().ok_or(Failure::Expected { expected: "a machine", found: "none".to_owned() })
    }

    /// Opens the machine's metadata service and returns its address.
    pub(super) fn open_metadata(&self, machine: &str) -> Result<String, Failure> {
        let url = format!("{}/machines/{machine}/metadata", self.address);
        let answer: Endpoint = http::json(&url, &self.http.post(&url, &[], "{}")?)?;
        Ok(answer.endpoint)
    }

    /// What is left in the account; the answer is shown.
    pub(super) fn account(&self) -> Result<Account, Failure> {
        let url = format!("{}/account", self.address);
        let answer = self.http.get(&url, &[])?;
        say::result(format_args!("\nGET {url}\n{}", String::from_utf8_lossy(&answer)));
        Ok(http::json(&url, &answer)?)
    }
}

impl Machine {
    /// The deadline that its tag holds.
    pub(super) fn deadline(&self) -> Result<Timestamp, Failure> {
        let value = self.tags.get(tag::DEADLINE).map(String::as_str).unwrap_or_default();
        value.parse().map_err(|_| Failure::Expected {
            expected: "a time in the machine's tag cloudkit:deadline",
            found: format!("{value:?}"),
        })
    }

    pub(super) fn is_terminated(&self) -> bool {
        self.state == "terminated"
    }
}
