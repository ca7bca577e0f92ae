//! Looks up the images that a wish may start from: one call for their ids, one for what they are.
//!
//! Which of them a machine gets is the plan's to choose; here only what the plan would look for is looked up.

use std::collections::{BTreeMap, BTreeSet};

use super::{ObserveError, aws};
use crate::aws::Session;
use crate::aws::ec2::Ec2;
use crate::aws::types::{Image, TypeFacts};
use crate::catalog::Catalog;
use crate::model::{Architecture, RegionName};
use crate::provision::image::ImageKind;
use crate::provision::plan::image::{Traits, choose};
use crate::provision::wish::Wish;

/// An image by its name, for an architecture.
type Key = (ImageKind, Architecture);

/// The image that was named by its id, where one was and this region has it.
pub(super) async fn named(
    wish: &Wish,
    region: &RegionName,
    ec2: &Ec2,
) -> Result<Option<Image>, ObserveError> {
    let Some(id) = wish.image.ami() else { return Ok(None) };
    let images = ec2.images(&[id]).await.map_err(aws(format!("image {id} in {region}")))?;
    Ok(images.into_iter().find(|image| image.id == id))
}

/// The images that go by a name, as far as this region publishes them.
pub(super) async fn published(
    wish: &Wish,
    region: &RegionName,
    types: &BTreeMap<String, Option<TypeFacts>>,
    catalog: &Catalog<'_>,
    session: &Session,
) -> Result<BTreeMap<Key, Image>, ObserveError> {
    let wanted = wanted(wish, region, types, catalog);
    let parameters: BTreeMap<Key, String> = wanted
        .into_iter()
        .filter_map(|(kind, architecture)| Some(((kind, architecture), kind.parameter(architecture)?)))
        .collect();
    if parameters.is_empty() {
        return Ok(BTreeMap::new());
    }
    let looking = || aws(format!("the current images of {region}"));
    let names: Vec<&str> = parameters.values().map(String::as_str).collect();
    let ids = session.parameters(region).values(&names).await.map_err(looking())?;
    let some: BTreeSet<&str> = ids.values().map(String::as_str).collect();
    let some: Vec<&str> = some.into_iter().collect();
    let images = session.ec2(region).images(&some).await.map_err(looking())?;
    let image = |parameter: &String| {
        let id = ids.get(parameter)?;
        images.iter().find(|image| image.id == *id).cloned()
    };
    Ok(parameters.iter().filter_map(|(key, parameter)| Some((*key, image(parameter)?))).collect())
}

fn wanted(
    wish: &Wish,
    region: &RegionName,
    types: &BTreeMap<String, Option<TypeFacts>>,
    catalog: &Catalog<'_>,
) -> BTreeSet<Key> {
    let here = wish.candidates.iter().filter(|machine| machine.region == *region);
    here.filter_map(|machine| {
        let name = machine.instance_type.as_str();
        let traits = Traits::of(name, types, catalog)?;
        let choice = choose(&wish.image, name, &traits).ok()??;
        Some((choice.kind, traits.launchable()?))
    })
    .collect()
}
