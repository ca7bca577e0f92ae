//! The agent: the daemon on a machine that keeps its deadline.
//!
//! It takes readings, decides and acts, every few seconds; its memory is on disk, so a restart changes nothing. It prints
//! nothing: what it has to tell are events. It launches nothing, and ends no machine but its own.
//!
//! The map, in reading order:
//!
//! * [`configuration`]: the file that launch wrote for the agent
//! * [`idle`]: whether it is at work
//! * [`readings`]: what a tick knows of the machine, unknown included; `observe` takes them
//! * [`policy`]: the rules that the machine lives by
//! * [`memory`]: what is kept from tick to tick
//! * [`decide`]: what to do now, a pure function of all these and the time
//! * [`means`]: by which way the machine comes to its end
//! * `act`: warns and ends; [`warning`] has the words and the file
//! * [`status`]: what `agent status` shows
//! * [`event`]: what the log shows
//! * `run`: the loop; `service_manager` tells systemd of it

#[cfg(feature = "aws")]
mod act;
pub mod configuration;
pub mod decide;
pub mod event;
pub mod idle;
pub mod means;
pub mod memory;
#[cfg(feature = "aws")]
mod observe;
pub mod policy;
pub mod readings;
#[cfg(feature = "aws")]
pub mod run;
#[cfg(feature = "aws")]
mod service_manager;
#[cfg(feature = "aws")]
mod sign;
pub mod status;
mod time;
pub mod warning;
