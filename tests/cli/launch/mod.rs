//! Sessions of `launch` against the lab: from a wish to a running machine, and what comes after.

mod agent_binary;
mod asking;
mod bucket;
mod cleanup;
mod ending;
mod input;
mod interrupted;
mod list;
mod lost_answers;
mod plain_moto;
mod plan;
mod refusals;
mod request;
mod role;
#[cfg(unix)]
mod terminal;
mod terminate;
mod user_data;
mod waiting;
