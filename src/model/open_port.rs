//! Ports of machines that others may reach.

use std::fmt;

use serde::Serialize;

use super::AddressRange;

/// A TCP port, and who may reach it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct OpenPort {
    /// The port.
    pub port: u16,
    /// The addresses that are let in.
    pub from: AddressRange,
}

impl fmt::Display for OpenPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { port, from } = self;
        if from.is_everybody() {
            write!(f, "port {port} from everywhere")
        } else {
            write!(f, "port {port} from {from}")
        }
    }
}
