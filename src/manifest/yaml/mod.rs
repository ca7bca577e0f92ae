//! YAML in which every key and value knows where it stands, read into types with all faults at once.
//!
//! Which keys there are is the types' to say. Values are the text that was written: `1.10` stays `1.10`, `0644` stays `0644`.

mod fault;
mod located;
mod reader;
mod tree;

pub(in crate::manifest) use fault::nearest;
pub use fault::{Mark, ReadFault};
pub(in crate::manifest) use located::Said;
pub use located::{Located, OneOrMany, Short};
pub use reader::read;
pub use tree::{Key, Node, Value, with_line_feeds};

#[cfg(test)]
mod tests;
