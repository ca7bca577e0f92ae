//! The images that cloudkit launches by name, and what is known of them.
//!
//! The id of an image is its publisher's to say, by a public parameter; what is known here is its name, its parameter, its
//! user and its C library.

mod recognised;

use serde::{Serialize, Serializer};

use crate::catalog::nearest;
use crate::model::Architecture;

pub use recognised::{Recognised, recognise};

/// A Linux distribution as it is published on EC2.
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

/// Ubuntu 24.04, with its C library: <https://packages.ubuntu.com/noble/libc6>
pub const UBUNTU_24_04: Distribution =
    Distribution { name: "Ubuntu 24.04", login_user: "ubuntu", glibc: GlibcVersion { major: 2, minor: 39 } };

/// Ubuntu 22.04, with its C library: <https://packages.ubuntu.com/jammy/libc6>
pub const UBUNTU_22_04: Distribution =
    Distribution { name: "Ubuntu 22.04", login_user: "ubuntu", glibc: GlibcVersion { major: 2, minor: 35 } };

/// Debian 12, with its user (<https://wiki.debian.org/Cloud/AmazonEC2Image>) and its C library
/// (<https://packages.debian.org/bookworm/libc6>)
pub const DEBIAN_12: Distribution =
    Distribution { name: "Debian 12", login_user: "admin", glibc: GlibcVersion { major: 2, minor: 36 } };

/// What an image is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Anything.
    General,
    /// NVIDIA's GPUs: it has their driver, CUDA and the container toolkit.
    Gpu,
    /// AWS's Inferentia and Trainium: it has their driver and tools.
    Neuron,
}

/// An image that goes by a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImageKind {
    /// Amazon Linux 2023, the usual one.
    AmazonLinux2023,
    /// Ubuntu 24.04.
    Ubuntu2404,
    /// Ubuntu 22.04.
    Ubuntu2204,
    /// Debian 12.
    Debian12,
    /// AWS's deep-learning base image on Amazon Linux 2023.
    Gpu,
    /// The same on Ubuntu 24.04.
    GpuUbuntu2404,
    /// The same on Ubuntu 22.04.
    GpuUbuntu2204,
    /// AWS's Neuron image on Amazon Linux 2023: driver and tools.
    Neuron,
    /// AWS's Neuron image on Ubuntu 24.04, with PyTorch and JAX.
    NeuronUbuntu2404,
    /// The same on Ubuntu 22.04.
    NeuronUbuntu2204,
}

impl ImageKind {
    /// Every image, the usual one first.
    pub const ALL: [Self; 10] = [
        Self::AmazonLinux2023,
        Self::Ubuntu2404,
        Self::Ubuntu2204,
        Self::Debian12,
        Self::Gpu,
        Self::GpuUbuntu2404,
        Self::GpuUbuntu2204,
        Self::Neuron,
        Self::NeuronUbuntu2404,
        Self::NeuronUbuntu2204,
    ];

    /// The name that it is asked for by.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AmazonLinux2023 => "al2023",
            Self::Ubuntu2404 => "ubuntu-24.04",
            Self::Ubuntu2204 => "ubuntu-22.04",
            Self::Debian12 => "debian-12",
            Self::Gpu => "gpu",
            Self::GpuUbuntu2404 => "gpu-ubuntu-24.04",
            Self::GpuUbuntu2204 => "gpu-ubuntu-22.04",
            Self::Neuron => "neuron",
            Self::NeuronUbuntu2404 => "neuron-ubuntu-24.04",
            Self::NeuronUbuntu2204 => "neuron-ubuntu-22.04",
        }
    }

    /// What it is built on.
    #[must_use]
    pub const fn distribution(self) -> Distribution {
        match self {
            Self::AmazonLinux2023 | Self::Gpu | Self::Neuron => AMAZON_LINUX_2023,
            Self::Ubuntu2404 | Self::GpuUbuntu2404 | Self::NeuronUbuntu2404 => UBUNTU_24_04,
            Self::Ubuntu2204 | Self::GpuUbuntu2204 | Self::NeuronUbuntu2204 => UBUNTU_22_04,
            Self::Debian12 => DEBIAN_12,
        }
    }

    /// What it is made for.
    #[must_use]
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::AmazonLinux2023 | Self::Ubuntu2404 | Self::Ubuntu2204 | Self::Debian12 => Purpose::General,
            Self::Gpu | Self::GpuUbuntu2404 | Self::GpuUbuntu2204 => Purpose::Gpu,
            Self::Neuron | Self::NeuronUbuntu2404 | Self::NeuronUbuntu2204 => Purpose::Neuron,
        }
    }

    /// What it is, in words: `deep-learning base image on Ubuntu 24.04`.
    #[must_use]
    pub fn describe(self) -> String {
        let on = self.distribution().name;
        match self.purpose() {
            Purpose::General => on.to_owned(),
            Purpose::Gpu => format!("deep-learning base image on {on}"),
            Purpose::Neuron => format!("Neuron image on {on}"),
        }
    }

    /// The public parameter that names the current image for an architecture; none where there is no such image.
    #[must_use]
    pub fn parameter(self, architecture: Architecture) -> Option<String> {
        // Each publisher has its own word for an architecture.
        let (aws, debian) = match architecture {
            Architecture::X86_64 => ("x86_64", "amd64"),
            Architecture::Arm64 => ("arm64", "arm64"),
            Architecture::I386 | Architecture::X86_64Mac | Architecture::Arm64Mac => return None,
        };
        let x86_alone = |parameter: &str| (aws == "x86_64").then(|| parameter.to_owned());
        match self {
            Self::AmazonLinux2023 => Some(amazon_linux(aws)),
            Self::Ubuntu2404 => Some(ubuntu("24.04", debian, "ebs-gp3")),
            Self::Ubuntu2204 => Some(ubuntu("22.04", debian, "ebs-gp2")),
            Self::Debian12 => Some(debian_release("12", debian)),
            Self::Gpu => Some(deep_learning(aws, "amazon-linux-2023")),
            Self::GpuUbuntu2404 => Some(deep_learning(aws, "ubuntu-24.04")),
            Self::GpuUbuntu2204 => Some(deep_learning(aws, "ubuntu-22.04")),
            Self::Neuron => x86_alone(NEURON_AMAZON_LINUX_2023),
            Self::NeuronUbuntu2404 => x86_alone(NEURON_UBUNTU_24_04),
            Self::NeuronUbuntu2204 => x86_alone(NEURON_UBUNTU_22_04),
        }
    }
}

/// <https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli>
fn amazon_linux(architecture: &str) -> String {
    format!("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}")
}

/// <https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/>
fn ubuntu(release: &str, architecture: &str, root: &str) -> String {
    format!("/aws/service/canonical/ubuntu/server/{release}/stable/current/{architecture}/hvm/{root}/ami-id")
}

/// <https://wiki.debian.org/Cloud/AmazonEC2Image/Bookworm>
fn debian_release(release: &str, architecture: &str) -> String {
    format!("/aws/service/debian/release/{release}/latest/{architecture}")
}

/// <https://docs.aws.amazon.com/dlami/latest/devguide/find-dlami-id.html>; one of AWS's pages leaves `-gpu` out of the name,
/// and there is no such parameter.
fn deep_learning(architecture: &str, on: &str) -> String {
    format!("/aws/service/deeplearning/ami/{architecture}/base-oss-nvidia-driver-gpu-{on}/latest/ami-id")
}

/// The Neuron images are for x86-64 alone, and their parameters end otherwise than all others:
/// <https://awsdocs-neuron.readthedocs-hosted.com/en/latest/dlami/index.html>
const NEURON_AMAZON_LINUX_2023: &str = "/aws/service/neuron/dlami/base/amazon-linux-2023/latest/image_id";
const NEURON_UBUNTU_24_04: &str = "/aws/service/neuron/dlami/multi-framework/ubuntu-24.04/latest/image_id";
const NEURON_UBUNTU_22_04: &str = "/aws/service/neuron/dlami/multi-framework/ubuntu-22.04/latest/image_id";

impl std::fmt::Display for ImageKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for ImageKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A name that no image has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchImage {
    /// It is an image's id.
    #[error("{0} is the id of an image, not a name: --ami {0}")]
    Id(String),
    /// It is of another system.
    #[error(
        "{name:?} would be a Windows image, and the agent that ends a machine runs on Linux; there are {}",
        all()
    )]
    Windows {
        /// What was typed.
        name: String,
    },
    /// It may be one of these.
    #[error("there is no image {name:?}; did you mean {suggested}? All of them: {}", all())]
    Unknown {
        /// What was typed.
        name: String,
        /// What comes near.
        suggested: String,
    },
    /// It is like none of them.
    #[error("there is no image {name:?}; there are {}", all())]
    Nothing {
        /// What was typed.
        name: String,
    },
}

fn all() -> String {
    ImageKind::ALL.map(ImageKind::as_str).join(", ")
}

impl std::str::FromStr for ImageKind {
    type Err = NoSuchImage;

    fn from_str(text: &str) -> Result<Self, NoSuchImage> {
        let name = text.to_ascii_lowercase();
        // A distribution alone is its newest one here.
        let full = match name.as_str() {
            "ubuntu" => "ubuntu-24.04",
            "debian" => "debian-12",
            name => name,
        };
        if let Some(kind) = Self::ALL.into_iter().find(|kind| kind.as_str() == full) {
            return Ok(kind);
        }
        if name.starts_with("ami-") {
            return Err(NoSuchImage::Id(name));
        }
        if name.starts_with("win") {
            return Err(NoSuchImage::Windows { name: text.to_owned() });
        }
        let suggested = nearest(&name, Self::ALL.into_iter().map(Self::as_str)).join(" or ");
        Err(if suggested.is_empty() {
            NoSuchImage::Nothing { name: text.to_owned() }
        } else {
            NoSuchImage::Unknown { name: text.to_owned(), suggested }
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_by_its_name_and_a_typo_gets_the_nearest() {
        for kind in ImageKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("AL2023".parse(), Ok(ImageKind::AmazonLinux2023));
        assert_eq!("ubuntu".parse(), Ok(ImageKind::Ubuntu2404));
        assert_eq!("debian".parse(), Ok(ImageKind::Debian12));
        let told = |name: &str| name.parse::<ImageKind>().unwrap_err().to_string();
        assert!(told("ubunto-24.04").starts_with(
            r#"there is no image "ubunto-24.04"; did you mean ubuntu-24.04 or ubuntu-22.04? All of them: al2023, "#
        ));
        assert!(told("neurn").contains("did you mean neuron?"), "{}", told("neurn"));
        assert!(told("fedora").starts_with(r#"there is no image "fedora"; there are al2023, "#));
        assert!(told("windows-2022").starts_with(
            r#""windows-2022" would be a Windows image, and the agent that ends a machine runs on Linux; there are al2023, "#
        ));
        assert_eq!(
            told("ami-12345678"),
            "ami-12345678 is the id of an image, not a name: --ami ami-12345678"
        );
    }

    #[test]
    fn the_parameters_are_the_publishers() {
        let mut parameters = String::new();
        for kind in ImageKind::ALL {
            for architecture in Architecture::ALL {
                if let Some(parameter) = kind.parameter(architecture) {
                    parameters += &format!("{kind} {architecture} {parameter}\n");
                }
            }
        }
        insta::assert_snapshot!(parameters, @"
        al2023 x86_64 /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
        al2023 arm64 /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64
        ubuntu-24.04 x86_64 /aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id
        ubuntu-24.04 arm64 /aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id
        ubuntu-22.04 x86_64 /aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id
        ubuntu-22.04 arm64 /aws/service/canonical/ubuntu/server/22.04/stable/current/arm64/hvm/ebs-gp2/ami-id
        debian-12 x86_64 /aws/service/debian/release/12/latest/amd64
        debian-12 arm64 /aws/service/debian/release/12/latest/arm64
        gpu x86_64 /aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id
        gpu arm64 /aws/service/deeplearning/ami/arm64/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id
        gpu-ubuntu-24.04 x86_64 /aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id
        gpu-ubuntu-24.04 arm64 /aws/service/deeplearning/ami/arm64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id
        gpu-ubuntu-22.04 x86_64 /aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-22.04/latest/ami-id
        gpu-ubuntu-22.04 arm64 /aws/service/deeplearning/ami/arm64/base-oss-nvidia-driver-gpu-ubuntu-22.04/latest/ami-id
        neuron x86_64 /aws/service/neuron/dlami/base/amazon-linux-2023/latest/image_id
        neuron-ubuntu-24.04 x86_64 /aws/service/neuron/dlami/multi-framework/ubuntu-24.04/latest/image_id
        neuron-ubuntu-22.04 x86_64 /aws/service/neuron/dlami/multi-framework/ubuntu-22.04/latest/image_id
        ");
    }
}
