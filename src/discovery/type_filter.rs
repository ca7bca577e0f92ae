//! The filters that look at an instance type alone.
//!
//! Names are [`super::named`]'s; where a type is offered, and for how much, is looked at later.

use crate::catalog::{Catalog, InstanceType};
use crate::model::DeviceCount;

use super::{DiscoveryError, Filter, Question, gpu_name};

/// A filter that was asked for.
pub(super) struct TypeFilter<'q> {
    pub(super) filter: Filter,
    /// What it asks for.
    pub(super) wanted: String,
    /// Whether a type passes.
    pub(super) keeps: Box<dyn Fn(InstanceType<'_>) -> bool + 'q>,
}

impl<'q> TypeFilter<'q> {
    fn new(filter: Filter, wanted: String, keeps: impl Fn(InstanceType<'_>) -> bool + 'q) -> Self {
        Self { filter, wanted, keeps: Box::new(keeps) }
    }
}

/// The filters that a question asks for, in the order of [`Filter`].
pub(super) fn filters<'q>(
    catalog: &'q Catalog<'q>,
    question: &'q Question,
) -> Result<Vec<TypeFilter<'q>>, DiscoveryError> {
    let gpu_names =
        question.gpu_name.as_deref().map(|asked| gpu_name::resolve(catalog, asked)).transpose()?;
    let architecture = question.architecture.map(|wanted| {
        TypeFilter::new(Filter::Architecture, wanted.to_string(), move |one| {
            one.architectures().any(|architecture| architecture == wanted)
        })
    });
    let vcpus = question.vcpus.map(|range| {
        TypeFilter::new(Filter::Vcpus, range.to_string(), move |one| {
            one.vcpus().is_some_and(|vcpus| range.contains(&vcpus))
        })
    });
    let memory = question.memory.map(|range| {
        TypeFilter::new(Filter::Memory, range.to_string(), move |one| {
            one.memory().is_some_and(|memory| range.contains(&memory))
        })
    });
    let gpu_name = gpu_names.clone().map(|names| {
        let wanted = names.join(" or ");
        TypeFilter::new(Filter::GpuName, wanted, move |one| one.gpus().any(|gpu| names.contains(&gpu.name)))
    });
    let gpus = question.gpus.map(|range| {
        TypeFilter::new(Filter::Gpus, range.to_string(), move |one| {
            range.contains(&count(one, gpu_names.as_deref()))
        })
    });
    Ok([architecture, vcpus, memory, gpu_name, gpus].into_iter().flatten().collect())
}

/// How many GPUs a type has, of these names where there are any.
fn count(instance_type: InstanceType<'_>, names: Option<&[&str]>) -> DeviceCount {
    instance_type
        .gpus()
        .filter(|gpu| names.is_none_or(|names| names.contains(&gpu.name)))
        .fold(DeviceCount::default(), |sum, gpu| sum.plus(gpu.count))
}
