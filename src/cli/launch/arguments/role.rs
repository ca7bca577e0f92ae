//! The flags of what a machine is allowed at AWS.
//!
//! Without them it is allowed nothing, unless it has to stop, hibernate or end itself by a call.

use clap::Args;

use crate::provision::permissions::machine::Sessions;
use crate::provision::wish::role::{ProfileName, RoleWish};

/// What it may do at AWS.
#[derive(Debug, Args)]
#[command(next_help_heading = "What it may do at AWS")]
pub(in crate::cli::launch) struct RoleArguments {
    /// Let sessions of AWS Systems Manager reach it, by a role that allows no more than that
    #[arg(long)]
    pub(in crate::cli::launch) ssm: bool,
    /// Give it an instance profile of your own, as it is; what it lacks is told
    #[arg(long, value_name = "NAME|ARN")]
    pub(in crate::cli::launch) iam_profile: Option<ProfileName>,
}

impl RoleArguments {
    pub(super) fn wish(&self) -> RoleWish {
        RoleWish {
            sessions: if self.ssm { Sessions::Wanted } else { Sessions::No },
            profile: self.iam_profile.clone(),
        }
    }
}
