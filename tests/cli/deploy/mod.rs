//! Sessions of `deploy`: an app folder, what it says, and what is wrong with it.

mod account;
mod app;
mod create;
mod destroy;
mod each_step;
mod examples;
mod exec;
mod generate;
mod lock;
mod logs;
mod machine;
mod network;
mod newcomer;
mod objects;
mod schema;
mod secrets;
mod update;
mod update_besides;
mod validate;
