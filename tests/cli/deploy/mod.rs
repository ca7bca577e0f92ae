//! Sessions of `deploy`: an app folder, what it says, and what is wrong with it.

mod schema;
mod validate;
