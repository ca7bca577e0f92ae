//! Sessions of `deploy`.

mod generate;
