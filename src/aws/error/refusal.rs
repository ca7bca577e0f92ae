//! What the refusal of a machine means for other machines: how far it reaches, and which zones its words recommend.
//!
//! EC2's codes and words are read here; who is asked next is decided elsewhere.

use super::{AwsError, ErrorKind};

/// How far a refusal reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The type in that zone, or in whichever zone EC2 would choose, in that market.
    Pool,
    /// The type in that zone, however it is bought.
    Zone,
    /// The subnet.
    Subnet,
    /// The reservation.
    Reservation,
    /// Every machine that is charged to the same quota of the region.
    Quota,
    /// Every machine of the market, in every region.
    Market,
}

/// EC2 will not give this machine, and others have their turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// How far it reaches.
    pub reach: Reach,
    /// EC2's code, of the answer or of the reason for a machine's state.
    pub code: Option<String>,
    /// Why, in EC2's words.
    pub because: String,
    /// Whether there is no capacity, which is the same for the next who asks.
    pub wants_capacity: bool,
    /// The names of the zones that EC2 recommends instead.
    pub zones_named: Vec<String>,
}

impl AwsError {
    /// What it refuses, where it leaves others their turn; none where the same would be said to every other request.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        let code = self.code.as_deref();
        let reach = match code {
            Some("Unsupported") => Reach::Zone,
            Some("InsufficientFreeAddressesInSubnet") => Reach::Subnet,
            Some("ReservationCapacityExceeded") => Reach::Reservation,
            Some("AuthFailure.ServiceLinkedRoleCreationNotPermitted") => Reach::Market,
            _ => match self.kind {
                ErrorKind::Capacity => Reach::Pool,
                ErrorKind::Quota => Reach::Quota,
                _ => return None,
            },
        };
        Some(Refusal {
            reach,
            code: self.code.clone(),
            because: self.to_string(),
            wants_capacity: reach == Reach::Pool && !self.is_of_the_asker(),
            zones_named: self.message.as_deref().map(zones_named).unwrap_or_default(),
        })
    }
}

impl AwsError {
    /// Whether another request for the same might be granted: the price that is too low is the asker's own, and a fleet
    /// says with these words of each pool that it was not the one to blame.
    fn is_of_the_asker(&self) -> bool {
        let says = |words| self.message.as_deref().is_some_and(|message| message.contains(words));
        match self.code.as_deref() {
            Some("SpotMaxPriceTooLow") => true,
            Some("UnfulfillableCapacity") => says("due to your request configuration"),
            _ => false,
        }
    }
}

impl Refusal {
    /// The same without what its words say of zones: of use to nobody who has asked in all of them.
    #[must_use]
    pub fn without_places(mut self) -> Self {
        if let Some((words, _)) = self.because.split_once(" You can currently get ") {
            self.because = words.to_owned();
        }
        if let Some((before, after)) = self.because.split_once(" in the Availability Zone you requested (")
            && let Some((_, after)) = after.split_once(')')
        {
            self.because = format!("{before}{after}");
        }
        self.zones_named.clear();
        self
    }

    /// What the end of a machine that never ran means, by the reason for its state; none where another machine would
    /// end in the same way. The reasons: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html>
    #[must_use]
    pub fn of_death(id: &str, reason: &str) -> Option<Self> {
        let code = reason.split(':').next().unwrap_or_default().trim();
        let wants_capacity = match code {
            "Server.InsufficientInstanceCapacity"
            | "Server.SpotInstanceShutdown"
            | "Server.SpotInstanceTermination" => true,
            "Server.InternalError" => false,
            _ => return None,
        };
        Some(Self {
            reach: Reach::Pool,
            code: Some(code.to_owned()),
            because: format!("{id} ended while it started: {reason}"),
            wants_capacity,
            zones_named: Vec::new(),
        })
    }
}

/// The zones after "or choosing", as EC2 writes when another zone would do: "… by not specifying an Availability Zone in
/// your request or choosing us-west-2a, us-west-2b."
fn zones_named(message: &str) -> Vec<String> {
    let Some((_, list)) = message.split_once("or choosing ") else { return Vec::new() };
    list.split([',', ' ', ';'])
        .map(|word| word.trim_end_matches('.'))
        .take_while(|word| word.is_empty() || matches!(*word, "or" | "and") || is_zone_name(word))
        .filter(|word| is_zone_name(word))
        .map(str::to_owned)
        .collect()
}

/// `us-west-2a`, `us-gov-west-1b`, `us-west-2-lax-1a`.
fn is_zone_name(word: &str) -> bool {
    let mut ending = word.chars().rev();
    word.split('-').count() >= 3
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && ending.next().is_some_and(|letter| letter.is_ascii_lowercase())
        && ending.next().is_some_and(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::kind_of;
    use super::*;

    fn refused(code: &str, message: &str) -> Option<Refusal> {
        let kind = kind_of(code, 400);
        let error = AwsError { code: Some(code.to_owned()), ..AwsError::own("RunInstances", kind, message) };
        error.refusal()
    }

    #[test]
    fn each_code_reaches_as_far_as_it_does() {
        let reach = |code: &str| refused(code, "").map(|refusal| (refusal.reach, refusal.wants_capacity));
        for code in ["InsufficientInstanceCapacity", "InsufficientHostCapacity", "UnfulfillableCapacity"] {
            assert_eq!(reach(code), Some((Reach::Pool, true)), "{code}");
        }
        assert_eq!(reach("SpotMaxPriceTooLow"), Some((Reach::Pool, false)));
        assert_eq!(reach("Unsupported"), Some((Reach::Zone, false)));
        assert_eq!(reach("InsufficientFreeAddressesInSubnet"), Some((Reach::Subnet, false)));
        assert_eq!(reach("ReservationCapacityExceeded"), Some((Reach::Reservation, false)));
        for code in ["VcpuLimitExceeded", "MaxSpotInstanceCountExceeded", "MaxFleetCountExceeded"] {
            assert_eq!(reach(code), Some((Reach::Quota, false)), "{code}");
        }
        let role = "AuthFailure.ServiceLinkedRoleCreationNotPermitted";
        assert_eq!(reach(role), Some((Reach::Market, false)));
        for code in [
            "UnauthorizedOperation",
            "PendingVerification",
            "OptInRequired",
            "InvalidParameterValue",
            "AuthFailure",
        ] {
            assert_eq!(reach(code), None, "{code} ends it");
        }
    }

    #[test]
    fn the_zones_that_ec2_recommends_are_read_from_its_words() {
        let zones = |message: &str| refused("InsufficientInstanceCapacity", message).unwrap().zones_named;
        let words = "We currently do not have sufficient p3.2xlarge capacity in the Availability Zone you requested \
            (us-west-2d). Our system will be working on provisioning additional capacity. You can currently get \
            p3.2xlarge capacity by not specifying an Availability Zone in your request or choosing us-west-2a, \
            us-west-2b, us-west-2c.";
        assert_eq!(zones(words), ["us-west-2a", "us-west-2b", "us-west-2c"]);
        assert_eq!(
            zones("… or choosing us-gov-west-1a or us-west-2-lax-1b."),
            ["us-gov-west-1a", "us-west-2-lax-1b"]
        );
        assert_eq!(zones("… or choosing us-east-1a. Or another type, say us-east-1b."), ["us-east-1a"]);
        assert!(zones("There is no Spot capacity available that matches your request.").is_empty());
        assert!(zones("… or choosing another instance type.").is_empty());
    }

    #[test]
    fn what_is_said_of_zones_can_be_left_out() {
        let words = "We currently do not have sufficient p3.2xlarge capacity in the Availability Zone you requested \
            (us-west-2d). Our system will be working on it. You can currently get p3.2xlarge capacity by not specifying \
            an Availability Zone in your request or choosing us-west-2a.";
        let short = refused("InsufficientInstanceCapacity", words).unwrap().without_places();
        let expected =
            "We currently do not have sufficient p3.2xlarge capacity. Our system will be working on it.";
        assert!(short.because.ends_with(expected), "{}", short.because);
        let others = refused("UnfulfillableCapacity", "There is none.").unwrap();
        assert_eq!(others.clone().without_places(), others);
    }

    #[test]
    fn a_machine_that_ec2_could_not_keep_is_a_refusal_and_a_fault_of_the_request_is_none() {
        let death = |reason: &str| Refusal::of_death("i-1", reason).map(|refusal| refusal.wants_capacity);
        let full = "Server.InsufficientInstanceCapacity: Insufficient capacity to satisfy instance request";
        assert_eq!(death(full), Some(true));
        assert_eq!(death("Server.SpotInstanceTermination"), Some(true));
        assert_eq!(death("Server.InternalError: Internal error on launch"), Some(false));
        for reason in [
            "Client.InternalError: Client error on launch",
            "Client.VolumeLimitExceeded: Volume limit exceeded",
            "Client.UserInitiatedShutdown: User initiated shutdown",
            "it is terminated",
        ] {
            assert_eq!(death(reason), None, "{reason}");
        }
    }
}
