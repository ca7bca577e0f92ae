//! What an image that was named by its id is, where its owner and its name say so.
//!
//! Only publishers are believed: anybody can call an image of theirs `al2023-ami-…`.

use super::{AMAZON_LINUX_2023, DEBIAN_12, Distribution, GlibcVersion, UBUNTU_22_04, UBUNTU_24_04};
use crate::aws::types::Image;

/// What is known of an image that somebody else made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recognised {
    /// What people call what it is built on.
    pub name: &'static str,
    /// The user that its keys are for.
    pub login_user: &'static str,
    /// The version of its GNU C library, where the release is known.
    pub glibc: Option<GlibcVersion>,
}

impl From<Distribution> for Recognised {
    fn from(distribution: Distribution) -> Self {
        let Distribution { name, login_user, glibc } = distribution;
        Self { name, login_user, glibc: Some(glibc) }
    }
}

/// EC2 gives this alias to the images of Amazon and of partners that it has verified, Canonical and Debian among them:
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharing-amis.html>
const VERIFIED: &str = "amazon";
/// Amazon Linux, Canonical, Debian and the deep-learning images in the commercial regions; elsewhere the alias says it.
const PUBLISHERS: [&str; 4] = ["137112412989", "099720109477", "136693071363", "898082745236"];

/// What an image of a known publisher is; none for anybody else's.
#[must_use]
pub fn recognise(image: &Image) -> Option<Recognised> {
    let of_publisher = image.owner_alias.as_deref() == Some(VERIFIED)
        || image.owner.as_deref().is_some_and(|owner| PUBLISHERS.contains(&owner));
    let name = image.name.as_deref().filter(|_| of_publisher)?;
    let deep_learning = name.starts_with("Deep Learning");
    Some(match name {
        _ if name.starts_with("al2023-ami-") => AMAZON_LINUX_2023.into(),
        _ if name.starts_with("amzn2-ami-") => AMAZON_LINUX_2,
        _ if name.starts_with("debian-12-") => DEBIAN_12.into(),
        _ if name.starts_with("debian-") => OTHER_DEBIAN,
        _ if name.starts_with("ubuntu/") => ubuntu(name),
        _ if deep_learning && name.contains("(Amazon Linux 2023)") => AMAZON_LINUX_2023.into(),
        _ if deep_learning && name.contains("(Amazon Linux 2)") => AMAZON_LINUX_2,
        _ if deep_learning && name.contains("(Ubuntu ") => ubuntu(name),
        _ => return None,
    })
}

/// <https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html>
const AMAZON_LINUX_2: Recognised = Recognised {
    name: "Amazon Linux 2",
    login_user: "ec2-user",
    glibc: Some(GlibcVersion { major: 2, minor: 26 }),
};

const OTHER_DEBIAN: Recognised = Recognised { name: "Debian", login_user: DEBIAN_12.login_user, glibc: None };

fn ubuntu(name: &str) -> Recognised {
    let of_release = |release: &str| {
        name.contains(&format!("-{release}-")) || name.contains(&format!("(Ubuntu {release})"))
    };
    if of_release("24.04") {
        UBUNTU_24_04.into()
    } else if of_release("22.04") {
        UBUNTU_22_04.into()
    } else {
        Recognised { name: "Ubuntu", login_user: UBUNTU_24_04.login_user, glibc: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(owner: &str, alias: Option<&str>, name: &str) -> Option<(&'static str, Option<String>)> {
        let image = Image {
            owner: Some(owner.to_owned()),
            owner_alias: alias.map(str::to_owned),
            name: Some(name.to_owned()),
            ..Image::default()
        };
        recognise(&image).map(|known| (known.login_user, known.glibc.map(|version| version.to_string())))
    }

    #[test]
    fn a_publisher_is_believed_and_nobody_else() {
        let name = "al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64";
        let expected = Some(("ec2-user", Some("2.34".to_owned())));
        assert_eq!(known("137112412989", Some("amazon"), name), expected);
        assert_eq!(known("045324592363", Some("amazon"), name), expected, "another partition's publisher");
        assert_eq!(known("137112412989", None, name), expected);
        assert_eq!(known("123456789012", None, name), None);
        assert_eq!(known("123456789012", Some("aws-marketplace"), name), None);
    }

    #[test]
    fn a_name_says_the_user_and_mostly_the_library() {
        for (name, user, glibc) in [
            ("amzn2-ami-hvm-2.0.20260930.0-x86_64-gp2", "ec2-user", Some("2.26")),
            ("ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20251022", "ubuntu", Some("2.39")),
            ("ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server-20251022", "ubuntu", Some("2.35")),
            ("ubuntu/images/hvm-ssd/ubuntu-trusty-14.04-amd64-server-20170727", "ubuntu", None),
            ("debian-12-amd64-20250814-2204", "admin", Some("2.36")),
            ("debian-13-arm64-20250814-2204", "admin", None),
            (
                "Deep Learning Base OSS Nvidia Driver GPU AMI (Amazon Linux 2023) 20260916",
                "ec2-user",
                Some("2.34"),
            ),
            (
                "Deep Learning ARM64 Base OSS Nvidia Driver GPU AMI (Ubuntu 24.04) 20260918",
                "ubuntu",
                Some("2.39"),
            ),
        ] {
            let expected = Some((user, glibc.map(str::to_owned)));
            assert_eq!(known("898082745236", Some("amazon"), name), expected, "{name}");
        }
        assert_eq!(known("801119661308", Some("amazon"), "Windows_Server-2022-English-Full-Base"), None);
    }
}
