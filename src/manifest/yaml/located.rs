//! What the types of a file are made of where a fault should not hide the next one: a value with its place, a short form, one
//! or many.
//!
//! Only [`super::read`] reads them; other readers of serde's don't know what these ask for.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

use super::fault::Mark;

/// What the reader is asked for by each of these types.
pub(super) const LOCATED: &str = "$located";
pub(super) const SHORT: &str = "$short";
pub(super) const MANY: &str = "$many";

/// A value and its place. There is none where what is written was not understood: that is a fault of its own already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    value: Option<T>,
    /// Where it stands.
    pub mark: Mark,
}

impl<T> Located<T> {
    /// The value, where it was understood.
    pub const fn known(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The value with its place, where it was understood.
    pub fn with_mark(&self) -> Option<(Mark, &T)> {
        self.value.as_ref().map(|value| (self.mark, value))
    }
}

/// The value of a key that may be missing, where it was written and understood.
pub(in crate::manifest) trait Said<T> {
    fn said(&self) -> Option<&T>;
}

impl<T> Said<T> for Option<Located<T>> {
    fn said(&self) -> Option<&T> {
        self.as_ref().and_then(Located::known)
    }
}

/// A mapping that may be written as the value of its first key alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short<T>(pub T);

/// One value, or a list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOrMany<T>(pub Vec<Located<T>>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Located<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(LOCATED, LocatedVisitor(PhantomData))
    }
}

struct LocatedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for LocatedVisitor<T> {
    type Value = Located<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }

    /// The line, the column, and the value where it is one.
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Located<T>, A::Error> {
        let mut number = || access.next_element::<usize>();
        let (Some(line), Some(column)) = (number()?, number()?) else {
            return Err(de::Error::custom("its place is not known"));
        };
        Ok(Located { value: access.next_element()?, mark: Mark { line, column } })
    }
}

macro_rules! as_newtype {
    ($kind:ident, $ask:ident, $inner:ty) => {
        impl<'de, T: Deserialize<'de>> Deserialize<'de> for $kind<T> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Inner<T>(PhantomData<T>);

                impl<'de, T: Deserialize<'de>> Visitor<'de> for Inner<T> {
                    type Value = $kind<T>;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a value")
                    }

                    fn visit_newtype_struct<D: Deserializer<'de>>(
                        self,
                        deserializer: D,
                    ) -> Result<$kind<T>, D::Error> {
                        <$inner>::deserialize(deserializer).map($kind)
                    }
                }

                deserializer.deserialize_newtype_struct($ask, Inner(PhantomData))
            }
        }
    };
}

as_newtype!(Short, SHORT, T);
as_newtype!(OneOrMany, MANY, Vec<Located<T>>);
