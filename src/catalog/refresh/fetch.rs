//! Lists from their public addresses, or from a mirror of them.
//!
//! All side by side, each only if it is newer than what was read before, each within a time and a size. The lists of
//! on-demand prices are those that their index names.

use std::borrow::Cow;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;

use super::dates::{Dates, instant_of};
use super::ledger::Ledger;
use super::{LARGEST_LIST, ListFailure, Paper, RefreshError};
use crate::catalog::feeds::locations::LocationKind;
use crate::catalog::feeds::on_demand::operating_system_name;
use crate::catalog::feeds::{FeedKind, decoded, locations, on_demand_index};
use crate::catalog::region_name;
use crate::model::OperatingSystem;
use crate::platform::http::{HttpClient, Limits, Validators};
use crate::platform::variables::Variable;
use crate::platform::{Process, variables};

/// How long one list may take.
pub const LIST_LIMIT: Duration = Duration::from_secs(60);
/// How long a question waits for the lists that it can't be answered without.
pub const QUESTION_LIMIT: Duration = Duration::from_secs(5);

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
    /// AWS's own, but for those that a variable of the process names.
    #[must_use]
    pub fn of_process(process: &Process) -> Self {
        let aws = Self::default();
        let or = |variable: Variable, address: String| {
            process.variable(variable.name).map_or(address, |own| own.trim_end_matches('/').to_owned())
        };
        Self {
            spot_prices: or(variables::SPOT_PRICES_URL, aws.spot_prices),
            interruptions: or(variables::INTERRUPTIONS_URL, aws.interruptions),
            on_demand: or(variables::ON_DEMAND_PRICES_URL, aws.on_demand),
            locations: or(variables::LOCATIONS_URL, aws.locations),
        }
    }

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
    pub failures: Vec<ListFailure>,
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
        let first = [
            (FeedKind::Locations, locations.clone()),
            (FeedKind::OnDemandIndex, index),
            (FeedKind::SpotPrice, spot_prices.clone()),
            (FeedKind::Interruption, interruptions.clone()),
        ];
        let mut fetched = self.some(&first).await;
        let more = self.some(&lists_of(&fetched, on_demand)).await;
        fetched.papers.extend(more.papers);
        fetched.unchanged.extend(more.unchanged);
        fetched.failures.extend(more.failures);
        fetched
    }

    /// Fetches what spot offers need.
    pub async fn spot(&self) -> Fetched {
        let Addresses { spot_prices, interruptions, .. } = self.addresses;
        let lists =
            [(FeedKind::SpotPrice, spot_prices.clone()), (FeedKind::Interruption, interruptions.clone())];
        self.some(&lists).await
    }

    /// Fetches some addresses side by side. Those that say which lists there are come also where nothing is new.
    async fn some(&self, addresses: &[(FeedKind, String)]) -> Fetched {
        let answers = addresses.iter().map(|(wanted, address)| async move {
            let is_needed = matches!(wanted, FeedKind::Locations | FeedKind::OnDemandIndex);
            let known = if is_needed { Validators::default() } else { self.known(address) };
            (*wanted, address, self.one(*wanted, address, &known).await)
        });
        let mut answers = stream::iter(answers).buffer_unordered(AT_ONCE);
        let (mut fetched, mut done) = (Fetched::default(), 0);
        while let Some((wanted, address, answer)) = answers.next().await {
            done += 1;
            (self.progress)(done, addresses.len());
            match answer {
                Ok(Some(paper)) => fetched.papers.push(paper),
                Ok(None) => fetched.unchanged.push(address.clone()),
                Err(error) => {
                    fetched.failures.push(ListFailure { origin: address.clone(), feed: Some(wanted), error });
                }
            }
        }
        // The order in which answers come is nobody's business.
        fetched.papers.sort_by(|one, other| one.origin.cmp(&other.origin));
        fetched.unchanged.sort_unstable();
        fetched.failures.sort_by(|one, other| one.origin.cmp(&other.origin));
        fetched
    }

    async fn one(
        &self,
        wanted: FeedKind,
        address: &str,
        known: &Validators,
    ) -> Result<Option<Paper>, RefreshError> {
        let limits = Limits { time: self.limit, bytes: LARGEST_LIST };
        let Some(document) = self.client.document(address, known, limits).await? else { return Ok(None) };
        let Validators { etag, last_modified } = document.validators;
        Ok(Some(Paper {
            origin: address.to_owned(),
            wanted: Some(wanted),
            bytes: document.bytes,
            dates: Dates { said: last_modified.as_deref().and_then(instant_of), ..Dates::default() },
            etag,
            last_modified,
        }))
    }

    fn known(&self, address: &str) -> Validators {
        let entry = self.ledger.from_origin(address).next();
        entry.map_or_else(Validators::default, |entry| Validators {
            etag: entry.etag.clone(),
            last_modified: entry.last_modified.clone(),
        })
    }
}

/// The addresses of the on-demand lists of every region that the index names; none where it can't be read, which whoever
/// reads it says. Without a list of locations the names that are built in say what a region is.
fn lists_of(fetched: &Fetched, folder: &str) -> Vec<(FeedKind, String)> {
    let index = text(fetched, FeedKind::OnDemandIndex).and_then(|text| on_demand_index::parse(&text).ok());
    let places = text(fetched, FeedKind::Locations).and_then(|text| locations::parse(&text).ok());
    let names = index.map_or_else(Vec::new, |index| index.locations.rows);
    let is_region = |name: &String| match &places {
        Some(places) => places.find(name).is_ok_and(|place| place.kind == LocationKind::Region),
        None => region_name::code_of(name).is_ok(),
    };
    let regions = names.iter().filter(|name| is_region(name));
    regions
        .flat_map(|name| SYSTEMS.into_iter().map(move |os| (name, operating_system_name(os))))
        .map(|(name, os)| (FeedKind::OnDemand, format!("{folder}/{}/{os}/index.json", encoded(name))))
        .collect()
}

fn text(fetched: &Fetched, kind: FeedKind) -> Option<Cow<'_, str>> {
    let paper = fetched.papers.iter().find(|paper| paper.wanted == Some(kind))?;
    decoded(&paper.bytes, LARGEST_LIST).ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(wanted: FeedKind, text: &str) -> Paper {
        let (origin, bytes) = (String::new(), text.as_bytes().to_vec());
        Paper {
            origin,
            wanted: Some(wanted),
            bytes,
            dates: Dates::default(),
            etag: None,
            last_modified: None,
        }
    }

    fn index(locations: &str) -> Paper {
        let manifest = r#"{"hawkFilePublicationDate":"2026-09-01T12:00:00Z","currencyCode":"USD"}"#;
        let systems = r#"{"plc:OperatingSystem":["Linux"]}"#;
        let attributes = format!(r#"{{"Location":[{locations}]}}"#);
        let text = format!(
            r#"{{"manifest":{manifest},"regionAttributes":{attributes},"valueAttributes":{systems}}}"#
        );
        paper(FeedKind::OnDemandIndex, &text)
    }

    fn addresses(papers: Vec<Paper>) -> Vec<String> {
        let fetched = Fetched { papers, ..Fetched::default() };
        lists_of(&fetched, "http://x").into_iter().map(|(_, address)| address).collect()
    }

    #[test]
    fn each_region_of_the_index_has_a_list_for_each_system() {
        let index = || index(r#""Nowhere (Yet)","EU (Ireland)","US East (Atlanta)""#);
        let ireland =
            ["http://x/EU%20(Ireland)/Linux/index.json", "http://x/EU%20(Ireland)/Windows/index.json"];
        assert_eq!(addresses(vec![index()]), ireland, "by the names that are built in");
        let places = r#"{"Nowhere (Yet)":{"code":"us-east-9","type":"AWS Region"},
            "US East (Atlanta)":{"code":"us-east-1-atl-1","type":"AWS Local Zone"}}"#;
        let nowhere =
            ["http://x/Nowhere%20(Yet)/Linux/index.json", "http://x/Nowhere%20(Yet)/Windows/index.json"];
        assert_eq!(addresses(vec![index(), paper(FeedKind::Locations, places)]), nowhere);
        assert_eq!(addresses(vec![index(), paper(FeedKind::Locations, "<html>")]), ireland);
        assert!(addresses(vec![paper(FeedKind::OnDemandIndex, "{}")]).is_empty());
        assert!(addresses(Vec::new()).is_empty());
    }
}
