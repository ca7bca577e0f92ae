//! What a machine's role may do: the documents that cloudkit writes, and a judge of any identity policy.
//!
//! Nothing is sent anywhere. What a permissions boundary or an organisation's policy takes away is not seen here.
//!
//! * [`document`]: an IAM policy as data
//! * `pattern`: wildcards and policy variables
//! * [`evaluate`]: allowed, denied, or not to be told
//! * [`machine`]: the role of a machine that may end and tag itself alone
//! * [`secrets`]: what it may read of its deployment's secrets

pub mod document;
pub mod evaluate;
pub mod machine;
mod pattern;
pub mod secrets;
#[cfg(test)]
mod tests;
