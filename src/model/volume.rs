//! EBS volumes: their kinds, what each kind can be, and how one is typed.
//!
//! The bounds are EC2's own; whether a region or a type of machine can give that much is EC2's to say at the launch.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::memory::scale_decimal;

const GIB_PER_TIB: u32 = 1024;

/// What EBS makes a volume of. <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VolumeKind {
    /// General purpose SSD, its speed bought apart from its size.
    Gp3,
    /// General purpose SSD of the generation before, whose speed follows from its size.
    Gp2,
    /// SSD of provisioned speed, the durable one.
    Io2,
    /// SSD of provisioned speed, the older one.
    Io1,
    /// Disk for throughput.
    St1,
    /// Disk for what is seldom read.
    Sc1,
    /// Magnetic, of long ago.
    Standard,
}

/// What a kind of volume can be.
struct Bounds {
    gib: RangeInclusive<u32>,
    /// Operations a second that can be bought, and how many of them a GiB carries.
    iops: Option<(RangeInclusive<u32>, u32)>,
    /// MiB a second that can be bought.
    throughput: Option<RangeInclusive<u32>>,
}

impl VolumeKind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Gp3, Self::Gp2, Self::Io2, Self::Io1, Self::St1, Self::Sc1, Self::Standard];

    /// EC2's word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gp3 => "gp3",
            Self::Gp2 => "gp2",
            Self::Io2 => "io2",
            Self::Io1 => "io1",
            Self::St1 => "st1",
            Self::Sc1 => "sc1",
            Self::Standard => "standard",
        }
    }

    /// The kind that EC2's word means; none for a kind that AWS has added since.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Sizes, speeds and throughput: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html>;
    /// operations by size: <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html>.
    const fn bounds(self) -> Bounds {
        let (least, most, iops, throughput) = match self {
            Self::Gp3 => (1, 65_536, Some((GP3_FREE_IOPS..=80_000, 500)), Some(GP3_FREE_THROUGHPUT..=2_000)),
            Self::Gp2 => (1, 16_384, None, None),
            Self::Io2 => (4, 65_536, Some((100..=256_000, 1_000)), None),
            Self::Io1 => (4, 16_384, Some((100..=64_000, 50)), None),
            Self::St1 | Self::Sc1 => (125, 16_384, None, None),
            Self::Standard => (1, 1_024, None, None),
        };
        Bounds { gib: least..=most, iops, throughput }
    }
}

impl fmt::Display for VolumeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The operations a second that every gp3 volume has and nobody pays for.
pub const GP3_FREE_IOPS: u32 = 3_000;
/// The MiB a second that every gp3 volume has and nobody pays for.
pub const GP3_FREE_THROUGHPUT: u32 = 125;
/// A gp3 volume carries a MiB a second for every four operations a second.
const GP3_IOPS_PER_THROUGHPUT: u32 = 4;

/// A volume that can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Volume {
    /// Its size in GiB.
    pub gib: u32,
    /// What it is made of.
    pub kind: VolumeKind,
    /// Operations a second, where more than the kind's own are bought.
    pub iops: Option<u32>,
    /// MiB a second, where more than the kind's own are bought.
    pub throughput: Option<u32>,
}

/// A volume that can't be, or that can't be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each names what its sentence says")]
pub enum VolumeError {
    #[error("{0:?} is not a size such as 500, 500GiB or 2TiB (a bare number is GiB)")]
    Size(String),
    #[error("{0:?} is not one of gp3, gp2, io2, io1, st1, sc1, standard, nor a number of IOPS")]
    Part(String),
    #[error("{0:?} is not a whole number of {1}")]
    Number(String, &'static str),
    #[error("{0} is given twice")]
    Twice(&'static str),
    #[error("{kind} volumes are {} to {} large, not {}", Gib(*least), Gib(*most), Gib(*gib))]
    OutOfSize { kind: VolumeKind, gib: u32, least: u32, most: u32 },
    #[error("{0} volumes need their IOPS said, such as {0},iops=3000")]
    IopsNeeded(VolumeKind),
    #[error("{kind} volumes have no {what} that can be chosen")]
    NotChosen { kind: VolumeKind, what: &'static str },
    #[error("{kind} volumes have {least} to {most} {what}, not {asked}")]
    OutOfSpeed { kind: VolumeKind, what: &'static str, asked: u32, least: u32, most: u32 },
    #[error("{iops} IOPS need {} of {kind} at least, not {}", Gib(*needed_gib), Gib(*gib))]
    TooSmall { kind: VolumeKind, iops: u32, gib: u32, needed_gib: u32 },
    #[error("{throughput} MiB/s need {needed_iops} IOPS of gp3 at least, not {iops}")]
    TooSlow { throughput: u32, iops: u32, needed_iops: u32 },
}

/// A size as people say it: TiB where it is whole ones.
struct Gib(u32);

impl fmt::Display for Gib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            gib if gib > 0 && gib % GIB_PER_TIB == 0 => write!(f, "{} TiB", gib / GIB_PER_TIB),
            gib => write!(f, "{gib} GiB"),
        }
    }
}

impl Volume {
    /// Reads a size in GiB: `500`, `500GiB`, `2TiB`, in either case, with or without the `iB`.
    ///
    /// # Errors
    /// Where it is no size, or not whole GiB.
    pub fn parse_gib(text: &str) -> Result<u32, VolumeError> {
        let refuse = || VolumeError::Size(text.to_owned());
        let lower = text.trim().to_ascii_lowercase();
        let unit = lower.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(lower.len());
        let (number, unit) = lower.split_at(unit);
        let gib_per_unit = match unit.trim_start() {
            "" | "g" | "gb" | "gib" => 1,
            "t" | "tb" | "tib" => u64::from(GIB_PER_TIB),
            _ => return Err(refuse()),
        };
        let gib = scale_decimal(number, gib_per_unit).and_then(|gib| u32::try_from(gib).ok());
        gib.filter(|gib| *gib > 0).ok_or_else(refuse)
    }

    /// A volume within EBS's bounds.
    ///
    /// # Errors
    /// Where EBS makes no such volume: what it would make.
    pub fn new(
        gib: u32,
        kind: VolumeKind,
        iops: Option<u32>,
        throughput: Option<u32>,
    ) -> Result<Self, VolumeError> {
        let bounds = kind.bounds();
        if !bounds.gib.contains(&gib) {
            let (least, most) = bounds.gib.into_inner();
            return Err(VolumeError::OutOfSize { kind, gib, least, most });
        }
        check_iops(kind, gib, iops, bounds.iops)?;
        if let Some(asked) = throughput {
            let what = "MiB/s";
            let allowed = bounds.throughput.ok_or(VolumeError::NotChosen { kind, what: "throughput" })?;
            within(kind, what, asked, allowed)?;
            let (iops, needed_iops) = (iops.unwrap_or(GP3_FREE_IOPS), asked * GP3_IOPS_PER_THROUGHPUT);
            if iops < needed_iops {
                return Err(VolumeError::TooSlow { throughput: asked, iops, needed_iops });
            }
        }
        Ok(Self { gib, kind, iops, throughput })
    }
}

fn check_iops(
    kind: VolumeKind,
    gib: u32,
    iops: Option<u32>,
    allowed: Option<(RangeInclusive<u32>, u32)>,
) -> Result<(), VolumeError> {
    let Some(asked) = iops else {
        let needed = matches!(kind, VolumeKind::Io1 | VolumeKind::Io2);
        return if needed { Err(VolumeError::IopsNeeded(kind)) } else { Ok(()) };
    };
    let (allowed, per_gib) = allowed.ok_or(VolumeError::NotChosen { kind, what: "IOPS" })?;
    let free = *allowed.start();
    within(kind, "IOPS", asked, allowed)?;
    // The least of a kind is had in any size.
    if asked > free && asked > gib.saturating_mul(per_gib) {
        let needed_gib = asked.div_ceil(per_gib);
        return Err(VolumeError::TooSmall { kind, iops: asked, gib, needed_gib });
    }
    Ok(())
}

fn within(
    kind: VolumeKind,
    what: &'static str,
    asked: u32,
    allowed: RangeInclusive<u32>,
) -> Result<(), VolumeError> {
    if allowed.contains(&asked) {
        return Ok(());
    }
    let (least, most) = allowed.into_inner();
    Err(VolumeError::OutOfSpeed { kind, what, asked, least, most })
}

impl fmt::Display for Volume {
    /// `500 GiB gp3, 6000 IOPS, 250 MiB/s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Gib(self.gib), self.kind)?;
        self.iops.map_or(Ok(()), |iops| write!(f, ", {iops} IOPS"))?;
        self.throughput.map_or(Ok(()), |throughput| write!(f, ", {throughput} MiB/s"))
    }
}

impl FromStr for Volume {
    type Err = VolumeError;

    /// `SIZE[,TYPE][,IOPS][,THROUGHPUT]`: the size comes first; a kind is known by its name; of bare numbers the first is
    /// IOPS and the second throughput in MiB/s; `type=`, `iops=` and `throughput=` say which is meant, in any order.
    fn from_str(text: &str) -> Result<Self, VolumeError> {
        let mut parts = text.split(',').map(str::trim);
        let gib = Self::parse_gib(parts.next().unwrap_or_default())?;
        let (mut kind, mut iops, mut throughput) = (None, None, None);
        for part in parts {
            match part.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
                Some(("type", word)) => once(&mut kind, "the type", read_kind(word)?)?,
                Some(("iops", number)) => once(&mut iops, "iops", read_number(number, "IOPS")?)?,
                Some(("throughput", number)) => {
                    once(&mut throughput, "throughput", read_number(number, "MiB/s")?)?;
                }
                Some(_) => return Err(VolumeError::Part(part.to_owned())),
                None if part.starts_with(|c: char| c.is_ascii_digit()) => match iops {
                    None => iops = Some(read_number(part, "IOPS")?),
                    Some(_) => once(&mut throughput, "throughput", read_number(part, "MiB/s")?)?,
                },
                None => once(&mut kind, "the type", read_kind(part)?)?,
            }
        }
        Self::new(gib, kind.unwrap_or(VolumeKind::Gp3), iops, throughput)
    }
}

fn once<T>(place: &mut Option<T>, what: &'static str, value: T) -> Result<(), VolumeError> {
    if place.replace(value).is_some() { Err(VolumeError::Twice(what)) } else { Ok(()) }
}

fn read_kind(word: &str) -> Result<VolumeKind, VolumeError> {
    VolumeKind::of(&word.to_ascii_lowercase()).ok_or_else(|| VolumeError::Part(word.to_owned()))
}

fn read_number(text: &str, what: &'static str) -> Result<u32, VolumeError> {
    text.parse().map_err(|_| VolumeError::Number(text.to_owned(), what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<Volume>().map_or_else(|error| error.to_string(), |volume| volume.to_string())
    }

    #[test]
    fn a_volume_is_a_size_and_what_else_was_said() {
        for (text, expected) in [
            ("500", "500 GiB gp3"),
            ("1.5tib", "1536 GiB gp3"),
            ("2TiB,io2,iops=20000", "2 TiB io2, 20000 IOPS"),
            ("500,gp3,6000", "500 GiB gp3, 6000 IOPS"),
            ("500,6000,500", "500 GiB gp3, 6000 IOPS, 500 MiB/s"),
            ("500,throughput=250", "500 GiB gp3, 250 MiB/s"),
            ("64TiB,throughput=2000,iops=80000,type=gp3", "64 TiB gp3, 80000 IOPS, 2000 MiB/s"),
            ("125 GiB, st1", "125 GiB st1"),
            ("1,gp3,3000", "1 GiB gp3, 3000 IOPS"),
            ("4,io2,256", "4 GiB io2, 256 IOPS"),
            ("16384,Standard", "standard volumes are 1 GiB to 1 TiB large, not 16 TiB"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_ebs_does_not_make_is_refused_with_what_it_would() {
        for (text, reason) in [
            ("", r#""" is not a size such as 500, 500GiB or 2TiB (a bare number is GiB)"#),
            ("0", r#""0" is not a size such as 500, 500GiB or 2TiB (a bare number is GiB)"#),
            ("500MB", r#""500MB" is not a size such as 500, 500GiB or 2TiB (a bare number is GiB)"#),
            (
                "500,gp4",
                r#""gp4" is not one of gp3, gp2, io2, io1, st1, sc1, standard, nor a number of IOPS"#,
            ),
            (
                "500,size=3",
                r#""size=3" is not one of gp3, gp2, io2, io1, st1, sc1, standard, nor a number of IOPS"#,
            ),
            ("500,6k", r#""6k" is not a whole number of IOPS"#),
            ("500,io2,io1,3000", "the type is given twice"),
            ("500,3000,125,125", "throughput is given twice"),
            ("65TiB", "gp3 volumes are 1 GiB to 64 TiB large, not 65 TiB"),
            ("100,st1", "st1 volumes are 125 GiB to 16 TiB large, not 100 GiB"),
            ("2TiB,io2", "io2 volumes need their IOPS said, such as io2,iops=3000"),
            ("500,gp2,iops=6000", "gp2 volumes have no IOPS that can be chosen"),
            ("500,io1,3000,250", "io1 volumes have no throughput that can be chosen"),
            ("500,2000", "gp3 volumes have 3000 to 80000 IOPS, not 2000"),
            ("500,throughput=2001", "gp3 volumes have 125 to 2000 MiB/s, not 2001"),
            ("10,gp3,6000", "6000 IOPS need 12 GiB of gp3 at least, not 10 GiB"),
            ("100,io1,6000", "6000 IOPS need 120 GiB of io1 at least, not 100 GiB"),
            ("500,gp3,3000,1000", "1000 MiB/s need 4000 IOPS of gp3 at least, not 3000"),
        ] {
            assert_eq!(shown(text), reason, "{text}");
        }
    }
}
