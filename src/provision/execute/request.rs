//! The request for machines of one kind, whole: what EC2 is sent for a candidate, its URLs signed just now.

use std::collections::BTreeMap;

use base64::Engine;

use super::{Cause, Executor, failed};
use crate::aws::s3::PresignedUrl;
use crate::aws::types::{InterfaceRequest, RunCount, RunRequest};
use crate::cloudinit::{self, DownloadSource};
use crate::model::RegionName;
use crate::model::apply_request::Place;
use crate::model::tag::{self, Tag};
use crate::provision::delivery;
use crate::provision::plan::{Candidate, PlannedDeployment, PlannedVolume};
use crate::provision::report::Event;

impl<R: FnMut(Event)> Executor<'_, R> {
    /// The whole request, its URL signed just now.
    pub(super) async fn request(
        &self,
        region: &RegionName,
        candidate: &Candidate,
        count: RunCount,
    ) -> Result<RunRequest, Cause> {
        let bucket = self.bucket(region);
        let mut boot = self.plan.boot_of(candidate);
        if let Some(agent) = &candidate.agent {
            let signed = delivery::download(&self.means.session, &self.plan.account, agent).await;
            boot.agent = Some(signed.map_err(failed("sign the agent's URL"))?);
        }
        let planned = self.plan.user.as_ref().and_then(|user| user.object.as_ref());
        if let (Some(object), Some(planned)) = (&mut boot.object, planned) {
            let signed = bucket.presign(&planned.key, delivery::URL_LASTS).await;
            let signed = signed.map_err(failed("sign the URL of what the machine fetches at its start"))?;
            object.source = DownloadSource { url: signed.url, headers: signed.headers };
        }
        if let (Some(apply), Some(deployment)) = (&mut boot.apply, &self.plan.deployment) {
            let signed = bucket.presign(&deployment.key, delivery::URL_LASTS).await;
            let PresignedUrl { url, headers } = signed.map_err(failed("sign the URL of the bundle"))?;
            apply.bundle = vec![Place { url, headers }];
            apply.objects = self.objects(deployment).await?;
        }
        let user_data = cloudinit::render(&boot)?;
        Ok(RunRequest {
            client_token: candidate.client_token.clone(),
            image: candidate.image.id.clone(),
            instance_type: candidate.instance_type.clone(),
            count,
            zone: candidate.zone.clone(),
            groups: match candidate.groups.as_slice() {
                [] => vec![self.groups.get(region.as_str()).cloned().unwrap_or_default()],
                named => named.to_vec(),
            },
            interface: self.interface(region, candidate),
            key_pair: candidate.key_pair.as_ref().map(|pair| pair.name.clone()),
            block_devices: candidate.volumes.iter().map(PlannedVolume::request).collect(),
            market: candidate.market,
            max_price: candidate.max_price_usd_hour,
            reservation: candidate.reservation.clone(),
            ending: self.plan.ending.request(),
            user_data: base64::engine::general_purpose::STANDARD.encode(user_data.bytes()),
            tags: self.plan.tags.iter().cloned().chain(login_user(candidate)).collect(),
        })
    }

    /// Where machines fetch what their bundle names besides: each signed for the region of its bucket.
    async fn objects(&self, deployment: &PlannedDeployment) -> Result<BTreeMap<String, Place>, Cause> {
        let mut places = BTreeMap::new();
        for object in &deployment.objects {
            let place = object.place(&self.means.session, delivery::URL_LASTS).await;
            let place = place.map_err(failed(format!("sign the URL of {}", object.address())))?;
            places.insert(object.address(), place);
        }
        Ok(places)
    }

    /// The interface that was planned, in the subnet that was planned or made.
    pub(super) fn interface(&self, region: &RegionName, candidate: &Candidate) -> Option<InterfaceRequest> {
        let planned = candidate.interface.as_ref()?;
        let made = || self.networks.get(region.as_str())?.subnet(candidate.zone.as_deref());
        Some(InterfaceRequest {
            // A subnet that is not known would be refused by EC2; it can't become another one.
            subnet: planned.subnet.as_deref().or_else(made).unwrap_or_default().to_owned(),
            public_address: planned.public_address,
            ipv6: planned.ipv6,
        })
    }
}

/// Tells who logs in, as far as that is known and a tag can hold it.
fn login_user(candidate: &Candidate) -> Option<Tag> {
    candidate.image.login_user.as_deref().map(|user| Tag::new(tag::LOGIN_USER, tag::fitting(user)))
}
