//! Images and instance types.
//!
//! Which image fits which type is decided by the plan.

use aws_sdk_ec2::types::{ImageState, PlatformValues};

use super::Ec2;
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::types::{Image, TypeFacts};
use crate::model::{Architecture, Mebibytes};

impl Ec2 {
    /// An image by its id, or `None` where there is no such image in this region.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn image(&self, id: &str) -> Result<Option<Image>, AwsError> {
        let answer = self.client.describe_images().image_ids(id).send().await;
        match answer.map_err(|error| AwsError::from_sdk("DescribeImages", error)) {
            Ok(answer) => Ok(answer.images.unwrap_or_default().into_iter().find_map(image)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
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
    let root_device = image.root_device_name;
    let root = image
        .block_device_mappings
        .unwrap_or_default()
        .into_iter()
        .find(|mapping| mapping.device_name == root_device)
        .and_then(|mapping| mapping.ebs);
    Some(Image {
        id: image.image_id?,
        name: image.name,
        architecture: image.architecture.and_then(|name| name.as_str().parse().ok()),
        root_gib: root.as_ref().and_then(|volume| volume.volume_size).and_then(|gib| u32::try_from(gib).ok()),
        root_volume_type: root.and_then(|volume| volume.volume_type).map(|kind| kind.as_str().to_owned()),
        root_device,
        available: image.state == Some(ImageState::Available),
        windows: image.platform == Some(PlatformValues::Windows),
    })
}

fn type_facts(facts: aws_sdk_ec2::types::InstanceTypeInfo) -> TypeFacts {
    let architectures = facts.processor_info.and_then(|processor| processor.supported_architectures);
    let architecture =
        |name: aws_sdk_ec2::types::ArchitectureType| name.as_str().parse::<Architecture>().ok();
    TypeFacts {
        hibernation: facts.hibernation_supported,
        architectures: architectures.unwrap_or_default().into_iter().filter_map(architecture).collect(),
        vcpus: facts
            .v_cpu_info
            .and_then(|cpus| cpus.default_v_cpus)
            .and_then(|count| u32::try_from(count).ok()),
        memory: facts
            .memory_info
            .and_then(|memory| memory.size_in_mib)
            .and_then(|mib| u64::try_from(mib).ok())
            .map(Mebibytes),
    }
}
