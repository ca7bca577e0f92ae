//! What the sessions stand on: a sealed home, the screen of a command, the lab, and waiting with a limit.
//!
//! Nothing here knows what cloudkit ought to print.

mod home;
mod lab;
mod process;
mod redaction;
mod screen;
#[cfg(unix)]
mod terminal;
pub(crate) mod wait;

pub(crate) use home::{Home, PROGRAM};
pub(crate) use lab::{FeedRequest, Lab, PUBLIC_KEY, Request, python as lab_python};
pub(crate) use process::Running;
pub(crate) use screen::Screen;
#[cfg(unix)]
pub(crate) use terminal::Terminal;
