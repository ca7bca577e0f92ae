//! Lists from their public addresses, or from a mirror of them.
//!
//! All side by side, each only if it is newer than what was read before, each within a time and a size. The lists of
//! on-demand prices are those that their index names.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::ledger::Ledger;
use super::{LARGEST_LIST, Paper, RefreshError};
use crate::catalog::feeds::locations::LocationKind;
use crate::catalog::feeds::on_demand::operating_system_name;
use crate::catalog::feeds::{FeedError, FeedKind, decoded, locations, on_demand_index};
use crate::model::OperatingSystem;
use crate::platform::http::{HttpClient, Limits, Validators};

/// How many lists are on their way at once.
const AT_ONCE: usize = 12;
/// The operating systems whose on-demand prices are fetched.
const SYSTEMS: [OperatingSystem; 2] = [OperatingSystem::Linux, OperatingSystem::Windows];

/// Where the lists are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// The list of spot prices.
    pub spot_prices: String,
    /// The list of interruptions.
    pub interruptions: String,
    /// The folder of the on-demand lists: `metadata.json`, and `LOCATION/SYSTEM/index.json` for each.
    pub on_demand: String,
    /// The list of locations.
    pub locations: String,
}

impl Default for Addresses {
    /// AWS's own.
    fn default() -> Self {
        Self {
            spot_prices: "https://website.spot.ec2.aws.a2z.com/spot.json".to_owned(),
            interruptions: "https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json".to_owned(),
            on_demand: "https://b0.p.awsstatic.com/pricing/2.0/meteredUnitMaps/ec2/USD/current/ec2-ondemand-without-sec-sel".to_owned(),
            locations: "https://b0.p.awsstatic.com/locations/1.0/aws/current/locations.json".to_owned(),
        }
    }
}

impl Addresses {
    /// Those of a mirror: `spot.json`, `spot-advisor-data.json`, `locations.json`, `metadata.json` and
    /// `LOCATION/SYSTEM/index.json` below one address.
    #[must_use]
    pub fn of_mirror(base: &str) -> Self {
        let base = base.trim_end_matches('/');
        Self {
            spot_prices: format!("{base}/spot.json"),
            interruptions: format!("{base}/spot-advisor-data.json"),
            on_demand: base.to_owned(),
            locations: format!("{base}/locations.json"),
        }
    }
}

/// What was fetched.
#[derive(Debug, Default)]
pub struct Fetched {
    /// The lists that are newer than what was read before.
    pub papers: Vec<Paper>,
    /// The addresses whose lists are not.
    pub unchanged: Vec<String>,
    /// The addresses that gave no list.
    pub failures: Vec<(String, RefreshError)>,
}

/// How lists are fetched.
pub struct Fetching<'f> {
    /// The client.
    pub client: &'f HttpClient,
    /// Where from.
    pub addresses: &'f Addresses,
    /// What was read before.
    pub ledger: &'f Ledger,
    /// How long one list may take.
    pub limit: Duration,
    /// Told after each list: how many are done, of how many.
    pub progress: &'f dyn Fn(usize, usize),
}

impl Fetching<'_> {
    /// Fetches all of them.
    pub async fn all(&self) -> Fetched {
        let Addresses { spot_prices, interruptions, on_demand, locations } = self.addresses;
        let index = format!("{on_demand}/metadata.json");
        let first = [locations.clone(), index.clone(), spot_prices.clone(), interruptions.clone()];
        let mut fetched = self.some(&first, &[locations, &index]).await;
        match lists_of(&fetched, &index, locations, on_demand) {
            Ok(lists) => {
                let more = self.some(&lists, &[]).await;
                fetched.papers.extend(more.papers);
                fetched.unchanged.extend(more.unchanged);
                fetched.failures.extend(more.failures);
            }
            Err(error) => fetched.failures.push((index, error)),
        }
        fetched
    }

    /// Fetches what spot offers need.
    pub async fn spot(&self) -> Fetched {
        let Addresses { spot_prices, interruptions, .. } = self.addresses;
        self.some(&[spot_prices.clone(), interruptions.clone()], &[]).await
    }

    /// Fetches some addresses side by side; those of `always` also where nothing is new.
    async fn some(&self, addresses: &[String], always: &[&String]) -> Fetched {
        let answers = addresses.iter().map(|address| async move {
            let known = if always.contains(&address) { Validators::default() } else { self.known(address) };
            (address, self.one(address, &known).await)
        });
        let mut answers = stream::iter(answers).buffer_unordered(AT_ONCE);
        let (mut fetched, mut done) = (Fetched::default(), 0);
        while let Some((address, answer)) = answers.next().await {
            done += 1;
            (self.progress)(done, addresses.len());
            match answer {
                Ok(Some(paper)) => fetched.papers.push(paper),
                Ok(None) => fetched.unchanged.push(address.clone()),
                Err(error) => fetched.failures.push((address.clone(), error)),
            }
        }
        // The order in which answers come is nobody's business.
        fetched.papers.sort_by(|one, other| one.origin.cmp(&other.origin));
        fetched.failures.sort_by(|(one, _), (other, _)| one.cmp(other));
        fetched
    }

    async fn one(&self, address: &str, known: &Validators) -> Result<Option<Paper>, RefreshError> {
        let limits = Limits { time: self.limit, bytes: LARGEST_LIST };
        let Some(document) = self.client.document(address, known, limits).await? else { return Ok(None) };
        let Validators { etag, last_modified } = document.validators;
        let changed_at = last_modified.as_deref().and_then(instant_of);
        let origin = address.to_owned();
        Ok(Some(Paper { origin, bytes: document.bytes, changed_at, etag, last_modified }))
    }

    fn known(&self, address: &str) -> Validators {
        let entry = self.ledger.from_origin(address).next();
        entry.map_or_else(Validators::default, |entry| Validators {
            etag: entry.etag.clone(),
            last_modified: entry.last_modified.clone(),
        })
    }
}

/// `Thu, 06 Aug 2026 17:17:52 GMT` as an instant.
fn instant_of(text: &str) -> Option<jiff::Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
}

/// The addresses of the on-demand lists of every region that the index names.
fn lists_of(
    fetched: &Fetched,
    index: &str,
    locations: &str,
    folder: &str,
) -> Result<Vec<String>, RefreshError> {
    let (Some(index), Some(places)) = (paper(fetched, index), paper(fetched, locations)) else {
        // That one of them failed is said already.
        return Ok(Vec::new());
    };
    let index = on_demand_index::parse(&decoded(&index.bytes, LARGEST_LIST)?)?;
    let places = locations::parse(&decoded(&places.bytes, LARGEST_LIST)?)?;
    if index.locations.rows.is_empty() {
        let (feed, field) = (FeedKind::OnDemandIndex, "regionAttributes.Location".to_owned());
        return Err(FeedError::Changed { feed, field, found: String::new(), expected: "a location" }.into());
    }
    let regions = index.locations.rows.iter().filter(|name| {
        places.rows.iter().any(|place| place.name == **name && place.kind == LocationKind::Region)
    });
    Ok(regions
        .flat_map(|name| SYSTEMS.into_iter().map(move |os| (name, operating_system_name(os))))
        .map(|(name, os)| format!("{folder}/{}/{os}/index.json", encoded(name)))
        .collect())
}

fn paper<'f>(fetched: &'f Fetched, address: &str) -> Option<&'f Paper> {
    fetched.papers.iter().find(|paper| paper.origin == address)
}

/// A location's name as a part of an address.
fn encoded(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~()".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}
