//! The volumes of a machine: the root volume, what else the image brings, what was wished besides.
//!
//! Every one of them is encrypted and ends with the machine, also one that its image would have let stay.

use serde::Serialize;

use super::planner::Reason;
use crate::aws::types::Image;
use crate::aws::types::volume::{BlockDevice, ImageVolume};
use crate::model::volume::{GP3_FREE_IOPS, GP3_FREE_THROUGHPUT};
use crate::model::{Volume, VolumeKind};
use crate::provision::cost::{self, CostPart};
use crate::provision::wish::VolumesWish;

/// The letters that AWS recommends for data volumes: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html>
const LETTERS: std::ops::RangeInclusive<char> = 'f'..='p';

/// A volume of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedVolume {
    /// What it is for.
    pub role: VolumeRole,
    /// The device that is asked for. On a Nitro machine only a hint: the volume appears as `/dev/nvme…`, in no certain
    /// order, and goes by its id there.
    pub device: String,
    /// Its size in GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gib: Option<u32>,
    /// What it is made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<VolumeKind>,
    /// Operations a second, where more than the kind's own are paid for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iops: Option<u32>,
    /// MiB a second, where more than the kind's own are paid for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<u32>,
}

/// What a volume is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeRole {
    /// To boot from, as large as the image has it.
    Root,
    /// To boot from, larger than the image has it.
    LargerRoot,
    /// The image brings it.
    OfImage,
    /// It was wished.
    Data,
}

/// The volumes of a machine and what there is to say of them.
pub(super) fn volumes(
    wish: &VolumesWish,
    image: &Image,
    root_device: &str,
) -> Result<(Vec<PlannedVolume>, Option<String>), Reason> {
    let (root, note) = root(wish.root_gib, image, root_device)?;
    let of_image = image.volumes.iter().filter(|volume| volume.device != root_device).map(of_image);
    let mut volumes: Vec<PlannedVolume> = std::iter::once(root).chain(of_image).collect();
    let mut free: Vec<char> = LETTERS
        .rev()
        .filter(|letter| volumes.iter().all(|volume| !volume.device.ends_with(*letter)))
        .collect();
    for volume in &wish.data {
        let letter = free.pop().ok_or_else(|| Reason {
            reason: format!("there is no device left for a volume of {volume}"),
            hints: vec!["give fewer --volume flags, and larger volumes".to_owned()],
        })?;
        volumes.push(data(volume, letter));
    }
    Ok((volumes, note))
}

fn root(
    wished: Option<u32>,
    image: &Image,
    root_device: &str,
) -> Result<(PlannedVolume, Option<String>), Reason> {
    let its = image.root();
    let snapshot = its.and_then(|volume| volume.gib);
    // gp3 costs less than what it has replaced; what somebody chose for its speed is left as it is.
    let kept = its.filter(|its| {
        !matches!(its.kind, None | Some(VolumeKind::Gp2 | VolumeKind::Gp3 | VolumeKind::Standard))
    });
    let kind = kept.map_or(Some(VolumeKind::Gp3), |its| its.kind);
    let same = its.filter(|its| its.kind == kind);
    let gib = wished.max(snapshot);
    let mut volume = PlannedVolume {
        role: if gib > snapshot { VolumeRole::LargerRoot } else { VolumeRole::Root },
        device: root_device.to_owned(),
        gib,
        kind,
        iops: same.and_then(|its| its.iops),
        throughput: same.and_then(|its| its.throughput),
    };
    volume.forget_what_is_free();
    if let (Some(gib), Some(kind), Some(_)) = (gib, kind, wished) {
        Volume::new(gib, kind, volume.iops, volume.throughput)
            .map_err(|error| Reason::from(format!("the root volume can't be: {error}")))?;
    }
    let raised = wished.zip(snapshot).filter(|(wished, snapshot)| wished < snapshot);
    let note = raised.map(|(wished, snapshot)| {
        format!("the root volume has {snapshot} GiB, not {wished}: as many as the image's snapshot")
    });
    Ok((volume, note))
}

fn of_image(its: &ImageVolume) -> PlannedVolume {
    let ImageVolume { device, gib, kind, iops, throughput } = its.clone();
    let mut volume = PlannedVolume { role: VolumeRole::OfImage, device, gib, kind, iops, throughput };
    volume.forget_what_is_free();
    volume
}

fn data(wished: &Volume, letter: char) -> PlannedVolume {
    PlannedVolume {
        role: VolumeRole::Data,
        device: format!("/dev/sd{letter}"),
        gib: Some(wished.gib),
        kind: Some(wished.kind),
        iops: wished.iops,
        throughput: wished.throughput,
    }
}

impl PlannedVolume {
    /// An image names the speed of its volumes also where nobody pays for it.
    fn forget_what_is_free(&mut self) {
        match self.kind {
            Some(VolumeKind::Gp3) => {
                self.iops = self.iops.filter(|iops| *iops != GP3_FREE_IOPS);
                self.throughput = self.throughput.filter(|throughput| *throughput != GP3_FREE_THROUGHPUT);
            }
            Some(VolumeKind::Io1 | VolumeKind::Io2) => self.throughput = None,
            _ => (self.iops, self.throughput) = (None, None),
        }
    }

    /// The volume itself, where all that it takes to make one is known.
    #[must_use]
    pub fn volume(&self) -> Option<Volume> {
        let (gib, kind) = self.gib.zip(self.kind)?;
        Some(Volume { gib, kind, iops: self.iops, throughput: self.throughput })
    }

    /// Whether somebody asked for it, or for more of it than the image has.
    #[must_use]
    pub const fn was_asked_for(&self) -> bool {
        matches!(self.role, VolumeRole::LargerRoot | VolumeRole::Data)
    }

    /// Whether its price is known.
    #[must_use]
    pub fn is_priced(&self, region: &str) -> bool {
        self.cost(region).usd_hour.is_some()
    }

    /// What EC2 is asked for: of the image's further volumes nothing but to encrypt them and to end them.
    #[must_use]
    pub fn request(&self) -> BlockDevice {
        let device = self.device.clone();
        if self.role == VolumeRole::OfImage {
            return BlockDevice { device, gib: None, kind: None, iops: None, throughput: None };
        }
        let Self { gib, kind, iops, throughput, .. } = *self;
        BlockDevice { device, gib, kind, iops, throughput }
    }

    /// What it costs.
    pub(super) fn cost(&self, region: &str) -> CostPart {
        let what = match (self.role, self.volume()) {
            (VolumeRole::Root | VolumeRole::LargerRoot, _) => {
                self.gib.map_or_else(|| "root volume".to_owned(), |gib| format!("{gib} GiB root volume"))
            }
            (VolumeRole::OfImage, Some(volume)) => format!("volume of the image: {volume}"),
            (VolumeRole::OfImage, None) => "volume of the image".to_owned(),
            (VolumeRole::Data, volume) => {
                volume.map_or_else(|| "volume".to_owned(), |volume| format!("volume: {volume}"))
            }
        };
        cost::volume(region, what, self.volume().as_ref())
    }
}
