//! Sessions of `launch` against the lab: from a wish to a running machine, and what comes after.

mod agent_binary;
mod asking;
mod bucket;
mod cleanup;
mod input;
mod interrupted;
mod keys;
mod list;
mod lost_answers;
mod named_network;
mod network;
mod plain_moto;
mod plan;
mod refusals;
mod request;
#[cfg(unix)]
mod terminal;
mod terminate;
mod user_data;
mod waiting;
