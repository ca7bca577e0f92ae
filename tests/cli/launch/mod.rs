//! Sessions of `launch` against the lab: from a wish to a running machine, and what comes after.

mod agent_binary;
mod agent_release;
mod agent_sign;
mod asking;
mod bucket;
mod cleanup;
mod delivery;
mod input;
mod interrupted;
mod list;
mod lost_answers;
mod plain_moto;
mod plan;
mod refusals;
mod request;
#[cfg(unix)]
mod terminal;
mod terminate;
mod user_data;
mod waiting;
