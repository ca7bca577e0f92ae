//! Operating systems as the price list tells them apart.
//!
//! Only what changes the price per hour counts here; which image is started is decided elsewhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::NotAValue;

/// What an hour is billed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OperatingSystem {
    /// Linux without a licence fee: Amazon Linux, Ubuntu, Debian.
    #[default]
    Linux,
    /// Windows, licence included.
    Windows,
    /// Red Hat Enterprise Linux.
    Rhel,
    /// SUSE Linux Enterprise Server.
    Suse,
}

impl OperatingSystem {
    /// Every operating system with a price of its own, in the order of the catalog's columns.
    pub const ALL: [Self; 4] = [Self::Linux, Self::Windows, Self::Rhel, Self::Suse];

    /// The spelling of the pipe format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Windows => "windows",
            Self::Rhel => "rhel",
            Self::Suse => "suse",
        }
    }
}

impl fmt::Display for OperatingSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for OperatingSystem {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let lower = text.to_ascii_lowercase();
        Self::ALL
            .into_iter()
            .find(|os| os.as_str() == lower)
            .ok_or_else(|| NotAValue::new(text, "an operating system: linux, windows, rhel or suse"))
    }
}
