//! The flags that say what a machine starts from and which volumes it has.
//!
//! Only what is typed is looked at here; what fits the type of machine is the plan's to say.

use clap::Args;
use clap_complete::{ArgValueCandidates, CompletionCandidate};

use crate::model::{NotAValue, Volume};
use crate::provision::image::ImageKind;
use crate::provision::wish::{ImageWish, VolumesWish};

/// What a machine starts from, and its volumes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Image and volumes")]
pub(super) struct ImageArguments {
    /// Image by its name: al2023, ubuntu-24.04 (or ubuntu), ubuntu-22.04, debian-12 (or debian), gpu and neuron (both also
    /// with -ubuntu-24.04 or -ubuntu-22.04) [default: gpu where the type has an NVIDIA GPU, neuron where it has Inferentia or Trainium, else
    /// al2023]
    #[arg(long, value_name = "NAME", conflicts_with = "ami", add = images())]
    image: Option<ImageKind>,
    /// Image by its id
    #[arg(long, value_name = "AMI", value_parser = ami)]
    ami: Option<String>,
    /// User that the image of --ami has its SSH keys for [default: known of Amazon's, Ubuntu's and Debian's images]
    #[arg(long, value_name = "USER", requires = "ami", value_parser = login_user)]
    login_user: Option<String>,
    /// Size of the root volume in GiB (or 1TiB); never less than the image's snapshot [default: as the image has it]
    #[arg(long, value_name = "SIZE", value_parser = Volume::parse_gib)]
    root_size: Option<u32>,
    /// A further volume that ends with the machine: SIZE[,TYPE][,IOPS][,THROUGHPUT], the size in GiB or as 2TiB, then gp3
    /// (default), gp2, io2, io1, st1, sc1 or standard, IOPS, and MiB/s; or by name: 2TiB,io2,iops=20000. May be given again
    #[arg(long, value_name = "VOLUME")]
    volume: Vec<Volume>,
}

fn images() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let candidate =
            |kind: ImageKind| CompletionCandidate::new(kind.as_str()).help(Some(kind.describe().into()));
        ImageKind::ALL.map(candidate).into()
    })
}

/// The id of an image as EC2 gives them: eight hexadecimal digits in old accounts, seventeen since 2018.
fn ami(text: &str) -> Result<String, NotAValue> {
    let digits = text.strip_prefix("ami-").unwrap_or_default();
    if matches!(digits.len(), 8 | 17) && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_owned());
    }
    let expected = "the id of an image, such as ami-0abcdef1234567890 (images by name: --image)";
    Err(NotAValue { text: text.to_owned(), expected })
}

/// A user name, which becomes part of a command that is shown.
fn login_user(text: &str) -> Result<String, NotAValue> {
    let letter = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if begins && text.len() <= 32 && text.chars().all(letter) {
        return Ok(text.to_owned());
    }
    Err(NotAValue { text: text.to_owned(), expected: "a user name such as ec2-user" })
}

impl ImageArguments {
    /// What to start from.
    pub(super) fn image(&self) -> ImageWish {
        match (&self.ami, self.image) {
            (Some(ami), _) => ImageWish::Id { ami: ami.clone(), login_user: self.login_user.clone() },
            (None, Some(kind)) => ImageWish::Kind(kind),
            (None, None) => ImageWish::Fitting,
        }
    }

    /// The volumes.
    pub(super) fn volumes(&self) -> VolumesWish {
        VolumesWish { root_gib: self.root_size, data: self.volume.clone() }
    }
}
