//! STAND-IN, replaced by the merge.
use super::command::CommandError;
use std::time::Duration;
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitState {
    Running,
    Exited { code: i32, output: String },
    NotFound,
}
pub async fn start(
    _unit: &str,
    _argv: &[&str],
    _user: Option<&str>,
    _limit: Duration,
) -> Result<(), CommandError> {
    Ok(())
}
pub async fn state(_unit: &str) -> Result<UnitState, CommandError> {
    Ok(UnitState::NotFound)
}
