//! The images that cloudkit launches by itself, and what is known of them.
//!
//! The id of an image is AWS's to say, by a public parameter; what is known here is its parameter, its user and its C
//! library.

use crate::aws::types::Image;
use crate::model::Architecture;

/// A Linux distribution as AWS publishes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Distribution {
    /// What people call it.
    pub name: &'static str,
    /// The user that its keys are for.
    pub login_user: &'static str,
    /// The version of its GNU C library.
    pub glibc: GlibcVersion,
}

/// Amazon Linux 2023, with its user and its C library:
/// <https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html>
pub const AMAZON_LINUX_2023: Distribution = Distribution {
    name: "Amazon Linux 2023",
    login_user: "ec2-user",
    glibc: GlibcVersion { major: 2, minor: 34 },
};

impl Distribution {
    /// The public parameter that names the current image for an architecture; none where there is no such image.
    /// <https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli>
    #[must_use]
    pub fn parameter(&self, architecture: Architecture) -> Option<&'static str> {
        match architecture {
            Architecture::X86_64 => {
                Some("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")
            }
            Architecture::Arm64 => {
                Some("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64")
            }
            Architecture::I386 | Architecture::X86_64Mac | Architecture::Arm64Mac => None,
        }
    }
}

/// The user that the keys of an image are for, where its name says whose image it is.
#[must_use]
pub fn login_user(image: &Image) -> Option<&'static str> {
    let name = image.name.as_deref()?;
    name.starts_with("al2023-ami-").then_some(AMAZON_LINUX_2023.login_user)
}

/// A version of the GNU C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GlibcVersion {
    /// 2, for decades.
    pub major: u16,
    /// The part that counts.
    pub minor: u16,
}

impl std::fmt::Display for GlibcVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}
