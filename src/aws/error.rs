//! What can go wrong at AWS: every error code that means something to cloudkit, in one table.
//!
//! A code that is not in the table is a refusal with AWS's own words. What follows from a kind is the caller's business.

mod refusal;

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

pub use refusal::{Reach, Refusal};

/// What a failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// No credentials were found.
    NoCredentials,
    /// The credentials have ended.
    ExpiredCredentials,
    /// The credentials are not valid, or do not permit this.
    NotAllowed,
    /// There is no room for such a machine here; somewhere else there may be.
    Capacity,
    /// The account's quota is used up, here and for this market.
    Quota,
    /// The account has asked too many different questions for placement scores within a day; those that it has asked
    /// before are still answered.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-placement-score.html#sps-limitations>
    ScoreQuestions,
    /// Too many calls; the SDK's retries did not help.
    Throttled,
    /// What was named does not exist.
    NotFound,
    /// What is to be removed is still in use.
    InUse,
    /// The machine has not come to Session Manager, or not yet.
    NotConnected,
    /// It is guarded against this by its owner.
    Guarded,
    /// What was named was made a moment ago and is not known everywhere yet, or it is not there at all.
    NotKnownYet,
    /// It is there already.
    AlreadyThere,
    /// It is no longer as it was when it was looked at.
    Changed,
    /// AWS refuses the request as it is.
    Refused,
    /// AWS failed, or gave no answer.
    Unavailable,
}

/// A call to AWS that failed.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.describe())]
pub struct AwsError {
    /// The operation, `RunInstances`.
    pub operation: &'static str,
    /// What the failure means.
    pub kind: ErrorKind,
    /// AWS's own code, where AWS answered.
    pub code: Option<String>,
    /// AWS's own words, where AWS answered; else what is the matter, where cloudkit knows.
    pub message: Option<String>,
    /// Whether the call may have been carried out all the same: no answer came, or one that says nothing.
    pub may_have_happened: bool,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl AwsError {
    fn describe(&self) -> String {
        match (&self.code, &self.message) {
            (Some(code), Some(message)) => format!("{} refused: {code}: {message}", self.operation),
            (Some(code), None) => format!("{} refused: {code}", self.operation),
            (None, Some(message)) => message.clone(),
            (None, None) => match self.kind {
                ErrorKind::NoCredentials => "no AWS credentials were found".to_owned(),
                ErrorKind::ExpiredCredentials => "the AWS credentials have ended".to_owned(),
                _ => format!("{} got no answer", self.operation),
            },
        }
    }

    /// Whether it is S3 that failed, in the making or filling of a bucket.
    #[must_use]
    pub fn is_of_bucket(&self) -> bool {
        matches!(
            self.operation,
            "CreateBucket"
                | "PutPublicAccessBlock"
                | "PutBucketEncryption"
                | "PutBucketLifecycleConfiguration"
                | "PutObject"
        )
    }

    /// Whether a region that the account has not enabled would answer so, EC2 by the former codes and Service Quotas by the
    /// latter; with credentials that are not valid any would.
    /// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>
    #[must_use]
    pub fn may_be_of_a_region_not_enabled(&self) -> bool {
        matches!(self.code.as_deref(), Some("AuthFailure" | "OptInRequired" | "UnrecognizedClientException"))
    }

    /// Whether it is what EC2 says where a region is not enabled, of which keys that are not valid are the other reason.
    #[must_use]
    pub fn is_of_a_region_not_enabled(&self) -> bool {
        matches!(self.code.as_deref(), Some("AuthFailure" | "OptInRequired"))
    }

    /// Whether it is a launch template that is not known.
    #[must_use]
    pub fn names_a_launch_template(&self) -> bool {
        self.code.as_deref().is_some_and(|code| code.starts_with("InvalidLaunchTemplate"))
    }

    /// A failure in cloudkit's own words: of an answer that lacks something, or of what it takes to ask.
    pub(crate) fn own(operation: &'static str, kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            operation,
            kind,
            code: None,
            message: Some(message.into()),
            may_have_happened: false,
            source: None,
        }
    }

    /// A failure that AWS tells in an answer that is a success as a whole.
    pub(super) fn in_answer(operation: &'static str, code: Option<String>, message: Option<String>) -> Self {
        let kind = match code.as_deref() {
            Some(code) if is_new_profile(code, message.as_deref()) => ErrorKind::NotKnownYet,
            Some(code) => kind_of(code, 400),
            None => ErrorKind::Unavailable,
        };
        Self { operation, kind, code, message, may_have_happened: false, source: None }
    }

    /// What was just made and is not shown.
    pub(crate) fn not_shown(operation: &'static str) -> Self {
        let words = format!("{operation} does not show what has just been made");
        Self::own(operation, ErrorKind::Unavailable, words)
    }

    /// The same failure of a write that was to be made over something: where that is gone, it has changed.
    pub(super) fn of_condition(mut self) -> Self {
        if self.code.as_deref() == Some("NoSuchKey") {
            self.kind = ErrorKind::Changed;
        }
        self
    }

    /// The same failure, with words where AWS gave none.
    pub(super) fn saying(mut self, words: &str) -> Self {
        self.message.get_or_insert_with(|| words.to_owned());
        self
    }

    /// Credentials that could not be had.
    pub(super) fn credentials(source: CredentialsError) -> Self {
        let kind = match &source {
            CredentialsError::CredentialsNotLoaded(_) => ErrorKind::NoCredentials,
            error if chain(error).any(|cause| cause.to_string().to_lowercase().contains("expired")) => {
                ErrorKind::ExpiredCredentials
            }
            _ => ErrorKind::NotAllowed,
        };
        let message =
            (kind == ErrorKind::NotAllowed).then(|| "the AWS credentials cannot be loaded".to_owned());
        Self {
            operation: "loading credentials",
            kind,
            code: None,
            message,
            may_have_happened: false,
            source: Some(Box::new(source)),
        }
    }

    /// A failure of the SDK, read by what it carries.
    pub(super) fn from_sdk<E, R>(operation: &'static str, error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        R: std::fmt::Debug + HttpStatus + Send + Sync + 'static,
    {
        // An answer of success that can't be read comes as an error of the service too.
        if let SdkError::ServiceError(answer) = &error
            && answer.raw().status() >= 300
        {
            let status = answer.raw().status();
            let metadata = answer.err().meta();
            let code = metadata.code().map(str::to_owned);
            let kind = match code.as_deref() {
                Some(code) if is_new_profile(code, metadata.message()) => ErrorKind::NotKnownYet,
                Some(code) => kind_of(code, status),
                None => by_status(status),
            };
            return Self {
                operation,
                kind,
                message: metadata.message().map(str::to_owned),
                may_have_happened: status >= 500 && kind == ErrorKind::Unavailable,
                code: code.or_else(|| Some(format!("HTTP {status}"))),
                source: None,
            };
        }
        if matches!(&error, SdkError::TimeoutError(_)) {
            let error =
                Self::own(operation, ErrorKind::Unavailable, format!("{operation} got no answer in time"));
            return Self { may_have_happened: true, ..error };
        }
        let credentials = chain(&error).find_map(|cause| cause.downcast_ref::<CredentialsError>());
        let kind = match credentials {
            Some(CredentialsError::CredentialsNotLoaded(_)) => ErrorKind::NoCredentials,
            Some(_) => ErrorKind::NotAllowed,
            None => ErrorKind::Unavailable,
        };
        let sent = !matches!(&error, SdkError::ConstructionFailure(_)) && kind == ErrorKind::Unavailable;
        Self {
            operation,
            kind,
            code: None,
            message: None,
            may_have_happened: sent,
            source: Some(Box::new(error)),
        }
    }
}

/// An answer that knows its HTTP status.
pub(super) trait HttpStatus {
    /// The status code.
    fn status(&self) -> u16;
}

impl HttpStatus for aws_smithy_runtime_api::client::orchestrator::HttpResponse {
    fn status(&self) -> u16 {
        self.status().as_u16()
    }
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error: &&'e (dyn Error + 'static)| error.source())
}

fn by_status(status: u16) -> ErrorKind {
    match status {
        301 | 400 | 405 | 409 | 416 => ErrorKind::Refused,
        401 | 403 => ErrorKind::NotAllowed,
        412 => ErrorKind::Changed,
        404 => ErrorKind::NotFound,
        429 => ErrorKind::Throttled,
        _ => ErrorKind::Unavailable,
    }
}

/// Whether EC2 does not know an instance profile, or its role, which IAM made perhaps a moment ago.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency>
fn is_new_profile(code: &str, message: Option<&str>) -> bool {
    let says = |words| message.is_some_and(|message| message.contains(words));
    code == "InvalidParameterValue"
        && (says("Invalid IAM Instance Profile") || says("has no associated IAM Roles"))
}

/// The table. Codes of EC2:
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
fn kind_of(code: &str, status: u16) -> ErrorKind {
    match code {
        "InsufficientInstanceCapacity"
        | "InsufficientHostCapacity"
        | "InsufficientReservedInstanceCapacity"
        | "InsufficientFreeAddressesInSubnet"
        | "ReservationCapacityExceeded"
        | "UnfulfillableCapacity"
        | "Unsupported"
        | "SpotMaxPriceTooLow" => ErrorKind::Capacity,
        "VcpuLimitExceeded"
        | "MaxSpotInstanceCountExceeded"
        | "MaxFleetCountExceeded"
        | "InstanceLimitExceeded"
        | "VpcLimitExceeded"
        | "SubnetLimitExceeded"
        | "InternetGatewayLimitExceeded"
        | "VpcEndpointLimitExceeded"
        | "QuotaExceededException" => ErrorKind::Quota,
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => ErrorKind::ExpiredCredentials,
        "AuthFailure"
        | "AuthFailure.ServiceLinkedRoleCreationNotPermitted"
        | "UnauthorizedOperation"
        | "AccessDenied"
        | "AccessDeniedException"
        | "DependencyAccessDeniedException"
        | "BucketAlreadyExists"
        | "Blocked"
        | "OptInRequired"
        | "PendingVerification"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidAccessKeyId" => ErrorKind::NotAllowed,
        "MaxConfigLimitExceeded" => ErrorKind::ScoreQuestions,
        "RequestLimitExceeded"
        | "Throttling"
        | "ThrottlingException"
        | "SlowDown"
        | "TooManyUpdates"
        | "TooManyRequestsException" => ErrorKind::Throttled,
        "NoSuchBucket"
        | "NoSuchKey"
        | "NotFound"
        | "ParameterNotFound"
        | "InvalidInstanceType"
        | "Gateway.NotAttached"
        | "NoSuchResourceException"
        | "NoSuchEntity" => ErrorKind::NotFound,
        "DependencyViolation"
        | "InvalidGroup.InUse"
        | "InvalidIPAddress.InUse"
        | "VolumeInUse"
        | "BucketNotEmpty"
        | "DeleteConflict" => ErrorKind::InUse,
        "OperationNotPermitted" => ErrorKind::Guarded,
        "TargetNotConnected" => ErrorKind::NotConnected,
        "InvalidGroup.Duplicate"
        | "InvalidPermission.Duplicate"
        | "Resource.AlreadyAssociated"
        | "RouteAlreadyExists"
        | "BucketAlreadyOwnedByYou"
        | "ParameterAlreadyExists"
        | "ResourceAlreadyExistsException"
        | "InvalidLaunchTemplateName.AlreadyExistsException"
        | "EntityAlreadyExists" => ErrorKind::AlreadyThere,
        // <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
        "PreconditionFailed" | "ConditionalRequestConflict" => ErrorKind::Changed,
        // A template is named only by whoever has just made it, or removes it.
        "InvalidLaunchTemplateName.NotFoundException" | "InvalidLaunchTemplateId.NotFound" => {
            ErrorKind::NotKnownYet
        }
        "InternalError" | "InternalFailure" | "ServerInternal" | "ServiceUnavailable" | "Unavailable" => {
            ErrorKind::Unavailable
        }
        code if code.ends_with(".NotFound") || code.starts_with("InvalidAMIID") => ErrorKind::NotFound,
        _ if status >= 500 => ErrorKind::Unavailable,
        _ => ErrorKind::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_that_mean_elsewhere_are_told_from_those_that_end_it() {
        for code in ["InsufficientInstanceCapacity", "Unsupported", "ReservationCapacityExceeded"] {
            assert_eq!(kind_of(code, 500), ErrorKind::Capacity, "{code}");
        }
        assert_eq!(kind_of("VcpuLimitExceeded", 400), ErrorKind::Quota);
        assert_eq!(kind_of("MaxConfigLimitExceeded", 400), ErrorKind::ScoreQuestions);
        assert_eq!(kind_of("InvalidInstanceID.NotFound", 400), ErrorKind::NotFound);
        assert_eq!(kind_of("InvalidParameterValue", 400), ErrorKind::Refused);
        assert_eq!(kind_of("SomethingNew", 503), ErrorKind::Unavailable);
    }

    #[test]
    fn a_profile_that_ec2_does_not_know_may_be_new() {
        let message = "Value (trainer) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name";
        assert!(is_new_profile("InvalidParameterValue", Some(message)));
        assert!(!is_new_profile("InvalidParameterValue", Some("Invalid availability zone: [x]")));
        assert!(!is_new_profile("InvalidParameterValue", None));
    }
}
