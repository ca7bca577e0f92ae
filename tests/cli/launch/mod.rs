//! Sessions of `launch` against the lab: from a wish to a running machine, and what comes after.

mod agent_binary;
mod agent_release;
mod agent_sign;
mod any_faults;
mod asking;
mod bucket;
mod buy_block;
mod candidates;
mod capacity_wait;
mod cleanup;
#[cfg(unix)]
mod connect;
mod cost;
mod delivery;
mod doctor;
mod ending;
mod extend;
mod images;
mod input;
mod interrupted;
mod keys;
mod list;
mod lost_answers;
mod markets;
mod named_network;
mod network;
mod no_agent;
mod plain_moto;
mod plan;
mod refusals;
mod request;
mod rest;
mod role;
mod scripts;
mod status;
#[cfg(unix)]
mod terminal;
mod terminate;
mod user_data;
mod volumes;
mod waiting;
