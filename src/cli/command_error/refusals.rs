//! What to type next when EC2 gives no machine: hints by its code.
//!
//! What each code means for other candidates is `aws::error`'s to say.

use crate::cli::exit_code::ExitClass;
use crate::model::Market;
use crate::provision::plan::Refused;
use crate::provision::wait::WaitError;

const NO_SPOT_ROLE: &str = "AuthFailure.ServiceLinkedRoleCreationNotPermitted";

/// What a code of EC2's means that the account has to put right, whatever is asked for.
pub(super) fn hint_of_code(code: &str) -> Option<String> {
    let hint = match code {
        NO_SPOT_ROLE => {
            "make the role for spot machines, once for the account: aws iam create-service-linked-role --aws-service-name spot.amazonaws.com"
        }
        "PendingVerification" => {
            "AWS is still verifying the account for this region, which it says takes up to four hours: try another --region, or again later"
        }
        "OptInRequired" => {
            "the account is not signed up for EC2 here: see https://console.aws.amazon.com/billing/home#/account"
        }
        "UnauthorizedOperation" => {
            "see who you are: aws sts get-caller-identity; what was denied is in the encoded message, if there is one: aws sts decode-authorization-message --encoded-message …"
        }
        "Blocked" => "AWS has blocked the account: https://console.aws.amazon.com/support/home",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Where no candidate could be had: what could be done about each kind of refusal.
pub(super) fn class_and_hints(refused: &[Refused]) -> (ExitClass, Vec<String>) {
    let mut hints = Vec::new();
    let mut add = |hint: String| {
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    };
    for one in refused {
        one.hints.iter().cloned().for_each(&mut add);
        match one.code.as_deref() {
            Some("VcpuLimitExceeded" | "MaxSpotInstanceCountExceeded" | "InstanceLimitExceeded") => {
                add(quota_request(one));
            }
            Some(
                "InsufficientInstanceCapacity"
                | "UnfulfillableCapacity"
                | "Unsupported"
                | "Server.InsufficientInstanceCapacity",
            ) => {
                let what = &one.instance_type;
                add(format!(
                    "see where there may be capacity: cloudkit find capacity {what} --region all --check"
                ));
            }
            Some("SpotMaxPriceTooLow") => add("give a higher --max-price, or none".to_owned()),
            Some("InsufficientFreeAddressesInSubnet") => add("name another --zone".to_owned()),
            Some(code) => hint_of_code(code).into_iter().for_each(&mut add),
            None => {}
        }
    }
    let waits = |one: &Refused| one.code.as_deref() == Some("InsufficientInstanceCapacity");
    if refused.iter().any(waits) {
        add("keep trying: --wait-for-capacity 2h".to_owned());
    }
    add(
        "give more candidates, other zones or regions: cloudkit find search … --region all | cloudkit launch"
            .to_owned(),
    );
    let mut codes = refused.iter().filter_map(|one| one.code.as_deref()).peekable();
    let not_allowed = codes.peek().is_some() && codes.all(|code| code == NO_SPOT_ROLE);
    (if not_allowed { ExitClass::Credentials } else { ExitClass::Capacity }, hints)
}

fn quota_request(one: &Refused) -> String {
    let market = if one.market == Market::Spot { " --market spot" } else { "" };
    format!(
        "end a machine (cloudkit launch list), or ask for more: cloudkit find quotas --instance-type {}{market} --region {} --request",
        one.instance_type, one.region
    )
}

/// What to look at where a machine ended before it ran, by the reason for its state.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html>
pub(super) fn hints_of_end(error: &WaitError) -> Vec<String> {
    let WaitError::Died { reason, .. } = error else { return Vec::new() };
    let hint = match reason.split(':').next().unwrap_or_default() {
        "Client.InternalError" => {
            "often the key of an encrypted volume may not be used: look at the key of EBS (aws ec2 get-ebs-default-kms-key-id) and at its policy"
        }
        "Client.VolumeLimitExceeded" => {
            "the account's quota of volumes is used up: aws service-quotas list-service-quotas --service-code ebs; remove volumes, or ask for more"
        }
        "Client.InvalidSnapshot.NotFound" => "the snapshot of the image is gone: name another --ami",
        _ => return Vec::new(),
    };
    vec![hint.to_owned()]
}
