//! One machine of an update or a rollback: told of the bundle by SSH, and heard until it has come to it or failed.
//!
//! What its failure means for the others is not decided here.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use super::asked;
use super::rolling::Rolling;
use super::secrets::Renewed;
use super::side_by_side::{Outcome as Ran, Ways};
use crate::apply::progress::{Progress, RunState};
use crate::aws::s3::PresignedUrl;
use crate::aws::types::Located;
use crate::cli::command_error::CommandError;
use crate::model::apply_request::{ApplyRequest, Place};
use crate::output::deploy::change::{ChangedMachine, Outcome};
use crate::platform::streamed::Stream;
use crate::provision::wish::deployment::bundle_key;

/// How long a machine has to fetch its bundle; each URL is signed just before its machine is told.
const URL_LASTS: Duration = Duration::from_secs(3600);
/// Root's, since it sets the machine up. sudo looks in few folders on some systems.
const APPLY: &str = "sudo -n /usr/local/bin/cloudkit agent apply --fetch - -o json";

impl Rolling<'_> {
    /// Has one machine come to the bundle, and waits for how that comes out.
    pub(super) async fn change(&self, one: &Located) -> Result<ChangedMachine, CommandError> {
        let Self { context, deployed, .. } = self;
        let bucket = deployed.home.bucket_of(&one.region);
        let signed = bucket.presign(&bundle_key(&deployed.name, self.to), URL_LASTS).await?;
        let PresignedUrl { url, headers } = signed;
        let request = ApplyRequest {
            sha256: self.to.to_owned(),
            bundle: vec![Place { url, headers }],
            objects: self.objects().await?,
            secrets: self.secrets.and_then(Renewed::path),
        };
        let request = serde_json::to_vec(&request).map_err(CommandError::usage)?;
        let ways = Ways { context, session: &deployed.home.session, login: self.login };
        let said = RefCell::new(String::new());
        let id = &one.machine.id;
        let hear = |stream, text: &str| {
            match stream {
                Stream::Out => {
                    said.borrow_mut().push_str(text);
                    said.borrow_mut().push('\n');
                }
                Stream::Err if text.trim().is_empty() => {}
                Stream::Err => context.streams.status(format_args!("{id}: {}", text.trim_end())),
            }
            Ok(())
        };
        let ran = ways.run(one, APPLY, &request, &hear).await?;
        let said = said.into_inner();
        let progress = match (asked::read(&said), &ran) {
            (Some(progress), _) => Some(progress),
            // The way may have broken off when it was told already.
            (None, Ran::NotReached(_)) => {
                asked::progress(context, &deployed.home.session, one, self.login).await.ok()
            }
            (None, Ran::Ended(_)) => None,
        };
        Ok(self.row_of(one, progress.filter(|progress| progress.bundle == self.to), ran))
    }

    /// Where a machine fetches what the bundle names besides.
    async fn objects(&self) -> Result<BTreeMap<String, Place>, CommandError> {
        let mut places = BTreeMap::new();
        for object in self.objects {
            places.insert(object.address(), object.place(&self.deployed.home.session, URL_LASTS).await?);
        }
        Ok(places)
    }

    fn row_of(&self, one: &Located, progress: Option<Progress>, ran: Ran) -> ChangedMachine {
        let row = |bundle: Option<String>, outcome, because| {
            ChangedMachine::new(&one.machine.id, one.region.as_str(), bundle, outcome, because)
        };
        let at = || Some(self.to.to_owned());
        match (progress, ran) {
            (Some(progress), _) if progress.is_well() => row(at(), Outcome::Changed, None),
            (Some(Progress { health: Some(health), .. }), _) => {
                let because = format!("it does not stay healthy: {}", health.complaints.join("; "));
                row(at(), Outcome::Failed, Some(because))
            }
            (Some(progress), _) if progress.state == RunState::Failed => {
                let because = progress.failure.map(|failure| failure.to_string());
                let because = because.unwrap_or_else(|| "it does not say why".to_owned());
                row(at(), Outcome::Failed, Some(because))
            }
            (Some(_), Ran::NotReached(because)) => {
                let because = format!("it was told, and goes on by itself, but the way broke off: {because}");
                row(at(), Outcome::Unknown, Some(because))
            }
            (Some(_), Ran::Ended(code)) => {
                row(at(), Outcome::Unknown, Some(format!("its agent ended with {code} in the midst of it")))
            }
            (None, Ran::NotReached(because)) => row(None, Outcome::NotReached, Some(because)),
            (None, Ran::Ended(code)) => {
                row(None, Outcome::Failed, Some(format!("its agent ended with {code} and told no outcome")))
            }
        }
    }
}
