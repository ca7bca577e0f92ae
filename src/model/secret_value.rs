//! The value of a secret: a text that shows itself to nobody by accident.
//!
//! It has no way into a document, a log or a message but by [`SecretValue::expose`], which is called where it is sent to the
//! Parameter Store and where it is written on the machine.

use std::fmt;

/// A value.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(String);

impl SecretValue {
    /// A text that is a secret from now on.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretValue {
    /// Not even how long it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_not_show_itself() {
        let value = SecretValue::new("hunter2".to_owned());
        assert_eq!(format!("{value:?} {:#?}", Some(&value)), "SecretValue Some(\n    SecretValue,\n)");
        assert_eq!(value.expose(), "hunter2");
    }
}
