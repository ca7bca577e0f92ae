//! What the daemon is asked on its machine, and what it answers: a line of JSON each way, over a socket.
//!
//! [`apply`] is what a request comes to: pure, like [`decide`](super::decide). The socket is `server`'s, and what a request
//! sets going outside the daemon is `Doer`'s: neither ever keeps the daemon's loop waiting. Nothing of idleness is known
//! here; [`answer::Why`] only carries what was judged.
//!
//! * [`request`]: what can be asked
//! * [`answer`]: what comes back
//! * [`apply`]: from one to the other, over the memory
//! * [`completion`]: the file that says that the machine's work is complete
//! * `server`: the socket; [`client`]: its other end

pub mod answer;
pub mod apply;
#[cfg(unix)]
pub mod client;
pub mod completion;
#[cfg(feature = "aws")]
pub mod doer;
pub mod request;
#[cfg(feature = "aws")]
pub mod server;

mod why;

#[cfg(test)]
mod tests;

/// The socket's name in the run directory.
pub const SOCKET_NAME: &str = "agent.sock";

/// The longest line that either side reads.
pub const MAX_LINE: usize = 64 * 1024;
