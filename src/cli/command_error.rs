//! Every error at the edge: its class, which is its exit code, and the hints that say what to type next.
//!
//! One conversion an error type, exhaustive, so that a new way to fail has to be given a code here.

#[cfg(feature = "aws")]
mod refusals;

use std::error::Error;
use std::io;

use super::exit_code::ExitClass;
use crate::catalog::quota_class::{NoQuota, QUOTAS};
use crate::catalog::refresh::RefreshError;
use crate::discovery::{DiscoveryError, Label, NotAPattern};
use crate::model::NotAValue;
use crate::platform::files::FileError;
use crate::platform::process::NoHome;

/// An error with its class and its hints.
#[derive(Debug)]
pub(super) struct CommandError {
    pub(super) class: ExitClass,
    pub(super) error: Box<dyn Error + Send + Sync>,
    pub(super) hints: Vec<String>,
}

impl CommandError {
    pub(super) fn new(class: ExitClass, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { class, error: error.into(), hints: Vec::new() }
    }

    /// A bad flag, value or input.
    pub(super) fn usage(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ExitClass::Usage, error)
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds hints in their order, each of them once.
    pub(super) fn hints(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        for hint in hints {
            if !self.hints.contains(&hint) {
                self.hints.push(hint);
            }
        }
        self
    }

    /// Whether the reader of stdout has gone, which is no failure.
    pub(super) fn is_closed_pipe(&self) -> bool {
        let written = self.error.downcast_ref::<NotWritten>();
        written.is_some_and(|NotWritten(error)| error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// An error with its causes in one line. A cause that only repeats the end of what stands there is left out.
pub(super) fn with_causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let sentence = cause.to_string();
        if !line.ends_with(&sentence) {
            line = format!("{line}: {sentence}");
        }
        source = cause.source();
    }
    line
}

/// The answer could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to stdout")]
struct NotWritten(#[source] io::Error);

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        Self::usage(NotWritten(error))
    }
}

impl From<FileError> for CommandError {
    fn from(error: FileError) -> Self {
        Self::usage(error)
    }
}

impl From<NoHome> for CommandError {
    fn from(error: NoHome) -> Self {
        Self::usage(error).hint("set HOME")
    }
}

impl From<NotAValue> for CommandError {
    fn from(error: NotAValue) -> Self {
        Self::usage(error)
    }
}

/// How patterns are written.
const PATTERNS: &str = r"a pattern is a name with *, ? and [ab], such as 'c[67]i.*', or a regular expression between slashes: '/c[6-8]i\.large/'";

impl From<NotAPattern> for CommandError {
    fn from(error: NotAPattern) -> Self {
        Self::usage(error).hint(PATTERNS)
    }
}

impl From<RefreshError> for CommandError {
    fn from(error: RefreshError) -> Self {
        Self::usage(error)
    }
}

impl From<DiscoveryError> for CommandError {
    fn from(error: DiscoveryError) -> Self {
        let hints = match &error {
            DiscoveryError::UnknownRegion { .. } => vec!["--region all asks about every region".to_owned()],
            DiscoveryError::RegionWithoutData { region } => {
                let launch = format!(
                    "launch there all the same: cloudkit launch --region {region} --instance-type TYPE"
                );
                let refresh = "read what AWS's public lists say of it: cloudkit find refresh".to_owned();
                vec![refresh, "--region all asks about every region that has data".to_owned(), launch]
            }
            DiscoveryError::UnknownName { label: Label::Gpu, .. } => {
                vec!["see every GPU: cloudkit find search gpus --region all".to_owned()]
            }
            DiscoveryError::Pattern(_) => vec![PATTERNS.to_owned()],
            DiscoveryError::UnknownWord { .. }
            | DiscoveryError::NoNumber { .. }
            | DiscoveryError::NumberAlone { .. } => {
                vec!["words and flags that mean something: cloudkit find search --help".to_owned()]
            }
            DiscoveryError::UnknownName { label: Label::Zone, .. } => {
                vec![
                    "zones go by their ids, such as use1-az1: their names differ from account to account"
                        .to_owned(),
                ]
            }
            DiscoveryError::Contradiction { label, one, other } => {
                let flag = label.title().replace(' ', "-");
                vec![format!("for either of them: --{flag} '{one},{other}'")]
            }
            DiscoveryError::UnknownType { nearest, .. } if nearest.is_empty() => {
                vec!["see what there is: cloudkit find search --region all".to_owned()]
            }
            DiscoveryError::OtherMarket { .. } => {
                vec!["offers of every market: cloudkit find search".to_owned()]
            }
            DiscoveryError::OppositeOrders { .. } => {
                vec!["the cheapest is --sort price --limit 1, the dearest --sort -price --limit 1".to_owned()]
            }
            DiscoveryError::OrderOfGroups { .. } => {
                vec!["put offers together: --group-by region, type or family".to_owned()]
            }
            DiscoveryError::UnknownName { .. }
            | DiscoveryError::UnknownType { .. }
            | DiscoveryError::NotAFigure { .. }
            | DiscoveryError::NoRegion => Vec::new(),
        };
        Self { hints, ..Self::usage(error) }
    }
}

impl From<NoQuota> for CommandError {
    fn from(error: NoQuota) -> Self {
        if let NoQuota::None { .. } = error {
            return Self::new(ExitClass::No, error);
        }
        let mut classes: Vec<&str> = QUOTAS.iter().map(|quota| quota.class).collect();
        classes.dedup();
        Self::usage(error).hint(format!("the classes are {}", classes.join(", ")))
    }
}

#[cfg(feature = "aws")]
mod of_aws {
    use super::refusals;
    use super::{CommandError, ExitClass};
    use crate::aws::{AwsError, ErrorKind};
    use crate::provision::execute::{Cause, ExecuteError};
    use crate::provision::journal::JournalError;
    use crate::provision::observe::ObserveError;
    use crate::provision::plan::PlanError;
    use crate::provision::undo::Left;
    use crate::provision::wait::WaitError;

    impl From<AwsError> for CommandError {
        fn from(error: AwsError) -> Self {
            let (class, hints) = class_and_hints(&error);
            Self { class, hints, error: error.into() }
        }
    }

    /// What a failure of AWS means for the exit code, and what can be done.
    pub(in crate::cli) fn class_and_hints(error: &AwsError) -> (ExitClass, Vec<String>) {
        if let Some(hint) = error.code.as_deref().and_then(refusals::hint_of_code) {
            return (ExitClass::Credentials, vec![hint]);
        }
        let (class, hint) = match error.kind {
            ErrorKind::NoCredentials => (
                ExitClass::Credentials,
                "sign in: aws configure, or aws sso login, and name the profile with --profile if it is not the default",
            ),
            ErrorKind::ExpiredCredentials => {
                (ExitClass::Credentials, "sign in again: aws sso login, or fetch new keys")
            }
            ErrorKind::NotAllowed => (
                ExitClass::Credentials,
                "see who you are: aws sts get-caller-identity; another profile: --profile NAME",
            ),
            ErrorKind::Capacity => {
                (ExitClass::Capacity, "give more candidates: cloudkit find search … | cloudkit launch")
            }
            ErrorKind::Quota => (
                ExitClass::Capacity,
                "end a machine (cloudkit launch list), or ask for a higher quota in the Service Quotas console",
            ),
            ErrorKind::ScoreQuestions => (
                ExitClass::Unavailable,
                "ask for scores with types, regions and a count that were asked for in the last 24 hours, or wait as long",
            ),
            ErrorKind::Throttled => (ExitClass::Unavailable, "wait a minute and run the same command again"),
            ErrorKind::Unavailable => (
                ExitClass::Unavailable,
                "check the network, the region and AWS_ENDPOINT_URL, then run the same command again",
            ),
            ErrorKind::Guarded => (
                ExitClass::No,
                "take the guard off: aws ec2 modify-instance-attribute --instance-id ID --no-disable-api-termination (or --no-disable-api-stop)",
            ),
            ErrorKind::NotConnected => (
                ExitClass::No,
                "Session Manager reaches a machine some seconds after its start, where it has a role for that (launch --ssm) and its image brings the SSM Agent (Amazon Linux and Ubuntu do, Debian does not)",
            ),
            ErrorKind::NotKnownYet => {
                (ExitClass::Usage, "see the profiles there are: aws iam list-instance-profiles")
            }
            ErrorKind::NotFound
            | ErrorKind::InUse
            | ErrorKind::AlreadyThere
            | ErrorKind::Changed
            | ErrorKind::Refused => (ExitClass::Usage, ""),
        };
        let region = error.is_of_a_region_not_enabled().then_some(
            "or the region is not enabled for this account: aws account enable-region --region-name REGION",
        );
        let hints = [Some(hint).filter(|hint| !hint.is_empty()), region];
        (class, hints.into_iter().flatten().map(str::to_owned).collect())
    }

    /// The same for what concerns the account's bucket: a machine can do without one.
    fn with_way_round_bucket(error: &AwsError) -> (ExitClass, Vec<String>) {
        let (class, mut hints) = class_and_hints(error);
        if error.kind == ErrorKind::NotAllowed {
            hints.push(
                "or without agent and bucket, by the timer alone, and without --env: --no-agent".to_owned(),
            );
        }
        (class, hints)
    }

    impl From<ObserveError> for CommandError {
        fn from(error: ObserveError) -> Self {
            let (class, hints) = match &error {
                ObserveError::NothingWished => (
                    ExitClass::Usage,
                    vec!["name a type: cloudkit launch --instance-type m7i.large".to_owned()],
                ),
                ObserveError::Aws { source, .. } => class_and_hints(source),
                ObserveError::Bucket { source, .. } => with_way_round_bucket(source),
                ObserveError::UserData(_) => (
                    ExitClass::Usage,
                    vec![
                        "let a --script fetch what is large, or name another public key: --ssh-key FILE"
                            .to_owned(),
                    ],
                ),
                ObserveError::NoProfile { .. } => (
                    ExitClass::Usage,
                    vec!["see the profiles there are: aws iam list-instance-profiles".to_owned()],
                ),
                ObserveError::AgentBinary(_) => (
                    ExitClass::Usage,
                    vec!["name another Linux build of cloudkit: --agent-binary FILE".to_owned()],
                ),
                ObserveError::CheckIp(_) | ObserveError::NotAnAddress { .. } => (
                    ExitClass::Unavailable,
                    vec!["say who may reach the machine's SSH port: --ssh-from 203.0.113.7".to_owned()],
                ),
            };
            Self { class, hints, error: error.into() }
        }
    }

    impl From<PlanError> for CommandError {
        fn from(error: PlanError) -> Self {
            let mut hints: Vec<String> = match &error {
                PlanError::NothingLeft { refused } | PlanError::CertainToFail { refused } => {
                    refused.iter().flat_map(|one| one.hints.clone()).collect()
                }
                PlanError::UserData(_) => {
                    vec![
                        "let a --script fetch what is large, or name another public key: --ssh-key FILE"
                            .to_owned(),
                    ]
                }
                PlanError::BeyondTime(_) => vec!["give a shorter --ttl".to_owned()],
                PlanError::Past { .. } => vec!["give a later --until, or a span: --ttl 8h".to_owned()],
                PlanError::ForeignProfile { .. } => {
                    vec!["name a profile of the account that you launch in".to_owned()]
                }
                PlanError::ProfileWithoutRole { name } => vec![format!(
                    "give it one: aws iam add-role-to-instance-profile --instance-profile-name {name} --role-name ROLE"
                )],
            };
            hints.sort_unstable();
            hints.dedup();
            let class = match &error {
                PlanError::CertainToFail { .. } => ExitClass::Capacity,
                _ => ExitClass::Usage,
            };
            Self { hints, ..Self::new(class, error) }
        }
    }

    impl From<WaitError> for CommandError {
        fn from(error: WaitError) -> Self {
            let (class, hints) = match &error {
                WaitError::Aws { source, .. } => class_and_hints(source),
                WaitError::Died { .. } | WaitError::TooSlow { .. } => (ExitClass::Unavailable, Vec::new()),
            };
            Self { class, hints, error: error.into() }
        }
    }

    impl From<JournalError> for CommandError {
        fn from(error: JournalError) -> Self {
            Self::usage(error)
        }
    }

    /// Whether the caller may not make the machine's role.
    fn is_about_a_role(error: &AwsError) -> bool {
        let making = ["CreateRole", "PutRolePolicy", "CreateInstanceProfile", "AddRoleToInstanceProfile"];
        error.kind == ErrorKind::NotAllowed && making.contains(&error.operation)
    }

    const FLEET_PERMISSIONS: &str = "several machines, and several spot candidates, take ec2:CreateFleet, \
        ec2:CreateLaunchTemplate and ec2:DeleteLaunchTemplate besides ec2:RunInstances; one machine on demand takes none \
        of them";

    /// Whether the caller may not launch a fleet.
    fn is_about_a_fleet(error: &AwsError) -> bool {
        error.kind == ErrorKind::NotAllowed
            && ["CreateFleet", "CreateLaunchTemplate"].contains(&error.operation)
    }

    fn without_role() -> Vec<String> {
        vec![
            "give it a profile that somebody made for you: --iam-profile NAME".to_owned(),
            "or leave out --on-idle, --on-deadline, --on-complete and --ssm: what is terminated needs no role"
                .to_owned(),
        ]
    }

    impl From<ExecuteError> for CommandError {
        fn from(error: ExecuteError) -> Self {
            let (class, hints) = match &error.cause {
                Cause::NoneToBeHad { refused } => refusals::class_and_hints(refused),
                Cause::TooFew { got, refused, .. } => {
                    let (class, mut hints) = refusals::class_and_hints(refused);
                    hints.insert(0, format!("let so many do: --min-count {got}"));
                    (class, hints)
                }
                Cause::Aws { source, .. } if source.is_of_bucket() => with_way_round_bucket(source),
                Cause::Aws { source, .. } if is_about_a_role(source) => {
                    (class_and_hints(source).0, without_role())
                }
                Cause::Aws { source, .. } if is_about_a_fleet(source) => {
                    let (class, mut hints) = class_and_hints(source);
                    hints.push(FLEET_PERMISSIONS.to_owned());
                    (class, hints)
                }
                Cause::Aws { source, .. } | Cause::FateUnknown { source, .. } => class_and_hints(source),
                Cause::AgentFailed { .. } => (
                    ExitClass::Unavailable,
                    vec!["leave such a machine as it is, to look at it: --keep".to_owned()],
                ),
                Cause::AgentBinary(_) => (ExitClass::Usage, vec!["run the same command again".to_owned()]),
                Cause::Wait(error) => (ExitClass::Unavailable, refusals::hints_of_end(error)),
                Cause::Journal(_) | Cause::UserData(_) | Cause::Region(_) => (ExitClass::Usage, Vec::new()),
                Cause::Interrupted => (ExitClass::Interrupted, Vec::new()),
            };
            Self { class, hints, error: Box::new(error.cause) }.with_left(&error.left)
        }
    }

    impl CommandError {
        /// The same, where things that were made are still there.
        pub(in crate::cli) fn with_left(mut self, left: &[Left]) -> Self {
            if left.is_empty() {
                return self;
            }
            if self.class != ExitClass::Partial {
                self.hints.clear();
            }
            self.class = ExitClass::Partial;
            let still_there =
                |left: &Left| format!("still there: {} ({}); {}", left.what, left.because, left.command);
            self.hints.extend(left.iter().map(still_there));
            self
        }
    }
}

#[cfg(feature = "aws")]
pub(super) use of_aws::class_and_hints;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Failed(&'static str, #[source] Option<Box<Failed>>);

    #[test]
    fn causes_follow_in_the_same_line_and_none_is_said_twice() {
        let cause = |text, source: Failed| Failed(text, Some(Box::new(source)));
        let denied = || Failed("permission denied", None);
        assert_eq!(with_causes(&denied()), "permission denied");
        let error = cause("the list cannot be had", cause("a.json cannot be read", denied()));
        assert_eq!(with_causes(&error), "the list cannot be had: a.json cannot be read: permission denied");
        assert_eq!(with_causes(&cause("permission denied", denied())), "permission denied");
    }
}
