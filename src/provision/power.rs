//! Ends, stops and starts machines of several regions: one call a region, and one more for each where that call fails.
//!
//! EC2 refuses a call as a whole for one machine that it does not know or that is protected; the others are not to suffer.

use futures_util::future::join_all;

use crate::aws::ec2::{Ec2, Rest};
use crate::aws::types::Located;
use crate::aws::{AwsError, ErrorKind, Session};
use crate::model::RegionName;

/// What is done to machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// They are ended for good.
    Terminate,
    /// They are put to rest.
    Rest(Rest),
    /// They are started again.
    Start,
}

/// Does it to each machine; says for each, in the order of the machines, what came of it.
pub async fn act(session: &Session, machines: &[Located], deed: Deed) -> Vec<Result<(), AwsError>> {
    let mut regions: Vec<&RegionName> = machines.iter().map(|one| &one.region).collect();
    regions.sort_unstable();
    regions.dedup();
    let in_region = async |region: &RegionName| {
        let here: Vec<usize> = (0..machines.len()).filter(|&at| machines[at].region == *region).collect();
        let ids: Vec<String> = here.iter().map(|&at| machines[at].machine.id.clone()).collect();
        let outcomes = in_region(&session.ec2(region), &ids, deed).await;
        here.into_iter().zip(outcomes).collect::<Vec<_>>()
    };
    let mut outcomes: Vec<_> =
        join_all(regions.into_iter().map(in_region)).await.into_iter().flatten().collect();
    outcomes.sort_by_key(|(at, _)| *at);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

async fn in_region(ec2: &Ec2, ids: &[String], deed: Deed) -> Vec<Result<(), AwsError>> {
    match call(ec2, ids, deed).await {
        Ok(()) => ids.iter().map(|_| Ok(())).collect(),
        Err(error) if ids.len() == 1 => vec![settled(error, deed)],
        Err(_) => {
            let alone = async |id: &String| {
                let outcome = call(ec2, std::slice::from_ref(id), deed).await;
                outcome.or_else(|error| settled(error, deed))
            };
            join_all(ids.iter().map(alone)).await
        }
    }
}

async fn call(ec2: &Ec2, ids: &[String], deed: Deed) -> Result<(), AwsError> {
    match deed {
        Deed::Terminate => ec2.terminate_all(ids).await,
        Deed::Rest(rest) => ec2.rest(ids, rest).await,
        Deed::Start => ec2.start(ids).await,
    }
}

/// A machine that is gone already has been ended.
fn settled(error: AwsError, deed: Deed) -> Result<(), AwsError> {
    if deed == Deed::Terminate && error.kind == ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
