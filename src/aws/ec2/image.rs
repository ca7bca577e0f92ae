//! Images and instance types.
//!
//! Which image fits which type is decided by the plan.

use super::{Ec2, count_in, filter};
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::types::volume::ImageVolume;
use crate::aws::types::{Image, TypeDevice, TypeFacts};
use crate::model::{Architecture, Mebibytes, VolumeKind};

impl Ec2 {
    /// Those of the images that there are in this region. A deprecated one is told, since it is asked for by its id.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn images(&self, ids: &[&str]) -> Result<Vec<Image>, AwsError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let asked = Some(ids.iter().map(|&id| id.to_owned()).collect());
        let request = self.client.describe_images();
        match self.described(request.clone().include_disabled(true).set_image_ids(asked)).await {
            // One that is not there hides the others.
            Err(error) if error.kind == ErrorKind::NotFound && ids.len() > 1 => {
                self.described(request.filters(filter("image-id", ids.iter().copied()))).await
            }
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Vec::new()),
            described => described,
        }
    }

    async fn described(
        &self,
        request: aws_sdk_ec2::operation::describe_images::builders::DescribeImagesFluentBuilder,
    ) -> Result<Vec<Image>, AwsError> {
        let answer = request.send().await.map_err(|error| AwsError::from_sdk("DescribeImages", error))?;
        Ok(answer.images.unwrap_or_default().into_iter().filter_map(image).collect())
    }

    /// What EC2 itself knows of an instance type, or `None` where this region does not have it.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn instance_type(&self, name: &str) -> Result<Option<TypeFacts>, AwsError> {
        let answer = self.client.describe_instance_types().instance_types(name.into()).send().await;
        match answer.map_err(|error| AwsError::from_sdk("DescribeInstanceTypes", error)) {
            Ok(answer) => Ok(answer.instance_types.unwrap_or_default().into_iter().next().map(type_facts)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn image(image: aws_sdk_ec2::types::Image) -> Option<Image> {
    let mappings = image.block_device_mappings.unwrap_or_default();
    Some(Image {
        id: image.image_id?,
        name: image.name,
        architecture: image.architecture.and_then(|name| name.as_str().parse().ok()),
        volumes: mappings.into_iter().filter_map(volume).collect(),
        root_device: image.root_device_name,
        state: image.state.map(|state| state.as_str().to_owned()),
        // EC2 writes it in lower case, its model in upper case.
        windows: image.platform.is_some_and(|platform| platform.as_str().eq_ignore_ascii_case("windows")),
        root_device_type: image.root_device_type.map(|kind| kind.as_str().to_owned()),
        virtualization: image.virtualization_type.map(|kind| kind.as_str().to_owned()),
        owner: image.owner_id,
        owner_alias: image.image_owner_alias,
        deprecated_from: image.deprecation_time.and_then(|at| at.parse().ok()),
    })
}

/// A volume of a mapping; an instance store, which costs nothing, is none.
fn volume(mapping: aws_sdk_ec2::types::BlockDeviceMapping) -> Option<ImageVolume> {
    let volume = mapping.ebs?;
    Some(ImageVolume {
        device: mapping.device_name?,
        gib: count_in(volume.volume_size),
        kind: volume.volume_type.and_then(|kind| VolumeKind::of(kind.as_str())),
        iops: count_in(volume.iops),
        throughput: count_in(volume.throughput),
    })
}

fn type_facts(facts: aws_sdk_ec2::types::InstanceTypeInfo) -> TypeFacts {
    let architectures = facts.processor_info.and_then(|processor| processor.supported_architectures);
    let architecture =
        |name: aws_sdk_ec2::types::ArchitectureType| name.as_str().parse::<Architecture>().ok();
    let gpus = facts.gpu_info.and_then(|info| info.gpus).unwrap_or_default();
    let neuron = facts.neuron_info.and_then(|info| info.neuron_devices).unwrap_or_default();
    // AWS's first Inferentia is described twice.
    let inference = facts.inference_accelerator_info.and_then(|info| info.accelerators).unwrap_or_default();
    let (ours, others): (Vec<_>, Vec<_>) = inference
        .into_iter()
        .filter_map(|device| whole(device.name, device.manufacturer))
        .partition(|device| device.manufacturer.as_deref() == Some("AWS"));
    let neuron: Vec<_> = neuron.into_iter().filter_map(|device| whole(device.name, None)).collect();
    let fpgas = facts.fpga_info.and_then(|info| info.fpgas).unwrap_or_default();
    let media = facts.media_accelerator_info.and_then(|info| info.accelerators).unwrap_or_default();
    TypeFacts {
        hibernation: facts.hibernation_supported,
        architectures: architectures.unwrap_or_default().into_iter().filter_map(architecture).collect(),
        vcpus: facts.v_cpu_info.and_then(|cpus| count_in(cpus.default_v_cpus)),
        memory: facts
            .memory_info
            .and_then(|memory| memory.size_in_mib)
            .and_then(|mib| u64::try_from(mib).ok())
            .map(Mebibytes),
        gpus: gpus.into_iter().filter_map(gpu).collect(),
        neuron: if neuron.is_empty() { ours } else { neuron },
        other_devices: others
            .into_iter()
            .chain(fpgas.into_iter().filter_map(|device| whole(device.name, device.manufacturer)))
            .chain(media.into_iter().filter_map(|device| whole(device.name, device.manufacturer)))
            .collect(),
    }
}

fn gpu(device: aws_sdk_ec2::types::GpuDeviceInfo) -> Option<TypeDevice> {
    let is_part = device.gpu_partition_size.is_some_and(|part| part < 1.0);
    whole(device.name, device.manufacturer).map(|device| TypeDevice { is_part, ..device })
}

fn whole(name: Option<String>, manufacturer: Option<String>) -> Option<TypeDevice> {
    name.map(|name| TypeDevice { name, manufacturer, is_part: false })
}
