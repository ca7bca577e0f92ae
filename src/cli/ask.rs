//! Questions to a person, on the controlling terminal, also when stdin is a pipe.
//!
//! The end of input is never a yes, and without a terminal nothing is asked: the caller says which flag answers.

use inquire::InquireError;

use super::command_error::CommandError;
use super::exit_code::ExitClass;
use crate::platform::terminal;

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
}

/// Asks a question whose answer is yes or no; no is the answer of Enter alone.
pub(super) fn confirm(question: &str, flag: &str) -> Result<Answer, CommandError> {
    if !terminal::can_be_asked() {
        let error = CommandError::usage(format!(
            "this has to be confirmed, and there is no terminal to ask on: {question}"
        ));
        return Err(error.hint(format!("confirm it beforehand: {flag}")));
    }
    confirm_or_back(question, flag).map(|answer| answer.unwrap_or(Answer::No))
}

/// The same on a terminal that other questions were answered on: none where Esc goes back to them.
pub(super) fn confirm_or_back(question: &str, flag: &str) -> Result<Option<Answer>, CommandError> {
    match inquire::Confirm::new(question).with_default(false).prompt() {
        Ok(true) => Ok(Some(Answer::Yes)),
        Ok(false) => Ok(Some(Answer::No)),
        Err(InquireError::OperationCanceled) => Ok(None),
        Err(InquireError::OperationInterrupted) => {
            Err(CommandError::new(ExitClass::Interrupted, "interrupted"))
        }
        Err(error) => Err(CommandError::usage(error).hint(format!("confirm it beforehand: {flag}"))),
    }
}
