//! The programs that judge what we do not: shells, shellcheck, systemd-analyze, cloud-init.
//!
//! What could not be asked is a note, so that a check that was left out does not look like one that found nothing.

use crate::manifest::Fault;
use crate::platform::Programs;

/// What is looked for.
pub const TOOLS: [&str; 5] = ["bash", "sh", "shellcheck", "systemd-analyze", "cloud-init"];

/// No program may take longer.
pub(super) const LIMIT: std::time::Duration = std::time::Duration::from_secs(20);

/// The program as it can be started; a note where there is none.
pub(super) fn path<'p>(
    programs: &'p Programs,
    name: &str,
    left_out: &str,
    install: &str,
) -> Result<&'p str, Box<Fault>> {
    programs.path(name).and_then(|path| path.to_str()).ok_or_else(|| {
        Box::new(Fault::note("left-out", format!("{left_out}: {name} is not on this computer")).hint(install))
    })
}

/// What is said where a program did not do its work.
pub(super) fn failed(left_out: &str, why: impl std::fmt::Display) -> Fault {
    Fault::note("left-out", format!("{left_out}: {why}"))
}
