//! Sessions of `deploy`: an app folder, what it says, and what is wrong with it.

mod examples;
mod generate;
mod schema;
mod validate;
