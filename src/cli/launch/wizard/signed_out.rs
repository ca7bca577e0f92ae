//! Where there are no credentials: how to get some, and the plan as far as the catalog alone can say.
//!
//! Nothing of an account is made up: what only it could tell is named as not known.

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::arguments::LaunchArguments;
use crate::output::launch::plan_text_without_account;
use crate::platform::clock;
use crate::provision::plan::without_account;

/// How somebody gets credentials who has none.
const HOW_TO_SIGN_IN: &str = "\
the questions lead to a plan without any; to launch, get some:
no account yet     sign up at https://aws.amazon.com
no access key      make one in the console: IAM, Users, Security credentials
an access key      aws configure
a sign-in page     aws configure sso, and later aws sso login
another profile    cloudkit launch --profile NAME";

/// Why there are no credentials, said before the first question; nothing where there are some.
pub(super) fn find_out(context: &Context<'_>) -> Result<Option<CommandError>, CommandError> {
    match context.block_on_bounded(context.session()) {
        Ok(_) => Ok(None),
        Err(error) if error.class == ExitClass::Credentials => {
            context.streams.warn(&error.error);
            context.streams.status(HOW_TO_SIGN_IN);
            Ok(Some(error))
        }
        Err(error) => Err(error),
    }
}

/// The plan by the catalog alone.
pub(super) fn show_plan(context: &Context<'_>, arguments: &LaunchArguments) -> Result<(), CommandError> {
    let catalog = context.catalog();
    let wish = arguments.wish(context, catalog)?;
    let plan = without_account::plan(&wish, catalog, clock::now());
    context.streams.status(plan_text_without_account(&plan).trim_end());
    Ok(())
}
