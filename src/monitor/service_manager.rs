//! Tells systemd, where it started the daemon, that the daemon is ready and alive, and what it is at.
//!
//! Elsewhere nobody is told, and nothing is wrong with that.

use std::io;

use super::status::{State, Status};

/// The daemon has taken its first look at the machine, or another one.
///
/// # Errors
/// Where systemd asked to be told and can't be.
pub(super) fn alive(status: &Status) -> io::Result<()> {
    notify(&summary(status))
}

/// What `systemctl status` shows of the daemon.
fn summary(status: &Status) -> String {
    match (status.state, status.ends_at) {
        (State::ClockBeforeLaunch, _) => "Waiting for the right time".to_owned(),
        (State::Ending, _) => "Ending the machine".to_owned(),
        (State::Watching, Some(ends_at)) => format!("The machine ends at {ends_at}"),
        (State::NoDeadline | State::Watching, _) => "No deadline".to_owned(),
    }
}

#[cfg(target_os = "linux")]
fn notify(summary: &str) -> io::Result<()> {
    use sd_notify::NotifyState;
    // systemd takes "ready" as often as it is told; the first time counts.
    sd_notify::notify(&[NotifyState::Ready, NotifyState::Watchdog, NotifyState::Status(summary)])
}

/// The daemon ends in good order.
///
/// # Errors
/// Where systemd asked to be told and can't be.
#[cfg(target_os = "linux")]
pub(super) fn stopping() -> io::Result<()> {
    sd_notify::notify(&[sd_notify::NotifyState::Stopping])
}

#[cfg(not(target_os = "linux"))]
fn notify(_summary: &str) -> io::Result<()> {
    Ok(())
}

/// The daemon ends in good order; nobody need be told.
///
/// # Errors
/// Never.
#[cfg(not(target_os = "linux"))]
pub(super) fn stopping() -> io::Result<()> {
    Ok(())
}
