//! The AWS region in force where nobody names one.
//!
//! The environment, the settings, the AWS profile files, else us-east-1. No metadata service is ever asked, so it is the
//! same answer with and without a network.

use std::path::{Path, PathBuf};

use crate::platform::{Process, files};

/// Where nothing says another one.
const FALLBACK: &str = "us-east-1";
/// What the SDK reads too: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html>
const VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// A region and who named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// Its code.
    pub region: String,
    /// The variable, the setting or the file.
    pub named_by: String,
}

/// The region in force, where `setting` is what cloudkit's own settings say, and `profile` the AWS profile where one is
/// named by other than the environment.
#[must_use]
pub fn in_force(process: &Process, profile: Option<&str>, setting: Option<InForce>) -> InForce {
    let of_variable = |name: &str| {
        let region = process.variable(name)?.to_owned();
        Some(InForce { region, named_by: name.to_owned() })
    };
    let fallback =
        || InForce { region: FALLBACK.to_owned(), named_by: "no setting, so the default".to_owned() };
    (VARIABLES.into_iter().find_map(of_variable).or(setting))
        .or_else(|| of_profile(process, profile))
        .unwrap_or_else(fallback)
}

fn of_profile(process: &Process, profile: Option<&str>) -> Option<InForce> {
    let profile = profile.or_else(|| process.variable("AWS_PROFILE")).unwrap_or("default");
    let files = [
        aws_file(process, "AWS_CONFIG_FILE", "config")?,
        aws_file(process, "AWS_SHARED_CREDENTIALS_FILE", "credentials")?,
    ];
    files.iter().find_map(|path| {
        let region = region_in(path, profile)?;
        Some(InForce { region, named_by: format!("profile {profile} in {}", path.display()) })
    })
}

fn aws_file(process: &Process, variable: &str, name: &str) -> Option<PathBuf> {
    process
        .variable(variable)
        .map(PathBuf::from)
        .or_else(|| Some(process.home().ok()?.join(".aws").join(name)))
}

fn region_in(path: &Path, profile: &str) -> Option<String> {
    // A file that can't be read is the SDK's to complain of, where credentials are wanted.
    let content = files::read_if_there(path).ok()??;
    region_of(&String::from_utf8_lossy(&content), profile).map(str::to_owned)
}

/// The `region` of a section `[default]`, `[profile NAME]` or `[NAME]`.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>
fn region_of<'t>(text: &'t str, profile: &str) -> Option<&'t str> {
    let mut in_profile = false;
    for line in text.lines() {
        if let Some(section) = line.strip_prefix('[') {
            let name = section.split(']').next().unwrap_or_default().trim();
            in_profile = name.strip_prefix("profile").map_or(name, str::trim) == profile;
        } else if let Some((key, value)) = line.split_once('=')
            && in_profile
            && key == key.trim_start()
            && key.trim() == "region"
        {
            return Some(value.split(" #").next().unwrap_or(value).trim())
                .filter(|region| !region.is_empty());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_a_profile_is_found() {
        let text = "[default]\noutput = json\nregion = eu-west-1 # home\n[profile lab]\ns3 =\n  region = no\nregion=us-west-2\n";
        assert_eq!(region_of(text, "default"), Some("eu-west-1"));
        assert_eq!(region_of(text, "lab"), Some("us-west-2"));
        assert_eq!(region_of(text, "other"), None);
    }
}
