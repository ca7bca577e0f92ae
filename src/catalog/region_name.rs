//! The regions of AWS and their names, whether a catalog has data of them or not.
//!
//! <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>; the price lists word some of the
//! names otherwise. What is offered in a region is a catalog's to say.

use super::feeds::FeedError;
use crate::model::RegionName;

/// Every region, by code, with its name for people.
pub const ALL: [(&str, &str); 39] = [
    ("af-south-1", "Africa (Cape Town)"),
    ("ap-east-1", "Asia Pacific (Hong Kong)"),
    ("ap-east-2", "Asia Pacific (Taipei)"),
    ("ap-northeast-1", "Asia Pacific (Tokyo)"),
    ("ap-northeast-2", "Asia Pacific (Seoul)"),
    ("ap-northeast-3", "Asia Pacific (Osaka)"),
    ("ap-south-1", "Asia Pacific (Mumbai)"),
    ("ap-south-2", "Asia Pacific (Hyderabad)"),
    ("ap-southeast-1", "Asia Pacific (Singapore)"),
    ("ap-southeast-2", "Asia Pacific (Sydney)"),
    ("ap-southeast-3", "Asia Pacific (Jakarta)"),
    ("ap-southeast-4", "Asia Pacific (Melbourne)"),
    ("ap-southeast-5", "Asia Pacific (Malaysia)"),
    ("ap-southeast-6", "Asia Pacific (New Zealand)"),
    ("ap-southeast-7", "Asia Pacific (Thailand)"),
    ("ca-central-1", "Canada (Central)"),
    ("ca-west-1", "Canada West (Calgary)"),
    ("cn-north-1", "China (Beijing)"),
    ("cn-northwest-1", "China (Ningxia)"),
    ("eu-central-1", "Europe (Frankfurt)"),
    ("eu-central-2", "Europe (Zurich)"),
    ("eu-north-1", "Europe (Stockholm)"),
    ("eu-south-1", "Europe (Milan)"),
    ("eu-south-2", "Europe (Spain)"),
    ("eu-west-1", "Europe (Ireland)"),
    ("eu-west-2", "Europe (London)"),
    ("eu-west-3", "Europe (Paris)"),
    ("eusc-de-east-1", "AWS European Sovereign Cloud (Germany)"),
    ("il-central-1", "Israel (Tel Aviv)"),
    ("me-central-1", "Middle East (UAE)"),
    ("me-south-1", "Middle East (Bahrain)"),
    ("mx-central-1", "Mexico (Central)"),
    ("sa-east-1", "South America (Sao Paulo)"),
    ("us-east-1", "US East (N. Virginia)"),
    ("us-east-2", "US East (Ohio)"),
    ("us-gov-east-1", "AWS GovCloud (US-East)"),
    ("us-gov-west-1", "AWS GovCloud (US-West)"),
    ("us-west-1", "US West (N. California)"),
    ("us-west-2", "US West (Oregon)"),
];

/// The codes of every region.
pub fn codes<'c>() -> impl Iterator<Item = &'c str> + Clone {
    ALL.into_iter().map(|(code, _)| code)
}

/// The name of a region for people.
#[must_use]
pub fn name_of(code: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// The region that the price lists call so.
///
/// # Errors
/// [`FeedError::UnknownLocation`] where none is.
pub fn code_of(location: &str) -> Result<RegionName, FeedError> {
    let name = match location.strip_prefix("EU (") {
        Some(city) => format!("Europe ({city}"),
        None if location == "AWS GovCloud (US)" => "AWS GovCloud (US-West)".to_owned(),
        None => location.to_owned(),
    };
    let code = ALL.iter().find(|(_, known)| *known == name).and_then(|(code, _)| code.parse().ok());
    code.ok_or_else(|| FeedError::UnknownLocation { name: location.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_lists_names_are_understood() {
        for (location, code) in [
            ("US East (N. Virginia)", "us-east-1"),
            ("EU (Ireland)", "eu-west-1"),
            ("AWS GovCloud (US)", "us-gov-west-1"),
            ("AWS GovCloud (US-East)", "us-gov-east-1"),
        ] {
            assert_eq!(code_of(location).unwrap().as_str(), code);
        }
        let unknown = code_of("US East (Atlanta)").unwrap_err();
        assert_eq!(unknown.to_string(), r#""US East (Atlanta)" is not in the list of locations"#);
    }

    #[test]
    fn every_code_is_a_region_s_and_in_order() {
        assert!(ALL.is_sorted() && codes().all(|code| code.parse::<RegionName>().is_ok()));
    }
}
