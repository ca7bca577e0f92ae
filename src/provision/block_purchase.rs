//! Buying a capacity block: the offering as it is now, the one call, and what became of it where no answer came.
//!
//! Nobody is asked here, and nothing is sent twice: two purchases would be paid twice.

use std::time::Duration;

use super::plan::launch_id;
use crate::aws::ec2::Ec2;
use crate::aws::types::Identity;
use crate::aws::types::capacity::{BlockOffering, BlockRequest, CapacityReservation};
use crate::aws::{AwsError, ErrorKind};
use crate::model::tag::{self, Tag};

/// Between looks for a block of which no answer came: a new one may not be shown at once.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// What became of a purchase.
#[derive(Debug)]
pub enum Outcome {
    /// The account holds the block.
    Bought(Box<CapacityReservation>),
    /// Nothing was bought.
    Refused(AwsError),
    /// No answer came, and no such block is shown.
    Unknown(AwsError),
}

/// A purchase that can be found again by its tag.
#[derive(Debug)]
pub struct Purchase {
    id: String,
    tags: Vec<Tag>,
}

impl Purchase {
    /// A purchase of a caller; the seed tells it from others of the same second.
    #[must_use]
    pub fn of(caller: &Identity, now: jiff::Timestamp, seed: u32) -> Self {
        let id = launch_id(now, seed);
        let tags = vec![
            Tag::new(tag::MANAGED, "true"),
            Tag::new(tag::LAUNCH, &id),
            Tag::new(tag::OWNER, tag::fitting(caller.short_name())),
            Tag::new(tag::VERSION, env!("CARGO_PKG_VERSION")),
        ];
        Self { id, tags }
    }

    /// Whether the caller may buy, by EC2's dry run.
    ///
    /// # Errors
    /// Where the caller may not, or EC2 can't be reached.
    pub async fn would_be_taken(&self, ec2: &Ec2, offering: &str) -> Result<(), AwsError> {
        ec2.may_buy_block(offering, &self.tags).await
    }

    /// Buys, once. Where no answer comes it looks whether the block is there.
    pub async fn buy(&self, ec2: &Ec2, offering: &str) -> Outcome {
        match ec2.buy_block(offering, &self.tags).await {
            Ok(bought) => Outcome::Bought(Box::new(bought)),
            Err(error) if error.may_have_happened => self.look(ec2, error).await,
            Err(error) => Outcome::Refused(error),
        }
    }

    async fn look(&self, ec2: &Ec2, error: AwsError) -> Outcome {
        for pause in PAUSES {
            tokio::time::sleep(pause).await;
            let found = ec2.reservations_tagged(tag::LAUNCH, &self.id).await;
            if let Some(bought) = found.ok().and_then(|found| found.into_iter().next()) {
                return Outcome::Bought(Box::new(bought));
            }
        }
        Outcome::Unknown(error)
    }
}

/// The offering as EC2 has it now; none where it is no longer there.
///
/// # Errors
/// Where EC2 refuses or can't be reached.
pub async fn offered(
    ec2: &Ec2,
    question: &BlockRequest,
    offering: &str,
) -> Result<Option<BlockOffering>, AwsError> {
    match ec2.block_offerings(question).await {
        Ok(all) => Ok(all.into_iter().find(|one| one.id == offering)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
