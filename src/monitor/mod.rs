//! The agent: the daemon on a machine that keeps its deadline.
//!
//! It takes readings, decides and acts, every few seconds; its memory is on disk, so a restart changes nothing. It prints
//! nothing: what it has to tell are events. It launches nothing, and ends no machine but its own.
//!
//! The map, in reading order:
//!
//! * [`configuration`]: the file that launch wrote for the agent
//! * [`readings`]: what a tick knows of the machine, unknown included; `observe` takes them
//! * [`policy`]: the rules that the machine lives by; [`rules`]: those of them that its tags can change
//! * [`memory`]: what is kept from tick to tick
//! * [`end`]: an end that is to come; [`idle`]: for how long there was no work; [`spending`]: what the machine has cost
//! * [`decide`]: what to do now, a pure function of all these and the time
//! * [`means`]: by which way the machine comes to its end
//! * `act`: warns and ends; [`warning`] has the words and the file
//! * [`status`]: what `agent status` shows
//! * [`event`]: what the log shows; [`journal`] as systemd's journal takes it, [`webhook`] as it goes out
//! * [`control`]: what the daemon is asked on its machine
//! * [`timer`]: the dead-man timer is told of a deadline, beside the loop by [`outside`]; [`notify`]: people are told of an end
//! * [`metrics`]: the figures for Prometheus
//! * `run`: the loop; `service_manager` tells systemd of it

#[cfg(feature = "aws")]
mod act;
pub mod configuration;
pub mod control;
pub mod decide;
pub mod end;
pub mod event;
#[cfg(feature = "aws")]
mod hooks;
pub mod idle;
pub mod journal;
pub mod means;
pub mod memory;
pub mod metrics;
#[cfg(feature = "aws")]
pub mod notify;
#[cfg(feature = "aws")]
mod observe;
#[cfg(feature = "aws")]
pub mod outside;
pub mod policy;
pub mod readings;
pub mod rules;
#[cfg(feature = "aws")]
pub mod run;
#[cfg(feature = "aws")]
mod service_manager;
#[cfg(feature = "aws")]
mod sign;
pub mod spending;
pub mod status;
mod time;
#[cfg(feature = "aws")]
pub mod timer;
pub mod warning;
#[cfg(feature = "aws")]
pub mod webhook;
