//! Sessions of `deploy`: an app folder, what it says, and what is wrong with it.

mod app;
mod create;
mod destroy;
mod examples;
mod generate;
mod lock;
mod schema;
mod validate;
