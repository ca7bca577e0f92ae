//! Waiting for a while, with as few wake-ups as that takes.
//!
//! For what waits over and over, for seconds each time: a limit that hardly ever runs out is tokio's as ever.

use std::time::Duration;

/// Waits for so long; on Linux the time that the machine sleeps counts.
///
/// tokio's timers lie in a wheel, in which a time that is seconds away is moved twice before it is due, and the process is
/// woken for each: three times instead of once. The kernel's own timer wakes it when it is due and not before.
pub async fn rest(span: Duration) {
    #[cfg(target_os = "linux")]
    if linux::rest(span).await.is_ok() {
        return;
    }
    // Elsewhere, and where there is no file descriptor left.
    tokio::time::sleep(span).await;
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::time::Duration;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    #[expect(
        deprecated,
        reason = "what takes its place is unsafe, for types that close their descriptor early; this one owns it"
    )]
    pub(super) async fn rest(span: Duration) -> io::Result<()> {
        let timer = timerfd_create(TimerfdClockId::Boottime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        // One that is set to nothing at all is off.
        let once = Timespec::try_from(span.max(Duration::from_nanos(1))).map_err(io::Error::other)?;
        let time = Itimerspec { it_interval: Timespec::default(), it_value: once };
        timerfd_settime(&timer, TimerfdTimerFlags::empty(), &time)?;
        let timer = AsyncFd::with_interest(timer, Interest::READABLE)?;
        timer.async_io(Interest::READABLE, |timer| Ok(rustix::io::read(timer, &mut [0; 8])?)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn a_rest_is_as_long_as_was_asked_for() {
        for span in [Duration::ZERO, Duration::from_millis(30)] {
            let began = Instant::now();
            rest(span).await;
            assert!(began.elapsed() >= span);
        }
    }
}
