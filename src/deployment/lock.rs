//! The lock of a deployment: an object in the account's home bucket that one person at a time holds.
//!
//! It is taken by S3's conditional writes, and counts by S3's own clock, so that no computer's wrong clock gives or takes
//! it. A holder that is gone keeps it for [`LASTS`], unless its claim says otherwise. What is done under it is not known here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::s3::{Bucket, Document, Mark, Only};
use crate::aws::{AwsError, ErrorKind};
use crate::model::Span;

/// How long a lock is held after its holder was last heard of, where nobody says otherwise.
pub const LASTS: Span = Span::from_seconds(120);
const SCHEMA: &str = "cloudkit.deployment-lock/v1";
/// How often it is renewed while it would be held without: two renewals in a row may fail.
const RENEWALS: u32 = 3;
/// How often it is tried again where somebody else writes at the same moment.
const TRIES: usize = 5;

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    schema: String,
    /// What is done under it: `create`, `update`.
    pub verb: String,
    /// Whose credentials hold it.
    pub owner: String,
    /// No two claims have the same.
    token: String,
    /// For how long it holds from when it was written.
    lasts: Span,
    /// How often it was renewed. S3 gives equal content an equal mark, and a renewal is to be told from what it renews.
    renewals: u64,
}

/// A lock as somebody else sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Who holds it, and for what; unknown where it was written by something else.
    pub claim: Option<Claim>,
    /// When it was last renewed, by S3's clock.
    pub renewed_at: Timestamp,
    /// For how long it still holds; nothing where its holder is gone.
    pub left: Span,
    #[serde(skip)]
    mark: Mark,
}

/// A lock that is held by this process.
#[derive(Debug)]
pub struct Lock {
    bucket: Bucket,
    key: String,
    claim: Claim,
    mark: Mark,
}

/// A lock that could not be had, or kept.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else holds it.
    #[error("{} and may for another {}", words(.0), .0.left)]
    Held(Box<Held>),
    /// It changed hands faster than it could be asked for.
    #[error("the lock {key} is written by others all the time")]
    Contended {
        /// Its object.
        key: String,
    },
    /// Somebody has taken it away.
    #[error(
        "the lock {key} is no longer ours: somebody has removed it, or this computer was away for too long"
    )]
    Lost {
        /// Its object.
        key: String,
    },
    /// It could not be written.
    #[error(transparent)]
    Aws(#[from] AwsError),
}

fn words(held: &Held) -> String {
    match &held.claim {
        Some(claim) => format!("{} is at it ({})", claim.owner, claim.verb),
        None => "something else than this cloudkit is at it".to_owned(),
    }
}

impl Claim {
    /// A claim that nobody else has made.
    #[must_use]
    pub fn new(verb: &str, owner: &str, token: String) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            verb: verb.to_owned(),
            owner: owner.to_owned(),
            token,
            lasts: LASTS,
            renewals: 0,
        }
    }

    /// One that counts for this long after its holder was last heard of.
    #[must_use]
    pub fn lasting(self, lasts: Span) -> Self {
        Self { lasts, ..self }
    }

    fn is_of(&self, holder: &Self) -> bool {
        self.token == holder.token
    }

    fn content(&self) -> Vec<u8> {
        // A handful of texts can always be written.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Held {
    fn of(document: Document) -> Self {
        let claim = serde_json::from_slice::<Claim>(&document.content).ok();
        let lasts = claim.as_ref().map_or(LASTS, |claim| claim.lasts);
        let until = lasts.after(document.written_at).unwrap_or(Timestamp::MAX);
        let left = Span::between(document.read_at, until);
        Self { claim, renewed_at: document.written_at, left, mark: document.mark }
    }
}

/// Takes the lock, also from a holder that is gone.
///
/// # Errors
/// Where somebody holds it, or the bucket can't be written.
pub async fn take(bucket: Bucket, key: String, claim: Claim) -> Result<Lock, LockError> {
    for _ in 0..TRIES {
        let held = look(&bucket, &key).await?;
        let only = match &held {
            None => Only::IfNew,
            // The answer to our own claim was lost.
            Some(held) if held.claim.as_ref().is_some_and(|there| there.is_of(&claim)) => {
                return Ok(Lock { bucket, key, claim, mark: held.mark.clone() });
            }
            Some(held) if held.left == Span::default() => Only::If(&held.mark),
            Some(held) => return Err(LockError::Held(Box::new(held.clone()))),
        };
        match bucket.write(&key, claim.content(), only).await {
            Ok(mark) => return Ok(Lock { bucket, key, claim, mark }),
            Err(error) if error.kind == ErrorKind::Changed => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(LockError::Contended { key })
}

/// Who holds the lock; none where nobody does.
///
/// # Errors
/// Where the bucket can't be read.
pub async fn look(bucket: &Bucket, key: &str) -> Result<Option<Held>, AwsError> {
    Ok(bucket.read(key).await?.map(Held::of))
}

/// Takes the lock away from whoever holds it; says whether it was still theirs.
///
/// # Errors
/// Where the call is refused.
pub async fn take_away(bucket: &Bucket, key: &str, held: &Held) -> Result<bool, AwsError> {
    bucket.remove_unchanged(key, &held.mark).await
}

impl Lock {
    /// Holds it for another [`LASTS`].
    ///
    /// # Errors
    /// [`LockError::Lost`] where somebody has it now, or has removed it.
    pub async fn renew(&mut self) -> Result<(), LockError> {
        self.claim.renewals += 1;
        match self.bucket.write(&self.key, self.claim.content(), Only::If(&self.mark)).await {
            Ok(mark) => {
                self.mark = mark;
                Ok(())
            }
            Err(error) if error.kind == ErrorKind::Changed => {
                // It may be our own earlier renewal, whose answer was lost.
                match look(&self.bucket, &self.key).await? {
                    Some(held) if held.claim.as_ref().is_some_and(|there| there.is_of(&self.claim)) => {
                        self.mark = held.mark;
                        Ok(())
                    }
                    _ => Err(LockError::Lost { key: self.key.clone() }),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Does something under the lock, renewing it all the while. A renewal that fails is tried again; where the lock is
    /// lost, `lost` is called, so that what is under way can stop.
    pub async fn during<T>(&mut self, work: impl Future<Output = T>, lost: impl FnOnce(LockError)) -> T {
        tokio::pin!(work);
        let pause = self.claim.lasts.to_duration() / RENEWALS;
        let renewals = async {
            loop {
                tokio::time::sleep(pause).await;
                // Where AWS did not answer there is time for another try.
                if let Err(error @ LockError::Lost { .. }) = self.renew().await {
                    return error;
                }
            }
        };
        tokio::select! {
            done = &mut work => return done,
            error = renewals => lost(error),
        }
        work.await
    }

    /// Gives it back; one that is no longer ours stays whose it is.
    ///
    /// # Errors
    /// Where a call is refused: it ends by itself then.
    pub async fn give_back(mut self) -> Result<(), AwsError> {
        for _ in 0..TRIES {
            if self.bucket.remove_unchanged(&self.key, &self.mark).await? {
                break;
            }
            // A renewal that was under way when the work ended is ours too.
            match look(&self.bucket, &self.key).await? {
                Some(held) if held.claim.as_ref().is_some_and(|there| there.is_of(&self.claim)) => {
                    self.mark = held.mark;
                }
                _ => break,
            }
        }
        Ok(())
    }
}
