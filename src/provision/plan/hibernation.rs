//! Whether a machine can hibernate, and how large its root volume has to be for that.
//!
//! Hibernation is set at the launch or never, and EC2 stops a machine plainly where it can't be hibernated after all: so
//! it is judged beforehand, by AWS's list. Its images are told by their names, which are AWS's and Canonical's to give.
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html>

use super::planner::Reason;
use crate::aws::types::Image;
use crate::model::{Architecture, EndAction, Market, Mebibytes};
use crate::provision::wish::ending::{Ending, HibernationWish};

/// Linux machines have to have less than this.
const MOST_MEMORY: Mebibytes = Mebibytes::from_gib(150);
const MIB_PER_GIB: u64 = 1024;
/// What is known of a machine that is to hibernate.
pub(super) struct Machine<'m> {
    pub(super) instance_type: &'m str,
    pub(super) market: Market,
    pub(super) architecture: Architecture,
    pub(super) memory: Option<Mebibytes>,
    /// Whether EC2 says that the type hibernates.
    pub(super) supported: Option<bool>,
    pub(super) image: &'m Image,
    /// What was planned for its root volume before, in GiB.
    pub(super) root_gib: Option<u32>,
}

/// Whether the machine can be kept in the way that was wished; an end is always possible.
pub(super) fn can_be_kept(ending: &Ending, market: Market) -> Result<(), Reason> {
    let kept = ending.actions().into_iter().find(|action| *action != EndAction::Terminate);
    match (market, kept) {
        // A persistent request could be stopped, and starts a replacement for a machine that has ended.
        (Market::Spot, Some(action)) => Err(Reason {
            reason: format!("a spot machine of a one-time request cannot be {}", action.past_tense()),
            hints: vec![
                "leave out --on-idle, --on-deadline and --on-complete, so that it is terminated".to_owned(),
                "or buy it on demand".to_owned(),
            ],
        }),
        _ => Ok(()),
    }
}

/// The size of the root volume of a machine that can hibernate, in GiB: the image's part and the memory's.
pub(super) fn root_gib(machine: &Machine<'_>, ending: &Ending) -> Result<u32, Reason> {
    let name = machine.instance_type;
    if machine.market == Market::Spot {
        return Err(instead("a spot machine is hibernated by EC2 alone, never by itself".to_owned(), ending));
    }
    match machine.supported {
        Some(true) => {}
        Some(false) => return Err(other_type(format!("{name} cannot hibernate"), ending)),
        None => {
            return Err(other_type(format!("it is not known whether {name} can hibernate"), ending));
        }
    }
    let memory = machine.memory.ok_or_else(|| {
        other_type(format!("the memory of {name} is not known, and hibernating takes room for it"), ending)
    })?;
    if memory >= MOST_MEMORY {
        let reason = format!(
            "{name} has {memory} of memory, and only machines with less than {MOST_MEMORY} hibernate"
        );
        return Err(other_type(reason, ending));
    }
    image_hibernates(machine, ending)?;
    root_with_memory(machine.image.root().and_then(|root| root.gib), machine.root_gib, memory).ok_or_else(
        || instead(format!("the size of {}'s root volume is not known", machine.image.id), ending),
    )
}

/// A root volume that holds the image, and the memory beside it, and is not smaller than was planned.
fn root_with_memory(image_gib: Option<u32>, planned_gib: Option<u32>, memory: Mebibytes) -> Option<u32> {
    let memory_gib = u32::try_from(memory.0.div_ceil(MIB_PER_GIB)).ok()?;
    Some(image_gib?.checked_add(memory_gib)?.max(planned_gib.unwrap_or_default()))
}

fn image_hibernates(machine: &Machine<'_>, ending: &Ending) -> Result<(), Reason> {
    let image = machine.image;
    let called = image.name.as_deref().unwrap_or("without a name");
    match image.name.as_deref().and_then(|name| named(name, machine.architecture)) {
        Some(true) => Ok(()),
        Some(false) => Err(instead(format!("image {} ({called}) is too old to hibernate", image.id), ending)),
        None if ending.hibernation == HibernationWish::Asked => Ok(()),
        None => {
            let mut reason = instead(
                format!("it is not known whether image {} ({called}) can hibernate", image.id),
                ending,
            );
            reason.hints.insert(0, "if you know that it can, say so: --hibernate".to_owned());
            Err(reason)
        }
    }
}

/// What the name of an image says: that it hibernates, that it does not, or nothing.
fn named(name: &str, architecture: Architecture) -> Option<bool> {
    let since = |x86: u32, arm: u32| if architecture == Architecture::Arm64 { arm } else { x86 };
    // al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64; a minimal one takes setting up.
    if let Some(release) = name.strip_prefix("al2023-ami-2023.") {
        let date: u32 = release.split('.').nth(1)?.parse().ok()?;
        return Some(date >= since(20_230_920, 20_240_701));
    }
    // ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20230303
    let ubuntu = name.strip_prefix("ubuntu/images/")?;
    let serial: u32 = ubuntu.rsplit('-').next()?.split('.').next()?.parse().ok()?;
    if ubuntu.contains("/ubuntu-jammy-22.04-") {
        return Some(serial >= since(20_230_303, 20_240_701));
    }
    // Of later ones AWS's list says nothing yet.
    ubuntu.contains("/ubuntu-focal-20.04-").then(|| serial >= since(20_210_820, 20_240_701))
}

/// A refusal with what to change of the wish.
fn instead(reason: String, ending: &Ending) -> Reason {
    let flags = [
        ("--on-idle", ending.on_idle),
        ("--on-deadline", ending.on_deadline),
        ("--on-complete", ending.on_complete),
    ];
    let stop = flags.iter().filter(|(_, action)| *action == EndAction::Hibernate);
    let stop: Vec<String> = stop.map(|(flag, _)| format!("{flag} stop")).collect();
    let hint = if stop.is_empty() {
        "leave out --hibernate".to_owned()
    } else {
        format!("stop it instead: {}", stop.join(" "))
    };
    Reason { reason, hints: vec![hint] }
}

fn other_type(reason: String, ending: &Ending) -> Reason {
    let mut reason = instead(reason, ending);
    reason.hints.push("types that can: cloudkit find search --hibernation --memory ..149".to_owned());
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_images_tell_whether_they_hibernate() {
        let x86 = |name: &str| named(name, Architecture::X86_64);
        let arm = |name: &str| named(name, Architecture::Arm64);
        assert_eq!(x86("al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64"), Some(true));
        assert_eq!(x86("al2023-ami-2023.2.20230920.1-kernel-6.1-x86_64"), Some(true));
        assert_eq!(x86("al2023-ami-2023.1.20230912.0-kernel-6.1-x86_64"), Some(false));
        assert_eq!(arm("al2023-ami-2023.4.20240611.0-kernel-6.1-arm64"), Some(false));
        assert_eq!(arm("al2023-ami-2023.5.20240701.0-kernel-6.1-arm64"), Some(true));
        assert_eq!(x86("al2023-ami-minimal-2023.5.20240701.0-kernel-6.1-x86_64"), None);
        let jammy = "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-";
        assert_eq!(x86(&format!("{jammy}20230302")), Some(false));
        assert_eq!(x86(&format!("{jammy}20230303")), Some(true));
        assert_eq!(arm("ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server-20240630"), Some(false));
        assert_eq!(x86("ubuntu/images/hvm-ssd/ubuntu-focal-20.04-amd64-server-20210820.1"), Some(true));
        let noble = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260101";
        assert_eq!((x86(noble), x86("debian-12-amd64-20260101"), x86("")), (None, None, None));
    }

    #[test]
    fn a_root_volume_holds_the_image_and_the_memory() {
        let gib = Mebibytes::from_gib;
        assert_eq!(root_with_memory(Some(8), None, gib(16)), Some(24));
        assert_eq!(root_with_memory(Some(8), Some(100), gib(16)), Some(100));
        assert_eq!(root_with_memory(Some(8), Some(20), gib(16)), Some(24));
        assert_eq!(root_with_memory(Some(8), None, Mebibytes(512)), Some(9));
        assert_eq!(root_with_memory(None, Some(100), gib(16)), None);
    }
}
