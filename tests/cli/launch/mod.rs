//! Sessions of `launch` against the lab: from a wish to a running machine, and what comes after.

#[cfg(target_os = "linux")]
mod agent_beside;
mod agent_binary;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod agent_library;
mod agent_release;
mod agent_sign;
mod any_faults;
mod asking;
#[cfg(unix)]
mod asks_agent;
mod batches;
mod bucket;
mod bucket_rules;
mod buy_block;
mod calls;
mod candidates;
mod capacity_wait;
mod cleanup;
mod cleanup_storage;
#[cfg(unix)]
mod connect;
mod cost;
mod delivery;
mod doctor;
mod each_call;
mod ending;
mod extend;
mod file;
mod fleet;
mod fleet_faults;
mod fleet_signs;
#[cfg(unix)]
mod host_key;
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
#[cfg(unix)]
mod session_manager;
mod status;
#[cfg(unix)]
mod terminal;
mod terminate;
mod user_data;
mod volumes;
mod waiting;
#[cfg(unix)]
mod wizard;
