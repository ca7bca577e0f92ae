//! Processor architectures, in EC2's own spelling.
//!
//! Which image or binary fits which architecture is decided elsewhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::NotAValue;

/// An architecture as `ProcessorInfo.SupportedArchitectures` of DescribeInstanceTypes names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Architecture {
    /// 32-bit Intel and AMD.
    #[serde(rename = "i386")]
    I386,
    /// 64-bit Intel and AMD.
    #[serde(rename = "x86_64")]
    X86_64,
    /// 64-bit ARM, Graviton among them.
    #[serde(rename = "arm64")]
    Arm64,
    /// Intel Macs.
    #[serde(rename = "x86_64_mac")]
    X86_64Mac,
    /// Apple silicon.
    #[serde(rename = "arm64_mac")]
    Arm64Mac,
}

impl Architecture {
    /// Every architecture that EC2 knows, in the order of their codes.
    pub const ALL: [Self; 5] = [Self::I386, Self::X86_64, Self::Arm64, Self::X86_64Mac, Self::Arm64Mac];

    /// EC2's own spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::I386 => "i386",
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
            Self::X86_64Mac => "x86_64_mac",
            Self::Arm64Mac => "arm64_mac",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Architecture {
    type Err = NotAValue;

    /// Reads EC2's spelling and those that everybody types: `amd64`, `aarch64` and `arm`.
    fn from_str(text: &str) -> Result<Self, NotAValue> {
        match text.to_ascii_lowercase().as_str() {
            "amd64" | "x86-64" => Ok(Self::X86_64),
            "aarch64" | "arm" => Ok(Self::Arm64),
            lower => {
                Self::ALL.into_iter().find(|architecture| architecture.as_str() == lower).ok_or_else(|| {
                    NotAValue::new(text, "an architecture: x86_64, arm64, i386, x86_64_mac or arm64_mac")
                })
            }
        }
    }
}
