//! Which image a machine starts from: what its type has decides it, where nobody said otherwise.
//!
//! Facts alone decide, never the name of a family: new families come every month. Whether the image that it comes to can be
//! launched is in [`image_check`](super::image_check).

use std::collections::BTreeMap;

use super::planner::Reason;
use crate::aws::types::{TypeDevice, TypeFacts};
use crate::catalog::{Catalog, Device, DeviceKind, Feature, InstanceType};
use crate::model::{Architecture, Mebibytes};
use crate::provision::image::{ImageKind, Purpose};
use crate::provision::wish::ImageWish;

/// What is known of a type where it is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Traits {
    /// The architectures that it runs.
    pub(crate) architectures: Vec<Architecture>,
    /// Virtual processors.
    pub(crate) vcpus: Option<u32>,
    /// Memory.
    pub(crate) memory: Option<Mebibytes>,
    /// Whether it can be hibernated, where that is known.
    pub(crate) hibernation: Option<bool>,
    /// GPUs of NVIDIA's.
    pub(crate) nvidia: Vec<TypeDevice>,
    /// AWS's own devices for machine learning.
    pub(crate) neuron: Vec<TypeDevice>,
    /// Whatever else needs a driver.
    pub(crate) others: Vec<TypeDevice>,
}

/// An image by its name, and why it is this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The image.
    pub(crate) kind: ImageKind,
    /// Why, to follow its description and a comma.
    pub(crate) because: String,
    /// What somebody who waits for a GPU should know.
    pub(crate) notes: Vec<String>,
}

/// What NVIDIA's open driver, which is the one of the deep-learning images, does not know: GPUs from before Turing.
/// <https://github.com/NVIDIA/open-gpu-kernel-modules#compatible-gpus>
const BEFORE_TURING: [&str; 5] = ["V100", "P100", "M60", "K80", "K520"];
/// What EC2 calls the first Inferentia. AWS's Neuron images no longer drive it:
/// <https://awsdocs-neuron.readthedocs-hosted.com/en/latest/dlami/index.html>
const FIRST_INFERENTIA: &str = "Inferentia";

impl Traits {
    /// What EC2 says of a type, where it was asked, else what the catalog says; none where neither knows it.
    pub(crate) fn of(
        name: &str,
        types: &BTreeMap<String, Option<TypeFacts>>,
        catalog: &Catalog<'_>,
    ) -> Option<Self> {
        match types.get(name) {
            Some(facts) => facts.as_ref().map(Self::of_facts),
            None => catalog.instance_type(name).map(Self::of_catalog),
        }
    }

    fn of_facts(facts: &TypeFacts) -> Self {
        let (nvidia, gpus): (Vec<_>, Vec<_>) = facts.gpus.iter().cloned().partition(is_nvidia);
        Self {
            architectures: facts.architectures.clone(),
            vcpus: facts.vcpus,
            memory: facts.memory,
            hibernation: facts.hibernation,
            nvidia,
            neuron: facts.neuron.clone(),
            others: gpus.into_iter().chain(facts.other_devices.iter().cloned()).collect(),
        }
    }

    fn of_catalog(known: InstanceType<'_>) -> Self {
        let (mut nvidia, mut neuron, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for device in known.devices() {
            let kind = device.kind;
            let device = of_device(device);
            match kind {
                DeviceKind::Gpu if is_nvidia(&device) => nvidia.push(device),
                DeviceKind::Neuron => neuron.push(device),
                DeviceKind::Gpu | DeviceKind::Inference | DeviceKind::Fpga | DeviceKind::Media => {
                    others.push(device);
                }
            }
        }
        Self {
            architectures: known.architectures().collect(),
            vcpus: known.vcpus(),
            memory: known.memory(),
            hibernation: known.has(Feature::Hibernation),
            nvidia,
            neuron,
            others,
        }
    }

    /// The architecture that its machines are launched with, where there is an image for one.
    pub(crate) fn launchable(&self) -> Option<Architecture> {
        [Architecture::X86_64, Architecture::Arm64].into_iter().find(|one| self.architectures.contains(one))
    }
}

fn of_device(device: Device<'_>) -> TypeDevice {
    TypeDevice {
        name: device.name.to_owned(),
        manufacturer: device.manufacturer.map(str::to_owned),
        is_part: device.count.thousandths() < 1000,
    }
}

fn is_nvidia(device: &TypeDevice) -> bool {
    device.manufacturer.as_deref().is_some_and(|maker| maker.eq_ignore_ascii_case("NVIDIA"))
}

/// The image of a machine; none where it was named by its id.
pub(crate) fn choose(
    wish: &ImageWish,
    instance_type: &str,
    traits: &Traits,
) -> Result<Option<Choice>, Reason> {
    let (kind, because) = match wish {
        ImageWish::Id { .. } => return Ok(None),
        ImageWish::Kind(kind) => {
            refuse_misfit(*kind, instance_type, traits)?;
            (*kind, "as asked for".to_owned())
        }
        ImageWish::Fitting => fitting(instance_type, traits),
    };
    Ok(Some(Choice { kind, because, notes: notes(kind, instance_type, traits) }))
}

fn fitting(instance_type: &str, traits: &Traits) -> (ImageKind, String) {
    if let Some(gpu) = traits.nvidia.first() {
        let what = if gpu.is_part { "a part of an NVIDIA GPU" } else { "an NVIDIA GPU" };
        return (ImageKind::Gpu, format!("since {instance_type} has {what} ({})", gpu.name));
    }
    if let Some(device) = driven_by_neuron(traits) {
        return (ImageKind::Neuron, format!("since {instance_type} has AWS's {}", device.name));
    }
    (ImageKind::AmazonLinux2023, "the usual image".to_owned())
}

/// A device that today's Neuron images drive.
fn driven_by_neuron(traits: &Traits) -> Option<&TypeDevice> {
    traits.neuron.iter().find(|device| device.name != FIRST_INFERENTIA)
}

fn refuse_misfit(kind: ImageKind, instance_type: &str, traits: &Traits) -> Result<(), Reason> {
    if kind.purpose() != Purpose::Neuron || driven_by_neuron(traits).is_some() {
        return Ok(());
    }
    let fitting = format!("leave --image out, and what fits {instance_type} is taken");
    Err(if traits.neuron.is_empty() {
        let reason =
            format!("the image {kind} is for Inferentia and Trainium, and {instance_type} has neither");
        Reason { reason, hints: vec![fitting] }
    } else {
        let older = "name a Neuron image of release 2.26 or before by its id: --ami ami-…".to_owned();
        Reason { reason: first_inferentia(), hints: vec![older, fitting] }
    })
}

fn first_inferentia() -> String {
    "AWS's Neuron images have not driven the first Inferentia since their release 2.26.1".to_owned()
}

/// What there is to know of an image on a type that it may not serve in full.
fn notes(kind: ImageKind, instance_type: &str, traits: &Traits) -> Vec<String> {
    let mut notes = Vec::new();
    if kind.purpose() != Purpose::Gpu && !traits.nvidia.is_empty() {
        notes.push(driverless(kind, &traits.nvidia, Some(gpu_flavour(kind))));
    }
    match driven_by_neuron(traits) {
        Some(_) if kind.purpose() != Purpose::Neuron => {
            notes.push(driverless(kind, &traits.neuron, Some(ImageKind::Neuron)));
        }
        None if !traits.neuron.is_empty() => notes.push(first_inferentia()),
        _ => {}
    }
    if !traits.others.is_empty() {
        notes.push(driverless(kind, &traits.others, None));
    }
    if kind.purpose() == Purpose::Gpu {
        notes.extend(gpu_notes(instance_type, traits));
    }
    if kind == ImageKind::Neuron {
        notes.push(format!("it brings no PyTorch or JAX; --image {} does", ImageKind::NeuronUbuntu2404));
    }
    notes
}

fn driverless(kind: ImageKind, devices: &[TypeDevice], instead: Option<ImageKind>) -> String {
    let names: Vec<&str> = devices.iter().map(|device| device.name.as_str()).collect();
    let (names, image) = (names.join(", "), kind.describe());
    match instead {
        Some(instead) => format!("{image} has no driver for the {names}; --image {instead} has"),
        None => format!("{image} has no driver for the {names}, nor has any image that goes by a name"),
    }
}

fn gpu_notes(instance_type: &str, traits: &Traits) -> Option<String> {
    let Some(gpu) = traits.nvidia.first() else {
        return Some(format!("{instance_type} has no NVIDIA GPU: the image's driver finds nothing to drive"));
    };
    let name = &gpu.name;
    if gpu.is_part {
        // <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/install-nvidia-driver.html>
        return Some(format!(
            "a part of an {name} needs NVIDIA's GRID driver, and the image has the one for whole GPUs"
        ));
    }
    BEFORE_TURING.contains(&name.as_str()).then(|| {
        format!("the image's driver is NVIDIA's open one, which knows no {name}: it begins with Turing")
    })
}

fn gpu_flavour(kind: ImageKind) -> ImageKind {
    match kind {
        ImageKind::Ubuntu2404 | ImageKind::NeuronUbuntu2404 => ImageKind::GpuUbuntu2404,
        ImageKind::Ubuntu2204 | ImageKind::NeuronUbuntu2204 => ImageKind::GpuUbuntu2204,
        _ => ImageKind::Gpu,
    }
}
