//! Questions to a person, on the controlling terminal, also when stdin is a pipe.
//!
//! The end of input is never a yes, and without a terminal nothing is asked: the caller says which flag answers.

use inquire::InquireError;

use super::command_error::CommandError;
use super::exit_code::ExitClass;
use crate::platform::Process;

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
}

/// Asks a question whose answer is yes or no; no is the answer of Enter alone.
pub(super) fn confirm(process: &Process, question: &str, flag: &str) -> Result<Answer, CommandError> {
    if !process.can_ask() {
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
        Err(InquireError::OperationInterrupted) => Err(not_answered(InquireError::OperationInterrupted)),
        Err(error) => Err(not_answered(error).hint(format!("confirm it beforehand: {flag}"))),
    }
}

/// Has somebody type what they agree to, for what no flag may answer; anything else is a no. Whoever calls has made sure
/// that there is a terminal.
pub(super) fn typed(question: &str, agrees: impl Fn(&str) -> bool) -> Result<Answer, CommandError> {
    match inquire::Text::new(question).prompt() {
        Ok(text) if agrees(text.trim()) => Ok(Answer::Yes),
        Ok(_) | Err(InquireError::OperationCanceled) => Ok(Answer::No),
        Err(error) => Err(not_answered(error)),
    }
}

fn not_answered(error: InquireError) -> CommandError {
    match error {
        InquireError::OperationInterrupted => CommandError::new(ExitClass::Interrupted, "interrupted"),
        error => CommandError::usage(error),
    }
}
