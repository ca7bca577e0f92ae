//! The lab, as the one who runs the account sees it: its machines, their tags, what their metadata service tells.
//! It asks by control alone; cloudkit's own calls are made by cloudkit.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::failure::Failure;
use crate::http::{self, Http};

/// A call to AWS.
#[derive(Debug, Deserialize)]
pub(super) struct Call {
    pub(super) action: String,
    pub(super) status: Option<u16>,
    params: Value,
}

/// A machine as AWS knows it.
#[derive(Debug, Deserialize)]
pub(super) struct Machine {
    pub(super) id: String,
    pub(super) tags: BTreeMap<String, String>,
}

/// What is left in the account, by region and kind.
#[derive(Debug, Deserialize)]
struct Account {
    regions: BTreeMap<String, BTreeMap<String, Vec<Value>>>,
}

/// A bucket, and the names of what is in it.
#[derive(Debug, Deserialize)]
struct Bucket {
    name: String,
    keys: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Endpoint {
    endpoint: String,
}

/// The lab's control.
pub(super) struct Aws {
    http: Http,
    control: String,
}

impl Aws {
    pub(super) fn new(control: &str) -> Self {
        Self { http: Http::new(), control: control.to_owned() }
    }

    pub(super) fn calls_of(&self, action: &str) -> Result<Vec<Call>, Failure> {
        let mut calls: Vec<Call> = self.get("requests")?;
        calls.retain(|call| call.action == action);
        Ok(calls)
    }

    /// How often an object was fetched by a URL that somebody else had signed, as machines do it.
    pub(super) fn fetched(&self, key: &str) -> Result<usize, Failure> {
        let mut calls = self.calls_of("GetObject")?;
        calls.retain(|call| {
            let (path, query) = (call.params["path"].as_str().unwrap_or_default(), &call.params["query"]);
            call.status == Some(200) && path.ends_with(key) && query.get("X-Amz-Signature").is_some()
        });
        Ok(calls.len())
    }

    pub(super) fn machines(&self) -> Result<Vec<Machine>, Failure> {
        self.get("machines")
    }

    /// What an owner would pay for or trip over, but for what is in buckets and the Parameter Store: its names say whose
    /// it is.
    pub(super) fn left(&self) -> Result<BTreeSet<String>, Failure> {
        let Account { regions } = self.get("account")?;
        let mut left = BTreeSet::new();
        for (region, kinds) in regions {
            for (kind, found) in kinds {
                if kind != "buckets" && kind != "parameters" {
                    left.extend(found.iter().map(|one| format!("{region}: {kind}: {one}")));
                }
            }
        }
        Ok(left)
    }

    /// The names of what is in the account's buckets.
    pub(super) fn objects(&self) -> Result<Vec<String>, Failure> {
        let buckets: Vec<Bucket> = self.get("buckets")?;
        Ok(buckets.into_iter().flat_map(|bucket| bucket.keys).collect())
    }

    /// From now on this object is another whenever it is fetched, until that is mended.
    pub(super) fn damage(&self, key: &str) -> Result<(), Failure> {
        let buckets: Vec<Bucket> = self.get("buckets")?;
        let bucket = buckets.into_iter().find(|bucket| bucket.keys.iter().any(|known| known == key));
        let bucket = bucket.ok_or_else(|| Failure::expected(key, "no such object"))?;
        let path = format!("/{}/{key}", bucket.name);
        let fault = json!({ "kind": "corrupt", "action": "GetObject", "params": { "path": path } });
        self.post("faults", &fault).map(|_| ())
    }

    /// Nothing is damaged any more.
    pub(super) fn mend(&self) -> Result<(), Failure> {
        Ok(self.http.delete(&format!("{}/faults", self.control))?)
    }

    /// Says where a machine really runs, and where its console is written to.
    pub(super) fn runs_at(&self, id: &str, address: IpAddr, console: &Path) -> Result<(), Failure> {
        self.post(&format!("machines/{id}/address"), &json!({ "address": address }))?;
        self.post(&format!("machines/{id}/console"), &json!({ "file": console })).map(|_| ())
    }

    /// Its system has shut itself down, which a container can't tell.
    pub(super) fn is_off(&self, id: &str) -> Result<(), Failure> {
        self.post(&format!("machines/{id}/power-off"), &json!({})).map(|_| ())
    }

    /// Sets a tag, as somebody with another computer would.
    pub(super) fn tag(&self, id: &str, key: &str, value: &str) -> Result<(), Failure> {
        self.post(&format!("machines/{id}/tags"), &json!({ key: value })).map(|_| ())
    }

    /// Where a machine's metadata service listens.
    pub(super) fn metadata(&self, id: &str) -> Result<SocketAddr, Failure> {
        let answer = self.post(&format!("machines/{id}/metadata"), &json!({}))?;
        let Endpoint { endpoint } = http::json("metadata", &answer)?;
        let address = endpoint.strip_prefix("http://").and_then(|address| address.parse().ok());
        address.ok_or_else(|| Failure::expected("the address of a metadata service", endpoint))
    }

    /// The address of a machine's network card, as its metadata service tells it.
    pub(super) fn mac(&self, metadata: SocketAddr) -> Result<String, Failure> {
        let session = ("X-aws-ec2-metadata-token-ttl-seconds", "60");
        let token = self.http.put(&format!("http://{metadata}/latest/api/token"), &[session], b"")?;
        let token = String::from_utf8_lossy(&token);
        let url = format!("http://{metadata}/latest/meta-data/mac");
        let mac = self.http.get(&url, &[("X-aws-ec2-metadata-token", &token)])?;
        Ok(String::from_utf8_lossy(&mac).into_owned())
    }

    /// What the machine finds below `meta-data/`, or no longer finds.
    pub(super) fn notify(&self, id: &str, path: &str, notice: &Value) -> Result<(), Failure> {
        self.post(&format!("machines/{id}/notices"), &json!({ path: notice })).map(|_| ())
    }

    /// A container is no machine of EC2's to cloud-init, which then asks as one did before there were sessions.
    pub(super) fn let_sessions_be_optional(&self, id: &str) -> Result<(), Failure> {
        self.post(&format!("machines/{id}/metadata-options"), &json!({ "HttpTokens": "optional" }))
            .map(|_| ())
    }

    fn get<T: serde::de::DeserializeOwned>(&self, route: &str) -> Result<T, Failure> {
        let url = format!("{}/{route}", self.control);
        Ok(http::json(&url, &self.http.get(&url, &[])?)?)
    }

    fn post(&self, route: &str, body: &Value) -> Result<Vec<u8>, Failure> {
        Ok(self.http.post(&format!("{}/{route}", self.control), &[], &body.to_string())?)
    }
}
