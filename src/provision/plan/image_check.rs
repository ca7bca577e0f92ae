//! Whether an image can be launched on a type, and what it comes to in the plan.
//!
//! EC2 would refuse most of this too, after the bucket and the group were made and in fewer words.

use super::planner::Reason;
use crate::aws::types::Image;
use crate::model::Architecture;

/// An image that can be launched on such a machine, and its root device.
pub(super) fn check(image: &Image, architecture: Architecture) -> Result<&str, Reason> {
    let id = &image.id;
    let other = |reason: String| Reason {
        reason,
        hints: vec![
            format!(
                "name another Linux image for {architecture}: --ami ami-…, or one by its name: --image NAME"
            ),
            "leave --ami out, and what fits the type is taken".to_owned(),
        ],
    };
    if image.windows {
        return Err(other(format!(
            "{id} is a Windows image, and the agent that ends a machine runs on Linux"
        )));
    }
    if image.state.as_deref() != Some("available") {
        let state = image.state.as_deref().unwrap_or("in no state that EC2 tells");
        return Err(other(format!("image {id} is {state}, and only an available one can be launched")));
    }
    if let Some(its) = image.architecture.filter(|its| *its != architecture) {
        return Err(other(format!("image {id} is for {its}, the type for {architecture}")));
    }
    if let Some(virtualization) = image.virtualization.as_deref().filter(|kind| *kind != "hvm") {
        // <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ComponentsAMIs.html#virtualization_types>
        return Err(other(format!(
            "image {id} is {virtualization}, as images of before 2014 were; machines of today run hvm"
        )));
    }
    if let Some(root) = image.root_device_type.as_deref().filter(|kind| *kind != "ebs") {
        return Err(other(format!(
            "image {id} boots from {root}, and only one that boots from ebs is launched"
        )));
    }
    image.root_device.as_deref().ok_or_else(|| other(format!("image {id} names no root device")))
}

/// What to say of an image that its owner has let fall out of use.
pub(super) fn deprecation(image: &Image, now: jiff::Timestamp) -> Option<String> {
    let since = image.deprecated_from.filter(|at| *at <= now)?;
    Some(format!(
        "image {} is deprecated since {since}: its owner may no longer mend it, and may remove it",
        image.id
    ))
}
